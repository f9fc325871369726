"""A customer's tables → our columns and types, with an account of every row that was left out."""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.datasets import DATASETS, IDENTIFIER, NUMBER, TEXT, WHOLE
from ingestion.mapping import Mapping
from ingestion.names import identifier, is_number, name, quoted, text
from ingestion.reading import Relation, UnreadableFile, relation
from ingestion.remote import SourceError, local_copy
from ingestion.table_mapping import TableSource, TicketSource

YES = "('true', 't', 'yes', 'y', '1')"


@dataclass(slots=True)
class TableReport:
    """What became of the rows of one table."""

    dataset: str
    path: str
    size_bytes: int = 0
    rows_read: int = 0
    rows_duplicate: int = 0
    rejected: dict[str, int] = field(default_factory=dict)


def read_tables(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[TableReport]:
    """Temporary tables given_<dataset>, empty where nothing is mapped, and set_aside."""
    connection.execute("create temp table set_aside (dataset varchar, reason varchar, content varchar)")
    with tempfile.TemporaryDirectory() as spool:
        reports = [_read(connection, dataset, source, Path(spool)) for dataset, source in mapping.tables.items()]
    for dataset in DATASETS.keys() - mapping.tables.keys():
        columns = ", ".join(
            f"null::{_sql(kind)} as {name(column)}" for column, kind in DATASETS[dataset].columns.items()
        )
        connection.execute(f"create temp table given_{dataset} as select {columns} where false")
    return reports


def _read(connection: duckdb.DuckDBPyConnection, dataset: str, source: TableSource, spool: Path) -> TableReport:
    contract = DATASETS[dataset]
    try:
        file = local_copy(source.uri, source.s3, spool)
        rows = relation(connection, file, source.csv, spool)
        wanted = [column for names in source.theirs.values() for column in names]
        rows.check(wanted, f"Correct [{dataset}.columns] in the mapping, or the file.")
        if source.day_zero:
            rows.check([source.day_zero.column], f"Correct [{dataset}.day_zero] in the mapping.")
    except UnreadableFile as error:
        raise SourceError(f"{source.uri}: {error}") from None
    report = TableReport(dataset, source.uri, file.stat().st_size)
    selected = ", ".join(
        f"{_value(source, ours, kind, rows)} as {name(ours)}" for ours, kind in contract.columns.items()
    )
    connection.execute(
        f"create or replace temp table read_rows as select {selected}, given as given from {rows.sql} given"
    )
    report.rows_read = _count(connection, "read_rows")
    _set_aside(connection, dataset, contract.required, report)
    if isinstance(source, TicketSource) and source.one_row_is == "event":
        connection.execute(f"create temp table given_tickets as {ONE_TICKET}")
        return report
    order = ", ".join(map(name, contract.key))
    once = f"qualify row_number() over (partition by {order} order by given::varchar) = 1" if order else ""
    if contract.key and not all(key in source.theirs for key in contract.key):
        once = ""
    connection.execute(f"create temp table given_{dataset} as select * exclude (given) from read_rows {once}")
    report.rows_duplicate = report.rows_read - sum(report.rejected.values()) - _count(connection, f"given_{dataset}")
    return report


def _set_aside(
    connection: duckdb.DuckDBPyConnection, dataset: str, required: tuple[str, ...], report: TableReport
) -> None:
    """Rows that lack what is required leave, with the reason and all that they held."""
    for column in required:
        reason = f"no valid {column.replace('_', ' ')}"
        connection.execute(
            f"insert into set_aside select ?, ?, given::varchar from read_rows where {name(column)} is null",
            [dataset, reason],
        )
        before = _count(connection, "read_rows")
        connection.execute(f"delete from read_rows where {name(column)} is null")
        if left := before - _count(connection, "read_rows"):
            report.rejected[reason] = left


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _value(source: TableSource, ours: str, kind: str, rows: Relation) -> str:
    """SQL for one of our columns, null where the table has none, or nothing that fits."""
    columns = source.theirs.get(ours)
    if columns is None:
        return f"null::{_sql(kind)}"
    if kind == IDENTIFIER:
        return identifier(columns, rows.kinds)
    (column,) = columns
    theirs, written = rows.kinds[column], text(column, rows.kinds[column])
    match kind:
        case "date" | "timestamp":
            return _moment(source, column, theirs, kind)
        case "boolean":
            return f"case when {written} is null then null else lower(trim({written})) in {YES} end"
        case "bigint" | "double":
            number = f"replace({written}, ',', '.')" if source.csv.decimal == "," else written
            return f"try_cast({number} as double)::{kind}" if kind == WHOLE else f"try_cast({number} as {NUMBER})"
    return f"nullif(trim({written}), '')"


def _moment(source: TableSource, column: str, theirs: str, kind: str) -> str:
    if source.day_zero is not None and (is_number(theirs) or theirs == "VARCHAR"):
        cases = " ".join(
            f"when '{quoted(value)}' then timestamp '{datetime(day.year, day.month, day.day)}'"
            for value, day in source.day_zero.days.items()
        )
        zero = f"case {name(source.day_zero.column)}::varchar {cases} end"
        return f"({zero} + to_days(try_cast({name(column)} as integer)))::{kind}"
    if source.time_format is not None:
        return f"try_strptime(trim({name(column)}::varchar), '{quoted(source.time_format)}')::{kind}"
    if theirs == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({name(column)}))::{kind}"
    if is_number(theirs):
        raise SourceError(
            f"{source.uri}: column '{column}' holds numbers ({theirs}), not times. "
            "Say what they count with day_zero in the mapping."
        )
    return f"try_cast(try_cast(replace({name(column)}::varchar, '/', '-') as timestamp) as {kind})"


def _sql(kind: str) -> str:
    return TEXT if kind == IDENTIFIER else kind


# The first line of a ticket opened it, the last resolved it.
ONE_TICKET = """
    select ticket, arg_min(account, opened_at) as account, arg_min(application, opened_at) as application,
        min(opened_at) as opened_at, min(first_response_at) as first_response_at, max(opened_at) as resolved_at,
        count(*) as responses, arg_min(priority, opened_at) as priority, max(satisfaction) as satisfaction
    from read_rows group by ticket
"""
