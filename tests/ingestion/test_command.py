"""What a person sees who loads from the command line: what is wrong where, what to do, and the exit code."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dashboard.cli import main
from tests.given import Given
from tests.services import ROOT, free_port

WEEKS = ("2026-01-05", "2026-01-12")
S3 = """
uri = "s3://bucket/log"
s3 = {{ endpoint = "http://127.0.0.1:{port}", region = "us-east-1", timeout_seconds = 1, attempts = 1 }}
"""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Two weeks, each a file, and one table beside them: loaded."""
    monkeypatch.setenv("DASHBOARD_DATA_DIR", str(tmp_path))
    given = Given(tmp_path).row("accounts", account="a", name="Ash", seats=5)
    for monday in WEEKS:
        given.use("a", "permit", f"{monday} 09:00")
    return given.loaded()


@pytest.fixture
def loads(given: Given, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """`dashboard load mapping.toml`: the exit code, and what was written."""

    def load() -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["dashboard", "load", str(given.mapping)])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return ended.value.code or 0, written.err or written.out

    return load


def rewritten(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    return lambda path: change(pd.read_parquet(path)).to_parquet(path, index=False)


def replaced(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(change(path.read_bytes()))


BAD_FILES = {
    "missing column": (
        rewritten(lambda rows: rows.drop(columns="account")),
        r"no column 'account' \(it has .*\)\. Correct usage\.columns in the mapping, or the file\.",
    ),
    "renamed column": (
        rewritten(lambda rows: rows.rename(columns={"account": "accounts"})),
        r"no column 'account' \(it has .*\)\. Did you mean 'accounts'\? Correct usage\.columns",
    ),
    "retyped column": (
        rewritten(lambda rows: rows.assign(at=20260105)),
        r"column 'at' holds numbers \(BIGINT\), not times\. Say what they count: usage\.time_unit",
    ),
    "nested column": (
        rewritten(lambda rows: rows.assign(user=[["ann"]] * len(rows))),
        r"column 'user' is nested \(VARCHAR\[\]\)\. Write its parts as columns of their own\.",
    ),
    "broken footer": (replaced(lambda whole: whole[:-4] + b"PAR2"), r"cannot be read: .* Send it again\."),
    "truncated": (replaced(lambda whole: whole[: len(whole) // 2]), r"cannot be read: .* Send it again\."),
    "empty": (replaced(lambda whole: b""), r"is empty\. Send it again, or remove it\."),
    "text for times": (rewritten(lambda rows: rows.assign(at="soon")), r"1 × no valid time"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_named_with_the_remedy_and_does_not_stop_the_others(
    given: Given, loads: Callable[[], tuple[int, str]], case: str
):
    spoil, message = BAD_FILES[case]
    first, second = sorted(given.folder.rglob("log/**/*.parquet"))

    spoil(second)
    code, said = loads()
    assert code == 0
    assert re.search(message, said), said
    assert given.rows("select number, sum(human_events) from usage_daily, generation group by 1") == [(2, 1)]

    spoil(first)
    code, said = loads()
    assert code == 1
    for path in (first, second):
        assert re.search(rf"^{re.escape(str(path))}: {message}", said, re.MULTILINE), said
    assert loads() == (code, said)
    assert given.opened.current().number == 2


def test_rows_without_a_time_in_any_file_are_told_of_with_the_column(
    given: Given, loads: Callable[[], tuple[int, str]]
):
    for path in given.folder.rglob("log/**/*.parquet"):
        BAD_FILES["text for times"][0](path)
    log = f"{given.folder}/log"
    assert loads() == (
        1,
        f"{log}: no row could be used.\n"
        f"{log}/year=2026/week=02/part-0.parquet: 1 × no valid time in column at.\n"
        f"{log}/year=2026/week=03/part-0.parquet: 1 × no valid time in column at.\n"
        "Correct usage.columns, time_unit or time_format in the mapping, or the files.\n",
    )


def test_a_file_that_is_left_out_is_told_of_until_it_is_mended(given: Given, loads: Callable[[], tuple[int, str]]):
    given.folder.joinpath("log/year=2026/week=03/part-1.parquet").write_bytes(b"")
    assert "Left out" in loads()[1]
    code, said = loads()
    assert (code, said.splitlines()[1:]) == (
        0,
        [
            f"Left out: {given.folder}/log/year=2026/week=03/part-1.parquet: is empty. Send it again, or remove it.",
            "Nothing new: 2 weeks are as they were. Still serving what was loaded before.",
        ],
    )


BAD_TABLES = {
    "missing column": ("account,seats\na,5\n", r"no column 'name' \(it has account, seats\)"),
    "empty": ("", "is empty. Send it again"),
    "other separator": ("account;name\na;Ash\n", r"no column 'account' \(it has account;name\)"),
}


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_bad_table_beside_the_log_is_named_with_the_column(
    given: Given, loads: Callable[[], tuple[int, str]], case: str
):
    text, message = BAD_TABLES[case]
    (given.folder / "accounts.csv").write_text(text)
    code, said = loads()
    assert code == 1
    assert re.search(rf"^{re.escape(str(given.folder))}/accounts\.csv: {message}", said), said
    assert given.opened.current().number == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'account = "account"',
            'acount = "account"',
            r"mapping\.toml: usage\.columns\.acount: no such key\. Remove it",
        ),
        ('uri = "log"', 'uri = "lag"', r"/lag: no such folder or file\. Correct its uri"),
        ('uri = "log"\n', S3, r"s3://bucket/log: cannot be read: .* Check the network, usage\.s3 and the credentials"),
    ],
    ids=["wrong key", "wrong folder", "unreachable bucket"],
)
def test_a_wrong_mapping_is_refused_with_the_key(
    given: Given, loads: Callable[[], tuple[int, str]], monkeypatch: pytest.MonkeyPatch, before: str, after: str,
    message: str,
):  # fmt: skip
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "key")
    text = given.mapping.read_text().replace(before, after.format(port=free_port()), 1)
    given.mapping.write_text(text)
    code, said = loads()
    assert code == 1
    assert re.search(message, said), said
    assert given.opened.current().number == 1


def load_with_room_for(size_bytes: int, given: Given) -> subprocess.CompletedProcess[str]:
    """A load none of whose files can grow larger, which is how a full disk looks to it."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard", "load", str(given.mapping)],
        cwd=ROOT, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes)),
    )  # fmt: skip


def csv_of_many_rows(given: Given) -> None:
    rows = pd.concat([pd.read_parquet(path) for path in given.folder.rglob("log/**/*.parquet")] * 10_000)
    rows.assign(id=range(len(rows))).to_csv(given.folder / "log/year=2026/week=02/part-1.csv", index=False)


@pytest.mark.parametrize(
    ("size_bytes", "what"),
    [
        (0, "temporary directory"),
        (500, "week=02.parquet"),
        (20_000, "part-1.csv.*parquet"),
        (100_000, "generation.draft"),
    ],
)
def test_a_full_disk_is_named_with_the_remedy(given: Given, size_bytes: int, what: str):
    """All, a roll-up, the copy of a text file, the generation: whatever is written first beyond the limit."""
    given.use("a", "permit", "2026-01-13 09:00").write()
    if size_bytes == 20_000:
        csv_of_many_rows(given)
    ended = load_with_room_for(size_bytes, given)
    assert ended.returncode == 1
    assert re.search(rf"^The disk is full: .*({what}).* Free some space there, .* then load again\.", ended.stderr)
    assert "Traceback" not in ended.stderr
    assert given.opened.current().number == 1
    assert given.load_again().generation == 2
