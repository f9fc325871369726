"""Will this account go quiet, why, and how often was that right?"""

from typing import Any, NamedTuple

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import card, exports, link
from layouts.links import Query, page
from layouts.outlook import Record, curve_of, past_words, reasons, rule_words, usual_words


class Judged(NamedTuple):
    """What is known of how good an outlook is; as in layouts.outlook.record."""

    method: Any
    past: dict[str, Record]
    curve: pd.DataFrame


def outlook_card(row: Any, weeks: int, accounts: Judged, pairs: Judged, query: Query, href: str) -> html.Section:
    """`row`: one of data_access.outlook.LIKELIEST, of the whole account. Its applications say their own in the table
    above; how good `pairs` of them were told stands beside it."""
    others = query.only("of", "accounts").only("ahead", str(weeks))
    return card(
        f"Will it go quiet in the next {weeks} weeks?",
        _finding(row, accounts.method),
        html.Div(
            [
                html.Div(
                    [html.H3("Why"), *reasons(row), rule_words(accounts.method), *_past(accounts)], className="slot"
                ),
                html.Div(
                    [
                        html.H3(f"Of applications: {_lowered(past_words(pairs.method, pairs.past))}"),
                        *curve_of(pairs.curve),
                    ],
                    className="slot",
                ),
            ],
            className="halves",
        ),
        identity="account-outlook",
        actions=[link("All accounts", page("/inactive", others), "button"), exports(f"{href}/outlook", query.search)],
        class_name="record",
    )


def _past(accounts: Judged) -> list[html.P]:
    known = accounts.method is not None and accounts.method.method in accounts.past
    return [html.P(f"{past_words(accounts.method, accounts.past)} (whole accounts).")] if known else []


def _lowered(words: str) -> str:
    return f"{words[0].lower()}{words[1:]}"


def _finding(row: Any, method: Any) -> str:
    """The probability, beside what was usual."""
    if pd.isna(row.probability):
        longer = numbers.plural(row.rank - 1, "account") if row.rank > 1 else "no account"
        return f"No probability is known; {longer} in use lately {'was' if row.rank < 3 else 'were'} unused for longer."
    usual = f" In the past {usual_words(method.base_rate)}." if pd.notna(method.base_rate) else ""
    return f"{numbers.share(row.probability)}: no use at all in that time.{usual}"
