"""Logs of every format and layout, and files that are broken."""

import gzip
import re
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from ingestion.remote import Place, SourceError
from ingestion.rollup import roll_up
from ingestion.section import S3
from ingestion.sources import parts
from tests.ingestion.log import Log

HEADER, ROW = "time,tenant,app,who", "2026-01-05 09:00,a,permit,ann"
SELECT = "select timestamp '2026-01-05 09:00' as time, 'a' as tenant, 'permit' as app, 'ann' as who"


def labels(log: Log) -> list[str]:
    return [part.label for part in parts(Place(str(log.folder / "log"), S3()), log.keep_weeks)]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "with 'quotes'.csv"])
def test_text_is_read_packed_or_not(log: Log, name: str):
    log.text(name, HEADER, ROW, ROW)
    assert log.rolled("day, account, application, person, clicks") == [("2026-01-05", "a", "permit", "ann", 2)]


def test_text_may_be_written_in_other_ways(log: Log):
    log.text("a.csv", "time;tenant;app;who;n", "2026-01-05;'Köln; Süd';permit;ann;1,5", encoding="cp1252")
    log.mapped('[csv]\nseparator = ";"\nquote = "\'"\ndecimal = ","\nencoding = "cp1252"\n[amounts]\nseconds = "n"')
    assert log.rolled("account, seconds") == [("Köln; Süd", 1.5)]


def test_a_byte_order_mark_and_carriage_returns_are_no_part_of_the_text(log: Log):
    log.bytes("a.csv", f"\ufeff{HEADER}\r\n{ROW}\r\n".encode())
    assert log.rolled("person") == [("ann",)]


def test_a_quoted_value_may_hold_lines_and_separators(log: Log):
    log.text("a.csv", HEADER, '2026-01-05,"a, ""b""\nc",permit,ann')
    assert log.rolled("account") == [('a, "b"\nc',)]


def test_text_stays_as_it_is_written(log: Log):
    log.text("a.csv", HEADER, "2026-01-05,007,1e5,true")
    assert log.rolled("account, application, person") == [("007", "1e5", "true")]


def test_columns_without_or_with_the_same_name_do_no_harm(log: Log):
    log.text("a.csv", f"{HEADER},,who", f"{ROW},x,y")
    assert log.rolled("person") == [("ann",)]


def test_a_line_that_is_not_text_is_put_aside(log: Log):
    log.bytes("a.csv", f"{HEADER}\n{ROW}\n2026-01-05,\xff\xfe,permit,ann\n{ROW}\n".encode("latin-1"))
    assert log.rolled("clicks") == [(2,)]
    assert log.rejected == {"not a line of this table": 1}


def test_a_sheet_is_read(log: Log):
    frame = pd.DataFrame({"time": [datetime(2026, 1, 5, 9), datetime(2026, 1, 6)], "tenant": [7, 8], "app": "permit",
                          "who": ["ann", None]})  # fmt: skip
    log.sheet("a.xlsx", frame)
    assert log.rolled("day, account, person") == [("2026-01-05", "7", "ann"), ("2026-01-06", "8", None)]


def test_each_file_is_rolled_up_by_itself(log: Log):
    log.text("a.csv", HEADER, ROW).text("deep/a.csv", HEADER, ROW).parquet("a.parquet", SELECT)
    assert labels(log) == ["a.csv", "a.parquet", "deep/a.csv"]
    assert log.rolled("clicks") == [(1,), (1,), (1,)]


def test_a_single_file_is_a_log(log: Log):
    log.text("a.csv", HEADER, ROW).mapped()
    log.usage["uri"] = str(log.folder / "log/a.csv")
    assert log.rolled("clicks") == [(1,)]


def test_folders_may_name_columns(log: Log):
    log.text("app=permit/town=Bad%20Ems/a.csv", "time,who", "2026-01-05,ann", "2026-01-05,bob")
    log.text("app=permit/town=Bad%20Ems/b.csv", "time,who", "2026-01-05,ann")
    log.text("app=rental/town=__HIVE_DEFAULT_PARTITION__/a.csv", "time,who", "2026-01-05,ann")
    log.mapped(account="town", user=None)
    assert log.rolled("account, application, clicks") == [("Bad Ems", "permit", 3)]
    assert labels(log) == ["app=permit/town=Bad%20Ems", "app=rental/town=__HIVE_DEFAULT_PARTITION__"]
    assert log.rejected == {"no account": 1}


def test_a_week_may_have_folders_within(log: Log):
    for region in ("east", "west"):
        log.text(f"year=2026/week=02/region={region}/a.csv", "time,app,who", "2026-01-05,permit,ann")
    log.mapped(account="region")
    assert labels(log) == ["year=2026/week=02"]
    assert log.rolled("account") == [("east",), ("west",)]


def test_only_the_weeks_kept_are_listed(log: Log):
    for week in (
        "year=2024/week=52",
        "year=2025/week=01",
        "year=2025/week=52",
        "year=2026/week=2",
        "eu/year=2026/week=01",
    ):
        log.text(f"{week}/a.csv", HEADER, ROW)
    log.text("year=2026/week=03/_SUCCESS", "")
    log.keep_weeks = 3
    assert labels(log) == ["year=2025/week=52", "year=2026/week=01", "year=2026/week=02"]
    log.keep_weeks = "all"
    assert len(labels(log)) == 5


def test_a_week_that_no_calendar_has_is_a_folder_like_others(log: Log):
    log.text("year=2025/week=53/a.csv", HEADER, ROW).text("year=2026/week=02/a.csv", HEADER, ROW)
    assert labels(log) == ["year=2026/week=02", "year=2025/week=53"]


