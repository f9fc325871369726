"""Who will go quiet? The likeliest with reasons, and beside it how often the product was right."""

from typing import Any, NamedTuple

import pandas as pd
from dash import html

from layouts import numbers
from layouts.accounts import account_link
from layouts.cancellations import Column, columns
from layouts.controls import card, empty, exports, link, switch, table
from layouts.links import Query

SHOWN = 20
LEVELS = {"pairs": "Applications", "accounts": "Whole accounts"}
WEEKS = {"8": "8 weeks", "4": "4 weeks"}
MODEL, RULE = "model", "recency rule"
BECAUSE = {
    "no history": "there are less than 12 weeks to learn from",
    "short history": "there are less than 26 weeks to learn from",
    "one class only": "in the past {past}",
    "too few cases": "too few went quiet in the past to learn from",
    "recency is as good": "over all forecasts of this log's past a model was not clearly better",
}
NO_CANCELLATIONS = "Who will cancel is another question, which use hardly answers: nothing here says so."


class Record(NamedTuple):
    """How good one method was; missing what is not known."""

    flagged: int
    went_quiet: int
    asked_on: pd.Timestamp


def likeliest(
    rows: pd.DataFrame, expected: Any, method: Any, level: str, weeks: str, query: Query, href: str
) -> html.Section:
    """`rows`: data_access.outlook.LIKELIEST; `expected`: one of EXPECTED; `method`: one of METHOD, or None."""
    nouns = "pair" if level == "pairs" else "account"
    of = [(words, query.only("of", key).search, key == level) for key, words in LEVELS.items()]
    ahead = [(words, query.only("ahead", key).search, key == weeks) for key, words in WEEKS.items()]
    return card(
        f"Will go quiet in the next {weeks} weeks",
        _finding(expected, method, nouns),
        [_table(rows, level, query)] if len(rows) else [_nobody(nouns)],
        identity="inactive-outlook",
        actions=[
            switch("Of what", of),
            switch("How far ahead", ahead),
            exports(f"{href}/outlook", query.search),
        ],
        class_name="outlook",
    )


def stacked(cards: list[html.Section]) -> html.Div:
    return html.Div(cards, className="stack")


def _finding(expected: Any, method: Any, nouns: str) -> str:
    asked = int(expected.asked)
    if not asked or method is None:
        return NO_CANCELLATIONS
    words = f"Of {numbers.plural(asked, nouns)} in use lately"
    if pd.notna(expected.quiet):
        words += f" {_about(expected.quiet)} should have no use by then"
    if pd.notna(method.base_rate):
        words += f"; in the past {usual_words(method.base_rate)}"
    order = "" if pd.notna(expected.quiet) else " No probability is known: the longest unused come first."
    return f"{words}.{order} {NO_CANCELLATIONS}"


def usual_words(base_rate: float) -> str:
    """How many went quiet; nobody is not a small share."""
    return f"{numbers.share(base_rate) if base_rate else 'nobody'} went quiet"


def _about(pairs: float) -> str:
    """A sum of probabilities, as a number of pairs."""
    return f"about {numbers.full(round(pairs))}" if pairs >= 1 else "less than one"


def _nobody(nouns: str) -> html.Div:
    what = f"No {nouns} here was used in at least 3 of the last 12 weeks."
    return empty(what, "Only those are asked about: take away a filter above to see others.")


def _table(rows: pd.DataFrame, level: str, query: Query) -> html.Div:
    is_pairs = level == "pairs"
    has_value, has_renewal = rows["annual_value"].notna().any(), rows["renews_on"].notna().any()
    heads = [
        ("", "place"), ("Account", ""), *([("Application", "")] if is_pairs else []), ("Probability", "number"),
        ("Why", ""), *([("Annual value", "number")] if has_value else []),
        *([("Renews on", "")] if has_renewal else []),
    ]  # fmt: skip
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    body = []
    for place, row in enumerate(rows.itertuples(index=False), start=1):
        application = link(row.application, query.only("app", row.application_id).search, title=row.application)
        cells = [
            html.Td(str(place), className="place"),
            html.Th(_account(row, query), scope="row", className="name"),
            *([html.Td(application, className="app")] if is_pairs else []),
            html.Td(numbers.share(row.probability), className="number"),
            html.Td(reasons(row), className="why"),
            *([html.Td(numbers.full(row.annual_value), className="number")] if has_value else []),
            *([html.Td(numbers.day(row.renews_on), className="day")] if has_renewal else []),
        ]
        body.append(html.Tr(cells))
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="sideways", tabIndex=0
    )


