"""What do other tables add to a row of the log, or of a table? Small tables, joined by their keys."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import duckdb

from ingestion.names import name, text
from ingestion.reading import Relation, UnreadableFile, relation
from ingestion.remote import SourceError
from ingestion.usage_mapping import Csv, Lookup

# Marks in a relation which lookup found a row.
_FOUND = "found in "
_REMEDY = "Correct lookups.on in the mapping, or the file."


def lookup_table(
    connection: duckdb.DuckDBPyConnection, number: int, lookup: Lookup, file: Path, options: Csv, spool: Path
) -> Relation:
    """The lookup as a table in memory. Raises SourceError unless its keys are there, and are unique."""
    try:
        rows = relation(connection, file, options, spool)
        rows.check(lookup.on, _REMEDY)
    except UnreadableFile as error:
        raise SourceError(f"{lookup.uri}: {error}") from None
    table, keys = f"lookup_{number}", ", ".join(map(name, lookup.on))
    connection.execute(f"create or replace temp table {table} as from {rows.sql}")
    repeated = connection.execute(f"select {keys} from {table} group by all having count(*) > 1 limit 1").fetchall()
    if repeated:
        raise SourceError(
            f"{lookup.uri}: more than one row for {', '.join(map(str, repeated[0]))} in {', '.join(lookup.on)}. "
            "A lookup has one row for each: add a column to lookups.on in the mapping, or correct the file."
        )
    return Relation(table, rows.kinds)


def joined(rows: Relation, table: Relation, number: int, lookup: Lookup) -> Relation:
    """The rows with the columns of the lookup that they do not have themselves."""
    rows.check(lookup.on, _REMEDY)
    added = {column: kind for column, kind in table.kinds.items() if column not in rows.kinds}
    selected = "".join(f", looked.{name(column)}" for column in added)
    condition = " and ".join(_same(column, rows.kinds[column], table.kinds[column]) for column in lookup.on)
    found = f"{_FOUND}{number}"
    return Relation(
        f"(select given.*{selected}, looked.{name(lookup.on[0])} is not null as {name(found)} "
        f"from {rows.sql} as given left join {table.sql} as looked on {condition})",
        rows.kinds | added,
    )


def misses(lookups: Sequence[Lookup]) -> list[tuple[str, str]]:
    """SQL that is true of a joined row for which a lookup has none, and how to say so, for each."""
    return [
        (f"not {name(f'{_FOUND}{number}')}", f"no match in {PurePosixPath(lookup.uri).name}")
        for number, lookup in enumerate(lookups)
    ]


def _same(column: str, theirs: str, ours: str) -> str:
    if theirs == ours:
        return f"given.{name(column)} = looked.{name(column)}"
    return f"{_of('given', column, theirs)} = {_of('looked', column, ours)}"


def _of(table: str, column: str, kind: str) -> str:
    return text(column, kind).replace(name(column), f"{table}.{name(column)}")
