"""How many people were active on each day, and in the 7, 28 and 30 days that end with it? Counted once, at load."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pandas as pd
from sqlalchemy import Select, and_
from sqlalchemy.dialects import postgresql

from analytics.active_people import sweep
from data_access.active_people import gap_counts
from data_access.schema import user_days

ROWS_AT_ONCE = 4_000_000  # what a sort holds in memory
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
GAPS = "create or replace temp table gaps (application_key smallint, day date, gap integer, people bigint)"


def add_active_people(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Fills active_people from user_days, a share of the people at a time: everybody's days are too many to sort."""
    connection.execute(GAPS)
    for first, last in _shares(connection):
        wanted = and_(user_days.c.user_key.between(first, last), user_days.c.day <= as_of)
        together, apart = gap_counts(where=wanted), gap_counts(user_days.c.application_key, where=wanted)
        connection.execute(f"insert into gaps select null, * from ({_text(together)})")
        connection.execute(f"insert into gaps {_text(apart)}")
    [(first_day,)] = connection.execute("select first_day from generation").fetchall()
    found = connection.execute(
        "select application_key, day, gap, sum(people)::bigint as people from gaps group by all order by all"
    ).df()
    for application, gaps in found.groupby("application_key", dropna=False):
        days = sweep(gaps, first_day, as_of).assign(application_key=None if pd.isna(application) else int(application))
        _insert(connection, days)
    connection.execute("drop table gaps")


def _shares(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int]]:
    """First and last key of people who have about ROWS_AT_ONCE rows together."""
    [(rows, people)] = connection.execute("select count(*), coalesce(max(user_key), 0) from user_days").fetchall()
    width = max(1, int(people * ROWS_AT_ONCE / max(rows, 1)))
    for first in range(0, people + 1, width):
        yield first, first + width - 1


def _text(statement: Select[tuple[object, ...]]) -> str:
    """The same question that the web server asks."""
    return str(statement.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _insert(connection: duckdb.DuckDBPyConnection, days: pd.DataFrame) -> None:
    connection.register("days", days)
    connection.execute(
        "insert into active_people select application_key, day::date, daily, weekly, monthly, monthly_30 from days"
    )
    connection.unregister("days")