def test_years_and_months_are_folders_like_others(log: Log):
    log.text("year=2026/month=01/a.csv", HEADER, ROW).text("year=2025/month=12/a.csv", HEADER, ROW)
    assert labels(log) == ["year=2025/month=12", "year=2026/month=01"]


def test_hidden_and_unfinished_files_are_left_alone(log: Log):
    log.text("a.csv", HEADER, ROW).text("_temporary/b.csv", "x").text(".c.csv", "x").text("notes.txt", "x")
    assert labels(log) == ["a.csv"]


def test_a_log_without_files_says_which_are_read(log: Log):
    log.text("notes.txt", "x")
    with pytest.raises(SourceError, match=r"no file ending in \.parquet, \.csv, \.csv\.gz, \.xlsx"):
        labels(log)


BROKEN = {
    "empty": ("a.parquet", b"", "is empty. Send it again"),
    "no footer": ("a.parquet", b"PAR1 and no more", "cannot be read: .* Send it again"),
    "no workbook": ("a.xlsx", b"PK no zip", "is not an Excel workbook"),
    "no gzip": ("a.csv.gz", b"time,tenant", "is not a whole gzip file: .* Send it again"),
    "half a gzip": (
        "a.csv.gz",
        gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-9],
        "is not a whole gzip file: .* Send it again",
    ),
    "gzip of other bytes": (
        "a.csv.gz",
        gzip.compress(f"{HEADER}\n{ROW}\n".encode())[:-8] + b"checksum",
        "is not a whole gzip file: .* Send it again",
    ),
    "other encoding": ("a.csv", "zeit,büro\n".encode("utf-16"), "is not text in UTF-8"),
    "empty header": ("a.csv", b"\n", "has no header"),
    "renamed column": (
        "a.csv",
        b"time,tenants,app,who\n",
        r"no column 'tenant' \(it has .*\)\. Did you mean 'tenants'\?",
    ),
    "other separator": ("a.csv", b"time;tenant;app;who\n", r"no column 'time' \(it has time;tenant;app;who\)"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_named_with_the_remedy_and_the_others_are_read(log: Log, case: str):
    name, content, message = BROKEN[case]
    log.bytes(name, content).text("good.csv", HEADER, ROW)
    assert log.rolled("clicks") == [(1,)]
    [problem] = log.problems
    assert problem.startswith(str(log.folder / "log" / name))
    assert re.search(message, problem), problem


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{'day': 1} as time", r"column 'time' is nested \(STRUCT"),
        ("[date '2026-01-05'] as time", "column 'time' is nested"),
        ("true as time", "column 'time' holds BOOLEAN, not times"),
        (
            "20260105 as time",
            r"column 'time' holds numbers \(INTEGER\), not times. Say what they count: usage.time_unit",
        ),
    ],
)
def test_a_column_of_another_type_is_named(log: Log, columns: str, message: str):
    log.parquet("a.parquet", f"select {columns}, 'a' as tenant, 'permit' as app, 'ann' as who")
    assert log.rolled("clicks") == []
    assert re.search(message, log.problems[0]), log.problems[0]


def test_an_amount_of_another_type_is_named(log: Log):
    log.parquet("a.parquet", f"select *, date '2026-01-05' as n from ({SELECT})").mapped('[amounts]\nevents = "n"')
    log.rolled("clicks")
    assert "column 'n' holds DATE, not numbers" in log.problems[0]


def test_a_file_that_is_damaged_inside_is_left_out_whole(log: Log):
    log.parquet("year=2026/week=02/a.parquet", f"select * from ({SELECT}), range(100000)")
    log.parquet("year=2026/week=02/b.parquet", SELECT)
    damaged = log.folder / "log/year=2026/week=02/a.parquet"
    content = bytearray(damaged.read_bytes())
    content[4:60] = b"x" * 56
    damaged.write_bytes(content)
    assert log.rolled("clicks") == [(1,)]
    assert str(damaged) in log.problems[0]


def test_a_file_without_rows_is_told_of(log: Log):
    log.text("year=2026/week=02/a.csv", HEADER).text("year=2026/week=02/b.csv", HEADER, ROW)
    assert log.rolled("clicks") == [(1,)]
    assert log.problems == [
        f"{Path(log.folder)}/log/year=2026/week=02/a.csv: has no rows. If something did happen, send it again."
    ]


def test_files_of_one_week_may_write_times_in_different_ways(log: Log):
    log.text("year=2026/week=02/a.csv", HEADER, "2026-01-05T23:30:00-07:00,a,permit,ann")
    log.parquet("year=2026/week=02/b.parquet", SELECT.replace("timestamp '2026-01-05 09:00'", "date '2026-01-07'"))
    assert log.rolled("day") == [("2026-01-06",), ("2026-01-07",)]


def test_a_file_that_is_removed_while_the_log_is_read_is_told_of(log: Log):
    log.text("year=2026/week=02/a.csv", HEADER, ROW).text("year=2026/week=02/b.csv", HEADER, ROW)
    [partition] = log.partitions()
    Path(partition.files[0].path).unlink()
    receipt = roll_up(partition, log.mapping, log.zone)
    assert receipt.rows_read == 1
    assert receipt.problems == [f"{partition.files[0].path}: was removed while the log was read. Load again."]


def test_a_file_that_may_not_be_read_ends_the_load_since_nothing_is_wrong_with_it(
    log: Log, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    log.text("a.csv", HEADER, ROW)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match=r"a\.csv: cannot be opened: Permission denied\. Let it be read; then load"):
        log.rolled("clicks")
