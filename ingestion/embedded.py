"""A DuckDB to load with: its memory bounded, and silent on the terminal."""

from typing import Any

import duckdb


def connect(database: str = ":memory:", read_only: bool = False, **limits: Any) -> duckdb.DuckDBPyConnection:
    """A connection under `limits`, settings of DuckDB. The bar that it draws for long statements is ours to draw."""
    connection = duckdb.connect(database, read_only=read_only, config=limits)
    connection.execute("set enable_progress_bar = false")
    return connection
