"""Flags of one event are one episode, with a start, a size and, once over, an end; known reasons come back in season."""

from datetime import date

import pandas as pd

from analytics.episodes import episodes, reasons_from_earlier_years

MONDAYS = [day.date() for day in pd.date_range("2026-01-05", periods=12, freq="W-MON")]


def flag(
    week: int, direction: int = -1, kind: str = "one week", series: str = "a", p: float = 1e-4
) -> dict[str, object]:
    return {"series": series, "week": MONDAYS[week], "kind": kind, "direction": direction, "expected": 40.0, "saw": 10.0,
            "expected4": 160.0, "saw4": 60.0, "peers": 1.0, "p": p}  # fmt: skip


def told(*flags: dict[str, object], until: int = 11) -> list[list[object]]:
    found = episodes(pd.DataFrame(flags), MONDAYS[until])
    days = {
        name: found[name].dt.date.astype(object).where(found[name].notna(), None) for name in ("started_on", "ended_on")
    }
    return found.assign(**days)[["series", "direction", "started_on", "ended_on", "flags", "size"]].values.tolist()


def test_consecutive_flags_are_one_episode_that_ends_with_the_last():
    assert told(flag(3), flag(4), flag(5)) == [["a", -1, MONDAYS[3], MONDAYS[6], 3, -0.75]]


def test_one_quiet_week_does_not_end_it_and_two_do():
    assert [row[2:5] for row in told(flag(1), flag(3), flag(6))] == [
        [MONDAYS[1], MONDAYS[4], 2],
        [MONDAYS[6], MONDAYS[7], 1],
    ]


def test_it_is_open_while_a_flag_could_prolong_it():
    assert [told(flag(3), until=week)[0][3] for week in (3, 4, 5)] == [None, None, MONDAYS[4]]


def test_a_drop_a_spike_and_another_series_are_episodes_of_their_own():
    assert [row[:2] for row in told(flag(3), flag(4, direction=1), flag(3, series="b"))] == [
        ["a", -1],
        ["a", 1],
        ["b", -1],
    ]


def test_one_that_begins_with_a_level_shift_began_three_weeks_before():
    # 160 and 60 of four weeks, then 40 and 10 of the next.
    assert told(flag(6, kind="level shift"), flag(7, kind="level shift")) == [
        ["a", -1, MONDAYS[3], MONDAYS[8], 2, 70 / 200 - 1]
    ]


def test_a_level_shift_after_flagged_weeks_prolongs_them():
    assert told(flag(3), flag(4, kind="level shift"), flag(4, p=1e-3)) == [["a", -1, MONDAYS[3], MONDAYS[5], 2, -0.75]]


def test_without_flags_there_are_no_episodes():
    assert episodes(pd.DataFrame(), MONDAYS[0]).empty


EXPLAINED = pd.DataFrame(
    [{"account": "Hill", "direction": -1, "started_on": date(2025, 7, 14), "reason": "summer closing"}]
)


def remembered(account: str, direction: int, started_on: date) -> object:
    asked = pd.DataFrame([{"account": account, "direction": direction, "started_on": started_on}], index=[17])
    reason = reasons_from_earlier_years(asked, EXPLAINED)
    return None if reason.isna()[17] else reason[17]


def test_summer_closing_is_remembered_for_that_account_in_each_later_summer():
    assert remembered("Hill", -1, date(2026, 7, 13)) == "summer closing"
    assert remembered("Hill", -1, date(2026, 6, 22)) == "summer closing"  # three weeks earlier in the year
    assert remembered("Hill", -1, date(2027, 8, 2)) == "summer closing"
    assert remembered("Hill", -1, date(2026, 8, 10)) is None
    assert remembered("Hill", -1, date(2026, 1, 12)) is None


def test_it_explains_neither_itself_nor_another_account_nor_a_spike():
    assert remembered("Hill", -1, date(2025, 7, 14)) is None
    assert remembered("Mill", -1, date(2026, 7, 13)) is None
    assert remembered("Hill", 1, date(2026, 7, 13)) is None


def test_of_several_years_the_nearest_in_season_counts_and_over_the_turn_of_the_year():
    past = pd.DataFrame({
        "account": "Hill", "direction": -1, "started_on": [date(2023, 12, 25), date(2025, 1, 13)],
        "reason": ["Christmas", "stocktaking"],
    })  # fmt: skip
    asked = pd.DataFrame({"account": "Hill", "direction": -1, "started_on": [date(2025, 12, 29), date(2026, 1, 12)]})
    assert reasons_from_earlier_years(asked, past).tolist() == ["Christmas", "stocktaking"]
