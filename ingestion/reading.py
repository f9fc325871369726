"""What is in a file? Every format becomes Parquet, every file a relation with known columns.

Text formats are read as text, with nothing guessed; what the text means is
decided by the mapping, row by row.
"""

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import IO

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.names import is_nested, name, quoted
from ingestion.remote import SourceError
from ingestion.space import full, is_full
from ingestion.usage_mapping import Csv

# Lines of a text file that are no rows stand in this column, and nothing beside it.
UNREADABLE = "the line as it stands"
_NO_LETTER = "\ufffd"  # what stands for bytes that are no text
_ROWS_AT_ONCE = 20_000
_BYTES_AT_ONCE = 1 << 20
_LONGEST_LINE = 2_000_000


class UnreadableFile(Exception):
    """A file cannot be used; the message says why and what to do, without the file's name."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Something to select from: its SQL, and the type of each column."""

    sql: str
    kinds: dict[str, str]

    def check(self, wanted: Iterable[str], remedy: str) -> None:
        for column in wanted:
            if column not in self.kinds:
                raise UnreadableFile(f"{_no_column(column, list(self.kinds))} {remedy}")
            if is_nested(self.kinds[column]):
                raise UnreadableFile(
                    f"column '{column}' is nested ({self.kinds[column]}). Write its parts as columns of their own."
                )


def relation(connection: duckdb.DuckDBPyConnection, path: Path, options: Csv, spool: Path) -> Relation:
    """The rows of a local file. Raises UnreadableFile, or SourceError or DiskFull where nothing is wrong with it."""
    if _is_empty(path):
        raise UnreadableFile("is empty. Send it again, or remove it.")
    if path.name.endswith(".gz"):
        _check_gzip(path)
    try:
        written = [str(file) for file in _as_parquet(connection, path, options, spool)]
        found = connection.read_parquet(written, hive_partitioning=False, union_by_name=len(written) > 1)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if is_full(error):
            raise full(error) from None
        raise UnreadableFile(f"cannot be read: {first_line(error)} Send it again.") from None
    kinds = dict(zip(found.columns, map(str, found.types), strict=True))
    listed = ", ".join(f"'{quoted(file)}'" for file in written)
    return Relation(f"read_parquet([{listed}], hive_partitioning=false, union_by_name={len(written) > 1})", kinds)


def with_folders(rows: Relation, folders: dict[str, str | None]) -> Relation:
    """Columns named by folders beside those in the file; the file's own come first."""
    added = {key: value for key, value in folders.items() if key not in rows.kinds}
    if not added:
        return rows
    literals = (f"{_literal(value)} as {name(key)}" for key, value in added.items())
    return Relation(f"(select *, {', '.join(literals)} from {rows.sql})", rows.kinds | dict.fromkeys(added, "VARCHAR"))


def first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no reason given"])[0].rstrip(".") + "."


def _literal(value: str | None) -> str:
    return "null::varchar" if value is None else f"'{quoted(value)}'"


def _no_column(column: str, columns: list[str]) -> str:
    near = get_close_matches(column.lower(), [other.lower() for other in columns], 1, 0.7)
    meant = f" Did you mean '{next(other for other in columns if other.lower() == near[0])}'?" if near else ""
    return f"no column '{column}' (it has {', '.join(columns)}).{meant}"


def _is_empty(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return not file.read(1)
    except FileNotFoundError:
        raise UnreadableFile("was removed while the log was read. Load again.") from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened: {error.strerror}. Let it be read; then load again.") from None


def _check_gzip(path: Path) -> None:
    """DuckDB reads as much as there is of a file that is cut off, and never looks at its checksum."""
    try:
        with gzip.open(path) as file:
            while file.read(_BYTES_AT_ONCE):
                pass
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"is not a whole gzip file: {first_line(error)} Send it again.") from None


def _as_parquet(connection: duckdb.DuckDBPyConnection, path: Path, options: Csv, spool: Path) -> list[Path]:
    target = spool / f"{path.name}.spool.parquet"
    if path.name.endswith(".parquet"):
        return [path]
    if path.name.endswith(".xlsx"):
        _sheet_to_parquet(path, target)
        return [target]
    return _text_to_parquet(connection, _in_utf8(path, options, spool), options, target)


