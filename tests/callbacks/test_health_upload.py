"""Whatever bytes are sent, they are a table that is scored, or are refused with what to do."""

import io
import zipfile

import openpyxl
import pytest

from analytics.health import Recipe
from callbacks import health_upload
from callbacks.health_upload import read_workbook, score_workbook
from callbacks.request import BadInput

HEADER = ["Customer ID", "Plan", "Usage frequency", "Logins", "Feature adoption (%)"]
BODY = [["a", "x", 0, 10, 5], ["b", "x", 1, 20, 5], ["c", "y", 2, 30, 5], ["d", None, 4, 50, 5]]


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def text(*rows, delimiter=",", encoding="utf-8"):
    lines = (delimiter.join("" if cell is None else str(cell) for cell in row) for row in rows)
    return "\r\n".join(lines).encode(encoding)


def refused(content):
    with pytest.raises(BadInput) as refusal:
        read_workbook(content)
    return f"{refusal.value.error} {refusal.value.remedy}"


@pytest.mark.parametrize(
    "content",
    [
        xlsx(HEADER, *BODY),
        xlsx([], [], HEADER, *BODY[:2], [], *BODY[2:]),
        text(HEADER, *BODY),
        text(HEADER, *BODY, delimiter=";"),
        text(HEADER, *BODY, delimiter="\t", encoding="utf-16"),
        text(HEADER, *BODY, encoding="utf-8-sig"),
        text(HEADER, *BODY) + b"\r\n\r\n",
    ],
    ids=["xlsx", "xlsx with empty rows", "csv", "semicolons", "tabs in utf-16", "bom", "csv with empty rows"],
)
def test_every_way_to_save_a_table_is_read_alike(content):
    workbook = read_workbook(content)
    assert workbook.columns == HEADER
    assert workbook.matching == {
        "customer": "Customer ID", "industry": None, "plan": "Plan", "usage_frequency": "Usage frequency",
        "logins": "Logins", "ticket_responses": None, "feature_adoption": "Feature adoption (%)",
        "csm_engagement": None,
    }  # fmt: skip
    found = score_workbook(workbook, workbook.matching, Recipe("min-max"))
    expected = [(u * 45 + 50 * 25) / 70 for u in (0, 25, 50, 100)]
    assert found.rows["score"].tolist() == pytest.approx(expected)
    assert found.counts == {"Healthy": 1, "At-Risk": 1, "Critical": 2, "Insufficient data": 0}
    assert found.figures == pytest.approx({"Mean": sum(expected) / 4, "Lowest": expected[0], "Highest": expected[3]})
    assert found.missing == ["ticket_responses", "csm_engagement"]


def test_the_matching_can_be_another_one():
    workbook = read_workbook(text(["who", "a", "b", "c"], ["x", 1, 4, 2], ["y", 3, 2, 2]))
    matching = {"customer": "who", "usage_frequency": "a", "logins": "b", "feature_adoption": "c"}
    found = score_workbook(workbook, matching, Recipe("min-max")).rows
    assert found["score"].tolist() == pytest.approx([(0 * 25 + 100 * 20 + 50 * 25) / 70, (100 * 25 + 50 * 25) / 70])


def test_examples_and_row_numbers_are_those_of_the_file():
    workbook = read_workbook(text(["Customer", "Logins", ""], [], ["a", 1, "x"], ["b", None, None]))
    assert workbook.examples == {"Customer": ["a", "b"], "Logins": ["1"]}
    assert workbook.rows.index.tolist() == [3, 4]


def test_a_decimal_comma_is_read_where_cells_are_parted_by_semicolons():
    workbook = read_workbook("Customer;Usage;Logins;Adoption\na;1,250;1;1\nb;2,5;2;2".encode("cp1252"))
    found = score_workbook(workbook, workbook.matching, Recipe()).rows
    assert found["usage_frequency"].tolist() == [1.25, 2.5]


def test_names_that_repeat_or_are_left_out_are_told_apart():
    assert read_workbook(text(["a", "", "a", "b"], [1, 2, 3, 4])).columns == ["a", "column 2", "a (3)", "b"]


def test_what_windows_wrote_is_read_too():
    assert read_workbook("Customer,Logins\nMüller,1".encode("cp1252")).rows["Customer"].tolist() == ["Müller"]


def test_a_formula_counts_with_its_last_value_and_without_one_is_unknown():
    workbook = read_workbook(xlsx(HEADER, ["a", "x", "=1+1", 1, 1]))
    assert workbook.rows["Usage frequency"].tolist() == [None]


