"""A workbook of one's own: read as it seems or as it was corrected, scored, and handed back; refused in words."""

import base64
import io
from collections.abc import Iterator
from html import unescape
from re import sub
from typing import Any

import openpyxl
import pandas as pd
import pytest
from flask import Flask

from analytics.health import Recipe
from callbacks import health_file
from callbacks.health_versions import Version
from callbacks.request import UPLOAD_BYTES, BadInput

SET_UP = (Version(0, None, "", Recipe(), "Settings"),)
HEADER = ("Customer ID", "Plan", "Usage Frequency", "Logins", "Ticket Responses", "Feature Adoption", "CSM Engagement")
ROWS = [("Ash", "Basic", 1, 10, 0, 20, 2), ("Birch", "Basic", 2, 20, 2, 40, 4), ("Cedar", "Basic", 3, 30, 4, 60, 6)]


@pytest.fixture(autouse=True)
def server() -> Iterator[None]:
    application = Flask("test")
    application.config[UPLOAD_BYTES] = 100_000
    with application.app_context():
        yield


def workbook(rows: list[tuple[Any, ...]] = ROWS, header: tuple[str, ...] = HEADER) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in (header, *rows):
        book.worksheets[0].append(row)
    book.save(target)
    return target.getvalue()


def chosen(content: bytes = b"", name: str = "customers.xlsx", **more: Any) -> health_file.OwnFile:
    raw = {"name": name, "size": len(content), "content": base64.b64encode(content).decode(), "matching": None,
           "scaling": None, **more}  # fmt: skip
    file = health_file.own_file(raw)
    assert file
    return file


def shown(file: health_file.OwnFile | None) -> tuple[str, str]:
    read, scored = health_file.update_scored(file, SET_UP)
    return words(read), words(scored)


def words(markup: str) -> str:
    return " ".join(unescape(sub("<[^>]*>", " ", markup)).split())


def test_three_customers_are_scored_from_the_least_to_the_most():
    read, scored = shown(chosen(workbook()))
    assert "Usage frequency – none – Customer ID Plan Usage Frequency" in read
    assert scored.startswith(
        "✓ Healthy 1 ◇ At-Risk 1 ◆ Critical 1 ? Insufficient data 0 Mean 50.0000 Lowest 0.0000 Highest 100.0000"
    )
    assert "Cedar ✓ Healthy 100.0 25.0 20.0 15.0 25.0 15.0" in scored


def test_a_column_may_be_taken_for_another_or_left_out():
    matching = {"customer": "Customer ID", "industry": "", "plan": "", "usage_frequency": "Logins", "logins": "",
                "ticket_responses": "Ticket Responses", "feature_adoption": "Feature Adoption", "csm_engagement": ""}  # fmt: skip
    _, scored = shown(chosen(workbook(), matching=matching))
    assert "Not in the file, or empty there: logins, CSM engagement. The other weights count more instead." in scored
    assert "Birch ◇ At-Risk 50.0 19.2 – 11.5 19.2 –" in scored


def test_the_scaling_may_be_chosen():
    _, scored = shown(chosen(workbook(), scaling="percentile"))
    assert "Lowest 16.6667 Highest 83.3333 Scaled percentile over the 3 rows" in scored


def test_csv_is_read_as_well():
    lines = "\n".join(";".join(map(str, row)) for row in (HEADER, *ROWS)).encode()
    assert shown(chosen(lines, "customers.csv"))[1].startswith("✓ Healthy 1 ◇ At-Risk 1 ◆ Critical 1")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (
            {"name": "customers.pdf", "content": b"%PDF"},
            "customers.pdf is neither XLSX nor CSV. Choose a file that ends in",
        ),
        ({"size": 5_000_000}, "customers.xlsx has 5.0 MB, and 0.1 MB fit here."),
        ({"content": b"no workbook", "name": "customers.csv"}, ""),
        ({"content": b"PK broken"}, "The file is not a workbook that can be read."),
        ({}, "The file is empty."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(file: dict[str, Any], said: str):
    content = file.pop("content", b"")
    name = file.pop("name", "customers.xlsx")
    read, scored = shown(chosen(content, name, **file))
    assert said in read
    assert "Healthy" not in scored


def test_what_cannot_be_scored_is_refused_beside_the_columns():
    read, scored = shown(chosen(workbook([("Ash", "Basic", "often", 1, 2, 3, 4)])))
    assert "How the columns of customers.xlsx are read" in read
    assert scored.startswith("'Usage Frequency' holds something else than numbers in row 2: 'often'.")


@pytest.mark.parametrize(
    "change",
    [{"content": "no base64!"}, {"matching": {"password": "Plan"}}, {"scaling": "z-score"}, {"name": "x" * 301},
     {"matching": {"customer": "a\0b"}}],
)  # fmt: skip
def test_what_no_control_of_ours_sends_is_not_accepted(change: dict[str, Any]):
    raw = {"name": "customers.csv", "size": 1, "content": "", "matching": None, "scaling": None}
    with pytest.raises(BadInput):
        health_file.own_file({**raw, **change})


def test_the_result_is_handed_back_as_a_file():
    answer = health_file.update_download("xlsx", chosen(workbook()), SET_UP)
    assert answer["filename"] == "customers-scored.xlsx"
    table = pd.read_excel(io.BytesIO(base64.b64decode(answer["content"])))
    assert table[["Customer", "Score", "Band"]].values.tolist() == [
        ["Ash", 0, "Critical"], ["Birch", 50, "At-Risk"], ["Cedar", 100, "Healthy"],
    ]  # fmt: skip
    assert "Industry" not in table
    csv = base64.b64decode(health_file.update_download("csv", chosen(workbook()), SET_UP)["content"]).decode(
        "utf-8-sig"
    )
    assert csv.splitlines()[1].startswith("Ash,Basic,1,10,0,20,2,0,")


def test_nothing_is_chosen_at_first():
    read, scored = shown(None)
    assert read.startswith("Columns that are looked for, by their names: customer, industry (may be missing)")
    assert scored == ""
