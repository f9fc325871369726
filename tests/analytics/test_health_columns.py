"""Somebody's own columns are recognised, or chosen by hand; what cannot be scored is told with its place."""

import pandas as pd
import pytest

from analytics.health import Recipe
from analytics.health_columns import Unscorable, components, matched, missing_components, scored

EXAMPLE = ["Customer ID", "Industry", "Plan", "Usage Frequency (per week)", "Logins (last 30 days)",
           "Support Ticket Responses", "Feature Adoption Rate (%)", "CSM Engagement Score (1-10)"]  # fmt: skip
TARGETS = ["customer", "industry", "plan", "usage_frequency", "logins", "ticket_responses", "feature_adoption",
           "csm_engagement"]  # fmt: skip


def found_in(*columns):
    return {target: column for target, column in matched(columns).items() if column}


def table(first=2, **columns):
    frame = pd.DataFrame(columns, dtype=object)
    return frame.set_axis(range(first, first + len(frame)))


FOUR = {"customer": ["a", "b", "c", "d"], "usage": [0, 1, 2, 4], "logins": [10, 20, 30, 50], "adoption": [1, 1, 1, 1]}
READ = {"customer": "customer", "usage_frequency": "usage", "logins": "logins", "feature_adoption": "adoption"}


def refused(frame, matching=READ, **options):
    with pytest.raises(Unscorable) as refusal:
        components(frame, matching, **options)
    return f"{refusal.value.error} {refusal.value.remedy}"


# Which column is what


def test_the_columns_of_the_example_are_recognised():
    assert matched(EXAMPLE) == dict(zip(TARGETS, EXAMPLE, strict=True))


def test_case_units_and_signs_make_no_difference():
    assert found_in("ACCOUNT_ID", "usage-frequency [days/week]", "LogIns", "Tickets", "featureAdoption") == {
        "customer": "ACCOUNT_ID", "usage_frequency": "usage-frequency [days/week]", "logins": "LogIns",
        "ticket_responses": "Tickets", "feature_adoption": "featureAdoption",
    }  # fmt: skip


def test_the_better_words_win_and_a_column_is_one_thing_only():
    assert found_in("Customer name", "Customer ID")["customer"] == "Customer ID"
    assert found_in("Engagement", "CSM Engagement") == {"csm_engagement": "CSM Engagement"}
    assert found_in("Support tickets") == {"ticket_responses": "Support tickets"}


def test_a_column_that_nobody_knows_is_nothing():
    assert found_in("Colour", "", "12") == {}


# What the rows say


def test_numbers_are_read_as_people_write_them():
    cells = [3, 4.5, "7", " 85 % ", "1,234", "12,5", "-2", "1e3", None, "", "n/a", "#N/A", "–"]
    frame = table(customer=[f"c{number}" for number in range(len(cells))], usage=cells, logins=1)
    found = components(frame, {"customer": "customer", "usage_frequency": "usage", "logins": "logins"})
    assert found["usage_frequency"].tolist()[:8] == [3, 4.5, 7, 85, 1234, 12.5, -2, 1000]
    assert found["usage_frequency"].iloc[8:].isna().all()


def test_a_comma_is_decimal_where_the_file_says_so():
    frame = table(customer=["a"], usage=["1,234"])
    read = {"customer": "customer", "usage_frequency": "usage"}
    assert components(frame, read)["usage_frequency"].tolist() == [1234]
    assert components(frame, read, decimal_comma=True)["usage_frequency"].tolist() == [1.234]


def test_customers_that_are_numbers_are_named_without_a_point():
    assert components(table(**{**FOUR, "customer": [1.0, 2, "3", 4.0]}), READ)["customer"].tolist() == list("1234")


