import pytest

from figures.theme import CATEGORIES, Theme
from figures.usage import _apart, trend
from figures.usage_lines import Axis, Line, Mark
from tests.figures.test_theme import contrast, tokens_of

WEEKS = Axis("week", ["2026-01-05", "2026-01-12", "2026-01-19"], ["2026-01-11", "2026-01-18", "2026-01-20"],
             [True, True, False])  # fmt: skip


def permit(**changes: object) -> Line:
    return Line("Permit", "permit", [4.0, 6.0, 1.0], ["", "▲ 50.0% on the week before", ""], "accent", True, **changes)  # type: ignore[arg-type]


def test_the_running_week_is_hollow_at_the_end_of_a_dashed_line():
    line, dashes = trend([permit()], WEEKS, "Records created", "light", 300)["data"]
    assert line["y"] == [4.0, 6.0, None]
    assert dashes["y"] == [None, 6.0, 1.0]
    assert dashes["marker"]["size"] == [0, 0, 7]


def test_last_year_is_drawn_behind_and_is_missing_where_nothing_is_known():
    first = trend([permit(last_year=[3.0, float("nan"), float("nan")])], WEEKS, "Hours", "light", 300)["data"][0]
    assert first["y"] == [3.0, None, None]


def test_a_point_says_which_bucket_it_is_and_of_which_application():
    line = trend([permit()], WEEKS, "Records created", "light", 300)["data"][0]
    assert (line["x"][1], line["customdata"][1][0], line["meta"]["app"]) == ("2026-01-12", "2026-01-18", "permit")


def test_a_point_without_neighbours_is_seen():
    alone = Axis("week", ["2026-01-05"], ["2026-01-11"], [True])
    for colour in ("accent", ""):
        [line] = trend([Line("Permit", "permit", [4.0], [""], colour)], alone, "Hours", "light", 300)["data"]
        assert line["marker"]["size"] == [8]
    gap = trend([Line("Permit", "permit", [4.0, float("nan"), 1.0], [""] * 3)], WEEKS, "Hours", "light", 300)["data"]
    assert gap[0]["y"] == [4.0, None, None]
    assert gap[0]["marker"]["size"][0] == 8


def test_a_band_lies_behind_the_line_and_breaks_where_nothing_was_expected():
    nothing = (float("nan"), float("nan"))
    band, line, _ = trend([permit(band=[(2.0, 5.0), (3.0, 7.0), nothing])], WEEKS, "Hours", "light", 300)["data"]
    assert band["x"] == ["2026-01-05", "2026-01-12", "2026-01-12", "2026-01-05", None]
    assert band["y"] == [5.0, 7.0, 3.0, 2.0, None]
    assert (band["fill"], band["hoverinfo"], line["mode"]) == ("toself", "skip", "lines+markers")


def test_a_band_far_above_the_line_is_cut():
    chart = trend([permit(band=[(2.0, 60.0)] * 3)], WEEKS, "Hours", "light", 300)
    assert chart["layout"]["yaxis"]["range"] == [0, pytest.approx(6 * 1.6 * 1.06)]


def test_a_mark_stands_on_its_point_tells_its_direction_by_shape_and_says_why():
    line = permit(marks=[Mark(1, -1, "Logins: expected 41, saw <9>")])
    points, _, marks = trend([line], WEEKS, "Hours", "light", 300)["data"]
    assert (marks["x"], marks["y"], marks["marker"]["symbol"]) == (["2026-01-12"], [6.0], ["triangle-down"])
    assert marks["customdata"] == [points["customdata"][1]]
    assert marks["customdata"][0][0] == "2026-01-18"
    assert marks["customdata"][0][1].endswith("before<br>Logins: expected 41, saw &lt;9&gt;")
    assert marks["meta"] == {"app": "permit"}


def test_marks_of_all_lines_together_stand_at_the_foot():
    axis = Axis(WEEKS.by, WEEKS.starts, WEEKS.ends, WEEKS.is_complete, marks=[Mark(0, 1, "Logins: expected 2, saw 9")])
    foot = trend([permit()], axis, "Hours", "light", 300)["data"][-1]
    assert (foot["x"], foot["y"], foot["marker"]["symbol"]) == (["2026-01-05"], [0.0], ["triangle-up"])
    assert foot["meta"] == {"app": ""}


def test_labels_that_would_meet_are_moved_apart():
    assert _apart([10, 11, 50], 5, 50) == [10, 15, 50]
    assert _apart([48, 49, 50], 5, 50) == [40, 45, 50]


def test_a_name_is_never_markup():
    line = Line("<img src=x>", "x", [1.0, 1.0, 1.0], ["", "", ""], "accent", True)
    assert "<img" not in str(trend([line], WEEKS, "Records created", "light", 300))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_stand_out_and_have_the_colours_of_the_page(theme: Theme):
    tokens = tokens_of(theme)
    for place, colour in enumerate(CATEGORIES[theme]):
        assert tokens[f"category-{place}"] == colour
        assert contrast(colour, tokens["surface"]) >= 4.5
