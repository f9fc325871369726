"""How does a finished draft become a generation in PostgreSQL? In one transaction, table by table."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import duckdb
import psycopg
from pyarrow import csv
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    delete,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import CreateSchema, DropSchema

from data_access import schema
from data_access.engine import CONNECT_SECONDS, StoreUnavailable, current_generation

LOCK = 7_314_926_051  # any number, the same for all loads
ROWS_A_BATCH = 100_000
SESSION = {
    "statement_timeout": 0,
    "idle_session_timeout": 0,
    # A load that was killed may hold its lock for a moment; one on a lost machine no longer than a minute.
    "lock_timeout": "5s",
    "client_connection_check_interval": "1s",
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
# Most questions ask for a stretch of time, and then for applications or accounts.
INDEXES = {
    "usage_daily": ("day, application_key", "account_key, day"),
    "usage_weekly": ("week, application_key", "account_key, week"),
    "user_days": ("day, application_key", "account_key, day"),
    "user_weeks": ("week, application_key", "account_key, week", "user_key"),
    "contacts": ("account_key",),
    "sessions": ("account_key, started_at",),
    "feature_days": ("account_key, day",),
    "state_spans": ("account_key",),
    "account_spans": ("account_key",),
}
# In the order of bytes, as the embedded store sorts, and lower case beyond ASCII where the server can.
COLLATIONS = ("pg_c_utf8", "C.utf8", "C.UTF-8", "C")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """The one connection of a load. Raises StoreUnavailable where the database refuses or goes away."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, psycopg.Error) as error:
        cause = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
        raise StoreUnavailable(
            f"The database: {cause[0] if cause else 'no answer'}. The last published data is still served; "
            "what was read is kept. Load again when the database answers."
        ) from error
    finally:
        engine.dispose()


def locked(connection: Connection) -> bool:
    """Whether this is now the only load of the database, until the connection ends."""
    try:
        with connection.begin():
            connection.execute(select(func.pg_advisory_lock(LOCK)))
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def latest(connection: Connection) -> tuple[int, str | None]:
    """Number and inputs of the generation that is served; (0, None) where there is none."""
    with connection.begin():
        if not inspect(connection).has_table(current_generation.name, schema=current_generation.schema):
            return 0, None
        row = connection.execute(select(current_generation.c.number, current_generation.c.inputs)).first()
        return (row.number, row.inputs) if row else (0, None)


def publish(source: duckdb.DuckDBPyConnection, connection: Connection, number: int) -> None:
    """Copies every table of `source`; readers see all of it from one moment on."""
    name = f"generation_{number}"
    with connection.begin():
        connection.execute(DropSchema(name, cascade=True, if_exists=True))
        connection.execute(CreateSchema(name))
        tables = _tables(name, _collation(connection))
        tables.create_all(connection, checkfirst=False)
        for table in tables.sorted_tables:
            _copy(source, connection, table)
            for columns in INDEXES.get(table.name, ()):
                connection.execute(text(f"create index on {table.fullname} ({columns})"))
            connection.execute(text(f"analyze {table.fullname}"))
        _point_to(connection, tables.tables[f"{name}.generation"])


def drop_before(connection: Connection, number: int) -> None:
    """Drops generations older than `number`; one that is being read is left for the next load."""
    with connection.begin():
        names = "select nspname from pg_namespace where nspname ~ '^generation_[0-9]+$'"
        schemas = connection.execute(text(names)).scalars().all()
    for name in schemas:
        if int(name.rsplit("_", 1)[1]) < number:
            try:
                with connection.begin():
                    connection.execute(DropSchema(name, cascade=True))
            except OperationalError as error:
                if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                    raise


def _engine(url: str) -> Engine:
    session = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    options: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "keepalives_idle": 30, "options": session}
    return create_engine(url, poolclass=NullPool, connect_args=options, hide_parameters=True)


def _collation(connection: Connection) -> str:
    known = "select collname from pg_collation where collencoding in (-1, pg_char_to_encoding(getdatabaseencoding()))"
    names = set(connection.execute(text(known)).scalars())
    return next(name for name in COLLATIONS if name in names)


def _point_to(connection: Connection, described: Table) -> None:
    found = inspect(connection)
    name, public = current_generation.name, current_generation.schema
    if found.has_table(name, public) and {column["name"] for column in found.get_columns(name, public)} != set(
        current_generation.c.keys()
    ):  # made by another version of the product
        current_generation.drop(connection)
    current_generation.create(connection, checkfirst=True)
    connection.execute(delete(current_generation))
    connection.execute(current_generation.insert().from_select(list(described.c), select(described)))


def _tables(name: str, collation: str) -> MetaData:
    """The tables of data_access/schema.py in the schema `name`."""
    tables = MetaData()
    for table in schema.metadata.sorted_tables:
        for column in table.to_metadata(tables, schema=name).c:
            if isinstance(column.type, String):
                column.type = String(collation=collation)
    return tables


def _copy(source: duckdb.DuckDBPyConnection, connection: Connection, table: Table) -> None:
    order = f"order by {INDEXES[table.name][0]}, account_key" if table.name in INDEXES else ""
    rows = source.execute(f"select {', '.join(map(_value, table.c))} from {table.name} {order}")
    # The table is new in this transaction: its rows need never be looked at by a vacuum.
    command = f"copy {table.fullname} from stdin (format csv, freeze)"
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(command) as copy:
        for batch in rows.to_arrow_reader(ROWS_A_BATCH):
            sheet = BytesIO()
            csv.write_csv(batch, sheet, csv.WriteOptions(include_header=False))
            copy.write(sheet.getvalue())


def _value(column: Column[Any]) -> str:
    """PostgreSQL holds no text with NUL, and reads a point in time with its offset."""
    if isinstance(column.type, String):
        return f"replace({column.name}, chr(0), chr(65533)) as {column.name}"
    return f"{column.name}::varchar as {column.name}" if isinstance(column.type, DateTime) else column.name