def test_four_rows_are_scored_by_hand():
    customers = components(table(**FOUR), READ)
    found = scored(customers, Recipe("min-max"))
    # usage 0, 25, 50, 100; logins 0, 25, 50, 100; adoption alike: 50. Known: 25 + 20 + 25 of 100.
    expected = [(u * 25 + u * 20 + 50 * 25) / 70 for u in (0, 25, 50, 100)]
    assert found["score"].tolist() == pytest.approx(expected)
    assert found["band"].tolist() == ["Critical", "Critical", "At-Risk", "Healthy"]
    assert found["usage_frequency_points"].tolist() == pytest.approx([u * 25 / 70 for u in (0, 25, 50, 100)])
    assert found["ticket_responses_points"].isna().all()
    assert missing_components(customers) == ["ticket_responses", "csm_engagement"]
    assert found.index.tolist() == [2, 3, 4, 5]


def test_percentiles_are_within_the_plan():
    frame = table(**FOUR, plan=["x", "x", "y", "y"])
    found = scored(components(frame, {**READ, "plan": "plan"}), Recipe())
    usage = [(2 * within + 20 * overall) / 22 for within, overall in ((25, 12.5), (75, 37.5), (25, 62.5), (75, 87.5))]
    assert found["usage_frequency_points"].tolist() == pytest.approx([value * 25 / 70 for value in usage])


# What cannot be scored


def test_without_a_column_of_customers_it_is_asked_which_one():
    words = (
        "No column says which customer a row is about. Choose one of 'usage' and 'logins'. "
        "The first row that is not empty has to hold the names of the columns."
    )
    assert refused(table(usage=[1], logins=[2]), {"usage_frequency": "usage"}) == words


def test_without_any_component_it_is_said_which_are_looked_for():
    assert refused(table(customer=["a"]), {"customer": "customer"}) == (
        "None of the five components of the score is found among the columns. Choose the columns for "
        "usage frequency, logins, ticket responses, feature adoption and CSM engagement."
    )


def test_text_where_numbers_belong_is_told_by_row():
    frame = table(**{**FOUR, "logins": [1, "many", 3, "a few"]})
    assert refused(frame) == (
        "'logins' holds something else than numbers in rows 3 and 5: 'many'. "
        "Correct it, leave it empty, or choose another column."
    )
    assert "in row 2: 'inf'" in refused(
        table(customer=["a"], usage=["inf"]), {"customer": "customer", "logins": "usage"}
    )


def test_of_many_rows_the_first_are_named():
    frame = table(customer=list("abcdefgh"), usage=["x"] * 8)
    assert "in rows 2, 3, 4, 5, 6 and 3 more: 'x'" in refused(frame, {"customer": "customer", "logins": "usage"})


def test_a_customer_stands_in_one_row():
    assert refused(table(**{**FOUR, "customer": ["a", "b", "a", "b"]})) == (
        "'a' stands in rows 2 and 4, and 1 more customer in several rows too. Leave one row for each customer."
    )


def test_a_row_without_a_customer_is_told():
    assert refused(table(**{**FOUR, "customer": ["a", None, "c", " "]})) == (
        "'customer' is empty in rows 3 and 5. Name the customer there."
    )


def test_a_table_without_rows_a_column_twice_and_one_that_is_not_there_are_told():
    assert refused(table(**FOUR).iloc[:0]) == (
        "The table has a header, and no rows below it. Add a row for each customer."
    )
    assert refused(table(**FOUR), {**READ, "plan": "usage"}) == (
        "The column 'usage' is chosen twice. Choose another column for one of them."
    )
    assert refused(table(**FOUR), {**READ, "plan": "colour"}) == (
        "A column is chosen that the file does not have. Choose the columns again."
    )


def test_too_little_of_the_weight_is_told_with_what_is_missing():
    customers = components(table(**FOUR), {"customer": "customer", "usage_frequency": "usage", "logins": "logins"})
    with pytest.raises(Unscorable) as refusal:
        scored(customers, Recipe())
    assert (refusal.value.error, refusal.value.remedy) == (
        "The table holds 45% of the weight, and a score needs 60%.",
        "Choose a column with numbers for ticket responses, feature adoption and CSM engagement.",
    )
