import pandas as pd
import pytest

from figures.changes import Step, axis_start, monthly, waterfall

STEPS = [Step("new", "New", 40.0), Step("lapsed", "Lapsed", -15.0)]


def test_each_step_begins_where_the_one_before_ended():
    bars = waterfall(20, STEPS, ("Before", "Now"), ["20", "+40", "−15", "45"], None, "light", 300)["data"][0]
    assert [(base, base + y) for base, y in zip(bars["base"], bars["y"], strict=True)] == [
        (0, 20),
        (20, 60),
        (45, 60),
        (0, 45),
    ]
    assert bars["customdata"] == ["", "new", "lapsed", ""]
    assert bars["marker"]["opacity"] == [1, 1, 1, 1]


def test_the_whole_column_of_a_step_answers_however_small_it_is():
    chart = waterfall(20, STEPS, ("Before", "Now"), ["20", "+40", "−15", "45"], None, "light", 300)
    bars, columns = chart["data"]
    low, high = chart["layout"]["yaxis"]["range"]
    assert (columns["base"], columns["base"] + columns["y"][1], columns["width"]) == (low, high, 1)
    assert columns["customdata"] == bars["customdata"]
    assert columns["hovertext"] == bars["hovertext"] == ["Before: 20", "New: +40", "Lapsed: −15", "Now: 45"]
    assert (columns["marker"]["opacity"], chart["layout"]["barmode"]) == (0, "overlay")


def test_the_chosen_step_stays_lit():
    bars = waterfall(20, STEPS, ("Before", "Now"), ["20", "+40", "−15", "45"], "new", "light", 300)["data"][0]
    assert bars["marker"]["opacity"] == [0.3, 1, 0.3, 0.3]


@pytest.mark.parametrize(
    ("before", "amounts", "start"),
    [
        (51_510, [1180, 640, 2210, -5730, -940, -657], 43_000),
        (1000, [-10], 970),
        (1000, [-600], 0),
        (0, [5], 0),
        (5, [-5], 0),
        (7, [], 6),
    ],
)
def test_the_axis_is_cut_only_where_all_steps_are_small(before: float, amounts: list[float], start: float):
    assert axis_start(before, [Step("users", "", amount) for amount in amounts]) == start


def test_a_month_that_is_not_over_is_dashed_and_the_chosen_line_lit():
    months = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01"])
    rows = pd.DataFrame(
        [["a", "A<b>", 3, 4, 1], ["b", "B", 9, 9, 2]], columns=["application_id", "application", *months]
    )
    chart = monthly(rows, ("a",), True, "light", 300)
    assert [(line["y"], line["line"]["dash"], line["opacity"]) for line in chart["data"]] == [
        ([9, 9], "solid", 0.45),
        ([9, 2], "dot", 0.45),
        ([3, 4], "solid", 1),
        ([4, 1], "dot", 1),
    ]
    assert [label["text"] for label in chart["layout"]["annotations"]] == ["A&lt;b&gt;"]


def test_labels_of_lines_that_end_alike_stand_apart():
    rows = pd.DataFrame(
        [[key, key, 100] for key in "abc"], columns=["application_id", "application", pd.Timestamp("2026-01-01")]
    )
    places = [label["y"] for label in monthly(rows, (), False, "light", 300)["layout"]["annotations"]]
    assert places == [100, 95, 90]
