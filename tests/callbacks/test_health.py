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
        "a table tickets: account, opened_at, responses; a table touchpoints: account, occurred_at."
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
    assert words(str(parts[2])) == "CSM engagement is not known. Load a table touchpoints: account, occurred_at."


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


def test_every_card_can_be_downloaded_as_it_is_shown(asked: None):
    tables = {
        card: rows(filters(""), query("")) for card, rows in health_exports.EXPORTS.items() if card != "of-account"
    }
    assert {card: len(table) for card, table in tables.items()} == {
        "bands": 4, "scores": 20, "accounts": 1, "moves": 16, "fallers": 0, "history": 2, "industry": 2, "plan": 1,
        "component": 20, "pair": 4, "engagement": 0, "correlations": 6, "outcomes": 3,
    }  # fmt: skip
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
    assert "None of 1 account can be scored: too little is known of them." in words(heading)
    assert "Feature adoption: a column feature in the usage log" in words(heading)
