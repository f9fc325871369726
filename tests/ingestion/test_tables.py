"""Tables beside the log: typed, counted, and nothing left out in silence."""

from pathlib import Path

import duckdb
import openpyxl
import pytest

from ingestion.load import load
from ingestion.mapping import MappingError
from ingestion.sources import SourceError
from tests.given import Given


def with_table(
    given: Given, name: str, lines: list[str], mapping: str, suffix: str = "csv", encoding: str = "utf-8"
) -> Given:
    """The log of one account, and beside it a text file with a mapping of its own."""
    given.use("a", "permit", "2026-01-05 09:00", user="ann").write()
    (given.folder / f"{name}.{suffix}").write_bytes("\n".join(lines).encode(encoding))
    given.mapping.write_text(f'{given.mapping.read_text()}\n[{name}]\nuri = "{name}.{suffix}"\n{mapping}')
    load(given.mapping, given.store)
    return given


def stored(given: Given, question: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str((given.store / "current").resolve()), read_only=True) as store:
        return store.execute(question).fetchall()


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


def test_a_table_with_awkward_names_and_separators_is_read_by_its_mapping(given: Given):
    with_table(
        given,
        "tickets",
        ["No.;Kunde;Erföffnet;Zufriedenheit", "7;a;31.01.2026 08:15;4,5"],
        """
csv = { separator = ";", decimal = ",", encoding = "cp1252" }
time_format = "%d.%m.%Y %H:%M"
[tickets.columns]
ticket = "No."
account = "Kunde"
opened_at = "Erföffnet"
satisfaction = "Zufriedenheit"
""",
        encoding="cp1252",
    )
    question = (
        "select ticket_id, account_id, opened_at::varchar, satisfaction from tickets join accounts using (account_key)"
    )
    assert stored(given, question) == [("7", "a", "2026-01-31 08:15:00", 4.5)]


def test_rows_without_what_is_required_are_set_aside_with_the_reason(given: Given):
    with_table(
        given,
        "messages",
        [
            "account,sent,channel,status",
            "a,2026-01-05 10:00,SMS,delivered",
            ",2026-01-05,SMS,failed",
            "a,soon,SMS,failed",
        ],
        '[messages.columns]\naccount = "account"\nsent_at = "sent"\nchannel = "channel"\nstatus = "status"',
    )
    assert stored(given, "select channel, status from messages") == [("SMS", "delivered")]
    assert stored(given, "select reason from rejected_rows order by reason") == [
        ("no valid account",),
        ("no valid sent at",),
    ]
    assert stored(given, "select rows_read, rows_duplicate, rows_rejected from files where dataset = 'messages'") == [
        (3, 0, 2)
    ]


def test_a_ticket_that_is_listed_twice_is_one_ticket(given: Given):
    mapping = '[tickets.columns]\nticket = "id"\naccount = "account"\nopened_at = "opened"'
    with_table(given, "tickets", ["id,account,opened", "1,a,2026-01-05", "1,a,2026-01-05"], mapping)
    assert stored(given, "select count(*) from tickets") == [(1,)]
    assert stored(given, "select rows_duplicate from files where dataset = 'tickets'") == [(1,)]


def test_the_steps_of_a_ticket_open_and_resolve_it(given: Given):
    with_table(
        given,
        "tickets",
        [
            "case,account,app,at",
            "1,a,permit,2026-01-05 09:00",
            "1,a,permit,2026-01-07 12:00",
            "1,a,permit,2026-01-06 10:00",
        ],
        'one_row_is = "event"\n[tickets.columns]\nticket = "case"\naccount = "account"\napplication = "app"\nopened_at = "at"',
    )
    question = "select opened_at::varchar, resolved_at::varchar, responses from tickets"
    assert stored(given, question) == [("2026-01-05 09:00:00", "2026-01-07 12:00:00", 3)]


