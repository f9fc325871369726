"""The one door to the usage store: which generation is read, by whom?

A load leaves a new generation beside the last ones: a file `generation-N.duckdb`
with the link `current`, or a schema `generation_N` with the row in
`public.current_generation`. A generation never changes. A request pins the one
it began with, so that no page mixes two.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache, wraps
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import pandas as pd
import psycopg
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import FloatLoader
from sqlalchemy import Connection, Engine, MetaData, RowMapping, Select, create_engine, event, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

from data_access import schema
from data_access.scope import Scope

T = TypeVar("T")

CURRENT = "current"
POSTGRESQL = "postgresql+psycopg://"
CONNECT_SECONDS = 3
ANSWER_SECONDS = 15.0
# For so long a database that did not answer is not asked again.
REST_SECONDS = 5.0

# One row: the generation that is served, described as it describes itself.
current_generation = schema.generation.to_metadata(MetaData(), schema="public", name="current_generation")


class NoData(Exception):
    """Nothing was ever published to this store."""


class OtherVersion(NoData):
    """What was published last was made by another version of the product; a load makes it anew."""


class StoreUnavailable(Exception):
    """The store does not answer now; the same question may be answered later."""


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
    watched: str
    engine: Engine
    # False: the store does not answer now, and this is what it served last.
    is_reached: bool = True

    @property
    def identity(self) -> str:
        """What no other generation has, of this store or of one that replaced it."""
        return f"{self.number} of {self.published_at.isoformat()}"


_pinned: ContextVar[Generation] = ContextVar("pinned generation")


class UsageStore(ABC):
    """Where generations are published."""

    @abstractmethod
    def current(self) -> Generation:
        """The newest one, or the last that was served where the store does not answer.

        Raises NoData, or StoreUnavailable.
        """

    @contextmanager
    def pin(self) -> Iterator[Generation]:
        """Everything read inside comes from one generation."""
        generation = self.current()
        token = _pinned.set(generation)
        try:
            yield generation
        finally:
            _pinned.reset(token)


@dataclass(frozen=True, slots=True)
class Store(UsageStore):
    """The embedded store: a folder of generations."""

    folder: Path

    def current(self) -> Generation:
        try:
            # The real path, since DuckDB knows a database by its path.
            path = (self.folder / CURRENT).resolve(strict=True)
        except FileNotFoundError:
            raise NoData(str(self.folder)) from None
        return _opened(path)


class Database(UsageStore):
    """A PostgreSQL database with a schema for each generation, for several web servers."""

    def __init__(
        self, url: str, answer_seconds: float = ANSWER_SECONDS, connect_seconds: int = CONNECT_SECONDS
    ) -> None:
        self.url = url
        self._engine = create_engine(
            url,
            connect_args={"connect_timeout": connect_seconds, "options": _session(answer_seconds)},
            # A read is one statement, and so has one snapshot without a transaction around it.
            isolation_level="AUTOCOMMIT",
            pool_pre_ping=True,
            pool_size=8,
            max_overflow=-1,  # as many as there are threads
            hide_parameters=True,
        )
        event.listen(self._engine, "do_connect", connector(answer_seconds))
        self._last: Generation | None = None
        self._asked_again_at = 0.0

    def current(self) -> Generation:
        """What was served before can still be answered from the cache while the database is away."""
        if self._last is not None and monotonic() < self._asked_again_at:
            return replace(self._last, is_reached=False)
        try:
            self._last = self._newest()
        except StoreUnavailable:
            self._asked_again_at = monotonic() + REST_SECONDS
            if self._last is None:
                raise
            return replace(self._last, is_reached=False)
        return self._last

    def _newest(self) -> Generation:
        with _connected(self._engine) as connection:
            try:
                row = connection.execute(select(current_generation)).mappings().first()
            except ProgrammingError as error:
                if isinstance(error.orig, psycopg.errors.UndefinedColumn):
                    raise OtherVersion(str(error.orig).strip()) from error
                if not isinstance(error.orig, psycopg.errors.UndefinedTable):
                    raise
                row = None
        if row is None:
            raise NoData("nothing was published to the database")
        schemas = {None: f"generation_{row['number']}"}
        return _described(row, self._engine.execution_options(schema_translate_map=schemas))

    def close(self) -> None:
        self._engine.dispose()


def open_store(url: str, folder: Path) -> UsageStore:
    """The store in the database at `url`, or in `folder` where that is empty."""
    return Database(url) if url else Store(folder)


def read(scope: Scope, statement: Select[Any], columns: Mapping[str, str]) -> pd.DataFrame:
    """The rows of `statement` in the pinned generation, with `columns` (name → dtype) even when empty.

    The scope is asked for so that no query can be written without one; its
    restriction is part of the statement (`filters.covers`).
    """
    with _connected(_asked(scope).engine) as connection:
        result = connection.execute(statement)
        cursor: Any = result.cursor
        # DuckDB hands over columns, ten times faster than rows.
        frame = cursor.df() if hasattr(cursor, "df") else pd.DataFrame(result.all(), columns=list(result.keys()))
    frame.columns = list(columns)
    return frame.astype(dict(columns))


def read_numbers(scope: Scope, statement: Select[Any], columns: Mapping[str, str]) -> pd.DataFrame:
    """What `read` answers, for a million rows without text: PostgreSQL copies them out, ten times faster than rows."""
    engine = _asked(scope).engine
    if engine.dialect.name != "postgresql":
        return read(scope, statement, columns)
    with _connected(engine) as connection:
        frame = pd.read_csv(_copied(connection, statement), engine="pyarrow")
    return frame.set_axis(list(columns), axis=1).astype(dict(columns))


def _copied(connection: Connection, statement: Select[Any]) -> BytesIO:
    """The rows as CSV, after a line with their names: so there is something to read even when there are none."""
    schemas = connection.get_execution_options().get("schema_translate_map")
    compiled: Any = statement.compile(
        dialect=connection.dialect, schema_translate_map=schemas, render_schema_translate=True,
        compile_kwargs={"render_postcompile": True},
    )  # fmt: skip
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(f"copy ({compiled}) to stdout (format csv, header)", compiled.params) as copy:
            return BytesIO(b"".join(copy))
    except psycopg.OperationalError as error:  # SQLAlchemy is not asked, and so does not translate
        raise StoreUnavailable(str(error).strip()) from error


def _asked(scope: Scope) -> Generation:
    """The pinned generation, for somebody."""
    if not isinstance(scope, Scope):
        raise TypeError("a query needs the scope of the person who asks")
    generation = _pinned.get()
    if not generation.is_reached:
        raise StoreUnavailable("the database does not answer")
    return generation


def once_per_generation(function: Callable[..., T]) -> Callable[..., T]:
    """Remembers what `function` answers in the pinned generation, for it cannot change there.

    Its arguments are hashable, and what it returns is not to be changed by callers.
    """

    @lru_cache(maxsize=512)
    def remembered(_generation: str, *arguments: Hashable) -> T:
        return function(*arguments)

    @wraps(function)
    def answer(*arguments: Hashable) -> T:
        return remembered(_pinned.get().identity, *arguments)

    return answer


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection for one statement; StoreUnavailable where the store does not answer it."""
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise StoreUnavailable(str(error.orig).strip()) from error
    except ProgrammingError as error:
        # Dropped, which takes several loads within one request; or not granted to us.
        if not isinstance(error.orig, psycopg.errors.UndefinedTable | psycopg.errors.InsufficientPrivilege):
            raise
        raise StoreUnavailable(str(error.orig).strip()) from error


