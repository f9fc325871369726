"""What Inactive & low says of applications without events, of a period without cancellations, and of use today."""

import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from dash import Dash

from layouts import cancellations, inactive
from layouts.calls import reason
from layouts.links import Query
from layouts.markup import text


@pytest.fixture(autouse=True)
def application() -> Dash:
    """Addresses are relative to one."""
    return Dash(__name__)


def words(tree: Any) -> str:
    return unescape(re.sub("<[^>]*>", " ", text(tree)))


@pytest.mark.parametrize(
    ("last_day", "said"),
    [
        ("2026-05-24", "since 24 May 2026: its feed is late. 2 pairs not judged, none inactive."),
        ("2026-05-23", "since 23 May 2026: it may be retired. 2 pairs not judged, none inactive."),
        (None, "ever: it may not be in use. 2 pairs not judged, none inactive."),
    ],
)
def test_a_feed_is_late_for_half_a_year_and_then_its_application_may_be_retired(last_day, said):
    """On 22 November 2026; 26 weeks before is 24 May."""
    counts = pd.DataFrame(0, index=list(inactive.MEANINGS), columns=["pairs", "entered", "left"])
    feeds = pd.DataFrame({"application_id": ["m"], "application": ["Murano"], "last_day": [pd.Timestamp(last_day)],
                          "pairs": [2]})  # fmt: skip
    assert f"no event from anybody {said}" in words(
        inactive.states(counts, feeds, Query(), date(2026, 11, 22), True, "/x")
    )


def test_a_period_without_cancellations_is_named():
    nothing = pd.DataFrame(columns=["account_id"])
    for card in (
        cancellations.gone(nothing, {}, Query(), "5 Jan 2026 to 1 Feb 2026", "/x"),
        cancellations.reasons(nothing, Query(), "5 Jan 2026 to 1 Feb 2026", "/x"),
        cancellations.before(pd.Series(dtype=float), 0, Query(), "logins", "5 Jan 2026 to 1 Feb 2026", "/x"),
    ):
        assert "No pair was cancelled from 5 Jan 2026 to 1 Feb 2026." in words(card)


@pytest.mark.parametrize(
    ("pairs", "value", "said"), [(0, float("nan"), "none at the start of the period"), (3, float("nan"), "not known")]
)
def test_a_churn_rate_of_nothing_says_why(pairs, value, said):
    churn = SimpleNamespace(accounts=pairs, accounts_lost=0, pairs=pairs, pairs_lost=0, value=value, value_lost=value)
    months = pd.DataFrame({"month": [pd.Timestamp("2026-01-01")], "pairs": [0], "value": [0.0]})
    shown = words(cancellations.when(months, churn, Query(), (date(2026, 1, 5), date(2026, 2, 1)), 0, "/x"))
    assert said in shown
    assert "– of –" not in " ".join(shown.split())


def test_what_was_used_today_is_not_last_used_no_days_ago():
    pair = {"application": "Permit", "state": "low", "days_silent": 0, "annual_value": None, "days_to_renewal": None,
            "score": 0.5}  # fmt: skip
    assert reason(pd.DataFrame([pair])) == "Permit: used little, last today. Priority 0.5"
    assert reason(pd.DataFrame([{**pair, "application": "x" * 300}])) == (
        f"{'x' * 59}…: used little, last today. Priority 0.5"
    )
