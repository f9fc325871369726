import pytest

from figures.theme import CATEGORIES, Theme
from figures.usage import Axis, Line, _apart, trend
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
