"""A history long enough to learn from, through the loader: what it says, and that late and cancelled are left out."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.given import Given

FIRST = date(2025, 6, 2)
WEEKS, ACCOUNTS = 60, 80


@pytest.fixture(scope="module")
def learnt(tmp_path_factory) -> Given:
    """Eighty accounts in Permit; now and then one falls silent for ten weeks."""
    given, random = Given(tmp_path_factory.mktemp("learnt")), np.random.default_rng(5)
    for account in range(ACCOUNTS):
        silent = random.integers(0, 40)
        for week in range(WEEKS):
            at = f"{FIRST + timedelta(weeks=week)} 09:00"
            if silent > 10 or silent == 0:
                given.use(f"a{account:02}", "permit", at, times=int(random.integers(3, 9)))
            silent = silent - 1 if silent > 0 else int(random.integers(11, 40))
    last = FIRST + timedelta(weeks=WEEKS - 1)
    for week in range(WEEKS - 3):
        given.use("late", "fleet", f"{FIRST + timedelta(weeks=week)} 10:00").use(
            "gone", "permit", f"{FIRST + timedelta(weeks=week)} 10:00"
        )
    given.use("a00", "permit", f"{last + timedelta(days=6)} 09:00")
    given.row("subscriptions", account="gone", application="permit", started_on="2025-01-01", cancelled_on=str(last))
    for account in [*(f"a{number:02}" for number in range(ACCOUNTS))]:
        given.row("subscriptions", account=account, application="permit", started_on="2025-01-01")
    given.row("subscriptions", account="late", application="fleet", started_on="2025-01-01")
    return given.loaded()


def test_a_model_is_learnt_or_the_rule_says_why_it_stands_in(learnt: Given):
    found = learnt.rows(
        "select level, weeks, method, stands_in_because, base_rate > 0 from outlook_methods order by all"
    )
    assert [row[:2] for row in found] == [("account", 4), ("account", 8), ("pair", 4), ("pair", 8)]
    assert all(method == "model" or why == "recency is as good" for _, _, method, why, _ in found)
    assert all(row[4] for row in found)


def test_probabilities_fall_with_the_rank(learnt: Given):
    ranked = learnt.rows(
        "select probability from outlook where weeks = 8 and application_key is not null order by rank"
    )
    shares = [share for (share,) in ranked]
    assert len(shares) > 10
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)


def test_who_cancelled_and_whose_feed_is_late_is_not_asked_about(learnt: Given):
    asked = "select distinct account_id from outlook join accounts using (account_key)"
    assert {"gone", "late"}.isdisjoint(name for (name,) in learnt.rows(asked))


def test_past_forecasts_are_judged_beside_the_rule(learnt: Given):
    figures = learnt.rows("select method, roc_auc, cases from outlook_figures where level = 'pair' and weeks = 8")
    assert {method for method, *_ in figures} == {"model", "logistic regression", "gradient boosting", "recency rule"}
    assert all(0 <= auc <= 1 and cases > 0 for _, auc, cases in figures)
    assert (
        learnt.rows("select sum(cases) from outlook_reliability where level = 'pair' and weeks = 8 group by method")
        == [(figures[0][2],)] * 4
    )
    record = learnt.rows("select method, flagged >= went_quiet from outlook_track where level = 'pair' and weeks = 8")
    assert record == [("model", True), ("recency rule", True)]


def test_a_log_of_one_week_asks_about_nobody(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-11 09:00").load()
    assert given.rows("select * from outlook") == []
    assert given.rows("select * from outlook_methods") == []