def test_a_day_number_is_counted_from_the_day_zero_of_its_row(given: Given):
    with_table(
        given,
        "users",
        ["id,term,registered", "ann,B,-3", "bob,J,0"],
        '[users.columns]\nuser = "id"\nregistered_on = "registered"\n[users.day_zero]\ncolumn = "term"\n'
        '[users.day_zero.days]\nB = "2026-02-01"\nJ = "2026-10-01"',
    )
    assert stored(given, "select user_id, registered_on::varchar from users order by 1") == [
        ("ann", "2026-01-29"),
        ("bob", "2026-10-01"),
    ]


def test_a_sheet_is_read_like_a_text_file(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").write()
    book = openpyxl.Workbook()
    for row in (["customer", "kind", "when"], ["a", "call", "2026-01-06"]):
        book.active.append(row)
    book.save(given.folder / "touchpoints.xlsx")
    given.mapping.write_text(
        f'{given.mapping.read_text()}\n[touchpoints]\nuri = "touchpoints.xlsx"\n[touchpoints.columns]\n'
        'account = "customer"\noccurred_at = "when"\nkind = "kind"'
    )
    load(given.mapping, given.store)
    assert stored(given, "select kind, occurred_at::varchar from touchpoints") == [("call", "2026-01-06 00:00:00")]


def test_use_outside_a_subscription_is_listed(given: Given):
    given.row("subscriptions", account="a", application="permit", started_on="2026-01-05", cancelled_on="2026-01-20")
    given.use("a", "permit", "2026-01-02 09:00").use("a", "permit", "2026-01-10 09:00")
    given.use("a", "permit", "2026-01-20 09:00", times=2).use("a", "fleet", "2026-01-10 09:00").load()
    question = "select name, kind, boundary::varchar, events from exceptions join applications using (application_key)"
    assert sorted(stored(given, question), key=str) == [
        ("fleet", "no subscription", None, 1),
        ("permit", "after cancellation", "2026-01-20", 2),
        ("permit", "before start", "2026-01-05", 1),
    ]


def test_a_column_that_is_not_there_is_named_with_the_remedy(given: Given):
    mapping = '[tickets.columns]\nticket = "id"\naccount = "customer"\nopened_at = "opened"'
    with pytest.raises(SourceError, match=r"tickets.csv: .*'customer'.*\[tickets.columns\]"):
        with_table(given, "tickets", ["id,account,opened"], mapping)


def test_a_required_column_that_is_not_mapped_is_named(given: Given):
    with pytest.raises(MappingError, match=r"tickets\.columns\.opened_at: is missing"):
        with_table(given, "tickets", ["id,account"], '[tickets.columns]\nticket = "id"\naccount = "account"')


def test_an_account_that_is_listed_without_a_name_is_known(given: Given):
    with_table(given, "accounts", ["id,state", "a,Utah", "b,Ohio"], '[accounts.columns]\naccount = "id"')
    question = "select account_id, name, is_matched from accounts order by 1"
    assert stored(given, question) == [("a", "a", True), ("b", "b", True)]


def test_a_date_or_number_that_cannot_be_read_is_told_and_the_row_is_kept_without_it(given: Given):
    with_table(
        given,
        "subscriptions",
        ["account;application;start;value", "a;permit;soon;1.200,50", "b;permit;2026-01-01;much", "c;permit;;"],
        """
csv = { separator = ";", decimal = "," }
[subscriptions.columns]
account = "account"
application = "application"
started_on = "start"
annual_value = "value"
""",
    )
    pairs = "select account_id, started_on::varchar, pairs.annual_value from pairs join accounts using (account_key)"
    assert stored(given, f"{pairs} order by 1") == [("a", None, 1200.5), ("b", "2026-01-01", None), ("c", None, None)]
    remark = "1 without started on, as it cannot be read, 1 without annual value, as it cannot be read"
    assert stored(given, "select rows_rejected, remark from files where dataset = 'subscriptions'") == [(0, remark)]
