"""The states of pairs by week: what was known at the end of each, and nothing of what came later."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.history import account_places, feeds, spans, weekly_places
from analytics.states import BEST_FIRST, account_states, pair_states

MONDAY = pd.Timestamp("2025-01-06")
NOWHERE = len(BEST_FIRST)
USE = {"pair": "int64", "week": "int64", "volume": "float64", "last_use_on": "datetime64[s]"}
PEOPLE = {"pair": "int64", "week": "int64", "change": "int64"}


def day(number: int) -> pd.Timestamp:
    """Days after the first Monday."""
    return MONDAY + timedelta(days=int(number))


def mondays(weeks: int) -> pd.DatetimeIndex:
    return pd.date_range(MONDAY, periods=weeks, freq="7D")


def pair(**known: object) -> dict[str, object]:
    return {"application_key": 1, "started_on": None, "cancelled_on": None, "seats": 1.0, "size_band": 0} | known


def use(pair: int, days: range, events: int = 10, person: int = 1) -> list[tuple[int, int, int, int]]:
    return [(pair, number, person, events) for number in days]


def judged(pairs: pd.DataFrame, log: pd.DataFrame, weeks: int, is_weekly: bool = False) -> np.ndarray:
    """Places by week. `log`: pair, number of the day, person, events; 0 events are those of a machine."""
    log = log.assign(week=log["number"] // 7, day=day(0) + pd.to_timedelta(log["number"], unit="D"))
    by_people = log[log["events"] > 0]
    used = by_people.groupby(["pair", "week"], as_index=False).agg(volume=("events", "sum"), last_use_on=("day", "max"))
    weeks_of_people = by_people[["pair", "person", "week"]].drop_duplicates().sort_values(["pair", "person", "week"])
    following = weeks_of_people.groupby(["pair", "person"])["week"].shift(-1)
    leave = weeks_of_people.assign(week=np.fmin(weeks_of_people["week"] + 4, following), change=-1)
    moves = pd.concat([weeks_of_people.assign(change=1), leave])[list(PEOPLE)]
    event_days = log.assign(application_key=log["pair"].map(pairs["application_key"]))[["application_key", "day"]]
    return weekly_places(
        pairs.assign(first_day=log.groupby("pair")["day"].min()),
        used.sort_values("week")[list(USE)].astype(USE),
        moves.sort_values("week").astype(PEOPLE),
        event_days.drop_duplicates(),
        mondays(weeks),
        is_weekly,
    )


def history(pairs: list[dict[str, object]], log: list[tuple[int, int, int, int]], weeks: int,
            is_weekly: bool = False) -> list[list[tuple[str, int]]]:  # fmt: skip
    """For each pair its states, each with the number of the week since when."""
    frame = pd.DataFrame(log, columns=["pair", "number", "person", "events"])
    found = spans(judged(pd.DataFrame(pairs), frame, weeks, is_weekly), mondays(weeks))
    found["week"] = (found["since"] - MONDAY).dt.days // 7
    return [[*found.loc[found["row"] == row, ["state", "week"]].itertuples(index=False, name=None)]
            for row in range(len(pairs))]  # fmt: skip


def test_a_pair_starts_is_used_less_falls_silent_and_is_cancelled():
    pairs = [pair(), pair(started_on=day(15), cancelled_on=day(7 * 60 + 2), size_band=1)]
    log = use(0, range(7 * 64)) + use(1, range(20, 7 * 40)) + use(1, range(7 * 40, 7 * 50), events=3)
    assert history(pairs, log, weeks=64) == [
        [("active", 0)],
        # A third of the usual begins in week 40, and is under half of it over four weeks in the third of them.
        [("not started", 0), ("onboarding", 2), ("active", 6), ("low", 42), ("inactive", 54), ("cancelled", 60)],
    ]


def test_a_late_feed_is_no_data_and_then_all_is_as_before():
    """The second application misses three weeks, twice; the second time that is nothing unusual any more."""
    pairs = [pair(), pair(application_key=2), pair(application_key=2)]
    log = use(0, range(7 * 30))
    log += [event for span in (range(70), range(91, 112), range(133, 210)) for event in use(1, span)]
    log += use(2, range(28))
    [_, fed, silent] = history(pairs, log, weeks=30)
    assert fed == [("active", 0), ("no data", 11), ("active", 13)]
    assert silent == [("active", 0), ("low", 4), ("inactive", 8), ("no data", 11), ("inactive", 13)]


def test_an_application_without_any_event_yet_has_no_data():
    pairs = [pair(), pair(application_key=2, started_on=day(-400)), pair(application_key=2)]
    log = use(0, range(70)) + use(2, range(30, 70))
    assert history(pairs, log, weeks=10)[1:] == [[("no data", 0), ("never activated", 4)], [("active", 4)]]


def test_a_pair_that_only_a_machine_uses_exists_and_was_never_activated():
    assert history([pair(), pair()], [*use(0, range(70)), (1, 30, 0, 0)], weeks=10)[1] == [("never activated", 4)]


def test_a_pair_cancelled_without_a_start_exists_from_then_on():
    log = use(0, range(70))
    assert history([pair(), pair(cancelled_on=day(22))], log, weeks=10)[1] == [("cancelled", 3)]


def test_where_the_source_has_weeks_four_without_use_are_silence():
    pairs, log = [pair(), pair()], use(0, range(0, 70, 7)) + use(1, range(0, 22, 7))
    assert history(pairs, log, weeks=10, is_weekly=True)[1] == [("active", 0), ("low", 4), ("inactive", 7)]


def test_without_seats_the_people_of_the_last_four_weeks_are_the_heads():
    """Ten people who leave after a week are counted until the end of the fourth."""
    log = [event for row in range(3) for event in use(row, range(84))]
    log += [event for person in range(2, 12) for event in use(3, range(28, 30), person=person)] + use(3, range(84))
    assert history([pair(seats=None)] * 4, log, weeks=12)[3] == [("active", 0), ("low", 4), ("active", 8)]


def test_an_account_is_in_the_best_state_of_its_pairs_by_week():
    active, inactive, cancelled = (BEST_FIRST.index(state) for state in ("active", "inactive", "cancelled"))
    places = np.array([[active, cancelled, cancelled], [NOWHERE, inactive, cancelled], [NOWHERE, NOWHERE, active]])
    found = spans(account_places(places.astype(np.int8), pd.Series([7, 7, 9])), mondays(3))
    assert [*found.itertuples(index=False, name=None)] == [
        (0, "active", day(0), day(7)),
        (0, "inactive", day(7), day(14)),
        (0, "cancelled", day(14), pd.NaT),
        (1, "active", day(14), pd.NaT),
    ]


@pytest.mark.parametrize(
    ("silent_days", "earlier_gap", "is_late"), [(7, 1, False), (8, 1, True), (10, 10, False), (11, 10, True)]
)
def test_a_feed_is_late_after_a_week_and_the_longest_silence_before(silent_days, earlier_gap, is_late):
    event_days = pd.DataFrame({"application_key": 1, "day": [day(0), day(earlier_gap)]})
    seen = day(earlier_gap + silent_days)
    assert feeds(event_days, pd.DatetimeIndex([seen])).loc[seen, 1] == (day(earlier_gap) if is_late else seen)


# Generated histories

WEEKS = 36  # longer than the half year and the month that a usual level needs
days_of = st.integers(-40, 7 * WEEKS + 20)
subscribed = st.fixed_dictionaries({
    "application_key": st.integers(1, 2), "size_band": st.integers(0, 1), "seats": st.none() | st.integers(1, 20),
    "started_on": st.none() | days_of.map(day), "cancelled_on": st.none() | days_of.map(day),
})  # fmt: skip
stretches = st.tuples(st.integers(0, 5), st.integers(0, 7 * WEEKS), st.integers(1, 90), st.integers(1, 9),
                      st.integers(1, 3), st.integers(0, 20))  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs, and a log of stretches of use by one person every few days; no events are those of a machine."""
    kinds = {"seats": "float64", "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]"}
    pairs = pd.DataFrame(draw(st.lists(subscribed, min_size=1, max_size=6))).astype(kinds)
    log = [
        (row % len(pairs), number, person, events)
        for row, first, length, every, person, events in draw(st.lists(stretches, min_size=1, max_size=12))
        for number in range(first, min(first + length, 7 * WEEKS), every)
    ]
    columns = ["pair", "number", "person", "events"]
    return pairs, pd.DataFrame(log or [(0, 0, 1, 1)], columns=columns)


