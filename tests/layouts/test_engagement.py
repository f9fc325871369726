import pytest

from layouts.engagement_parts import RECENT, Block, exact, length, money, percent, twin
from layouts.markup import text

UNKNOWN = float("nan")


@pytest.mark.parametrize(
    ("share", "written"), [(0.5, "50 %"), (34 / 105, "32.38 %"), (34 / 210, "16.19 %"), (1, "100 %"), (UNKNOWN, "–")]
)
def test_rates_of_a_funnel_have_two_decimals_where_they_say_something(share: float, written: str):
    assert exact(share) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (45, "45 s"), (552, "9.2 min"), (5400, "1.5 h"), (3 * 86400, "3 days"), (UNKNOWN, "–")],
)
def test_lengths_have_the_unit_of_their_size(seconds: float, written: str):
    assert length(seconds) == written


def test_shares_and_charges():
    assert [percent(0.977), percent(0.977, 0), percent(UNKNOWN)] == ["97.7 %", "98 %", "–"]
    assert [money(62.7335), money(8210.4), money(UNKNOWN)] == ["62.73", "8,210", "–"]


def test_a_block_without_a_title_says_nothing():
    assert Block().texts == ("", "", "", "")
    assert Block("Title", "Finding").texts[0] == '<h2>Title</h2><p class="finding">Finding</p>'


def test_a_long_table_says_that_it_has_the_last_rows_only():
    assert "Show as a table<" in text(twin("", RECENT))
    assert "Show as a table, the last 180 of 5,920; the file has all" in text(twin("", 5920))