def _in_utf8(path: Path, options: Csv, spool: Path) -> Path:
    """The file itself where it is written in UTF-8, else such a copy."""
    if options.encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig", "ascii"):
        return path
    target = spool / f"{path.name}.utf-8.csv"
    with _opened(path, options.encoding) as source, target.open("w", encoding="utf-8", newline="") as copy:
        try:
            while piece := source.read(_BYTES_AT_ONCE):
                copy.write(piece)
        except UnicodeError:
            raise UnreadableFile(f"is not written in {options.encoding}. Correct usage.csv.encoding.") from None
    return target


def _opened(path: Path, encoding: str, errors: str = "strict") -> IO[str]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rt", encoding=encoding, errors=errors, newline="")
    return path.open(encoding=encoding, errors=errors, newline="")


def _header(path: Path, options: Csv) -> list[str]:
    try:
        with _opened(path, "utf-8-sig", errors="replace") as file:
            columns = next(csv.reader(file, delimiter=options.separator, quotechar=options.quote), [])
    except csv.Error:
        columns = [_NO_LETTER]
    if _NO_LETTER in "".join(columns):
        raise UnreadableFile("is not text in UTF-8. Say usage.csv.encoding, or send it again.")
    if not any(columns):
        raise UnreadableFile("has no header. Write the names of the columns into its first line.")
    return _unlike(columns)


def _unlike(columns: Iterable[str]) -> list[str]:
    """Column names that differ, also where the file repeats or omits them."""
    names: list[str] = []
    taken: set[str] = set()
    for number, column in enumerate(columns, 1):
        unlike = column.strip() or f"column {number}"
        while unlike.lower() in taken:
            unlike += f" ({number})"
        taken.add(unlike.lower())
        names.append(unlike)
    return names


def _text_to_parquet(connection: duckdb.DuckDBPyConnection, path: Path, options: Csv, target: Path) -> list[Path]:
    columns = _header(path, options)
    kinds = ", ".join(f"'{quoted(column)}': 'VARCHAR'" for column in columns)
    read = (
        f"read_csv('{quoted(str(path))}', columns={{{kinds}}}, auto_detect=false, header=true, "
        f"delim='{quoted(options.separator)}', quote='{quoted(options.quote)}', escape='{quoted(options.quote)}', "
        f"store_rejects=true, max_line_size={_LONGEST_LINE})"
    )
    connection.execute(f"copy (from {read}) to '{quoted(str(target))}' (format parquet)")
    lines = f"select distinct on (line_byte_position) csv_line as {name(UNREADABLE)} from reject_errors"
    unreadable = target.with_suffix(".lines.parquet")
    [(count,)] = connection.execute(f"copy ({lines}) to '{quoted(str(unreadable))}' (format parquet)").fetchall()
    connection.execute("drop table reject_errors")
    connection.execute("drop table reject_scans")
    return [target, unreadable] if count else [target]


def _sheet_to_parquet(path: Path, target: Path) -> None:
    """The first sheet, as text."""
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        columns = _unlike(_cell(cell) or "" for cell in next(rows, ()))
    except Exception as error:
        raise UnreadableFile(f"is not an Excel workbook: {first_line(error)} Send it again.") from None
    if not columns:
        raise UnreadableFile("has no header. Write the names of the columns into its first row.")
    schema = pa.schema([(column, pa.string()) for column in columns])
    with pq.ParquetWriter(target, schema) as writer:
        for batch in _batches(rows, len(columns)):
            writer.write_table(pa.table(batch, schema=schema))
    book.close()


def _batches(rows: Iterator[tuple[object, ...]], width: int) -> Iterator[list[list[str | None]]]:
    while chunk := list(islice(rows, _ROWS_AT_ONCE)):
        full = [row for row in chunk if any(cell is not None for cell in row)]
        yield [[_cell(row[place]) if place < len(row) else None for row in full] for place in range(width)]


def _cell(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
