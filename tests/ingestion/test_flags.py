"""What a load flags, and that it goes on where the last one stood."""

from datetime import date, timedelta

import pytest

from ingestion import flags
from tests.given import Given

FIRST = date(2026, 1, 5)
EPISODES = """
    select level, account_id, application_id, direction, started_on, ended_on, saw, week_saw, flags
    from episodes left join accounts using (account_key) left join applications using (application_key) order by episode
"""


def logins(given: Given, counts: dict[str, list[int]], weeks: range) -> Given:
    """Of each account, in one application, as many a week as `counts` says, all on its Monday."""
    for account, weekly in counts.items():
        for week in weeks:
            at = f"{FIRST + timedelta(weeks=week)} 09:00"
            given.use(account, "permit", at, event="LOGIN", times=weekly[week])
    return given.use("a", "permit", f"{FIRST + timedelta(weeks=weeks.stop)} 09:00", event="CLICK")  # the week is over


@pytest.fixture(scope="module")
def counts() -> dict[str, list[int]]:
    usual = [20, 22, 19, 21, 20, 18, 21, 20, 22, 19, 20, 21, 20]
    return {"a": [*usual[:11], 0, 20], "b": usual[::-1], "c": usual[3:] + usual[:3]}


def test_a_week_without_use_is_an_episode_that_is_over_two_weeks_later(given: Given, counts):
    logins(given, counts, range(13)).row("accounts", account="a", name="Aurora").load()
    assert given.rows("select watched from generation") == [("logins",)]
    fell = date(2026, 3, 23)
    assert given.rows(EPISODES) == [
        ("account", "a", None, -1, fell, None, 0, 0, 1),
        ("pair", "a", "permit", -1, fell, None, 0, 0, 1),
    ]
    logins(given, {name: [0] * 13 + [20, 21] for name in counts}, range(13, 15)).load()
    assert [row[5] for row in given.rows(EPISODES)] == [fell + timedelta(weeks=1)] * 2


def test_what_is_expected_of_an_application_lies_in_its_band(given: Given, counts):
    logins(given, counts, range(13)).load()
    [(low, expected, high)] = given.rows(
        "select low, expected, high from expected_weekly where measure = 'logins' and week = '2026-03-09'"
    )
    assert low < 60 < high
    assert expected == pytest.approx(61, abs=3)


def test_a_cancelled_pair_is_not_flagged(given: Given, counts):
    given.row("subscriptions", account="a", application="permit", started_on="2025-01-01", cancelled_on="2026-03-23")
    for account in "bc":
        given.row("subscriptions", account=account, application="permit", started_on="2025-01-01")
    logins(given, counts, range(13)).load()
    assert given.rows("select * from episodes") == []


def test_week_after_week_flags_what_one_load_of_all_weeks_does(given: Given, counts, tmp_path):
    for week in range(8, 13):
        logins(given, counts, range(0, week) if week == 8 else range(week - 1, week)).load()
    once = Given(tmp_path / "once")
    once.folder.mkdir()
    once._events = given._events
    once.load()
    for table in ("flags", "episodes", "expected_weekly"):
        assert given.contents()[table] == once.contents()[table]
    assert given.contents()["flags"]
    kept, anew = (flags.read_kept(one.store / flags.KEPT) for one in (given, once))
    assert all(getattr(kept, name).equals(getattr(anew, name)) for name in flags.Kept.__dataclass_fields__)


def test_a_refresh_takes_the_watch_up_where_it_stood(given: Given, counts, monkeypatch):
    stepped = []
    step = flags.watch.step
    monkeypatch.setattr(flags.watch, "step", lambda *known: stepped.append(1) or step(*known))
    logins(given, counts, range(12)).load()
    assert len(stepped) == 12
    logins(given, counts, range(12, 13)).load()
    assert len(stepped) == 13


def test_a_week_that_changed_afterwards_makes_it_begin_again(given: Given, counts, tmp_path):
    logins(given, counts, range(13)).load()
    given.use("a", "permit", "2026-03-24 09:00", event="LOGIN", times=20).load()
    assert given.rows("select * from episodes") == []


def test_a_watch_that_cannot_be_read_is_begun_again(given: Given, counts):
    logins(given, counts, range(12)).load()
    (given.store / flags.KEPT).write_bytes(b"half of it")
    logins(given, counts, range(12, 13)).load()
    assert len(given.rows("select * from episodes")) == 2


def test_a_log_of_one_week_flags_nothing(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").load()
    assert given.rows("select (select count(*) from flags), (select count(*) from expected_weekly)") == [(0, 0)]
