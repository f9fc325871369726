"""Clicks of an online university, read in two ways: what is loaded equals what plain DuckDB counts in the raw files."""

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion.load import load

pytestmark = pytest.mark.real_data
EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS, CLICKS, ENROLMENTS = 4_875_652, 17_901_280, 13_529
LEDGER = "select dataset, rows_read, rows_duplicate, rows_rejected from files where dataset <> 'usage' order by 1"

# Who enrolled in what, and when, and what they clicked.
RAW = """
    create view enrolments as
    select id_student::bigint as student, code_module as module, code_presentation as presentation, region, imd_band,
        highest_education, case presentation when '2013B' then date '2013-02-01' else date '2013-10-01' end as day_zero,
        day_zero + date_registration::integer as registered, day_zero + date_unregistration::integer as withdrawn
    from '{folder}/studentInfo.parquet'
    join '{folder}/studentRegistration.parquet' using (id_student, code_module, code_presentation);

    create view clicks as
    select enrolments.*, activity_type, day_zero + date::integer as day, sum_click::bigint as clicks
    from read_parquet('{folder}/studentVle_ds/*/*/*.parquet', hive_partitioning=true) log
    join '{folder}/vle.parquet' page using (id_site, code_module, code_presentation)
    join enrolments on student = id_student and module = code_module and presentation = code_presentation;
"""


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    with duckdb.connect() as connection:
        connection.execute(RAW.format(folder=f"{os.environ['REAL_DATA_DIR']}/oulad-2013"))
        yield connection


