"""Ten years of a real log judged again: who went quiet, and was it foreseen better than by weeks since last use?"""

import os
from datetime import date

import duckdb
import pandas as pd
import pytest

from analytics.outlook import Method
from analytics.outlook_backtest import BackTest, backtest
from analytics.outlook_features import History

pytestmark = pytest.mark.real_data
MONDAY, WEEKS = date(2010, 5, 24), 847  # complete weeks; the log ends on a Friday
TEN_YEARS = 520

# No entitlement is known, and every account is asked about, those of one person included.
WEEKLY = """
    select {keys}, date_diff('day', $monday, day) // 7 as week, count(*) as volume, count(distinct day) as days,
        count(distinct user_id) as users, count(distinct application_id) as applications
    from (select * exclude week, (occurred_at at time zone 'UTC')::date as day from read_parquet($files))
    where date_diff('day', $monday, day) // 7 < $weeks group by all order by all
"""


def weekly(keys: list[str]) -> History:
    """The history of accounts, or of pairs, whose group is the application."""
    files = os.environ["REAL_DATA_DIR"] + "/openstack/events/**/*.parquet"
    use = duckdb.execute(WEEKLY.format(keys=", ".join(keys)), {"files": files, "monday": MONDAY, "weeks": WEEKS}).df()
    use["series"] = use.groupby(keys, sort=True, observed=True).ngroup()
    series = use.drop_duplicates("series").sort_values("series", ignore_index=True)
    series["group"] = series["application_id"].astype("str") if "application_id" in keys else None
    use = use.drop(columns=keys if keys == ["account_id"] else [*keys, "applications"])
    return History(use, series.assign(first_week=None, end_week=None), WEEKS, MONDAY)


def judged(keys: list[str]) -> BackTest:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    return backtest(weekly(keys), span_weeks=TEN_YEARS, refit_weeks=52)


@pytest.fixture(scope="module")
def accounts() -> BackTest:
    return judged(["account_id"])


@pytest.fixture(scope="module")
def pairs() -> BackTest:
    return judged(["account_id", "application_id"])


def of(found: BackTest, method: Method) -> pd.Series:
    return found.figures.set_index("method").loc[str(method)]


def test_the_rule_does_as_well_on_accounts_as_it_is_known_to(accounts: BackTest):
    figures = of(accounts, Method.RECENCY)[["cases", "base_rate", "roc_auc", "pr_auc", "lift"]]
    assert figures.tolist() == pytest.approx([8198, 0.158, 0.708, 0.310, 2.62], rel=0.005)


def test_the_rule_does_as_well_on_pairs_as_it_is_known_to(pairs: BackTest):
    figures = of(pairs, Method.RECENCY)[["cases", "base_rate", "roc_auc", "pr_auc", "lift"]]
    assert figures.tolist() == pytest.approx([11996, 0.194, 0.683, 0.330, 2.22], rel=0.005)


def test_quiet_accounts_are_foreseen(accounts: BackTest):
    figures = of(accounts, Method.MODEL)  # measured: 0.819, 0.446, 3.27, 0.011
    assert figures["roc_auc"] >= 0.815
    assert figures["pr_auc"] >= 0.44
    assert figures["lift"] >= 3.2
    assert figures["calibration_error"] <= 0.013


def test_quiet_pairs_are_foreseen(pairs: BackTest):
    figures = of(pairs, Method.MODEL)  # measured: 0.793, 0.452, 2.73, 0.015
    assert figures["roc_auc"] >= 0.79
    assert figures["pr_auc"] >= 0.448
    assert figures["lift"] >= 2.65
    assert figures["calibration_error"] <= 0.017


def test_the_model_beats_the_rule(accounts: BackTest, pairs: BackTest):
    assert (accounts.is_better, pairs.is_better) == (True, True)


def test_each_tenth_went_quiet_about_as_often_as_was_said(accounts: BackTest, pairs: BackTest):
    for found in (accounts, pairs):
        curve = found.reliability.query("method == 'model'")
        assert len(curve) == 10
        assert curve["observed"].is_monotonic_increasing
        assert (curve["predicted"] - curve["observed"]).abs().max() < 0.05
