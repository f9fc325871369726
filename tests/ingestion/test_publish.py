"""A generation appears whole or not at all, whoever reads and whatever is killed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import psycopg
import pytest
from sqlalchemy import func, select

from data_access import choices, search
from data_access.engine import Database, StoreUnavailable, UsageStore, read
from data_access.schema import usage_daily, usage_weekly
from ingestion import postgresql
from ingestion.load import load
from ingestion.publish import Busy, only_one
from tests.given import LEADER, Given
from tests.ingestion.apart import load_apart
from tests.services import free_port, plain

READERS, LOADS = 16, 20
HOSTILE = (
    'a "b", c',
    "two\nlines",
    "\\.",
    "\\N",
    "NULL",
    "tab\tbed",
    "'; drop table accounts; --",
    "École 👩‍🚀 \u202e",
)


def seen_by_a_reader(store: UsageStore, is_over: Event) -> set[tuple[int, ...]]:
    """(number of the generation, then what two of its tables say, twice)"""
    sums = [select(func.sum(table.c.records)) for table in (usage_daily, usage_weekly)] * 2
    seen = set()
    while not is_over.wait(0.02):
        with store.pin() as generation:
            said = [int(read(LEADER, one, {"records": "int64"})["records"][0]) for one in sums]
        seen.add((generation.number, *said))
    return seen


@pytest.mark.services  # takes as long
def test_readers_through_many_loads_never_mix_two_generations(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").load()
    is_over = Event()
    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(seen_by_a_reader, given.opened, is_over) for _ in range(READERS)]
        try:
            for _ in range(LOADS - 1):
                load_apart(given.use("a", "permit", "2026-01-05 10:00").write())
        finally:
            is_over.set()
    seen = set().union(*(reader.result() for reader in readers))
    assert seen <= {(number,) * 5 for number in range(1, LOADS + 1)}
    assert len(seen) > LOADS / 2


def test_any_text_arrives_as_it_was(given: Given, tmp_path: Path):
    for number, name in enumerate(HOSTILE):
        given.row("accounts", account=f"{number}{name}", name=name, region=None if number else "")
    given.use("0" + HOSTILE[0], "permit", "2026-01-05 09:00").load()
    assert {name for (name,) in given.rows("select name from accounts")} == set(HOSTILE)
    load(given.mapping, tmp_path / "other/store")
    assert given.contents() == Given(tmp_path / "other").contents()


def test_names_sort_by_their_letters_and_are_found_in_any_case(given: Given):
    for name in ("École", "Zoo", "apple", "Apple pie", "_x"):
        given.row("accounts", account=name, name=name)
    given.use("Zoo", "permit", "2026-01-05 09:00").load()
    names = [name for (name,) in given.rows("select name from accounts order by name")]
    assert names == ["Apple pie", "Zoo", "_x", "apple", "École"]
    with given.opened.pin():
        assert search.accounts_like(LEADER, "éCOLE")["name"].tolist() == ["École"]


def test_three_generations_are_kept(given: Given):
    for day in range(5, 10):
        given.use("a", "permit", f"2026-01-0{day} 09:00").load()
    assert generations(given) == {3, 4, 5}


def generations(given: Given) -> set[int]:
    if not given.url:
        return {int(path.stem[-6:]) for path in given.store.glob("generation-*.duckdb")}
    with psycopg.connect(plain(given.url)) as database:
        names = database.execute("select nspname from pg_namespace where nspname like 'generation%'").fetchall()
        return {int(name.removeprefix("generation_")) for (name,) in names}


@pytest.fixture
def hasty(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Given]:
    """Loads into a database, which do not wait for others."""
    monkeypatch.setitem(postgresql.SESSION, "lock_timeout", "50ms")
    with Given(tmp_path, url=database) as given:
        yield given


@pytest.mark.services
def test_a_generation_that_is_being_read_is_dropped_by_a_later_load(hasty: Given):
    hasty.use("a", "permit", "2026-01-05 09:00").load()
    with psycopg.connect(plain(hasty.url)) as reader:
        reader.execute("select * from generation_1.accounts")
        for day in range(6, 9):
            hasty.use("a", "permit", f"2026-01-0{day} 09:00").load()
        assert generations(hasty) == {1, 2, 3, 4}
    hasty.use("a", "permit", "2026-01-09 09:00").load()
    assert generations(hasty) == {3, 4, 5}


@pytest.mark.services
def test_a_load_after_an_update_of_the_product_describes_its_generation_anew(hasty: Given):
    hasty.use("a", "permit", "2026-01-05 09:00").load()
    with psycopg.connect(plain(hasty.url)) as administrator:
        administrator.execute("alter table public.current_generation drop column source, add column origin text")
    assert hasty.use("a", "permit", "2026-01-06 09:00").load().generation == 2
    assert hasty.opened.current().source == "Test"


@pytest.mark.services
def test_a_role_that_only_reads_can_serve_what_another_loads(hasty: Given):
    with psycopg.connect(plain(hasty.url), autocommit=True) as administrator:
        administrator.execute("create role only_reads login")
        administrator.execute("alter default privileges grant usage on schemas to only_reads")
        administrator.execute("alter default privileges grant select on tables to only_reads")
        hasty.use("a", "permit", "2026-01-05 09:00").load()
        reader = Database(hasty.url.replace("postgres@", "only_reads@"))
        with reader.pin():
            assert choices.application_names(LEADER) == {"permit": "permit"}
        reader.close()
        administrator.execute("drop owned by only_reads")
        administrator.execute("drop role only_reads")


@pytest.mark.services
def test_a_second_load_from_another_machine_says_so(hasty: Given, tmp_path: Path):
    with only_one(tmp_path / "elsewhere", hasty.url), pytest.raises(Busy, match="another load is running"):
        hasty.use("a", "permit", "2026-01-05 09:00").load()
    assert hasty.load().generation == 1


@pytest.mark.services
def test_text_with_nul_is_marked_since_postgresql_cannot_hold_it(hasty: Given):
    hasty.use("a\0b", "permit", "2026-01-05 09:00").load()
    assert hasty.rows("select account_id from accounts") == [("a\ufffdb",)]


def test_a_load_into_a_database_that_is_away_says_what_to_do(given: Given):
    given.url = f"postgresql+psycopg://nobody:hunter2@127.0.0.1:{free_port()}/usage"
    with pytest.raises(StoreUnavailable, match="Load again when the database answers") as failure:
        given.use("a", "permit", "2026-01-05 09:00").load()
    assert "hunter2" not in str(failure.value)
