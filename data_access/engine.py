"""The one door to the usage store: which generation is read, by whom?

A load leaves `generation-N.duckdb` beside the last one and moves the link
`current` to it. A request pins the generation it began with, so that no page
mixes two.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, Select, create_engine, select
from sqlalchemy.pool import QueuePool

from data_access import schema
from data_access.scope import Scope

CURRENT = "current"


class NoData(Exception):
    """Nothing was ever published to this store."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One published state of the store, and what its source can tell."""

    number: int
    source: str
    reporting_timezone: str
    published_at: datetime
    first_day: date
    as_of: date
    measures: tuple[str, ...]
    has_subscriptions: bool
    engine: Engine


_pinned: ContextVar[Generation] = ContextVar("pinned generation")


@dataclass(frozen=True, slots=True)
class Store:
    """The embedded store: a folder of generations."""

    folder: Path

    def current(self) -> Generation:
        try:
            # The real path, since DuckDB knows a database by its path.
            path = (self.folder / CURRENT).resolve(strict=True)
        except FileNotFoundError:
            raise NoData(str(self.folder)) from None
        return _opened(path)

    @contextmanager
    def pin(self) -> Iterator[Generation]:
        """Everything read inside comes from one generation."""
        generation = self.current()
        token = _pinned.set(generation)
        try:
            yield generation
        finally:
            _pinned.reset(token)


def read(scope: Scope, statement: Select[Any], columns: Mapping[str, str]) -> pd.DataFrame:
    """The rows of `statement` in the pinned generation, with `columns` (name → dtype) even when empty.

    The scope is asked for so that no query can be written without one; its
    restriction is part of the statement (`filters.covers`).
    """
    if not isinstance(scope, Scope):
        raise TypeError("a query needs the scope of the person who asks")
    with _pinned.get().engine.connect() as connection:
        result = connection.execute(statement)
        cursor: Any = result.cursor
        # DuckDB hands over columns, ten times faster than rows.
        frame = cursor.df() if hasattr(cursor, "df") else pd.DataFrame(result.all(), columns=list(result.keys()))
    frame.columns = list(columns)
    return frame.astype(dict(columns))


def pinned() -> Generation:
    return _pinned.get()


@lru_cache(maxsize=3)
def _opened(path: Path) -> Generation:
    # Read-only connections of one process share one DuckDB instance, and so its buffers.
    engine = create_engine(
        f"duckdb:///{path}",
        connect_args={"read_only": True, "config": {"memory_limit": "1GB", "threads": 2}},
        poolclass=QueuePool,
        hide_parameters=True,  # an error in the log must not name accounts
        pool_size=8,
    )
    with engine.connect() as connection:
        row = connection.execute(select(schema.generation)).mappings().one()
    known = {name: row[name] for name in Generation.__dataclass_fields__ if name not in ("measures", "engine")}
    return Generation(**known, measures=tuple(filter(None, row["measures"].split(","))), engine=engine)
