"""Loading again, and loading what is broken."""

from pathlib import Path

import pytest

from ingestion.load import load
from ingestion.mapping import MappingError
from ingestion.publish import Busy, only_one
from ingestion.sources import SourceError
from tests.given import Given


def records(given: Given) -> int:
    return given.rows("select sum(records) from usage_daily")[0][0]


@pytest.fixture
def three_weeks(given: Given) -> Given:
    for day in ("2026-01-05", "2026-01-12", "2026-01-19"):
        given.use("a", "permit", f"{day} 09:00")
    return given


def test_a_second_load_of_unchanged_files_does_nothing(three_weeks: Given):
    three_weeks.load()
    again = three_weeks.load_again()
    assert (again.generation, again.partitions, again.partitions_read) == (None, 3, 0)


def test_one_changed_week_is_the_only_one_read(three_weeks: Given):
    three_weeks.load()
    three_weeks.use("a", "permit", "2026-01-13 09:00")
    unchanged = three_weeks.folder / "log/year=2026/week=02/part-0.parquet"
    modified = unchanged.stat().st_mtime_ns
    summary = rewrite_only(three_weeks, "2026-01-12")
    assert unchanged.stat().st_mtime_ns == modified
    assert (summary.generation, summary.partitions_read, records(three_weeks)) == (2, 1, 4)


def rewrite_only(given: Given, monday: str):
    """Loads after writing the log anew, the other weeks' files left as they were."""
    kept = {path: path.rename(path.with_suffix(".kept")) for path in given.folder.rglob("log/**/*.parquet")}
    given.write()
    for path, before in kept.items():
        if path.parent.name != f"week={int(monday[-2:]) // 7 + 2:02d}":
            before.replace(path)
        else:
            before.unlink()
    return given.load_again()


def test_the_same_input_gives_the_same_generation_in_any_store(three_weeks: Given, tmp_path: Path):
    three_weeks.load()
    load(three_weeks.mapping, tmp_path / "other/store")
    assert three_weeks.contents() == Given(tmp_path / "other").contents()


def test_a_broken_file_is_named_and_the_good_ones_are_loaded(three_weeks: Given):
    three_weeks.write()
    broken = three_weeks.folder / "log/year=2026/week=03/part-0.parquet"
    broken.write_bytes(broken.read_bytes()[:100])
    summary = three_weeks.load_again()
    assert records(three_weeks) == 2
    assert len(summary.problems) == 1
    assert str(broken) in summary.problems[0]


def test_a_missing_column_is_named_with_those_that_are_there(three_weeks: Given):
    three_weeks.write()
    text = three_weeks.mapping.read_text().replace('account = "account"', 'account = "customer"', 1)
    three_weeks.mapping.write_text(text)
    with pytest.raises(SourceError, match=r"no column 'customer' \(it has id, at, account"):
        three_weeks.load_again()


def test_when_nothing_can_be_read_the_last_generation_stays(three_weeks: Given):
    three_weeks.load()
    for path in three_weeks.folder.rglob("log/**/*.parquet"):
        path.write_bytes(b"not parquet")
    with pytest.raises(SourceError, match="no file could be read"):
        three_weeks.load_again()
    assert three_weeks.opened.current().number == 1


def test_a_failing_load_publishes_nothing(three_weeks: Given):
    three_weeks.load()
    with only_one(three_weeks.store, three_weeks.url) as target, pytest.raises(RuntimeError), target.next_generation():
        raise RuntimeError("killed")
    assert three_weeks.opened.current().number == 1
    assert not list(three_weeks.store.glob("*.draft*"))


def test_a_second_load_at_the_same_time_says_so(three_weeks: Given):
    with only_one(three_weeks.store, three_weeks.url), pytest.raises(Busy, match="another load is running"):
        three_weeks.load()


def test_an_account_known_from_use_alone_is_made_and_marked(given: Given):
    given.row("accounts", account="a", name="City of Ash").use("a", "permit", "2026-01-05 09:00")
    given.use("b", "permit", "2026-01-05 09:00").load()
    assert given.rows("select account_id, name, is_matched from accounts order by 1") == [
        ("a", "City of Ash", True),
        ("b", "b", False),
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('uri = "log"', 'uri = "nowhere"', "no such folder"),
        ('account = "account"', 'acount = "account"', "usage.columns.acount: no such key"),
        ('occurred_at = "at"', "", "usage.columns.occurred_at: is missing"),
        ('reporting_timezone = "UTC"', 'reporting_timezone = "Denver"', "'Denver' is not a time zone"),
        ('LOGIN = "login"', 'LOGIN = "log in"', "usage.actions.LOGIN"),
        ('uri = "log"', 'uri = "${NOT_SET_ANYWHERE}/log"', "NOT_SET_ANYWHERE is not set"),
        ("[source]", "[source", "not valid TOML"),
    ],
)
def test_a_wrong_mapping_says_which_key_and_what_to_do(given: Given, before: str, after: str, message: str):
    given.use("a", "permit", "2026-01-05 09:00").write()
    given.mapping.write_text(given.mapping.read_text().replace(before, after, 1))
    with pytest.raises((MappingError, SourceError), match=message):
        given.load_again()
