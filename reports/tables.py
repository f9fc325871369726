"""A data frame → CSV or XLSX, such that every program reads what was shown and nothing runs.

Strings stay strings: a text that a spreadsheet would take for a formula is
marked as text. Numbers stay numbers. Cuts are marked.
"""

import csv
import io
import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

LONGEST_CELL = 32_767  # characters, the limit of XLSX
LONGEST_SHEET = 1_048_576 - 10
CUT = " … (cut)"
# C0 and C1 controls but tab and line feed, lone surrogates, and the two that are no characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def text(value: str) -> str:
    """Printable, and no longer than a cell holds."""
    clean = _UNPRINTABLE.sub("", value)
    return clean if len(clean) <= LONGEST_CELL else clean[: LONGEST_CELL - len(CUT)] + CUT


def csv_bytes(table: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, as Excel expects it; CRLF lines."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([_guarded(str(name)) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        writer.writerow([_csv_value(value) for value in row])
    return target.getvalue().encode("utf-8-sig")


def xlsx_bytes(table: pd.DataFrame, title: str, notes: Iterable[tuple[str, str]]) -> bytes:
    """One sheet with the rows, one that says what they are: filters, as-of, definitions."""
    target = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        bold, days = book.add_format({"bold": True}), book.add_format({"num_format": "d mmm yyyy"})
        sheet = book.add_worksheet(_sheet_name(title))
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, text(str(name)), bold)
            sheet.set_column(column, column, _width(table, name))
        for place, row in enumerate(table.head(LONGEST_SHEET).itertuples(index=False, name=None), start=1):
            for column, value in enumerate(row):
                _write(sheet, place, column, value, days)
        if len(table) > LONGEST_SHEET:
            left = f"{len(table) - LONGEST_SHEET:,} more rows do not fit on a sheet: the CSV has them all"
            sheet.write_string(LONGEST_SHEET + 1, 0, left, bold)
        sheet.freeze_panes(1, 1)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 22)
        about.set_column(1, 1, 90)
        for line, (name, value) in enumerate(notes):
            about.write_string(line, 0, text(name), bold)
            about.write_string(line, 1, text(value))
    return target.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, days: Any) -> None:
    if _is_missing(value):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (datetime, date)):
        sheet.write_datetime(row, column, pd.Timestamp(value).to_pydatetime(), days)
    elif isinstance(value, (int, float)) or hasattr(value, "dtype"):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, text(str(value)))


def _csv_value(value: Any) -> Any:
    if _is_missing(value):
        return ""
    if isinstance(value, (datetime, date)):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, float) or hasattr(value, "dtype"):
        number = float(value)
        return int(number) if number == int(number) else number
    return _guarded(value) if isinstance(value, str) else value


def _guarded(value: str) -> str:
    """A leading apostrophe: CSV has no other way to say that this is text and no formula."""
    clean = text(value)
    return f"'{clean}" if clean.lstrip(" ").startswith(_FORMULA) else clean


def _is_missing(value: Any) -> bool:
    """Infinite counts as missing: neither format has a way to write it."""
    if value is None or isinstance(value, str):
        return value is None
    return bool(pd.isna(value)) or (isinstance(value, float) and math.isinf(value))


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", " ", text(title))[:31].strip() or "Rows"


def _width(table: pd.DataFrame, name: Any) -> int:
    longest = table[name].head(200).map(lambda value: len(str(value))).max() if len(table) else 0
    return int(min(max(len(str(name)), longest or 0) + 2, 60))