class _Impatient(psycopg.Connection[Any]):
    """Gives up on a server that stays silent, whose own time limit is of no use then."""

    answer_seconds = ANSWER_SECONDS

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, timeout or self.answer_seconds)
        except BaseException:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # an answer is still owed
                self.close()
            raise


def connector(answer_seconds: float) -> Callable[..., _Impatient]:
    """For SQLAlchemy's event do_connect: connections that wait no longer than this for an answer."""

    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> _Impatient:
        connection = _Impatient.connect(*arguments, **options)
        connection.answer_seconds = answer_seconds + 1
        connection.adapters.register_loader("numeric", FloatLoader)  # what sum() makes of whole numbers
        connection.prepare_threshold = None  # every generation has other statements
        return connection

    return connect


def _session(answer_seconds: float) -> str:
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": f"{answer_seconds * 1000:.0f}",
        "timezone": "UTC",
        "jit": "off",  # it takes longer than our questions
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


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
    try:
        with engine.connect() as connection:
            row = connection.execute(select(schema.generation)).mappings().one()
    except ProgrammingError as error:
        raise OtherVersion(str(path)) from error
    return _described(row, engine)


def _described(row: RowMapping, engine: Engine) -> Generation:
    if row["layout"] != schema.LAYOUT:
        raise OtherVersion(row["source"])
    computed = ("measures", "engine", "is_reached")
    known = {name: row[name] for name in Generation.__dataclass_fields__ if name not in computed}
    return Generation(**known, measures=tuple(filter(None, row["measures"].split(","))), engine=engine)
