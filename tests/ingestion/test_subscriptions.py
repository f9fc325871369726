"""Subscriptions of whole accounts, and of people: what they cover, and for how long."""

from pathlib import Path

import pytest

from ingestion.mapping import MappingError
from ingestion.sources import SourceError
from tests.given import Given

COLUMNS = """
[subscriptions.columns]
account = "customer"
started_on = "start"
cancelled_on = "end"
"""
BY_USER = f'one_row_is = "user"\n{COLUMNS}'
PAIRS = """
    select account_id, application_id, started_on::varchar, cancelled_on::varchar
    from pairs join accounts using (account_key) join applications using (application_key) order by all
"""
LEDGER = "select rows_read, rows_duplicate, rows_rejected from files where dataset = 'subscriptions'"


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Town uses two applications, and village one of them."""
    given = Given(tmp_path).use("town", "fleet", "2026-01-05 09:00").use("town", "permit", "2026-01-06 09:00")
    return given.use("village", "fleet", "2026-01-07 09:00").write()


def subscribed(given: Given, lines: list[str], mapping: str) -> Given:
    (given.folder / "subscriptions.csv").write_text("\n".join(lines))
    given.mapping.write_text(f'{given.mapping.read_text()}\n[subscriptions]\nuri = "subscriptions.csv"\n{mapping}')
    given.load_again()
    return given


def test_a_subscription_without_an_application_covers_each_that_is_used(given: Given):
    subscribed(given, ["customer,start,end", "town,2026-01-02,2026-03-01", "village,2025-05-01,"], COLUMNS)
    assert given.rows(PAIRS) == [
        ("town", "fleet", "2026-01-02", "2026-03-01"),
        ("town", "permit", "2026-01-02", "2026-03-01"),
        ("village", "fleet", "2025-05-01", None),
    ]


def test_where_nothing_is_used_it_covers_every_application(given: Given):
    subscribed(given, ["customer,start,end", "county,2026-01-02,2026-01-04"], COLUMNS)
    assert given.rows(PAIRS)[:2] == [
        ("county", "fleet", "2026-01-02", "2026-01-04"),
        ("county", "permit", "2026-01-02", "2026-01-04"),
    ]
    assert given.rows("select state from accounts where account_id = 'county'") == [("cancelled",)]


def test_a_subscription_without_an_application_stands_beside_those_with_one(given: Given):
    lines = ["customer,app,start", "village,,2025-05-01", "village,water,2026-01-03", "town,permit,2026-01-04"]
    subscribed(
        given,
        lines,
        '[subscriptions.columns]\naccount = "customer"\napplication = "app"\nstarted_on = "start"',
    )
    assert given.rows(PAIRS) == [
        ("town", "fleet", None, None),
        ("town", "permit", "2026-01-04", None),
        ("village", "fleet", "2025-05-01", None),
        ("village", "water", "2026-01-03", None),
    ]


def test_an_account_of_people_starts_with_the_first_and_is_a_customer_while_one_is_left(given: Given):
    lines = ["customer,start,end", "town,2026-01-04,2026-02-01", "town,2026-01-02,", "town,,2026-03-01"]
    subscribed(given, lines, BY_USER)
    assert given.rows(PAIRS)[:2] == [
        ("town", "fleet", "2026-01-02", None),
        ("town", "permit", "2026-01-02", None),
    ]
    assert given.rows(LEDGER) == [(3, 0, 0)]


def test_an_account_of_people_is_cancelled_when_the_last_has_left(given: Given):
    lines = [
        "customer,app,start,end,why,fee,licences",
        "town,permit,2026-01-04,2026-02-01,budget,10.5,1",
        "town,permit,2026-01-05,2026-01-20,moved,20,2",
        "village,fleet,2026-01-05,2026-01-20,moved,5,1",
        "village,fleet,2026-01-05,,,5,1",
    ]
    more = 'application = "app"\ncancel_reason = "why"\nannual_value = "fee"\nseats = "licences"'
    subscribed(given, lines, BY_USER + more)
    question = """
        select application_id, cancelled_on::varchar, cancel_reason, annual_value, pairs.seats
        from pairs join applications using (application_key) where started_on is not null order by all
    """
    assert given.rows(question) == [
        ("fleet", None, None, 10.0, 2),
        ("permit", "2026-02-01", "budget", 30.5, 3),
    ]


def test_a_lookup_says_whose_a_row_is_and_a_row_without_one_is_set_aside(given: Given):
    (given.folder / "people.csv").write_text("person,customer,term\nann,town,B\nbob,village,J")
    lookup = '[[subscriptions.lookups]]\nuri = "people.csv"\non = ["person"]\n'
    days = '[subscriptions.day_zero]\ncolumn = "term"\ndays = { B = "2026-01-10", J = "2026-02-10" }\n'
    lines = ["person,start,end", "ann,-5,3", "bob,-40,", "eve,0,"]
    subscribed(given, lines, COLUMNS + days + lookup)
    assert given.rows(PAIRS) == [
        ("town", "fleet", "2026-01-05", "2026-01-13"),
        ("town", "permit", "2026-01-05", "2026-01-13"),
        ("village", "fleet", "2026-01-01", None),
    ]
    assert given.rows("select dataset, reason, content from rejected_rows") == [
        (
            "subscriptions",
            "no match in people.csv",
            "{'person': eve, 'start': 0, 'end': NULL, 'customer': NULL, 'term': NULL}",
        )
    ]
    assert given.rows(LEDGER) == [(3, 0, 1)]


def test_a_changed_lookup_is_read_again(given: Given):
    (given.folder / "people.csv").write_text("person,customer\nann,town")
    lookup = '[[subscriptions.lookups]]\nuri = "people.csv"\non = ["person"]\n'
    subscribed(given, ["person,start,end", "ann,2026-01-02,"], COLUMNS + lookup)
    assert given.load_again().generation is None
    (given.folder / "people.csv").write_text("person,customer\nann,village")
    assert given.load_again().generation is not None
    assert given.rows(PAIRS) == [
        ("town", "fleet", None, None),
        ("town", "permit", None, None),
        ("village", "fleet", "2026-01-02", None),
    ]


def test_a_lookup_with_two_answers_is_refused(given: Given):
    (given.folder / "people.csv").write_text("person,customer\nann,town\nann,village")
    lookup = '[[subscriptions.lookups]]\nuri = "people.csv"\non = ["person"]\n'
    with pytest.raises(SourceError, match=r"people\.csv: more than one row for ann .*lookups\.on"):
        subscribed(given, ["person,start,end", "ann,2026-01-02,"], COLUMNS + lookup)


def test_only_subscriptions_have_rows_of_users(given: Given):
    mapping = '[contacts]\nuri = "x.csv"\none_row_is = "user"\n[contacts.columns]\naccount = "a"\nname = "n"\n'
    with pytest.raises(MappingError, match=r"contacts\.one_row_is: no such key"):
        subscribed(given, ["customer,start,end"], COLUMNS + mapping)
