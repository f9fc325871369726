"""Two years of bars side by side."""

import pytest

from figures.activity import FAINT, Year, by_month
from figures.theme import TOKENS, Theme
from tests.figures.test_theme import contrast

NOTHING = float("nan")


def year(number: int, values: list[float], complete: int = 12) -> Year:
    padded = [*values, *[NOTHING] * (12 - len(values))]
    return Year(number, padded, ["1 login\nup to 3 Mar"] * 12, [place < complete for place in range(12)])


def test_this_year_stands_beside_last_and_a_month_of_which_nothing_is_known_is_blank():
    last, this = by_month(year(2025, [5, 6, 7, 8]), year(2026, [1.005, 0, 4]), "light", 200)["data"]
    assert (last["name"], last["y"][:5]) == ("2025", [5, 6, 7, 8, None])
    assert (this["name"], this["y"][:4]) == ("2026", [1.0, 0, 4, None])
    assert (
        last["x"] == this["x"] == ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    )


def test_an_incomplete_month_is_hollow():
    _, this = by_month(year(2025, []), year(2026, [1, 2, 3], complete=2), "light", 200)["data"]
    accent, surface = TOKENS["light"]["accent"], TOKENS["light"]["surface"]
    assert this["marker"]["color"][:3] == [accent, accent, surface]
    assert this["marker"]["line"]["color"] == accent
    assert this["marker"]["line"]["width"][:3] == [0, 0, 1.5]


def test_bars_begin_at_zero_and_few_people_are_whole_ones():
    few = by_month(year(2025, []), year(2026, [2]), "dark", 200)["layout"]["yaxis"]
    many = by_month(year(2025, [12_000]), year(2026, [2]), "dark", 200)["layout"]["yaxis"]
    nothing = by_month(year(2025, []), year(2026, []), "dark", 200)["layout"]["yaxis"]
    assert (few["range"][0], few["dtick"]) == (0, 1)
    assert (many["range"], many["tickformat"]) == ([0, 12_720.0], "~s")
    assert nothing["range"] == [0, 1]


def test_what_is_said_of_a_bar_is_text_and_no_markup():
    hostile = Year(2026, [1] * 12, ["<b>1</b>\nup to 3 Mar"] * 12, [True] * 12)
    _, this = by_month(year(2025, []), hostile, "light", 200)["data"]
    assert this["customdata"][0] == "&lt;b&gt;1&lt;/b&gt;<br>up to 3 Mar"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_last_years_grey_stands_out_from_the_surface(theme: Theme):
    colour, surface = (
        [int(TOKENS[theme][name][place : place + 2], 16) for place in (1, 3, 5)] for name in ("muted", "surface")
    )
    mixed = [round(FAINT * one + (1 - FAINT) * other) for one, other in zip(colour, surface, strict=True)]
    assert contrast("#" + "".join(f"{part:02X}" for part in mixed), TOKENS[theme]["surface"]) >= 3