def as_of(sunday: date, pairs: pd.DataFrame, log: pd.DataFrame) -> pd.Series:
    """The states on one day, from every event up to that day: the definitions word for word, pair by pair."""
    today = (pd.Timestamp(sunday) - MONDAY).days
    log = log[log["number"] <= today]
    rows = []
    for row, known in pairs.iterrows():
        own, by_people = log[log["pair"] == row], log[(log["pair"] == row) & (log["events"] > 0)]
        of_application = log.loc[log["pair"].map(pairs["application_key"]) == known["application_key"], "number"]
        fed = sorted(set(of_application))
        longest = max((later - earlier for earlier, later in pairwise(fed)), default=0)
        is_late = bool(fed) and today - fed[-1] > max(longest, 7)
        month = by_people[by_people["number"] > today - 28]
        before = by_people[(by_people["number"] <= today - 28) & (by_people["number"] > today - 210)]
        rows.append({
            **known,
            "fed_until": day(fed[-1]) if is_late else pd.Timestamp(sunday) if fed else pd.NaT,
            "last_use_on": day(by_people["number"].max()) if len(by_people) else pd.NaT,
            "volume": month["events"].sum(),
            "usual_volume": before["events"].sum() / 6.5 if len(own) and own["number"].min() <= today - 210 else None,
            "heads": known["seats"] if pd.notna(known["seats"]) else month["person"].nunique(),
            "exists": len(own) > 0 or pd.notna(known["started_on"]) or known["cancelled_on"] <= pd.Timestamp(sunday),
        })  # fmt: skip
    frame = pd.DataFrame(rows).astype({"usual_volume": "float64"})
    return pair_states(frame, sunday)[frame["exists"]]


