"""What an account's page says of whether it goes quiet."""

import re
from types import SimpleNamespace as Row

import pandas as pd
from dash import Dash
from flask import Flask

from layouts.account_outlook import Judged, outlook_card
from layouts.links import Query
from layouts.markup import text
from layouts.outlook import Record

ROW = Row(probability=0.31, rank=4, reason_1="not used for 3 weeks", reason_2="less than before", reason_3=None)
CURVE = pd.DataFrame({"predicted": [0.05, 0.4], "observed": [0.04, 0.5], "cases": [200, 20]})
PAIRS = Judged(Row(method="model", stands_in_because=None, base_rate=0.1), {"model": Record(50, 31, pd.NaT)}, CURVE)


def told(row: Row, accounts: Judged) -> str:
    with Flask("test").app_context():
        Dash(__name__)
        drawn = text(outlook_card(row, 8, accounts, PAIRS, Query(), "/export/account"))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", drawn))


def test_the_probability_stands_beside_what_was_usual_with_reasons_and_how_often_it_was_right():
    method = Row(method="model", stands_in_because=None, base_rate=0.12)
    words = told(ROW, Judged(method, {"model": Record(20, 9, pd.NaT)}, CURVE))
    for said in (
        "31 %: no use at all in that time. In the past 12 % went quiet.", "Not used for 3 weeks", "Less than before",
        "Of 20 flagged a quarter ago, 9 went quiet (whole accounts).",
        "Of applications: of 50 flagged a quarter ago, 31 went quiet",
    ):  # fmt: skip
        assert said in words


def test_where_only_the_order_is_known_the_card_says_why():
    method = Row(method="recency rule", stands_in_because="too few cases", base_rate=None)
    words = told(Row(**vars(ROW) | {"probability": None}), Judged(method, {}, CURVE[:0]))
    assert "No probability is known; 3 accounts in use lately were unused for longer." in words
    assert "stands in for a model: too few went quiet in the past to learn from." in words
    assert "(whole accounts)" not in words