OTHER = "Save the table as XLSX or CSV, then choose that file."


def test_what_is_no_table_is_refused_with_what_to_do():
    assert refused(b"") == "The file is empty. Choose another file."
    assert refused(b" \n \n") == "The file holds no table. Write the names of the columns into its first row."
    assert refused(b"PK\x03\x04 no zip at all") == f"The file is not a workbook that can be read. {OTHER}"
    assert refused(xlsx(HEADER)[:-200]) == f"The file is not a workbook that can be read. {OTHER}"
    assert refused(b"%PDF-1.4\0\x01\x02") == f"The file is neither a workbook nor text. {OTHER}"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0") == f"The file is neither a workbook nor text. {OTHER}"


def test_another_zip_is_no_workbook():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("letter.txt", "hello")
    assert refused(content.getvalue()) == f"The file is not a workbook that can be read. {OTHER}"


def test_a_small_file_that_unpacks_to_a_huge_one_is_not_unpacked():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(3):
            packed.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 50_000_000)
    assert refused(content.getvalue()).startswith("The workbook unpacks to 150 MB, and 100 MB fit. ")


def test_what_is_too_large_is_refused(monkeypatch):
    assert refused(b"a" * 10_000_001).startswith("The file has 10.0 MB, and 10 MB fit. ")
    monkeypatch.setattr(health_upload, "MOST_ROWS", 3)
    assert refused(text(HEADER, *BODY)) == "The table has more than 3 rows. Send a part of them."
    assert refused(text(range(201), range(201))).startswith("The table has more than 200 columns. ")


def test_what_cannot_be_scored_is_told_with_its_row():
    workbook = read_workbook(xlsx(HEADER, *BODY[:2], ["c", "y", "often", 1, 1]))
    with pytest.raises(BadInput) as refusal:
        score_workbook(workbook, workbook.matching, Recipe())
    assert refusal.value.error == "'Usage frequency' holds something else than numbers in row 4: 'often'."


def test_cells_are_read_wherever_the_file_says_that_it_ends():
    content = changed(xlsx(HEADER, *BODY), b'ref="A1:E5"', b'ref="A1"')
    assert read_workbook(content).rows["Customer ID"].tolist() == ["a", "b", "c", "d"]


def test_a_row_far_below_all_others_is_not_waited_for():
    content = changed(xlsx(HEADER, *BODY), b'<row r="5"', b'<row r="900000000"')
    assert read_workbook(content).rows["Customer ID"].tolist() == ["a", "b", "c"]


def test_a_workbook_of_endless_empty_cells_is_refused(monkeypatch):
    monkeypatch.setattr(health_upload, "MOST_CELLS", 1_000_000)
    content = changed(xlsx(HEADER, *BODY), b"</sheetData>", b"<row>" + b"<c/>" * 1_000_000 + b"</row></sheetData>")
    assert refused(content) == (
        "The workbook has more than 1 million cells. Copy the table alone into a new workbook, or save it as CSV."
    )


def changed(content, old, new):
    """The workbook with something else in its sheet."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as other:
        for name in packed.namelist():
            part = packed.read(name)
            assert "sheet1" not in name or old in part
            other.writestr(name, part.replace(old, new) if "sheet1" in name else part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("numbers", "read"),
    [
        (["1.234,5", "987"], [1234.5, 987]),
        (["1.234", "0,5"], [1234, 0.5]),
        (["1.234", "987"], [1.234, 987]),
        (["1,5 %", "-2,25"], [1.5, -2.25]),
    ],
)
def test_a_point_parts_thousands_where_a_comma_is_the_decimal_one(numbers, read):
    rows = "\n".join(f"{name};{number};1;1" for name, number in zip("ab", numbers, strict=True))
    workbook = read_workbook(f"Customer;Usage;Logins;Adoption\n{rows}".encode())
    assert score_workbook(workbook, workbook.matching, Recipe()).rows["usage_frequency"].tolist() == read


def test_a_first_line_may_name_what_parts_the_cells():
    assert read_workbook(b"sep=|\r\nCustomer|Logins\r\na;b|1").rows.to_numpy().tolist() == [["a;b", "1"]]


def test_names_of_columns_stand_in_one_line():
    assert read_workbook(xlsx(["Customer", "Log\nins "], ["a", 1])).columns == ["Customer", "Log ins"]
