"""What happened in one part of the log? Its files, in any format, as one table of events.

Two tables are filled: `events`, one narrow row for each row of the log, and
`people`, who is behind its key: a hash of application, account and person,
of 64 bits, so that two of a million would meet once in forty million parts.
"""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from ingestion import rows
from ingestion.lookups import joined, lookup_table
from ingestion.names import name, quoted
from ingestion.reading import Relation, UnreadableFile, first_line, relation, with_folders
from ingestion.remote import Place, SourceError, SourceFile, local_copy
from ingestion.sources import folder_columns
from ingestion.space import is_full
from ingestion.times import TimeError, local_time
from ingestion.usage_mapping import Usage


class Events:
    """`rows` are those read of each file, `problems` say which files could not be, and what to do."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, usage: Usage, zone: ZoneInfo, spool: Path) -> None:
        self.connection, self.usage, self.zone, self.spool = connection, usage, zone, spool
        self.rows: dict[str, int] = {}
        self.problems: list[str] = []
        # For each file that was read: what to select from, and the meaning of its columns.
        self._read: dict[str, tuple[Relation, dict[str, str]]] = {}
        columns = ", ".join(map(" ".join, rows.columns_of(usage).items()))
        self._ask(f"create temp table events ({columns})")
        self._ask("create temp table people (pair_and_person ubigint, " + " varchar, ".join(rows.PEOPLE) + " varchar)")

    def read(self, files: Sequence[SourceFile], lookups: Sequence[SourceFile]) -> None:
        """Files that cannot be read are told of, and left out whole."""
        tables = self._lookups(lookups)
        for number, file in enumerate(files):
            try:
                self._read_file(file, self.spool / str(number), tables)
            except (UnreadableFile, TimeError) as error:
                self.problems.append(f"{file.path}: {error}")
            except duckdb.OutOfMemoryException as error:
                raise SourceError(f"{file.path}: {first_line(error)} Give more memory or disk space.") from None
            except duckdb.Error as error:
                if is_full(error):
                    raise
                self.problems.append(f"{file.path}: cannot be read: {first_line(error)} Send it again.")

    def rejected(self) -> dict[str, int]:
        """Rows that cannot be used, by reason."""
        return dict(self._ask("select reason, count(*) from events where reason is not null group by 1 order by 1"))

    def rejected_rows(self) -> str:
        """SQL for the rows that cannot be used, with all their columns as text, the file and the reason."""
        selects = []
        for path, (found, meaning) in self._read.items():
            ours = f"{meaning['reason']} as reason, '{quoted(path)}' as file"
            theirs = ", ".join(f"{name(column)}::varchar as {name(_apart(column))}" for column in found.kinds)
            selects.append(f"select * from (select {ours}, {theirs} from {found.sql}) where reason is not null")
        return " union all by name ".join(selects)

    def drop_duplicates(self) -> int:
        """Keeps the first row of each event id; an event without one cannot be told from another and stays."""
        if self.usage.duplicates != "event_id":
            return 0
        usable = "reason is null and id_hash is not null"
        self._ask(
            f"create temp table repeated as select id_hash from events where {usable} group by 1 having count(*) > 1"
        )
        [(count,)] = self._ask("select count(*) from repeated")
        if count == 0:
            return 0
        key = self._identity()
        ranked = f"select rowid as id, row_number() over (partition by {key} order by rowid) as place from events"
        later = f"select id from ({ranked} where {usable} and id_hash in (from repeated)) where place > 1"
        [(dropped,)] = self._ask(f"delete from events where rowid in ({later})")
        return int(dropped)

    def drop(self, ids: Path) -> int:
        """Leaves out the events whose id is among the hashes in the file `ids`."""
        among = f"id_hash in (select id_hash from '{quoted(str(ids))}')"
        [(dropped,)] = self._ask(f"delete from events where reason is null and {among}")
        return int(dropped)

    def _lookups(self, files: Sequence[SourceFile]) -> list[Relation]:
        usage, spool = self.usage, self.spool / "lookups"
        copies = [local_copy(file.path, usage.s3, spool) for file in files]
        return [
            lookup_table(self.connection, number, lookup, copy, usage.csv, self.spool)
            for number, (lookup, copy) in enumerate(zip(usage.lookups, copies, strict=True))
        ]

    def _read_file(self, file: SourceFile, spool: Path, lookups: list[Relation]) -> None:
        spool.mkdir()
        local = Place(file.path, self.usage.s3).copied(file.path, spool / PurePosixPath(file.path).name)
        found = relation(self.connection, local, self.usage.csv, spool)
        found = with_folders(found, folder_columns(file.path, self.usage.uri))
        for number, (lookup, table) in enumerate(zip(self.usage.lookups, lookups, strict=True)):
            found = joined(found, table, number, lookup)
        rows.check(found, self.usage)
        us = local_time(self.usage, self.zone, found.kinds, lambda what: self._ask(f"select {what} from {found.sql}"))
        meaning = rows.expressions(found, self.usage, us)
        self.rows[file.path] = self._insert(found, meaning)
        self._read[file.path] = found, meaning
        if not self.rows[file.path]:
            self.problems.append(f"{file.path}: has no rows. If something did happen, send it again.")

    def _insert(self, found: Relation, meaning: dict[str, str]) -> int:
        people = ", ".join(f"any_value({meaning[column]})" for column in rows.PEOPLE)
        self._ask(f"insert into people select {meaning['pair_and_person']}, {people} from {found.sql} group by 1")
        columns = ", ".join(meaning[column] for column in rows.columns_of(self.usage))
        [(count,)] = self._ask(f"insert into events select {columns} from {found.sql}")
        return int(count)

    def _identity(self) -> str:
        """The column that tells events apart: the hash, unless two identifiers have the same one."""
        identified = " union all ".join(
            f"select {rows.event_id(self.usage, found.kinds)} as id from {found.sql}"
            for found, _ in self._read.values()
        )
        is_same = "count(distinct id) = count(distinct hash(id))"
        if self._ask(f"select {is_same} from ({identified}) where hash(id) in (from repeated)") == [(True,)]:
            return "id_hash"
        self._ask("delete from events")
        self._ask("alter table events add column event_id varchar")
        for found, meaning in self._read.values():
            columns = ", ".join(meaning[column] for column in rows.columns_of(self.usage))
            event_id = rows.event_id(self.usage, found.kinds)
            self._ask(f"insert into events select {columns}, {event_id} from {found.sql}")
        return "event_id"

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement).fetchall()


def _apart(column: str) -> str:
    return f"{column} (given)" if column.lower() in ("reason", "file") else column
