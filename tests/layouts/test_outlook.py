"""What the cards of the outlook say of how sure it is."""

import re
from types import SimpleNamespace as Row

import pandas as pd
from dash import Dash
from flask import Flask

from layouts.links import Query
from layouts.markup import text
from layouts.outlook import MODEL, RULE, Record, likeliest, record

NOBODY = pd.DataFrame({"annual_value": [], "renews_on": []})


def words_of(card) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card))


def told(expected: Row, method: Row) -> str:
    with Flask("test").app_context():
        Dash(__name__)
        return words_of(text(likeliest(NOBODY, expected, method, "accounts", "8", Query(), "/export/inactive")))


def judged(method: Row, past: dict[str, Record]) -> str:
    with Flask("test").app_context():
        Dash(__name__)
        nothing = pd.DataFrame()
        return words_of(text(record(method, past, nothing, nothing, Query(), "/export/inactive")))


def test_how_many_should_go_quiet_is_a_number_of_accounts():
    method = Row(method=MODEL, stands_in_because=None, base_rate=0.024)
    assert "Of 971 accounts in use lately about 26 should have no use by then; in the past 2.4 % went quiet." in told(
        Row(asked=971, quiet=26.3), method
    )
    assert "less than one should have no use by then" in told(Row(asked=194, quiet=0.04), method)


def test_where_nobody_ever_went_quiet_the_list_says_that_it_is_an_order_alone():
    method = Row(method=RULE, stands_in_because="one class only", base_rate=0.0)
    assert (
        "Of 194 accounts in use lately; in the past nobody went quiet. "
        "No probability is known: the longest unused come first."
    ) in told(Row(asked=194, quiet=None), method)
    words = judged(method, {})
    assert "No forecast could be judged yet" in words
    assert "stands in for a model: in the past nobody went quiet." in words


def test_where_everybody_did_the_rule_says_so():
    words = judged(Row(method=RULE, stands_in_because="one class only", base_rate=1.0), {})
    assert "stands in for a model: in the past everybody went quiet." in words


def test_a_model_that_is_not_used_may_have_been_right_more_often_once():
    past = {RULE: Record(50, 7, pd.NaT), MODEL: Record(50, 11, pd.NaT)}
    words = judged(Row(method=RULE, stands_in_because="recency is as good", base_rate=0.024), past)
    assert "Of 50 flagged a quarter ago, 7 went quiet" in words
    assert "A model would have found 11 of as many." in words
    assert "over all forecasts of this log's past a model was not clearly better." in words
