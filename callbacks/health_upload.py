"""What does somebody's own workbook score? It is read and scored in memory, and nothing of it is kept."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from xml.parsers import expat

import openpyxl
import pandas as pd

from analytics import health_columns
from analytics.health import BANDS, INSUFFICIENT, Recipe
from analytics.health_columns import Matching, Unscorable
from callbacks.request import BadInput

MOST_BYTES = 10_000_000
MOST_ROWS, MOST_COLUMNS = 100_000, 200
MOST_UNPACKED = 100_000_000  # bytes of a workbook: a small file must not become a large one in memory
LAST_ROW = 1_048_576  # of a sheet
MOST_CELLS = 2_000_000  # of all sheets, the empty ones too: each is an object in memory
EXAMPLES = 3
SMALLER = "Copy the table alone into a new workbook, or save it as CSV."
OTHER_FILE = "Save the table as XLSX or CSV, then choose that file."
DELIMITERS = ",;\t"
NAMED_DELIMITER = re.compile(r"sep=(.)\r?\n")  # a first line by which Excel knows it
DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+\s*%?")

Cells = Sequence[object]


@dataclass(frozen=True)
class Workbook:
    """`rows`: as in the file, its row numbers in the index; cells are text, numbers or None."""

    rows: pd.DataFrame
    decimal_comma: bool

    @property
    def columns(self) -> list[str]:
        return list(self.rows.columns)

    @property
    def examples(self) -> dict[str, list[str]]:
        """The first values of each column that has any."""
        return {
            column: [str(value)[:40] for value in self.rows[column].dropna().head(EXAMPLES)] for column in self.columns
        }

    @property
    def matching(self) -> dict[str, str | None]:
        """Which column seems to be what: analytics.health_columns.TARGETS."""
        return health_columns.matched(self.columns)


@dataclass(frozen=True)
class ScoredWorkbook:
    """`rows`: a row per customer, as in the file: customer, industry, plan, the components, `{component}_points`,
    score, band, known. `counts` by band, the empty ones too; `figures`: mean, lowest and highest score.
    `missing`: components that the file does not tell.
    """

    rows: pd.DataFrame
    counts: dict[str, int]
    figures: dict[str, float]
    missing: list[str]


def read_workbook(content: bytes) -> Workbook:
    """The first sheet of an XLSX file, or a CSV, whichever the bytes are. BadInput says what to do."""
    if not content:
        raise BadInput("The file is empty.", "Choose another file.")
    if len(content) > MOST_BYTES:
        raise BadInput(
            f"The file has {len(content) / 1e6:,.1f} MB, and {MOST_BYTES / 1e6:,.0f} MB fit.",
            "Leave out columns that are not needed, or send a part of the rows.",
        )
    if content.startswith(b"PK"):
        return Workbook(_table(_sheet(content)), decimal_comma=False)
    text = _decoded(content)
    named = NAMED_DELIMITER.match(text)
    text = text[named.end() :] if named else text
    delimiter = named[1] if named else _delimiter(text)
    table = _table(_lines(text, delimiter))
    return Workbook(table, decimal_comma=delimiter == ";" and _has_decimal_comma(table))


def score_workbook(workbook: Workbook, matching: Matching, recipe: Recipe) -> ScoredWorkbook:
    """BadInput says what cannot be scored, and where."""
    try:
        customers = health_columns.components(workbook.rows, matching, decimal_comma=workbook.decimal_comma)
        rows = health_columns.scored(customers, recipe)
    except Unscorable as refusal:
        raise BadInput(refusal.error, refusal.remedy) from None
    score, found = rows["score"], rows["band"].value_counts()
    return ScoredWorkbook(
        rows,
        {band: int(found.get(band, 0)) for band in (*BANDS, INSUFFICIENT)},
        {"Mean": float(score.mean()), "Lowest": float(score.min()), "Highest": float(score.max())},
        health_columns.missing_components(customers),
    )


def _sheet(content: bytes) -> Iterator[tuple[int, Cells]]:
    """Number and cells of each row of the first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _measure(packed)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        # Its own word on where it ends is often wrong: every row is looked at.
        rows = book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS + 1, max_row=LAST_ROW)
        yield from enumerate(rows, 1)
        book.close()
    except BadInput:
        raise
    except Exception:  # openpyxl raises whatever the damage leads to
        raise BadInput("The file is not a workbook that can be read.", OTHER_FILE) from None


