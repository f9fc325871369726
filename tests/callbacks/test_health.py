"""What the page of health says of four agencies: of whom it is known how often, how much and how widely they use."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from re import sub

import pandas as pd
import pytest
from dash import Dash
from flask import Flask, g

from analytics.health import COMPONENTS, Recipe
from callbacks import account_health, health, health_exports, health_parts, health_what_if
from callbacks.health_lists import bands_now, fallers, listed, matrix, risers
from callbacks.health_marks import marks
from callbacks.health_scores import Scored, scored
from callbacks.health_versions import SETTINGS, Version, versions
from callbacks.query import filters, query
from callbacks.request import BadInput
from data_access.workspace import open_workspace
from layouts.links import Query
from tests.given import LEADER, Given

FIRST = date(2025, 10, 6)
WEEKS = 17
SET_UP = Version(0, None, "", Recipe(), "Settings")
PEOPLE = {"a": ("Ash", "City"), "b": ("Birch", "City"), "c": ("Cedar", "Town"), "d": ("Dogwood", "Town")}


def four_agencies(given: Given) -> Given:
    """Ash uses one day a week, Birch two and Cedar three, Dogwood four; Birch six from 5 January on.

    On a day of use everybody logs in once, and uses as many features as they use days a week.
    """
    for key, (name, industry) in PEOPLE.items():
        given.row("accounts", account=key, name=name, industry=industry, plan="Basic", annual_value=ord(key) - 96)
    for week in range(WEEKS):
        monday = FIRST + timedelta(weeks=week)
        for place, account in enumerate(PEOPLE, start=1):
            days = 6 if account == "b" and monday >= date(2026, 1, 5) else place
            for day in range(days):
                at = f"{monday + timedelta(days=day)}T09:00"
                given.use(account, "permit", at, event="LOGIN", feature=f"feature {day}")
    # The last week is complete with its Sunday, on which only a program was at work.
    return given.use("d", "permit", "2026-02-01T23:00", channel="api").loaded()


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return four_agencies(Given(tmp_path_factory.mktemp("agencies")))


@pytest.fixture(scope="module")
def application() -> Dash:
    """Addresses are relative to one."""
    return Dash(__name__)


@pytest.fixture
def asked(agencies: Given, application: Dash, tmp_path: Path) -> Iterator[None]:
    server = Flask("test")
    server.config[SETTINGS] = Recipe()
    with server.app_context(), agencies.opened.pin() as generation:
        g.scope, g.generation, g.workspace = LEADER, generation, open_workspace("", tmp_path)
        g.workspace.migrate()
        yield
        g.workspace.close()


def found(search: str = "") -> Scored:
    return scored(filters(search), Recipe())


def words(markup: str) -> str:
    return " ".join(unescape(sub("<[^>]*>", " ", markup)).split())


def test_the_page_says_how_many_are_critical_and_what_is_not_known(asked: None):
    heading, *_ = health.update_bands(filters(""), query(""), (SET_UP,), "light")
    assert words(heading) == (
        "How healthy is each account, why, and what moved? "
        "1 of 4 accounts is critical, 1 fewer than four weeks before, under the score as it was set up, as of 1 Feb 2026. "
        "Ticket responses and CSM engagement are not known: the other weights count more instead. To know, load "
        "a table tickets: account, opened_at, responses ([tickets] in the mapping file); "
        "a table touchpoints: account, occurred_at ([touchpoints] in the mapping file)."
    )


def test_another_version_or_scaling_is_named(asked: None):
    third = Version(3, datetime(2026, 1, 1, tzinfo=UTC), "ann@example.org", Recipe(), "Tried")
    for search, said in (
        ("", "under version 3 of the score, as of"),
        ("?scaling=min-max", "under version 3 of the score, but scaled min–max (not in force), as of"),
    ):
        heading, *_ = health.update_bands(filters(search), query(search), (SET_UP, third), "light")
        assert said in words(heading)


def test_the_parts_of_each_account_sum_to_its_score(asked: None):
    """By hand: mid-ranks of four are 12.5, 37.5, 62.5 and 87.5; weights 25, 20 and 25 of 70; half is the step before.

    Birch was third in everything. Now it is second in days a week (3.3 over 12 weeks), first in logins and features.
    """
    accounts = found().accounts.set_index("account")
    birch = (37.5 + (25 * 62.5 + 45 * 87.5) / 70) / 2
    dogwood = (87.5 + (25 * 87.5 + 45 * 62.5) / 70) / 2
    assert accounts["score"].to_dict() == pytest.approx({"Ash": 12.5, "Birch": birch, "Cedar": 50, "Dogwood": dogwood})
    parts = accounts[[f"{name}_points" for name in COMPONENTS]].sum(axis=1)
    assert parts.to_dict() == pytest.approx(accounts["score"].to_dict())
    assert accounts["band"].to_dict() == {
        "Ash": "Critical", "Birch": "At-Risk", "Cedar": "At-Risk", "Dogwood": "Healthy",
    }  # fmt: skip


def test_the_counts_of_the_bands_stand_beside_those_of_a_month_ago(asked: None):
    counts = bands_now(found().accounts)
    assert counts.reset_index().values.tolist() == [
        ["Healthy", 1, 1], ["At-Risk", 2, 1], ["Critical", 1, 2], ["Insufficient data", 0, 0],
    ]  # fmt: skip


def test_who_moved_is_counted_from_band_to_band(asked: None):
    accounts = found().accounts
    counts = matrix(accounts)
    moved = {(str(then), str(now)): int(counts.loc[then, now]) for then in counts.index for now in counts.columns}
    assert {way: count for way, count in moved.items() if count} == {
        ("Healthy", "Healthy"): 1, ("At-Risk", "At-Risk"): 1, ("Critical", "At-Risk"): 1, ("Critical", "Critical"): 1,
    }  # fmt: skip
    assert fallers(accounts).empty
    assert risers(accounts)["account"].tolist() == ["Birch"]


def test_the_deepest_fall_is_named_first():
    rows = [
        ("Ash", "At-Risk", "Healthy", 60, 90),
        ("Birch", "Critical", "Healthy", 40, 80),
        ("Cedar", "Critical", "At-Risk", 44, 56),
        ("Dogwood", "Insufficient data", "Healthy", None, 80),
        ("Elm", "At-Risk", "At-Risk", 60, 60),
    ]
    accounts = pd.DataFrame(rows, columns=["account", "band", "band_month_ago", "score", "score_month_ago"])
    assert fallers(accounts)["account"].tolist() == ["Birch", "Ash", "Cedar"]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["Ash"]),
        ("?band=at-risk&band=healthy", ["Cedar", "Birch", "Dogwood"]),
        ("?band=at-risk&band=healthy&order=value", ["Dogwood", "Cedar", "Birch"]),
        ("?band=at-risk&order=fallen", ["Cedar", "Birch"]),
        ("?band=at-risk&was=critical", ["Birch"]),
        ("?band=insufficient", []),
    ],
)
def test_the_list_holds_the_chosen_bands_in_the_order_asked_for(asked: None, search: str, names: list[str]):
    assert listed(found().accounts, query(search))["account"].tolist() == names
    shown = health.update_accounts(filters(search), query(search), (SET_UP,))
    assert all(name in shown for name in names)


def test_scores_are_counted_in_steps_of_five_points_by_band(asked: None):
    starts, counts = health.distribution(found().accounts)
    held = {(start, band): count[at] for band, count in counts.items() for at, start in enumerate(starts) if count[at]}
    assert held == {(10, "Critical"): 1, (50, "At-Risk"): 1, (55, "At-Risk"): 1, (75, "Healthy"): 1}
    full = pd.DataFrame({"band": ["Healthy"], "score": [100.0]})
    assert health.distribution(full)[1]["Healthy"][-1] == 1


def test_segments_with_the_largest_critical_share_come_first(asked: None):
    counts = health.of_segment(found().accounts, "industry")
    assert counts.reset_index().values.tolist() == [["City", 1, 1, 0], ["Town", 0, 1, 1]]
    assert list(counts.columns) == ["Critical", "At-Risk", "Healthy"]
    assert health.of_segment(found().accounts.assign(plan=None), "plan").empty


def test_a_version_is_marked_where_it_came_into_force(asked: None):
    """Steps are on 5 January and 2 February; what came later is marked on the last, which it scores."""
    days = [
        None,
        datetime(2025, 12, 1, tzinfo=UTC),
        datetime(2026, 1, 20, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
    ]
    known = tuple(Version(place, day, "ann", Recipe(), "Tried") for place, day in enumerate(days))
    assert [(mark.day, mark.label) for mark in marks(found().steps, known)] == [
        ("2026-01-20", "Version 2"), ("2026-02-02", "Version 3"),
    ]  # fmt: skip
    later = Version(4, datetime(2026, 4, 1, tzinfo=UTC), "bob", Recipe(), "Tried again")
    _, last = marks(found().steps, (*known, later))
    assert (last.day, last.label) == ("2026-02-02", "Versions 3–4")
    assert last.words == (
        "Version 3, in force from 1 Mar 2026, saved by ann: Tried; "
        "Version 4, in force from 1 Apr 2026, saved by bob: Tried again"
    )


def test_what_goes_together_is_told_with_its_accounts(asked: None):
    """Days a week: Ash, Cedar, Birch, Dogwood. Logins and features: Ash, Cedar, Dogwood, Birch. 1 − 6·2 ÷ (4·15)."""
    rows, counts = health_parts.correlations(found().accounts)
    assert list(rows) == ["usage_frequency", "logins", "feature_adoption", "score"]
    assert rows.loc["usage_frequency", "logins"] == pytest.approx(0.8)
    assert rows.loc["logins", "feature_adoption"] == pytest.approx(1)
    assert counts.to_numpy().min() == 4


def test_points_are_those_of_which_both_are_known(asked: None):
    rows = health_parts.points(found().accounts, "logins", "score")
    assert rows["account"].tolist() == ["Birch", "Dogwood", "Cedar", "Ash"]
    assert health_parts.points(found().accounts, "csm_engagement", "score").empty


@pytest.mark.parametrize(
    ("search", "axes"),
    [
        ("", ("usage_frequency", "feature_adoption")),
        ("?component=logins&against=score", ("logins", "score")),
        ("?component=feature_adoption", ("feature_adoption", "usage_frequency")),
    ],
)
def test_a_component_is_never_drawn_against_itself(asked: None, search: str, axes: tuple[str, str]):
    assert health_parts.axes(query(search)) == axes


def test_whole_numbers_have_bins_of_their_own():
    accounts = pd.DataFrame({"logins": [0.0, 2, 2, None], "band": ["Critical", "Critical", "Healthy", "Healthy"]})
    assert health_parts.spread(accounts, "logins") == (
        [-0.5, 0.5, 1.5], 1, {"Healthy": [0, 0, 1], "Critical": [1, 0, 1]},
    )  # fmt: skip


def test_what_no_account_is_known_by_says_what_to_load(asked: None):
    parts = health_parts.update_parts(filters(""), query("?component=csm_engagement"), (SET_UP,), "light")
    assert words(str(parts[2])) == (
        "CSM engagement is not known of the accounts here. "
        "Load a table touchpoints: account, occurred_at ([touchpoints] in the mapping file)."
    )


def test_other_limits_show_who_would_change_band_before_they_are_saved(asked: None):
    """At-Risk from 60: Cedar fell from 62.5 to 50, and Birch rose from 37.5 to 58."""
    tried = replace(Recipe(), at_risk=60)
    shown = words(health_what_if.update_preview(filters(""), query(""), tried, (SET_UP,)))
    assert shown.startswith("2 accounts of 4 would change band: 3 critical instead of 1.")
    assert "Cedar ◇ At-Risk → ◆ Critical" in shown
    assert "Move a weight" in health_what_if.update_preview(filters(""), query(""), Recipe(), (SET_UP,))


def test_a_form_that_makes_no_score_says_why():
    fields = {**dict.fromkeys(COMPONENTS, "20"), "scaling": "percentile", "healthy": "75", "at_risk": "50"}
    assert health_what_if.recipe(fields) == Recipe(weights=(20, 20, 20, 20, 20))
    assert health_what_if.recipe({**fields, "at_risk": "80"}) == (
        "The limits lie between 0 and 100, that of Healthy above that of At-Risk."
    )
    assert health_what_if.recipe({**fields, "logins": "many"}) == "A weight is a number from 0 to 1000."


def test_only_those_who_may_have_a_way_to_save(asked: None):
    may, _ = health_what_if.update_form((SET_UP,), may_save=True)
    may_not, _ = health_what_if.update_form((SET_UP,), may_save=False)
    assert 'data-action="score"' in may
    assert 'data-action="score"' not in may_not
    assert "saved by leaders and administrators only" in may_not


def test_the_page_of_an_account_shows_its_parts_and_how_it_moved(asked: None):
    wanted = filters("?account=b")
    _, head, parts, steps = account_health.update_health(wanted, Query(), versions(), "light")
    assert words(head).startswith(
        "How healthy is it? At-Risk Score 58.0 as of 1 Feb 2026, +20.5 points since the step four weeks before, "
        "then Critical; 78.6 by these weeks alone"
    )
    assert "Usage frequency 3.33 days with use a week, over 12 weeks 17.9 of 35.7" in words(parts)
    assert "Ticket responses not known – –" in words(parts)
    assert words(steps).endswith("2 Feb 2026 ◇ At-Risk 58.0 78.6 0 5 Jan 2026 ◆ Critical 37.5 37.5 0")
    assert "At-Risk 58.0" in words(health.text(account_health.chip(wanted, query(""), versions())))


def test_a_workbook_says_what_its_numbers_are_scored_by(asked: None):
    search = "?band=critical&band=healthy&was=critical&scaling=min-max"
    assert health_exports.notes(filters(search), query(search)) == [
        ("Health", "The score as it was set up, with another scaling; period and measure do not matter"),
        ("Scaling", "Min–max"),
        ("Weights, of 100",
         "Usage frequency 25, Logins 20, Ticket responses 15, Feature adoption 25, CSM engagement 15"),
        ("Limits", "Healthy from 75, Critical below 50"),
        ("Bands chosen", "Critical, Healthy"),
        ("Band a month ago", "Critical"),
    ]  # fmt: skip


def test_a_band_that_is_held_by_a_few_points_is_explained(asked: None):
    """Dogwood fell from 87.5 to (87.5 + 71.4) ÷ 2: under a limit of 82, and not by 5 points."""
    wanted = filters("?account=d")
    for healthy, said in (
        (75, "Score 79.5 as of 1 Feb 2026, −8.0 points since the step four weeks before; 71.4 by these weeks alone ⋯"),
        (
            82,
            "71.4 by these weeks alone. It stays Healthy: a band changes only once its limit is crossed by 5 points ⋯",
        ),
    ):
        version = replace(SET_UP, recipe=Recipe(healthy=healthy))
        _, head, _, _ = account_health.update_health(wanted, Query(), (version,), "light")
        assert said in words(head)


def test_every_card_can_be_downloaded_as_it_is_shown(asked: None):
    tables = {
        card: rows(filters(""), query("")) for card, rows in health_exports.EXPORTS.items() if card != "of-account"
    }
    assert {card: len(table) for card, table in tables.items()} == {
        "bands": 4, "scores": 20, "accounts": 1, "moves": 16, "fallers": 0, "history": 2, "industry": 2, "plan": 1,
        "component": 20, "pair": 4, "engagement": 0, "correlations": 6, "outcomes": 3,
    }  # fmt: skip
    assert {"Usage frequency, points", "CSM engagement, points", "At-Risk"} <= {
        column for table in tables.values() for column in table
    }
    assert len(health_exports.EXPORTS["of-account"](filters("?account=a"), query("?account=a"))) == 2
    with pytest.raises(BadInput):
        health_exports.EXPORTS["of-account"](filters(""), query(""))


def test_where_too_little_is_known_the_page_says_what_to_load(tmp_path: Path, application: Dash):
    with Given(tmp_path / "few") as given:
        (tmp_path / "few").mkdir()
        for week in range(10):
            given.use("a", "permit", f"{FIRST + timedelta(weeks=week)}T09:00")
        server = Flask("test")
        server.config[SETTINGS] = Recipe()
        with server.app_context(), given.loaded().opened.pin() as generation:
            g.scope, g.generation, g.score_versions = LEADER, generation, (SET_UP,)
            heading, *_ = health.update_bands(filters(""), query(""), (SET_UP,), "light")
    assert "data-none" in heading
    assert words(heading).endswith(
        "This account cannot be scored: too little is known of it. "
        "A score needs 60 % of its weight, and 45 % is known here. Missing: "
        "Ticket responses (15 of 100): load a table tickets: account, opened_at, responses ([tickets] in the mapping "
        "file) Feature adoption (25 of 100): load a column feature in the usage log ([usage.columns] in the mapping "
        "file) CSM engagement (15 of 100): load a table touchpoints: account, occurred_at ([touchpoints] in the "
        "mapping file) A workbook of your own can be scored below, with nothing loaded."
    )


@pytest.fixture(scope="module")
def coming_and_going(tmp_path_factory: pytest.TempPathFactory) -> Given:
    """Ash stays; Birch left on 12 January, between the two steps; Cedar came on 20 January. Tickets are Ash's alone."""
    given = Given(tmp_path_factory.mktemp("going"))
    for account, name, first, last, since, until in (
        ("a", "Ash", 0, WEEKS, "2025-01-01", None),
        ("b", "Birch", 0, 14, "2025-01-01", "2026-01-12"),
        ("c", "Cedar", 15, WEEKS, "2026-01-20", None),
    ):
        given.row("accounts", account=account, name=name)
        given.row("subscriptions", account=account, application="permit", started_on=since, cancelled_on=until)
        for week in range(first, last):
            at = f"{FIRST + timedelta(weeks=week, days=2)}T09:00"
            given.use(account, "permit", at, event="LOGIN", feature="map")
    given.row("tickets", account="a", ticket="1", opened_at="2026-01-20", responses=2)
    return given.use("a", "permit", "2026-02-01T23:00", channel="api").loaded()


