"""What is to look at, what was said of it, and who sees which."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pandas as pd
import pytest
from dash import Dash
from flask import g

from callbacks import flags
from callbacks.flags_folded import folded
from callbacks.query import filters, query
from data_access.filters import Filters
from data_access.scope import Role, Scope
from data_access.verdicts import Episode, give
from data_access.workspace import Act, Workspace, open_workspace
from layouts import flags as view
from layouts.links import Query
from layouts.markup import text
from tests.flagged import CLOSED_2025, CLOSED_2026, flagged_agencies, summer_closings
from tests.given import LEADER, Given

MIA = Scope("mia@example.org", Role.MANAGER, "mia@example.org")
ANN, BOB = "ann@example.org", "bob@example.org"
STOPPED, ROSE = date(2026, 3, 30), date(2026, 2, 23)
AURORA_STOPPED = Episode("a", "permit", STOPPED)
ALL = "?period=all&flags=all"


@dataclass
class Desk:
    """A store and a workspace, before somebody who asks."""

    given: Given
    workspace: Workspace
    app: Dash = field(default_factory=lambda: Dash(__name__))
    clicks: count = field(default_factory=lambda: count(0))

    @contextmanager
    def asked(self, search: str = ALL, scope: Scope = LEADER) -> Iterator[tuple[Filters, Query]]:
        with self.app.server.app_context(), self.given.opened.pin() as generation:
            g.scope, g.generation, g.workspace = scope, generation, self.workspace
            yield filters(search), query(search)

    def say(self, episode: Episode, question: str, answer: str, who: str = ANN) -> None:
        act = Act(Scope(who, Role.LEADER), datetime(2026, 4, 7, tzinfo=UTC), f"click {next(self.clicks)}")
        give(self.workspace, act, episode, question, answer)

    def told(self, search: str = ALL, scope: Scope = LEADER, me: str = ANN) -> pd.DataFrame:
        with self.asked(search, scope) as (wanted, _):
            return flags.with_verdicts(flags.data.flagged(wanted), flags.what_was_said(), wanted, me)

    def html(self, search: str = ALL, scope: Scope = LEADER, me: str = ANN) -> str:
        with self.asked(search, scope) as (wanted, asked):
            return text(flags.card(wanted, asked, me, "/export/changes"))

    def precision(self, scope: Scope = LEADER, search: str = ALL) -> tuple[int, int]:
        with self.asked(search, scope) as (wanted, _):
            return flags.precision(flags.what_was_said(), wanted)


def one(rows: pd.DataFrame, episode: Episode) -> dict[str, object]:
    keys = rows[["account_id", "application_id", "started_on"]].astype(object)
    wanted = [episode.account_id, episode.application_id, pd.Timestamp(episode.week)]
    [row] = rows[(keys.where(keys.notna(), None) == wanted).all(axis=1)].to_dict("records")
    return {name: row[name] for name in ("status", "answer", "given_by", "vote", "useful", "not_useful")}


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return flagged_agencies(Given(tmp_path_factory.mktemp("flagged")))


@pytest.fixture(scope="module")
def summers(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return summer_closings(Given(tmp_path_factory.mktemp("summers")))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = open_workspace("", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def desk(agencies: Given, workspace: Workspace) -> Desk:
    return Desk(agencies, workspace)


def test_a_change_is_new_then_acknowledged_then_explained(desk: Desk):
    assert set(desk.told()["status"]) == {"new"}
    desk.say(AURORA_STOPPED, "seen", "yes")
    assert one(desk.told(), AURORA_STOPPED) | {"answer": None} == {
        "status": "acknowledged", "answer": None, "given_by": ANN, "vote": pytest.approx(float("nan"), nan_ok=True),
        "useful": 0, "not_useful": 0,
    }  # fmt: skip
    desk.say(AURORA_STOPPED, "reason", "moved house", BOB)
    found = one(desk.told(), AURORA_STOPPED)
    assert (found["status"], found["answer"], found["given_by"]) == ("explained", "moved house", BOB)
    assert desk.told()["status"].eq("new").sum() == len(desk.told()) - 1


def test_what_is_said_of_a_pair_is_not_said_of_its_account_or_its_application(desk: Desk):
    for episode in (Episode("a", None, STOPPED), Episode(None, "permit", STOPPED)):
        desk.say(episode, "seen", "yes")
    found = desk.told()
    assert one(found, AURORA_STOPPED)["status"] == "new"
    assert found.loc[found["status"] == "acknowledged", "level"].tolist() == ["application", "account"]


def test_what_is_left_to_look_at_is_listed_first_and_everything_on_request(desk: Desk):
    desk.say(AURORA_STOPPED, "seen", "yes")
    open_ones, every = desk.html("?period=all"), desk.html()
    assert (open_ones.count('class="episode '), every.count('class="episode ')) == (5, 6)
    assert "6 stand out in the period, 5 of them to look at" in open_ones
    assert "✓ Acknowledged by ann@example.org" in every
    assert "Acknowledged by" not in open_ones


def test_a_row_says_what_was_expected_and_seen_in_what_is_counted(desk: Desk):
    shown = desk.html("?period=all&account=a&app=permit")
    assert "▼ Drop in logins</b> −100%" in shown
    assert "Expected 21 (others on Permit are 4 % down this week), saw 0: less than 1 in 1,000,000." in shown
    assert "since 30 Mar 2026, goes on" in shown
    assert "Expected 43, saw 20: about 1 in 2,000." in desk.html("?period=all&account=a")
    assert "▲ Spike in logins</b> +349%" in shown
    assert "week of 23 Feb 2026" in shown
    assert "account=a&amp;app=permit&amp;metric=logins&amp;period=2026-02-23..2026-03-01&amp;rows=use" in shown


def events(*rows: tuple[str, str | None, str | None, int, str]) -> list[tuple[str, tuple[str, ...]]]:
    """What is left of episodes (level, account, application, direction, start), in words, and what is told with it."""
    columns = ["level", "account_id", "application", "direction", "started_on"]
    given = pd.DataFrame(rows, columns=columns).astype({"account_id": "str", "application": "str"})
    given["started_on"] = pd.to_datetime(given["started_on"])
    found = folded(given.assign(sentence=[f"episode {place}." for place in range(len(given))]))
    return list(zip(found["sentence"], found["also"], strict=True))


def test_an_account_and_its_only_application_that_moved_are_one_event():
    account, pair = ("account", "a", None, 1, "2026-03-09"), ("pair", "a", "Permit", 1, "2026-03-02")
    assert events(account, pair) == [("episode 1.", ("All applications together: episode 0.",))]


def test_several_applications_are_told_under_their_account():
    pairs = [("pair", "a", app, 1, "2026-03-02") for app in ("Permit", "Fleet")]
    assert events(pairs[0], ("account", "a", None, 1, "2026-03-02"), pairs[1]) == [
        ("episode 1.", ("Permit: episode 0.", "Fleet: episode 2."))
    ]


def test_what_began_later_or_goes_the_other_way_or_is_of_all_accounts_is_an_event_of_its_own():
    alone = [
        ("account", "a", None, 1, "2026-03-02"), ("pair", "a", "Permit", 1, "2026-03-16"),
        ("pair", "a", "Fleet", -1, "2026-03-02"), ("pair", "b", "Permit", 1, "2026-03-02"),
        ("application", None, "Permit", 1, "2026-03-02"), ("application", None, "Fleet", 1, "2026-03-02"),
    ]  # fmt: skip
    assert events(*alone) == [(f"episode {place}.", ()) for place in range(6)]


def test_a_sentence_compares_with_others_only_where_an_application_is_known(desk: Desk):
    with desk.asked() as (wanted, _):
        rows = flags.in_words(flags.data.flagged(wanted))
    assert (
        rows["sentence"].str.contains("others on (?:Permit|Fleet) are").tolist() == (rows["level"] == "pair").tolist()
    )
    assert not rows["sentence"].str.contains("nan").any()


def test_each_person_sees_their_own_vote_and_all_count(desk: Desk):
    desk.say(AURORA_STOPPED, "useful", "yes")
    desk.say(AURORA_STOPPED, "useful", "no", BOB)
    found = [one(desk.told(me=who), AURORA_STOPPED) for who in (ANN, BOB)]
    assert [(row["vote"], row["useful"], row["not_useful"]) for row in found] == [("yes", 1, 1), ("no", 1, 1)]
    assert pd.isna(one(desk.told(me="cem@example.org"), AURORA_STOPPED)["vote"])
    assert desk.html().count('class="vote own"') == 1


def test_a_flag_was_useful_where_more_people_say_so_than_not(desk: Desk):
    desk.say(AURORA_STOPPED, "useful", "yes")
    desk.say(AURORA_STOPPED, "useful", "no", BOB)
    desk.say(Episode("a", "permit", ROSE), "useful", "yes")
    desk.say(Episode("b", None, date(2026, 3, 16)), "useful", "yes")
    desk.say(Episode(None, "permit", STOPPED), "useful", "no")
    assert desk.precision() == (2, 4)
    assert desk.precision(search="?period=2026-03-02..2026-03-08&app=fleet") == (2, 4)
    assert "2 of 4 voted on so far were judged useful" in desk.html("?period=all&app=permit")


def test_a_manager_of_some_sees_nothing_that_others_or_all_accounts_did(desk: Desk):
    for episode in (AURORA_STOPPED, Episode("b", "permit", date(2026, 3, 16)), Episode(None, "permit", STOPPED)):
        desk.say(episode, "useful", "yes")
    assert desk.precision(MIA) == (1, 1)
    shown = desk.html(scope=MIA)
    assert "2 stand out in the period" in shown
    assert "Boulder" not in shown and "All accounts" not in shown
    with desk.asked(scope=MIA) as question:
        assert set(flags.table(*question)["Account"]) == {"Aurora"}


def test_a_reason_is_remembered_for_the_account_at_this_time_next_year(summers: Given, workspace: Workspace):
    desk = Desk(summers, workspace)
    fell = {"a": Episode("a", "permit", CLOSED_2026), "b": Episode("b", "permit", CLOSED_2026)}
    assert one(desk.told(), fell["a"])["status"] == "new"
    desk.say(Episode("a", "permit", CLOSED_2025), "reason", "summer closing")
    for search in (ALL, "?period=2026-07-06..2026-07-12&app=permit"):
        found = [one(desk.told(search), episode) for episode in fell.values()]
        assert [row["status"] for row in found] == ["remembered", "new"]
        assert found[0]["answer"] == "summer closing"
    shown = desk.html("?period=2026-07-06..2026-07-12&account=a")
    assert "1 more, explained by what was said in an earlier year" in shown
    assert "↻ As in an earlier year</span>: summer closing" in shown
    assert "Nothing new stood out in the period." in shown
    desk.say(fell["a"], "reason", "a flood")
    assert one(desk.told(), fell["a"])["answer"] == "a flood"


def test_while_nobody_can_tell_what_was_said_everything_is_to_look_at(agencies: Given, tmp_path: Path):
    (tmp_path / "workspace.sqlite").write_text("no database " * 100)
    away = Workspace(f"sqlite:///{tmp_path / 'workspace.sqlite'}", rest_seconds=0)
    shown = Desk(agencies, away).html()
    away.close()
    assert "cannot be reached now" in shown
    assert shown.count('class="episode new"') == 6


def test_an_empty_list_says_why(desk: Desk, workspace: Workspace, tmp_path: Path):
    assert "Nothing stood out in the period." in desk.html("?period=2026-01-05..2026-02-01")
    short = Given(tmp_path)
    for day in ("2026-01-05", "2026-01-12", "2026-02-07"):  # four complete weeks, and a Saturday
        short.use("a", "permit", f"{day} 09:00")
    assert "The log is too short" in Desk(short.loaded(), workspace).html()
    short.use("a", "permit", "2026-02-08 09:00").load()
    assert "Nothing stood out in the period." in Desk(short, workspace).html()


def test_a_long_list_is_shown_in_parts_and_the_download_has_all(desk: Desk):
    with desk.asked() as (wanted, _):
        rows = flags.in_words(flags.with_verdicts(flags.data.flagged(wanted), flags.what_was_said(), wanted, ANN))
        long = pd.concat([rows.assign(also=[()] * len(rows))] * 30)

        def shown(search: str) -> str:
            place = view.Place(query(search), query(search), "/export/changes", "logins", 9, is_of_one=False)
            return text(view.what_stands_out(long, long.head(0), view.Counts(270, 270, 0, 0, True), place))

        few, many = shown(ALL), shown(f"{ALL}&flagged=200")
    assert few.count('class="episode ') == 20
    assert "20 of 270. " in few and "Show 200" in few
    assert many.count('class="episode ') == 200
    assert "200 of 270; the download has all." in many


def test_the_download_tells_the_sentence_and_the_verdict(desk: Desk):
    desk.say(AURORA_STOPPED, "reason", "moved house")
    desk.say(AURORA_STOPPED, "useful", "no", BOB)
    with desk.asked("?period=all&account=a&app=permit") as question:
        table = flags.table(*question)
    first = table.iloc[0].to_dict()
    told = {name: first[name] for name in ("Account", "Application", "Level", "Change", "Counted in", "Saw", "Size")}
    assert told == {
        "Account": "Aurora", "Application": "Permit", "Level": "pair", "Change": "Drop", "Counted in": "logins",
        "Saw": 0, "Size": -1,
    }  # fmt: skip
    assert first["Sentence"].startswith("Expected 21 (others on Permit are 4 % down this week), saw 0")
    said = [first[name] for name in ("Status", "Reason", "Said by", "Useful", "Not useful")]
    assert said == ["explained", "moved house", ANN, 0, 1]
    assert table["Until"].isna().tolist() == [True, False]
    assert table["Until"].iloc[1] == pd.Timestamp("2026-03-01")
