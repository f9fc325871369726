"""Which inputs of health may who see? The same answers from both stores."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from data_access.health import COMPONENTS, health_accounts, health_inputs, health_steps
from data_access.scope import Role, Scope
from tests.given import LEADER, Given

FIRST = date(2026, 1, 5)
MIA = Scope("mia@example.org", Role.MANAGER, portfolio="mia@example.org")
NEWEST = pd.Timestamp(2026, 5, 4)


def loaded(given: Given) -> Given:
    """Seventeen weeks: Aurora and Boulder use Permit, Cedar used Fleet for the first fourteen."""
    given.row("accounts", account="aurora", name="Aurora", industry="City", manager_email=MIA.user, seats=7)
    given.row("accounts", account="boulder", name="Boulder", industry="County", annual_value=500)
    given.row("accounts", account="cedar", name="Cedar")
    for week in range(17):
        at = f"{FIRST + timedelta(weeks=week)} 09:00"
        given.use("aurora", "permit", at).use("boulder", "permit", at, times=2)
        if week < 14:
            given.use("cedar", "fleet", at)
    for account, application, cancelled_on in (
        ("aurora", "permit", None), ("boulder", "permit", None), ("cedar", "fleet", "2026-04-20"),
    ):  # fmt: skip
        given.row("subscriptions", account=account, application=application, started_on="2025-01-01",
                  cancelled_on=cancelled_on)  # fmt: skip
    return given.use("boulder", "permit", "2026-05-03 09:00", channel="api").loaded()


def test_the_inputs_are_those_of_the_accounts_asked_for(given):
    loaded(given)
    rows = given.ask(health_inputs)
    accounts = given.ask(health_accounts)
    assert accounts[["account_id", "account"]].to_numpy().tolist() == [
        ["aurora", "Aurora"], ["boulder", "Boulder"], ["cedar", "Cedar"],
    ]  # fmt: skip
    names = dict(zip(accounts["account_key"], accounts["account_id"], strict=True))
    told = rows.assign(account=rows["account_key"].map(names)).sort_values(["day", "account"])
    before = NEWEST - timedelta(weeks=4)
    assert told[["account", "day", "usage_frequency"]].to_numpy().tolist() == [
        ["aurora", before, 1.0], ["boulder", before, 1.0], ["cedar", before, 1.0],
        ["aurora", NEWEST, 1.0], ["boulder", NEWEST, 1.0],
    ]  # fmt: skip
    assert rows["went_quiet"].isna().all()
    newest = given.ask(lambda filters: health_inputs(filters, newest_only=True))
    assert newest["day"].tolist() == [NEWEST] * 2
    scaled = given.ask(lambda filters: health_inputs(filters, "percentile"))
    assert scaled["usage_frequency"].tolist() == [50.0] * 5
    assert scaled[["ticket_responses", "csm_engagement"]].isna().all(axis=None)
    seen = {
        name: given.ask(health_accounts, **changes)["account_id"].tolist()
        for name, changes in {
            "portfolio": {"scope": MIA}, "segment": {"segments": (("industry", ("County",)),)},
            "application": {"applications": ("fleet",)}, "state": {"states": ("cancelled",)},
            "account": {"account": "boulder"}, "several": {"accounts": ("aurora", "cedar")},
        }.items()
    }  # fmt: skip
    assert seen == {
        "portfolio": ["aurora"], "segment": ["boulder"], "application": ["cedar"], "state": ["cedar"],
        "account": ["boulder"], "several": ["aurora", "cedar"],
    }  # fmt: skip
    steps = given.ask(lambda filters: health_steps(filters.scope), scope=MIA)
    assert steps[["day", "usage_frequency", "csm_engagement"]].to_numpy().tolist() == [[before, 3, 0], [NEWEST, 2, 0]]
    own = given.ask(health_inputs, scope=MIA)
    assert own["account_key"].map(names).unique().tolist() == ["aurora"]
    assert given.ask(health_inputs, scope=replace(LEADER, portfolio="nobody@example.org")).empty


def test_without_a_step_the_answer_is_empty_and_has_its_columns(given):
    given.use("aurora", "permit", "2026-01-05 09:00").load()
    assert list(given.ask(health_inputs)) == ["account_key", "day", *COMPONENTS, "went_quiet"]
    assert given.ask(health_accounts).empty
    assert given.ask(lambda filters: health_steps(filters.scope)).empty
