"""Clicks of an online university: totals equal those counted by hand from the raw files."""

import os
from pathlib import Path

import duckdb
import pytest

from ingestion.load import load

pytestmark = pytest.mark.real_data
EXAMPLE = Path(__file__).parents[2] / "examples" / "oulad.toml"
ROWS, CLICKS = 4_875_652, 17_901_280


@pytest.fixture(scope="module")
def folder() -> str:
    if "REAL_DATA_DIR" not in os.environ:
        pytest.skip("REAL_DATA_DIR is not set")
    return os.environ["REAL_DATA_DIR"] + "/oulad-2013"


@pytest.fixture(scope="module")
def store(folder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("oulad")
    summary = load(EXAMPLE, target, processes=2)
    assert (summary.partitions, summary.rows_read, summary.rows_kept, summary.rows_rejected) == (9, ROWS, ROWS, 0)
    assert summary.problems == []
    return target


def stored(store: Path, question: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str((store / "current").resolve()), read_only=True) as generation:
        return generation.execute(question).fetchall()


def counted(folder: str, question: str) -> list[tuple[object, ...]]:
    """What plain DuckDB answers of the raw files."""
    log = f"read_parquet('{folder}/studentVle_ds/*/*/*.parquet', hive_partitioning=true)"
    joined = f"{log} join '{folder}/vle.parquet' using (id_site, code_module, code_presentation)"
    students = f"'{folder}/studentInfo.parquet' using (id_student, code_module, code_presentation)"
    return duckdb.execute(question.format(log=f"{joined} join {students}")).fetchall()


def test_no_click_is_lost(store: Path):
    assert stored(store, "select sum(clicks) from usage_daily") == [(CLICKS,)]


def test_clicks_per_kind_of_page_are_those_of_the_raw_files(store: Path, folder: str):
    ours = "select name, sum(clicks) from usage_daily join applications using (application_key) group by 1 order by 1"
    theirs = "select activity_type, sum(sum_click)::bigint from {log} group by 1 order by 1"
    assert stored(store, ours) == counted(folder, theirs)


def test_an_account_is_a_region_and_a_course(store: Path, folder: str):
    ours = "select account_id, sum(clicks) from usage_daily join accounts using (account_key) group by 1 order by 1"
    theirs = "select region || ' · ' || code_module, sum(sum_click)::bigint from {log} group by 1 order by 1"
    assert stored(store, ours) == counted(folder, theirs)


def test_people_and_days_are_those_of_the_raw_files(store: Path, folder: str):
    ours = "select count(distinct user_id), min(day), max(day) from user_days join users using (user_key)"
    day_zero = "case code_presentation when '2013B' then date '2013-02-01' else date '2013-10-01' end"
    theirs = f"select count(distinct id_student), min({day_zero} + date::int), max({day_zero} + date::int) from {{log}}"
    assert stored(store, ours) == counted(folder, theirs)


def test_students_are_whole_numbers(store: Path):
    assert stored(store, "select count(*) from users where user_id not similar to '[0-9]+'") == [(0,)]


def test_every_row_has_its_page_and_its_student(folder: str):
    assert counted(folder, "select count(*) from {log}") == [(ROWS,)]