def _measure(packed: zipfile.ZipFile) -> None:
    """Refuses what is small as a file, and would be huge in memory."""
    unpacked = sum(part.file_size for part in packed.infolist()) / 1e6
    if unpacked > MOST_UNPACKED / 1e6:
        raise BadInput(f"The workbook unpacks to {unpacked:,.0f} MB, and {MOST_UNPACKED / 1e6:,.0f} MB fit.", SMALLER)
    begun = count(1)

    def begin(name: str, _attributes: dict[str, str]) -> None:
        is_kept = name.rpartition(":")[2] in ("c", "si")  # cells, and the texts that they share
        if is_kept and next(begun) > MOST_CELLS:
            raise BadInput(f"The workbook has more than {MOST_CELLS / 1e6:,.0f} million cells.", SMALLER)

    for part in packed.namelist():
        if part.startswith("xl/") and part.endswith(".xml"):
            reader = expat.ParserCreate()
            reader.StartElementHandler = begin
            with packed.open(part) as content:
                reader.ParseFile(content)


def _decoded(content: bytes) -> str:
    """As Excel and others write it: UTF-8 or UTF-16 with its mark, UTF-8 without, else Windows' own."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    for name in (encoding, "cp1252"):
        try:
            text = content.decode(name)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput("The file is neither a workbook nor text.", OTHER_FILE)


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=unquoted.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        raise BadInput("The file is not a CSV that can be read.", OTHER_FILE) from None


def _table(rows: Iterable[tuple[int, Cells]]) -> pd.DataFrame:
    """The first row with anything in it is the header; empty rows are left out."""
    filled = ((number, cells) for number, cells in rows if _is_filled(cells))
    header = next(filled, None)
    if header is None:
        raise BadInput("The file holds no table.", "Write the names of the columns into its first row.")
    names = _names(header[1])
    kept = list(islice(filled, MOST_ROWS + 1))
    if len(kept) > MOST_ROWS:
        raise BadInput(f"The table has more than {MOST_ROWS:,} rows.", "Send a part of them.")
    body = [[_cell(cells[place]) if place < len(cells) else None for place in range(len(names))] for _, cells in kept]
    return pd.DataFrame(body, index=[number for number, _ in kept], columns=names, dtype=object)


def _is_filled(cells: Cells) -> bool:
    # First what is fast: a sheet may have a million rows of nothing.
    return cells.count(None) < len(cells) and any(_cell(cell) is not None for cell in cells)


def _has_decimal_comma(table: pd.DataFrame) -> bool:
    """Then points part thousands; else they are the decimal ones, whatever parts the cells."""
    return any(DECIMAL_COMMA.fullmatch(cell) for column in table for cell in table[column] if isinstance(cell, str))


def _names(header: Cells) -> list[str]:
    """Without empty ones at the end; those repeated or left out are told apart."""
    texts = [" ".join(str(_cell(cell) or "").split()) for cell in header]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MOST_COLUMNS:
        raise BadInput(f"The table has more than {MOST_COLUMNS} columns.", "Leave out those that are not needed.")
    names: list[str] = []
    for number, text in enumerate(texts, 1):
        name = text or f"column {number}"
        while name in names:
            name += f" ({number})"
        names.append(name)
    return names


def _cell(value: object) -> object:
    if isinstance(value, str):
        return value.strip() or None
    return value if value is None or (isinstance(value, int | float) and not isinstance(value, bool)) else str(value)