@pytest.fixture
def asked_of_them(coming_and_going: Given, application: Dash) -> Iterator[None]:
    server = Flask("test")
    server.config[SETTINGS] = Recipe()
    with server.app_context(), coming_and_going.opened.pin() as generation:
        g.scope, g.generation, g.score_versions = LEADER, generation, (SET_UP,)
        yield


def head_of(search: str) -> str:
    markup, *_ = health.update_bands(filters(search), query(search), (SET_UP,), "light")
    return words(markup).removeprefix("How healthy is each account, why, and what moved? ")


WORKBOOK = " A workbook of your own can be scored below, with nothing loaded."


def test_who_left_before_the_newest_step_is_no_customer_now(asked_of_them: None):
    assert head_of("?account=b") == (
        f"Nobody who is chosen here is a customer now: take away a filter above.{WORKBOOK}"
    )
    left = found("?account=b")
    assert left.accounts.empty
    assert left.steps[["day", "At-Risk"]].to_numpy().tolist() == [
        [pd.Timestamp(2026, 1, 5), 1], [pd.Timestamp(2026, 2, 2), 0],
    ]  # fmt: skip
    wanted = filters("?account=b")
    _, head, parts, steps = account_health.update_health(wanted, Query(), versions(), "light")
    assert words(head).startswith(
        "How healthy was it while it was a customer? No customer now. Last looked at as of 4 Jan 2026: At-Risk, 50.0"
    )
    assert words(parts) == "The parts of a score are told of customers only."
    assert words(steps).endswith("5 Jan 2026 ◇ At-Risk 50.0 50.0 0")
    assert account_health.chip(wanted, query(""), versions()) is None
    later = Version(1, datetime(2026, 3, 1, tzinfo=UTC), "ann", Recipe(healthy=80), "After it left")
    chart, *_ = account_health.update_health(wanted, Query(), (SET_UP, later), "light")
    assert "Version 1" not in str(chart)


