"""A customer's tables → our columns and types, with an account of every row that was left out."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from ingestion.datasets import DATASETS, DAY, IDENTIFIER, NUMBER, TEXT, TIME, WHOLE, Dataset
from ingestion.lookups import joined, lookup_table, misses
from ingestion.mapping import Mapping
from ingestion.names import identifier, name, plain_number, quoted, text
from ingestion.reading import Relation, UnreadableFile, relation
from ingestion.remote import SourceError, local_copy
from ingestion.subscriptions import COVERED, ONE_SUBSCRIPTION
from ingestion.table_mapping import SubscriptionSource, TableSource, TicketSource
from ingestion.table_times import Ask, moment

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
    # Of rows that are kept: values, by column, that are no date or number and are taken as missing.
    unreadable: dict[str, int] = field(default_factory=dict)

    @property
    def remark(self) -> str | None:
        words = [f"{count:,} with {reason}" for reason, count in self.rejected.items()]
        words += [f"{count:,} without {column}, as it cannot be read" for column, count in self.unreadable.items()]
        return ", ".join(words) or None


def read_tables(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[TableReport]:
    """Temporary tables given_<dataset>, empty where nothing is mapped, and set_aside. Needs `rolled`, the log."""
    connection.execute("create temp table set_aside (dataset varchar, reason varchar, content varchar)")
    with tempfile.TemporaryDirectory() as spool:
        reports = [
            _read(connection, dataset, source, mapping.source.zone, Path(spool))
            for dataset, source in mapping.tables.items()
        ]
    for dataset in DATASETS.keys() - mapping.tables.keys():
        columns = ", ".join(
            f"null::{_sql(kind)} as {name(column)}" for column, kind in DATASETS[dataset].columns.items()
        )
        connection.execute(f"create temp table given_{dataset} as select {columns} where false")
    connection.execute(COVERED)
    return reports


def _read(
    connection: duckdb.DuckDBPyConnection, dataset: str, source: TableSource, zone: ZoneInfo, spool: Path
) -> TableReport:
    def ask(question: str) -> tuple[object, ...]:
        return connection.execute(f"select {question} from {rows.sql}").fetchall()[0]

    contract = DATASETS[dataset]
    file = local_copy(source.uri, source.s3, spool)
    rows = _relation(connection, dataset, source, file, spool)
    report = TableReport(dataset, source.uri, file.stat().st_size)
    values = {ours: _value(source, ours, kind, rows, zone, ask) for ours, kind in contract.columns.items()}
    problems = misses(source.lookups)
    problems += [(f"({values[ours]}) is null", f"no valid {ours.replace('_', ' ')}") for ours in contract.required]
    reason = " ".join(f"when {problem} then '{quoted(words)}'" for problem, words in problems)
    selected = ", ".join(f"{value} as {name(ours)}" for ours, value in values.items())
    given = ", ".join(f"'{quoted(column)}': {name(column)}" for column in rows.kinds)
    connection.execute(
        f"create or replace temp table read_rows as "
        f"select {selected}, {{{given}}} as given, case {reason} end as reason from {rows.sql}"
    )
    report.rows_read = _count(connection, "read_rows")
    report.rejected = _set_aside(connection, dataset)
    report.unreadable = _unreadable(connection, source, contract, rows, values)
    if isinstance(source, TicketSource | SubscriptionSource) and source.one_row_is in FOLDED:
        connection.execute(f"create temp table given_{dataset} as {FOLDED[source.one_row_is]}")
        return report
    has_key = bool(contract.key) and all(key in source.theirs for key in contract.key)
    once = ONCE.format(key=", ".join(map(name, contract.key))) if has_key else "select * from read_rows"
    connection.execute(f"create temp table given_{dataset} as select * exclude (given, reason) from ({once})")
    report.rows_duplicate = report.rows_read - sum(report.rejected.values()) - _count(connection, f"given_{dataset}")
    return report


def _relation(
    connection: duckdb.DuckDBPyConnection, dataset: str, source: TableSource, file: Path, spool: Path
) -> Relation:
    """The rows of the table, with what its lookups add."""
    lookups = [
        lookup_table(connection, number, lookup, local_copy(lookup.uri, source.s3, spool), source.csv, spool)
        for number, lookup in enumerate(source.lookups)
    ]
    try:
        rows = relation(connection, file, source.csv, spool)
        for number, (lookup, table) in enumerate(zip(source.lookups, lookups, strict=True)):
            rows = joined(rows, table, number, lookup)
        wanted = [column for names in source.theirs.values() for column in names]
        rows.check(wanted, f"Correct [{dataset}.columns] in the mapping, or the file.")
        if source.day_zero:
            rows.check([source.day_zero.column], f"Correct [{dataset}.day_zero] in the mapping.")
    except UnreadableFile as error:
        raise SourceError(f"{source.uri}: {error}") from None
    return rows


def _set_aside(connection: duckdb.DuckDBPyConnection, dataset: str) -> dict[str, int]:
    """Rows that cannot be used leave, with the reason and all that they held. How many, by reason."""
    unusable = "from read_rows where reason is not null"
    connection.execute(f"insert into set_aside select ?, reason, given::varchar {unusable}", [dataset])
    rejected = dict(connection.execute(f"select reason, count(*) {unusable} group by 1 order by 1").fetchall())
    connection.execute(f"delete {unusable}")
    return rejected


def _unreadable(
    connection: duckdb.DuckDBPyConnection,
    source: TableSource,
    contract: Dataset,
    rows: Relation,
    values: dict[str, str],
) -> dict[str, int]:
    """How many values are given, and are nothing that their column can hold; of columns that a row may lack."""
    written = {
        ours: text(source.theirs[ours][0], rows.kinds[source.theirs[ours][0]])
        for ours, kind in contract.columns.items()
        if ours in source.theirs and ours not in contract.required and kind in (DAY, TIME, WHOLE, NUMBER)
    }
    if not written:
        return {}
    counts = ", ".join(
        f"count(*) filter (({values[ours]}) is null and trim({raw}) <> '')" for ours, raw in written.items()
    )
    [found] = connection.execute(f"select {counts} from {rows.sql}").fetchall()
    return {ours.replace("_", " "): count for ours, count in zip(written, found, strict=True) if count}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _value(source: TableSource, ours: str, kind: str, rows: Relation, zone: ZoneInfo, ask: Ask) -> str:
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
            return moment(source, column, theirs, kind, zone, ask)
        case "boolean":
            return f"case when {written} is null then null else lower(trim({written})) in {YES} end"
        case "bigint" | "double":
            number = plain_number(written, source.csv.decimal)
            return f"try_cast({number} as double)::{kind}" if kind == WHOLE else f"try_cast({number} as {NUMBER})"
    return f"nullif(trim({written}), '')"


def _sql(kind: str) -> str:
    return TEXT if kind == IDENTIFIER else kind


# Of rows with the same key the first in the order of all that they hold. Only those that share
# a key are sorted, since a large table does not fit into memory.
ONCE = """
    with shared as (select {key} from read_rows group by all having count(*) > 1)
    from read_rows anti join shared using ({key})
    union all by name
    from (from read_rows semi join shared using ({key}))
    qualify row_number() over (partition by {key} order by given::varchar) = 1
"""

# The first line of a ticket opened it, the last resolved it.
ONE_TICKET = """
    select ticket, arg_min(account, opened_at) as account, arg_min(application, opened_at) as application,
        min(opened_at) as opened_at, min(first_response_at) as first_response_at, max(opened_at) as resolved_at,
        count(*) as responses, arg_min(priority, opened_at) as priority, max(satisfaction) as satisfaction
    from read_rows group by ticket
"""
# Where several rows make one of ours: how, by what one row is.
FOLDED = {"event": ONE_TICKET, "user": ONE_SUBSCRIPTION}
