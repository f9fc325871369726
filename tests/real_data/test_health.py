"""The example workbook gives the example's figures; what real logs and tables give is what pandas finds in the files."""

import os
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analytics.health import Recipe
from callbacks.health_upload import read_workbook, score_workbook
from ingestion.load import load
from tests.health_by_pandas import COLUMNS, Raw, inputs_of

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def raw() -> str:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    return os.environ["REAL_DATA_DIR"]


@pytest.fixture
def workbook(raw):
    return read_workbook(Path(raw, "customer-health/Customer_Health_Score.xlsx").read_bytes())


def test_the_example_workbook_scores_what_the_example_says(workbook):
    found = score_workbook(workbook, workbook.matching, Recipe("min-max"))
    assert found.counts == {"Healthy": 1, "At-Risk": 22, "Critical": 27, "Insufficient data": 0}
    assert {name: round(value, 4) for name, value in found.figures.items()} == {
        "Mean": 47.3669, "Lowest": 15.0012, "Highest": 78.1843,
    }  # fmt: skip
    close = found.rows.set_index("customer").loc["CUST027"]
    assert (round(close["score"], 4), close["band"]) == (49.9873, "Critical")


def test_every_score_of_the_example_is_that_of_its_formula(workbook, raw):
    sheet = pd.read_excel(Path(raw, "customer-health/Customer_Health_Score.xlsx")).set_index("Customer ID")
    numbers = sheet.drop(columns=["Industry", "Plan"])
    scaled = (numbers - numbers.min()) / (numbers.max() - numbers.min()) * 100
    expected = scaled @ [0.25, 0.20, 0.15, 0.25, 0.15]
    found = score_workbook(workbook, workbook.matching, Recipe("min-max")).rows.set_index("customer")
    pd.testing.assert_series_equal(found["score"], expected, check_names=False)


def days(values: pd.Series) -> pd.Series:
    return pd.to_datetime(values).dt.date


def ravenstack(folder: str) -> Raw:
    files = Path(folder, "ravenstack")
    subscriptions = pd.read_csv(files / "ravenstack_subscriptions.csv")
    rows = pd.read_csv(files / "ravenstack_feature_usage.csv").drop_duplicates("usage_id")
    rows = rows.merge(subscriptions[["subscription_id", "account_id", "plan_tier"]], on="subscription_id")
    events = pd.DataFrame(
        {
            "account": rows["account_id"], "application": rows["plan_tier"], "day": days(rows["usage_date"]),
            "feature": rows["feature_name"], "is_human": rows["usage_count"] > 0, "logins": rows["usage_count"],
        }
    )  # fmt: skip
    latest = subscriptions.sort_values(["start_date", "end_date"], na_position="last")
    latest = latest.groupby(["account_id", "plan_tier"]).tail(1)
    pairs = pd.DataFrame(
        {
            "account": latest["account_id"], "application": latest["plan_tier"],
            "started_on": days(latest["start_date"]), "cancelled_on": days(latest["end_date"]),
        }
    )  # fmt: skip
    tickets = pd.read_csv(files / "ravenstack_support_tickets.csv", parse_dates=["submitted_at"])
    tickets = tickets.rename(columns={"account_id": "account", "submitted_at": "opened_at"})
    return Raw(events, pairs, tickets.assign(responses=float("nan")))


def people_days(rows: pd.DataFrame) -> float:
    return rows.drop_duplicates(["application", "day", "user"]).shape[0]


NO_PAIRS = pd.DataFrame(columns=["account", "application", "started_on", "cancelled_on"])


def helpdesk(folder: str) -> Raw:
    lines = f"read_csv('{folder}/helpdesk/tickets.csv.gz', timestampformat = '%Y/%m/%d %H:%M:%S.%f')"
    rows = duckdb.sql(f"""
        select customer as account, product as application, Resource as "user", Activity as feature,
            "Complete Timestamp"::timestamp::date as day, true as is_human, 0 as logins
        from {lines}
    """).df()
    tickets = duckdb.sql(f"""
        select arg_min(customer, "Complete Timestamp") as account, min("Complete Timestamp")::timestamp as opened_at,
            count(*) as responses
        from {lines} group by "Case ID"
    """).df()
    return Raw(rows.assign(day=rows["day"].dt.date), NO_PAIRS, tickets, counted=people_days)


@pytest.mark.parametrize("source", [ravenstack, helpdesk], ids=lambda source: source.__name__)
def test_the_inputs_are_those_of_the_raw_files(source, raw, tmp_path):
    load(EXAMPLES / f"{source.__name__}.toml", tmp_path)
    rows = source(raw)
    last_day = rows.events["day"].max()
    with duckdb.connect(str((tmp_path / "current").resolve()), read_only=True) as connection:
        newest: date = connection.execute("select max(day) from health_inputs").fetchall()[0][0]
        for ago in (0, 12):
            day = newest - timedelta(weeks=ago)
            found = connection.execute(
                f"select account_id, {', '.join(COLUMNS)} from health_inputs join accounts using (account_key) "
                "where day = ? order by 1",
                [day],
            ).df()
            expected = inputs_of(rows, day, last_day)
            assert found["account_id"].tolist() == expected.index.tolist()
            for column in COLUMNS:
                ours = found[column].astype("float64").tolist()
                assert ours == pytest.approx(expected[column].tolist(), nan_ok=True), (day, column)
