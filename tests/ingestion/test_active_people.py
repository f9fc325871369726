"""Counted by gaps, people of a day, a week and a month are those of sets: exactly, and whatever the share swept at once."""

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from analytics.active_people import WINDOWS
from data_access.schema import active_people, generation, user_days
from ingestion import active_people as loading

FIRST, LENGTH = date(2026, 1, 1), 70
AS_OF = FIRST + timedelta(days=LENGTH - 1)
# (application, account, person, day): a person may use one application in two accounts on one day.
USE = st.frozensets(
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 9), st.integers(0, LENGTH + 3)), max_size=60
)


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for table in (generation, user_days, active_people):
            connection.execute(str(CreateTable(table).compile(dialect=postgresql.dialect())))
        connection.execute(
            f"insert into generation values (1, '', '', now(), '{FIRST}', '{AS_OF}', '', true, '', '', '')"
        )
        yield connection


def counted(store: duckdb.DuckDBPyConnection, use: frozenset[tuple[int, int, int, int]]) -> list[tuple[object, ...]]:
    store.execute("delete from user_days; delete from active_people")
    for application, account, person, day in sorted(use):
        store.execute("insert into user_days values (?, ?, ?, ?::date + ?::integer, 0, 0, 0, 0, null)",
                      [application, account, person, FIRST, day])  # fmt: skip
    loading.add_active_people(store, AS_OF)
    return store.execute("select * from active_people order by application_key nulls first, day").fetchall()


def by_sets(use: frozenset[tuple[int, int, int, int]]) -> list[tuple[object, ...]]:
    """For everybody, and for each application with use up to the as-of day."""
    known = {row for row in use if row[3] < LENGTH}
    rows: list[tuple[object, ...]] = []
    for application in [None, *sorted({row[0] for row in known})] if known else []:
        own = {(person, day) for app, _, person, day in known if application in (None, app)}
        for day in range(LENGTH):
            windows = (len({p for p, d in own if day - width < d <= day}) for width in WINDOWS.values())
            rows.append((application, FIRST + timedelta(days=day), *windows))
    return rows


@pytest.mark.parametrize("rows_at_once", [1, 7, 4_000_000])
def test_everybody_is_counted_once_in_every_window(store, monkeypatch, rows_at_once: int):
    monkeypatch.setattr(loading, "ROWS_AT_ONCE", rows_at_once)

    @settings(max_examples=25, deadline=None)
    @any_of(USE)
    def check(use: frozenset[tuple[int, int, int, int]]) -> None:
        assert counted(store, use) == by_sets(use)

    check()
