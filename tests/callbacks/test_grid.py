"""What a grid asks for is read once, and nothing in it is believed."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from callbacks.grid import Block, answer, grid_block
from callbacks.request import BadInput

parse = grid_block(("account", "value"))


def test_rows_come_in_the_order_and_with_the_name_asked_for():
    asked = {"startRow": 100, "endRow": 200, "sortModel": [{"colId": "value", "sort": "asc"}],
             "filterModel": {"account": {"filterType": "text", "type": "contains", "filter": "ash"}}}  # fmt: skip
    assert parse(asked) == Block(100, 200, "value", False, "ash")
    assert parse({"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}) == Block(0, 100, None, True, "")
    assert parse(None) is None


@pytest.mark.parametrize("changed", [
    {"startRow": -1}, {"endRow": 0}, {"endRow": 5000}, {"startRow": "0"}, {"endRow": True}, {"sortModel": [{}]},
    {"sortModel": [{"colId": "password", "sort": "asc"}]}, {"sortModel": [{"colId": "value", "sort": "random()"}]},
    {"filterModel": {"account": {}}}, {"filterModel": {"account": {"filter": 5}}}, {"filterModel": [1]},
    {"filterModel": {"account": {"filter": "a\0"}}}, {"filterModel": {"account": {"filter": "a" * 201}}},
], ids=str)  # fmt: skip
def test_what_no_grid_asks_is_refused(changed):
    with pytest.raises(BadInput):
        parse({"startRow": 0, "endRow": 100, **changed})


@any_of(
    st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one))
)
def test_anything_is_understood_or_refused(raw):
    try:
        assert parse(raw) is None
    except BadInput as refused:
        assert refused.remedy


def test_days_are_written_in_words_and_what_is_unknown_is_nothing():
    rows = pd.DataFrame({"account": ["Ash", "Birch"], "day": pd.to_datetime([date(2026, 5, 12), None]),
                         "seats": pd.array([3, None], dtype="Int64")})  # fmt: skip
    assert answer(rows, 7) == {
        "rowData": [
            {"account": "Ash", "day": "12 May 2026", "seats": 3},
            {"account": "Birch", "day": "–", "seats": None},
        ],
        "rowCount": 7,
    }