def states_of(places: np.ndarray) -> dict[int, str]:
    return {row: str(BEST_FIRST[place]) for row, place in enumerate(places) if place != NOWHERE}


@settings(deadline=None, max_examples=40)
@given(worlds(), st.integers(0, WEEKS - 1))
def test_a_week_is_judged_by_what_was_known_at_its_end(world: tuple[pd.DataFrame, pd.DataFrame], week: int):
    pairs, log = world
    account_keys = pd.Series(np.arange(len(pairs)) // 2)
    places = judged(pairs, log, WEEKS)
    states = as_of(day(7 * week + 6), pairs, log)
    assert states_of(places[:, week]) == states.to_dict()
    of_accounts = account_states(pd.DataFrame({"account_key": account_keys, "state": states}).dropna())
    assert states_of(account_places(places, account_keys)[:, week]) == of_accounts.to_dict()


@settings(deadline=None, max_examples=25)
@given(worlds())
def test_states_are_exclusive_without_holes_and_sum_to_the_entitled_pairs(world: tuple[pd.DataFrame, pd.DataFrame]):
    pairs, log = world
    found = spans(judged(pairs, log, WEEKS), mondays(WEEKS))
    for _, own in found.groupby("row"):
        assert own["until"].iloc[:-1].tolist() == own["since"].iloc[1:].tolist()
        assert own["until"].isna().tolist() == [False] * (len(own) - 1) + [True]
        assert (own["state"] != own["state"].shift()).all()
    started = pairs["started_on"].notna()
    for monday in mondays(WEEKS):
        sunday = monday + timedelta(days=6)
        now = found[(found["since"] <= monday) & ~(found["until"] <= monday)]
        assert now["row"].is_unique
        entitled = started & (pairs["started_on"] <= sunday) & ~(pairs["cancelled_on"] <= sunday)
        states = now[now["row"].map(started)]["state"].value_counts()
        assert states.drop(["not started", "cancelled"], errors="ignore").sum() == entitled.sum()
        assert states.sum() == started.sum()
