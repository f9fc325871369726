"""Most people at the same instant: closed sessions, each person once, and the same whichever way it is counted."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from data_access.activity_peaks import knows_peaks, peak_users
from tests.given import LEADER, Given

SPAN = {"start": "2025-12-01", "end": "2026-02-03"}


def peaks(given: Given, **asked: Any) -> dict[str, tuple[int, str | None]]:
    found = given.ask(peak_users, **SPAN, **asked)
    return {
        f"{row.month:%Y-%m}": (row.users, None if pd.isna(row.reached_at) else f"{row.reached_at:%m-%d %H:%M:%S}")
        for row in found.itertuples()
    }


@pytest.fixture
def log(given: Given) -> Given:
    """On 5 January Ann is in two applications at once, from 9:00 to 9:20, and Bob there at 9:09 and at 9:20 alone.

    Over the end of January Cy and Bob are there together.
    """
    given.row("accounts", account="a", name="Ash").row("accounts", account="b", name="Birch")
    given.use("a", "permit", "2026-01-05 09:00", times=11).use("b", "fleet", "2026-01-05 09:05", times=16)
    given.use("b", "fleet", "2026-01-05 09:09", user="bob").use("a", "permit", "2026-01-05 09:20", user="cy")
    given.use("a", "permit", "2026-01-31 23:50", user="cy", times=15)
    given.use("a", "permit", "2026-01-31 23:55", user="bob", times=10)
    return given.use("b", "fleet", "2026-02-02 09:00", user="dan").loaded()


def test_one_person_in_two_applications_is_one(log: Given):
    """At 9:09 Ann and Bob, at 9:20 Ann and Cy: it is the first instant that is told."""
    expected = {"2026-01": (2, "01-05 09:09:00"), "2026-02": (2, "02-01 00:00:00")}
    assert peaks(log) == expected
    assert peaks(log, applications=("fleet", "permit")) == expected
    assert peaks(log, accounts=("a", "b")) == expected


def test_an_instant_is_a_session_and_touching_ones_meet(log: Given):
    assert peaks(log, applications=("fleet",)) == {"2026-01": (2, "01-05 09:09:00"), "2026-02": (1, "02-02 09:00:00")}
    assert peaks(log, accounts=("b",)) == {"2026-01": (2, "01-05 09:09:00"), "2026-02": (1, "02-02 09:00:00")}


def test_of_a_choice_it_is_counted_as_of_all(log: Given):
    assert peaks(log, account="a", applications=("permit",)) == peaks(log, applications=("permit",))
    assert peaks(log, account="a") == {"2026-01": (2, "01-31 23:55:00"), "2026-02": (2, "02-01 00:00:00")}


def test_nobody_is_no_one_and_not_unknown(log: Given):
    assert peaks(log, account="a", applications=("fleet",)) == {"2026-01": (0, None), "2026-02": (0, None)}


def test_a_log_without_logins_and_clicks_does_not_tell_when_people_come_and_go(given: Given):
    given.use("a", "permit", "2026-01-05 09:00", times=3)
    given.write()
    given.mapping.write_text(
        given.mapping.read_text().replace('LOGIN = "login"\n', "").replace('CLICK = "click"\n', "")
    )
    given.load_again()
    assert peaks(given) == {}
    assert given.ask(lambda filters: knows_peaks(LEADER)) is False


def brute(sessions: Iterable[tuple[Any, ...]], month: str, end: str) -> tuple[int, str | None]:
    """Whoever has a session open, at every instant at which one begins, and at the first of the month."""
    spans = [(user, start, start + timedelta(seconds=seconds)) for user, start, seconds in sessions]
    first, last = datetime.fromisoformat(month), datetime.fromisoformat(end)
    instants = sorted({first, *(start for _, start, _ in spans if first <= start < last)})
    counts = [(len({user for user, start, until in spans if start <= at <= until}), at) for at in instants]
    most, at = max(counts, key=lambda found: (found[0], -found[1].timestamp()))
    return most, f"{at:%m-%d %H:%M:%S}" if most else None


def test_it_is_exactly_what_counting_at_every_instant_finds(given: Given):
    """Three busy days over the end of a month: sessions that overlap, touch, are within each other, or an instant."""
    dice = random.Random(7)
    for number in range(260):
        begins = datetime(2026, 1, 30, 8) + timedelta(seconds=dice.randrange(0, 3 * 86_400, 30))
        given.use(f"a{number % 3}", dice.choice(("permit", "fleet", "tax")), f"{begins}", user=f"u{dice.randrange(9)}",
                  times=dice.choice((1, 2, 40, 240)))  # fmt: skip
    sessions = given.loaded().rows(
        "select user_key, started_at, seconds, account_id, application_id from sessions "
        "join applications using (application_key) join accounts using (account_key)"
    )
    for accounts, applications, question in (
        ("a0 a1 a2", "permit fleet tax", {}),
        ("a0 a1 a2", "permit", {"applications": ("permit",)}),
        ("a1", "permit fleet tax", {"account": "a1"}),
        ("a1 a2", "fleet tax", {"accounts": ("a1", "a2"), "applications": ("fleet", "tax")}),
    ):
        own = [row[:3] for row in sessions if row[3] in accounts and row[4] in applications]
        january, february = brute(own, "2026-01-01", "2026-02-01"), brute(own, "2026-02-01", "2026-02-03")
        assert peaks(given, **question) == {"2026-01": january, "2026-02": february}, question
        assert january[0] > 2
