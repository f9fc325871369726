"""Engagement: who is still active so many months after the first use?"""

from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import card, empty, exports, switch, to_rows
from layouts.engagement_parts import percent
from layouts.links import Query

WHO = {"people": "People", "accounts": "Accounts"}
KINDS = {"people": "cohort", "accounts": "cohort-accounts"}


def cohorts(active: pd.DataFrame, left_out: int, who: str, has_people: bool, query: Query, href: str) -> html.Section:
    """`active`: a row per month of first use, a column per month later: how many are active; missing: not over yet."""
    options = [(words, query.only("who", key).search, key == who) for key, words in WHO.items()]
    known = active[active[0] > 0] if len(active) else active
    noun = who
    if known.empty:
        body: Any = empty(
            "No month of first use lies wholly in the log.",
            "Who registered, or subscribed, before the log began belongs to no cohort.",
        )
    else:
        body = _table(known, noun, query)
    return card(
        _title(known, noun),
        f"By the month of the first use: share of its {noun} active so many months later; who left stays in it. "
        f"{_left_out(left_out, who)}",
        body,
        identity="engagement-cohorts",
        actions=[switch("Of", options) if has_people else None, exports(f"{href}/cohorts", query.search)],
        class_name="cohorts",
    )


def _title(known: pd.DataFrame, noun: str) -> str:
    """How many of those who came are there three months later, of the cohorts that are so old."""
    for later, words in ((3, "three months"), (1, "a month")):
        if later in known and (old := known[known[later].notna()])[0].sum():
            share = percent(old[later].sum() / old[0].sum(), 0)
            return f"{share} of {numbers.full(old[0].sum())} {noun} were active {words} after their first use"
    return f"Do {noun} stay?"


def _left_out(count: int, who: str) -> str:
    if not count:
        return ""
    few = numbers.plural(count, "person" if who == "people" else "account").replace("persons", "people")
    return f"{few} left out: their first use may lie before the log."


def _table(known: pd.DataFrame, noun: str, query: Query) -> html.Div:
    columns = [later for later in known.columns if known[later].notna().any()]
    head = [
        html.Th("First use", scope="col"),
        html.Th(noun.capitalize(), scope="col", className="number"),
        *(html.Th(f"+{later}" if later else "Month 0", scope="col", className="number") for later in columns),
    ]
    body = [
        html.Tr(
            [
                html.Th(f"{cohort:%b %Y}", scope="row"),
                html.Td(_rows(counts[0], cohort, 0, query, numbers.full(counts[0])), className="number"),
                *(_cell(counts[later], counts[0], cohort, later, query) for later in columns),
            ]
        )
        for cohort, counts in known.iloc[::-1].iterrows()
    ]
    heads = html.Thead(html.Tr(head))
    return html.Div(html.Table([heads, html.Tbody(body)], className="plain triangle"), className="scroll", tabIndex=0)


def _cell(count: float, size: float, cohort: Any, later: int, query: Query) -> html.Td:
    """Darker for more; nothing for a month that is not over."""
    if count != count:
        return html.Td("")
    share = count / size
    words = percent(share, 0)
    return html.Td(
        _rows(count, cohort, later, query, words) if count else words,
        className="cell",
        style={"--share": f"{round(100 * share)}%"},
        title=f"{numbers.full(count)} of {numbers.full(size)}",
    )


def _rows(count: float, cohort: Any, later: int, query: Query, words: str) -> Any:
    of_it = query.only("cohort", f"{cohort:%Y-%m}").only("later", str(later))
    who = query.one("who") or "people"
    return to_rows(count, KINDS[who], of_it, words)