def _account(row: Any, query: Query) -> list[Any]:
    manager = html.Div(row.manager, className="finding", title="Account manager") if pd.notna(row.manager) else None
    return [account_link(row.account, row.account_id, query), manager]


def reasons(row: Any) -> list[Any]:
    """The strongest first, a line each."""
    told = [words for words in (row.reason_1, row.reason_2, row.reason_3) if pd.notna(words)]
    return [html.Div(f"{words[0].upper()}{words[1:]}", className="" if place == 0 else "finding")
            for place, words in enumerate(told)]  # fmt: skip


def record(
    method: Any, past: dict[str, Record], quality: pd.DataFrame, curve: pd.DataFrame, query: Query, href: str
) -> html.Section:
    """The track record. `past`: by method; `quality`: FIGURES; `curve`: RELIABILITY of the method in use."""
    return card(
        past_words(method, past),
        _comparison(method, past),
        [rule_words(method), *curve_of(curve), _figures(quality)],
        identity="inactive-record",
        actions=exports(f"{href}/record", query.search),
        class_name="record",
    )


def past_words(method: Any, past: dict[str, Record]) -> str:
    """Of 50 flagged a quarter ago, 31 went quiet."""
    used = past.get(method.method) if method is not None else None
    if used is None:
        return "No forecast could be judged yet"
    return f"Of {numbers.full(used.flagged)} flagged a quarter ago, {numbers.full(used.went_quiet)} went quiet"


def _comparison(method: Any, past: dict[str, Record]) -> str:
    """Beside the simple rule, whichever is in use."""
    other = RULE if method is not None and method.method == MODEL else MODEL
    if method is None or other not in past:
        return "What was forecast is compared here with what came, once there is enough of both."
    name = "The rule “longest unused first”" if other == RULE else "A model"
    return f"{name} would have found {numbers.full(past[other].went_quiet)} of as many."


def rule_words(method: Any) -> html.P | None:
    """Why there is no model, where there is none."""
    if method is None or pd.isna(method.stands_in_because):
        return None
    past = usual_words(method.base_rate) if method.base_rate != 1 else "everybody went quiet"
    because = BECAUSE[method.stands_in_because].format(past=past)
    return html.P(f"The rule “longest unused first” stands in for a model: {because}.", className="remark")


def curve_of(curve: pd.DataFrame) -> list[Any]:
    """What was said and what came, by tenths. Columns: RELIABILITY."""
    if curve.empty:
        return []
    rows = [
        (numbers.share(row.predicted), numbers.share(row.observed), row.cases) for row in curve.itertuples(index=False)
    ]
    marks = [
        Column(
            height=observed,
            words=f"Said {said}: {came} of {numbers.full(cases)} went quiet",
            label=said.replace(" ", ""),
            value=came.replace(" ", ""),
        )
        for observed, (said, came, cases) in zip(curve["observed"], rows, strict=True)
    ]
    twin = table(("Said", "Went quiet", "Forecasts"), rows)
    words = "Said (below), and the share that went quiet (above), by tenths of the forecasts of the last three years"
    return [html.P(words, className="finding"), columns(marks, twin)]


def _figures(quality: pd.DataFrame) -> Any:
    """ROC AUC and the like, for who wants to know; folded."""
    if quality.empty:
        return None
    heads = ("Method", "ROC AUC", "PR AUC", "Lift at 10 %", "Calibration error", "Forecasts")
    rows = [
        [row.method.capitalize(), f"{row.roc_auc:.3f}", f"{row.pr_auc:.3f}", f"{row.lift:.1f}",
         f"{row.calibration_error:.3f}", row.cases]
        for row in quality.itertuples(index=False)
    ]  # fmt: skip
    return html.Details([html.Summary("How good, in figures"), table(heads, rows)], className="twin")
