import pandas as pd

from figures.engagement import Line, bars, hour_map, lines
from figures.theme import TOKENS

DAYS = ["2026-01-05", "2026-01-12", "2026-01-19"]


def test_an_incomplete_point_is_hollow_and_the_line_to_it_dotted():
    chart = lines(DAYS, [Line("A<b>", [3, 5, float("nan")], "accent")], [True, True, False], "light", 300)
    dotted, solid = chart["data"]
    assert (dotted["y"], dotted["line"]["dash"]) == ([3, 5, None], "dot")
    assert dotted["marker"]["symbol"] == ["circle", "circle", "circle-open"]
    assert solid["y"] == [3, 5, None]
    assert [label["text"] for label in chart["layout"]["annotations"]] == ["A&lt;b&gt;"]


def test_complete_lines_are_solid_and_those_that_end_alike_have_labels_apart():
    chart = lines(DAYS, [Line("A", [9, 9, 10], "accent"), Line("B", [9, 9, 10], "text")], [True] * 3, "dark", 300)
    assert [line["line"].get("dash") for line in chart["data"]] == [None, None]
    assert [label["y"] for label in chart["layout"]["annotations"]] == [10, 10.7]


def test_bars_that_are_not_lit_are_pale_and_those_not_complete_hollow():
    chart = bars(["a\nb", "<c>"], [3, 1], ["3 <in> a", "1"], [True, False], "light", 200, [False, True])
    [trace] = chart["data"]
    colour = TOKENS["light"]
    assert trace["marker"]["color"] == [colour["surface"], colour["accent-soft"]]
    assert trace["marker"]["line"]["color"] == [colour["accent"], colour["accent-soft"]]
    assert trace["hovertext"] == ["3 &lt;in&gt; a", "1"]
    assert chart["layout"]["xaxis"]["ticktext"] == ["a<br>b", "&lt;c&gt;"]


def test_a_map_has_a_row_for_each_day_and_a_column_for_each_hour():
    wide = pd.DataFrame(0.0, index=range(1, 8), columns=range(24))
    wide.loc[1, 9] = 0.5
    chart = hour_map(wide, ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], "people",
                     "dark", 250)  # fmt: skip
    [heat] = chart["data"]
    assert (len(heat["z"]), len(heat["z"][0]), heat["z"][0][9]) == (7, 24, 0.5)
    assert heat["text"][0][9] == "Monday 9–10 o'clock"
    assert heat["colorscale"] == [[0, TOKENS["dark"]["line"]], [1, TOKENS["dark"]["accent"]]]
