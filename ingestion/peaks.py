"""How many people were there at the same instant, at most, in each month of two years? Counted once, at load."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import duckdb
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from data_access.activity_peaks import midnight, open_in, peaks_of, session_ends
from data_access.buckets import By, buckets
from data_access.filters import Period
from data_access.schema import sessions

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def add_peaks(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Fills peaks from sessions: an application after another, and of all together a month after another."""
    [(longest,)] = connection.execute("select coalesce(max(seconds), 0) from sessions").fetchall()
    months = [month.days for month in buckets(_kept(connection, as_of), By.MONTH)]
    for application, some in _questions(connection, months):
        found = _question(application, some, timedelta(seconds=longest))
        connection.execute(f"insert into peaks select {application or 'null'}, month, users, reached_at from ({found})")


def _kept(connection: duckdb.DuckDBPyConnection, as_of: date) -> Period:
    """What the page Activity compares: the year of the as-of day, the year before, and the December before that."""
    [(first_day,)] = connection.execute("select first_day from generation").fetchall()
    return Period(max(first_day.replace(day=1), date(as_of.year - 2, 12, 1)), as_of + timedelta(days=1))


def _questions(
    connection: duckdb.DuckDBPyConnection, months: Sequence[Period]
) -> Iterator[tuple[int | None, Sequence[Period]]]:
    """Whoever is in several applications is one person: all together cannot be counted one by one."""
    for (application,) in connection.execute("select application_key from applications order by 1").fetchall():
        yield application, months
    for month in months:
        yield None, [month]


def _question(application: int | None, months: Sequence[Period], longest: timedelta) -> str:
    """The same that the web server asks. `longest`: no session is longer, so that few need be looked at."""
    span = Period(months[0].start, months[-1].end)
    own = select(sessions.c.user_key, *session_ends()).where(
        sessions.c.started_at >= midnight(span.start) - longest, open_in(span)
    )
    if application is not None:
        own = own.where(sessions.c.application_key == application)
    asked = peaks_of(own, [month.start for month in months], span.end)
    return str(asked.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))
