"""What is exported reads back as what was shown, and nothing in it runs."""

import csv
import io
from datetime import date

import openpyxl
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from reports.tables import CUT, LONGEST_CELL, csv_bytes, xlsx_bytes


def sheet(table: pd.DataFrame) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table, "Rows", [("As of", "today")])))
    return list(book.worksheets[0].iter_rows(values_only=True))


def test_numbers_stay_numbers_and_dates_dates():
    table = pd.DataFrame({"Account": ["Ash"], "Records": [9.0], "Last use": [pd.Timestamp(date(2026, 1, 5))]})
    assert sheet(table)[1][:2] == ("Ash", 9)
    assert csv_bytes(table).decode("utf-8-sig") == "Account,Records,Last use\r\nAsh,9,2026-01-05\r\n"


def test_a_formula_stays_a_text():
    table = pd.DataFrame({"Account": ['=HYPERLINK("http://x")', "+1", "-1", "@a"]})
    cells = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table, "Rows", []))).worksheets[0]["A"][1:]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "s"]
    assert csv_bytes(table).decode("utf-8-sig").splitlines()[1] == '"\'=HYPERLINK(""http://x"")"'


def test_a_cut_is_marked():
    assert str(sheet(pd.DataFrame({"Account": ["x" * 1_000_000]}))[1][0]).endswith(CUT)
    assert len(str(sheet(pd.DataFrame({"Account": ["x" * 1_000_000]}))[1][0])) == LONGEST_CELL


@given(st.text(), st.floats())
def test_any_name_and_number_can_be_exported(name: str, number: float):
    table = pd.DataFrame({"Account": [name], "Value": [number]})
    assert len(list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8-sig"), newline="")))) == 2
    assert len(sheet(table)) == 2
