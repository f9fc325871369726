"""The back-test reads what is published, in either store, and is kept for the pages."""

import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.cli import main
from data_access.evaluations import keep_evaluations, last_evaluations
from data_access.scope import Role, Scope
from data_access.workspace import Act, open_workspace
from ingestion.evaluation import evaluations
from ingestion.published import published
from tests.given import Given

ADA = Scope("ada@example.org", Role.ADMINISTRATOR)
FIRST = date(2026, 1, 5)
TITLES = [
    "Changes of one week put into pairs with at least 5 logins a week: share found",
    "Drops to 30 % that last, from 20 logins a week: share found in 4 weeks",
    "Flags in a simulation of which the truth is known",
    "Outlook: no use in 8 weeks, by pair",
    "Outlook: no use in 4 weeks, by pair",
    "Outlook: no use in 8 weeks, by account",
    "Outlook: no use in 4 weeks, by account",
]


@pytest.fixture
def steady(given: Given) -> Given:
    """Three accounts with 30 or so logins a week, for 14 weeks."""
    for week in range(14):
        for place, account in enumerate("abc"):
            at = f"{FIRST + timedelta(weeks=week)} 09:00"
            given.use(account, "permit", at, event="LOGIN", times=28 + (week * 7 + place * 3) % 5)
    return given.use("a", "permit", f"{FIRST + timedelta(weeks=14, days=-1)} 09:00", event="LOGIN").loaded()


def one_week(given: Given) -> Given:
    return given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-11 09:00")


def test_every_method_is_judged_on_what_is_published(steady: Given):
    with published(steady.store, steady.url) as connection:
        found = dict(evaluations(connection))
    assert list(found) == TITLES
    one_week = found[TITLES[0]].set_index("method")
    assert one_week.loc["surprise", ["× 3", "× 5", "to 0", "to 30 %"]].tolist() == [1, 1, 1, 1]
    assert found[TITLES[2]]["method"].tolist() == ["q = 0.05", "p < 0.01"]
    assert found[TITLES[3]].empty  # nobody went quiet


def test_what_was_found_last_is_kept_in_its_order(given: Given, tmp_path):
    workspace, now = open_workspace("", tmp_path), datetime(2026, 11, 26, tzinfo=UTC)
    with published(one_week(given).loaded().store, given.url) as connection:
        found = dict(evaluations(connection))
    keep_evaluations(workspace, Act(ADA, now, "1" * 32), "Before", {"Older": found[TITLES[2]]})
    keep_evaluations(workspace, Act(ADA, now, "2" * 32), "Test", found)
    kept = last_evaluations(workspace, ADA)
    assert [(one.title, one.source, one.made_at) for one in kept] == [(title, "Test", now) for title in TITLES]
    assert kept[2].table.round(6).equals(found[TITLES[2]].round(6))
    assert [len(one.table) for one in kept] == [0, 0, 2, 0, 0, 0, 0]
    workspace.close()


def test_the_command_prints_and_keeps_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DASHBOARD_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["dashboard", "backtest"])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "dashboard load" in capsys.readouterr().err
    one_week(Given(tmp_path)).load()
    with pytest.raises(SystemExit, match="0"):
        main()
    printed = capsys.readouterr().out
    assert all(title in printed.replace("\n", " ") for title in TITLES)
    workspace = open_workspace("", tmp_path)
    assert [one.title for one in last_evaluations(workspace, ADA)] == TITLES
    workspace.close()