def test_what_others_are_known_by_need_not_be_loaded(asked_of_them: None):
    assert head_of("?account=c") == (
        "This account cannot be scored: too little is known of it. "
        "A score needs 60 % of its weight, and 0 % is known here. Missing: "
        "Usage frequency (25 of 100): who started less than 30 days ago, or whose log is late, has none "
        "Logins (20 of 100): who started less than 30 days ago, or whose log is late, has none "
        "Ticket responses (15 of 100): who opened no ticket in 90 days has none "
        "Feature adoption (25 of 100): who started less than 30 days ago, or whose log is late, has none "
        "CSM engagement (15 of 100): load a table touchpoints: account, occurred_at ([touchpoints] in the mapping "
        f"file){WORKBOOK}"
    )
    _, head, _, _ = account_health.update_health(filters("?account=c"), Query(), versions(), "light")
    assert words(head).startswith(
        "Too little is known to score its health 0 % of the weight is known, and 60 % are needed; who started less than "
        "30 days ago, or whose log is late, has none; who opened no ticket in 90 days has none; load a table touchpoints"
    )


def test_accounts_chosen_one_by_one_are_scored_among_all(asked: None):
    """Ash to Dogwood use one to four days a week, Birch six at last: alone it would be in the middle of nothing."""
    every = scored(filters(""), Recipe("min-max")).accounts.set_index("account")["score"]
    for search, names in (("?account=b", ["Birch"]), ("?account=a&account=d", ["Ash", "Dogwood"])):
        few = scored(filters(search), Recipe("min-max")).accounts.set_index("account")["score"]
        assert few.to_dict() == pytest.approx(every[names].to_dict())
    assert every["Ash"] == 0


def test_what_a_choice_means_for_a_score_is_said(asked: None):
    search = "?app=permit&scaling=min-max"
    said, *_ = health.update_bands(filters(search), query(search), (SET_UP,), "light")
    assert "a choice of applications chooses the accounts that have such a one" in words(said)
    assert "Min–max goes by the accounts shown: on its own page an account is scored among all of them." in words(said)
