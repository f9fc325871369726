"""What was published last, to be computed with: the same tables, whichever store they are in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from data_access import schema
from data_access.engine import CURRENT, Database, Generation, Store
from ingestion.embedded import connect

ROWS_A_BATCH = 200_000
# All that weekly series are made of.
TABLES = (
    schema.generation, schema.accounts, schema.applications, schema.pairs, schema.usage_daily, schema.usage_weekly,
    schema.user_weeks,
)  # fmt: skip
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@contextmanager
def published(folder: Path, url: str = "") -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a DuckDB with at least TABLES. Raises NoData, StoreUnavailable."""
    if not url:
        Store(folder).current().engine.dispose()  # Opened for its checks; DuckDB opens a file with one configuration.
        with connect(str((folder / CURRENT).resolve(strict=True)), read_only=True) as connection:
            yield connection
        return
    database = Database(url)
    try:
        with database.pin() as generation, connect() as connection:
            _copy(generation, connection)
            yield connection
    finally:
        database.close()


def _copy(generation: Generation, target: duckdb.DuckDBPyConnection) -> None:
    # A cursor on the server, which lives in a transaction only, so that a table is never in memory as a whole.
    with generation.engine.connect().execution_options(
        isolation_level="REPEATABLE READ", stream_results=True
    ) as source:
        for table in TABLES:
            target.execute(str(CreateTable(table).compile(dialect=_DIALECT)))
            rows = source.execute(select(table))
            for batch in rows.partitions(ROWS_A_BATCH):
                target.register("batch", pd.DataFrame(batch, columns=table.columns.keys(), dtype="object"))
                target.execute(f"insert into {table.name} select * from batch")
                target.unregister("batch")