def loaded(example: str, target: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    summary = load(EXAMPLES / example, target, processes=2)
    assert (summary.partitions, summary.rows_read, summary.rows_kept, summary.rows_rejected) == (9, ROWS, ROWS, 0)
    assert summary.problems == []
    with duckdb.connect(str((target / "current").resolve()), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def courses(
    raw: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An account is a region and a course."""
    yield from loaded("oulad.toml", tmp_path_factory.mktemp("oulad"))


@pytest.fixture(scope="module")
def students(
    raw: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An account is an enrolment."""
    yield from loaded("oulad-enrolments.toml", tmp_path_factory.mktemp("enrolments"))


def answer(connection: duckdb.DuckDBPyConnection, question: str) -> list[tuple[object, ...]]:
    return connection.execute(question).fetchall()


def test_every_row_has_its_page_and_its_student(raw):
    assert answer(raw, "select count(*), sum(clicks) from clicks") == [(ROWS, CLICKS)]
    assert answer(raw, "select count(*) from enrolments") == [(ENROLMENTS,)]


@pytest.mark.parametrize("reading", ["courses", "students"])
def test_clicks_per_kind_of_page_are_those_of_the_raw_files(reading, raw, request):
    ours = "select name, sum(clicks) from usage_daily join applications using (application_key) group by 1 order by 1"
    theirs = "select activity_type, sum(clicks) from clicks group by 1 order by 1"
    assert answer(request.getfixturevalue(reading), ours) == answer(raw, theirs)


def test_an_account_is_a_region_and_a_course(courses, raw):
    ours = "select account_id, sum(clicks) from usage_daily join accounts using (account_key) group by 1 order by 1"
    theirs = "select region || ' · ' || module, sum(clicks) from clicks group by 1 order by 1"
    assert answer(courses, ours) == answer(raw, theirs)


def test_people_and_days_are_those_of_the_raw_files(courses, raw):
    ours = "select count(distinct user_id), min(day), max(day) from user_days join users using (user_key)"
    theirs = "select count(distinct student), min(day), max(day) from clicks"
    assert answer(courses, ours) == answer(raw, theirs)


def test_students_are_whole_numbers(courses):
    assert answer(courses, "select count(*) from users where user_id not similar to '[0-9]+'") == [(0,)]


def test_no_row_of_the_tables_is_lost(courses, raw):
    [(accounts, people)] = answer(
        raw, "select count(distinct region || module), count(distinct student) from enrolments"
    )
    assert answer(courses, LEDGER) == [
        ("accounts", ENROLMENTS, ENROLMENTS - accounts, 0),
        ("subscriptions", ENROLMENTS, 0, 0),
        ("users", ENROLMENTS, ENROLMENTS - people, 0),
    ]


@pytest.mark.parametrize("reading", ["courses", "students"])
def test_every_account_is_listed(reading, request):
    unmatched = "select count(*) from accounts where not is_matched"
    assert answer(request.getfixturevalue(reading), unmatched) == [(0,)]


def test_a_course_in_a_region_starts_with_its_first_registration(courses, raw):
    ours = "select distinct account_id, started_on from pairs join accounts using (account_key) order by 1"
    theirs = "select region || ' · ' || module, min(registered) from enrolments group by 1 order by 1"
    assert answer(courses, ours) == answer(raw, theirs)


def test_a_course_in_a_region_covers_the_pages_that_are_used_there(courses, raw):
    ours = """
        select account_id, application_id from pairs
        join accounts using (account_key) join applications using (application_key) order by all
    """
    theirs = "select distinct region || ' · ' || module, activity_type from clicks order by all"
    assert answer(courses, ours) == answer(raw, theirs)


def test_no_course_lost_all_of_its_students(courses, raw):
    theirs = """
        select count(*) from (
            select region, module from enrolments group by all having count(withdrawn) = count(*)
        )
    """
    assert answer(courses, "select count(cancelled_on) from pairs") == answer(raw, theirs) == [(0,)]


def test_no_course_is_used_before_its_first_registration(courses, raw):
    theirs = """
        select count(*) from clicks join (
            select region, module, min(registered) as first from enrolments group by all
        ) using (region, module) where day < first
    """
    assert answer(courses, "select count(*) from exceptions") == answer(raw, theirs) == [(0,)]


def test_each_enrolment_is_listed_with_its_segments(students, raw):
    assert answer(students, LEDGER) == [("accounts", ENROLMENTS, 0, 0), ("subscriptions", ENROLMENTS, 0, 0)]
    ours = "select account_id, region, industry, plan from accounts order by 1"
    theirs = """
        select student || ' · ' || module || ' · ' || presentation, region, highest_education, imd_band
        from enrolments order by 1
    """
    assert answer(students, ours) == answer(raw, theirs)


def test_a_withdrawal_cancels_an_enrolment_whether_or_not_it_was_used(students, raw):
    ours = "select account_id from accounts where state = 'cancelled' order by 1"
    theirs = """
        select student || ' · ' || module || ' · ' || presentation from enrolments
        where withdrawn <= (select max(day) from clicks) order by 1
    """
    assert answer(students, ours) == answer(raw, theirs)


def test_an_enrolment_covers_the_pages_it_used_or_if_none_all(students, raw):
    ours = """
        select count(*), count(started_on), count(cancelled_on), count(*) filter (state = 'cancelled') from pairs
    """
    theirs = """
        with used as (select distinct student, module, presentation, activity_type from clicks),
        covered as (
            select enrolments.* from enrolments join used using (student, module, presentation)
            union all
            select enrolments.* from enrolments anti join used using (student, module, presentation),
                (select distinct activity_type from used)
        )
        select count(*), count(registered), count(withdrawn),
            count(*) filter (withdrawn <= (select max(day) from clicks))
        from covered
    """
    assert answer(students, ours) == answer(raw, theirs)


def test_use_after_a_withdrawal_is_listed_and_none_comes_before_a_registration(students, raw):
    ours = "select kind, count(*), sum(events) from exceptions group by 1 order by 1"
    theirs = """
        select case when day >= withdrawn then 'after cancellation' when day < registered then 'before start'
                when registered is null and withdrawn is null then 'no subscription' end as kind,
            count(distinct (student, module, presentation, activity_type)), sum(clicks)
        from clicks where kind is not null group by 1 order by 1
    """
    found = answer(students, ours)
    assert found == answer(raw, theirs)
    assert [kind for kind, *_ in found] == ["after cancellation"]


def test_two_rows_in_a_thousand_come_after_the_withdrawal(raw):
    assert answer(raw, "select count(*) from clicks where day >= withdrawn") == [(10_319,)]
