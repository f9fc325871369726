"""Charts of health show every band without its colour alone, and lead where a click should."""

import pandas as pd
import pytest

from figures import health, health_account, health_parts
from figures.theme import Theme


def test_a_ring_leads_to_its_bands_and_leaves_out_empty_ones():
    bands = [
        health.Band("Healthy", 1, "?band=healthy"),
        health.Band("At-Risk", 0),
        health.Band("Critical", 3, "?band=critical"),
    ]
    [ring] = health.donut(bands, ["Critical"], "light", 200)["data"]
    assert (ring["labels"], ring["values"]) == (["Healthy", "Critical"], [1, 3])
    assert ring["customdata"] == ["?band=healthy", "?band=critical"]
    assert ring["hovertext"][1] == "Critical: 3 of 4 (75%)"
    assert health.donut([], [], "light", 200)["data"] == []


def test_scores_are_stacked_by_band_between_the_limits():
    counts = {"Healthy": [0, 1], "Critical": [2, 0]}
    chart = health.distribution([0, 5], 5, counts, {"At-Risk": 50, "Healthy": 75}, ["Critical"], "light", 200)
    assert [(bar["name"], bar["y"], bar["opacity"]) for bar in chart["data"]] == [
        ("Healthy", [0, 1], health.FADED), ("Critical", [2, 0], 1),
    ]  # fmt: skip
    assert [shape["x0"] for shape in chart["layout"]["shapes"]] == [50, 75]
    assert [(label["text"], label["xanchor"]) for label in chart["layout"]["annotations"]] == [
        ("At-Risk ≥ 50", "right"), ("Healthy ≥ 75", "left"),
    ]  # fmt: skip


def test_shares_of_a_step_fill_the_whole_and_a_new_version_is_marked():
    counts = {"Healthy": [1, 3], "Critical": [3, 1]}
    version = health.Version("2026-01-20", "Version 1", "because <of> it")
    chart = health.history(["2026-01-05", "2026-02-02"], counts, [version], "dark", 200)
    assert [area["y"] for area in chart["data"]] == [[25, 75], [75, 25]]
    assert [shape["x0"] for shape in chart["layout"]["shapes"]] == ["2026-01-20"]
    assert [label["text"] for label in chart["layout"]["annotations"]] == ["Healthy", "Critical", "Version 1"]
    assert chart["layout"]["annotations"][-1]["hovertext"] == "because &lt;of&gt; it"
    assert health.history([], {}, [], "dark", 200)["data"] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bands_differ_by_symbol_in_a_cloud_of_points(theme: Theme):
    points = pd.DataFrame({"x": [1.0, 2], "y": [3.0, 4], "account": ["A<b>", "B"], "band": ["Healthy", "Critical"],
                           "href": ["/account/a", "/account/b"]})  # fmt: skip
    chart = health_parts.against(points, ("Logins", "Score"), theme, 200)
    assert [trace["marker"]["symbol"] for trace in chart["data"]] == ["circle", "square"]
    assert [trace["customdata"] for trace in chart["data"]] == [["/account/a"], ["/account/b"]]
    assert chart["data"][0]["text"] == ["A&lt;b&gt;"]


def test_the_box_is_drawn_from_quartiles_alone():
    box = health_parts.Box(1, 2, 3, 4, 5)
    *_, drawn = health_parts.spread([0], 1, {"Healthy": [4]}, box, "Logins", "light", 200)["data"]
    assert [drawn[name] for name in ("lowerfence", "q1", "median", "q3", "upperfence")] == [[1], [2], [3], [4], [5]]


def test_what_goes_together_is_written_in_its_cell_and_unknown_stays_blank():
    names = ["Logins", "Score"]
    matrix = pd.DataFrame([[1, -0.25], [-0.25, None]], index=names, columns=names)
    count = pd.DataFrame([[9, 8], [8, 8]], index=names, columns=names)
    chart = health_parts.correlations(matrix, count, ["L", "S"], [["?a", "?b"], ["?c", "?d"]], "light", 200)
    [cells] = chart["data"]
    assert cells["z"] == [[1, -0.25], [-0.25, None]]
    assert cells["hovertext"][0][1] == "Logins with Score: -0.25<br>8 accounts"
    assert [label["text"] for label in chart["layout"]["annotations"]] == ["1.00", "−0.25", "−0.25"]


def test_an_account_keeps_the_mark_of_its_band_and_a_gap_where_it_had_no_score():
    chart = health_account.scores(
        ["2026-01-05", "2026-02-02"], [None, 58.0], ["Insufficient data", "At-Risk"], {"Healthy": 75}, [], "light", 200
    )
    [line] = chart["data"]
    assert (line["y"], line["connectgaps"]) == ([None, 58], False)
    assert line["marker"]["symbol"] == ["x-thin-open", "diamond-open"]
    assert chart["layout"]["annotations"][0]["text"] == "Healthy from 75"
