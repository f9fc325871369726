"""Engagement: who was invited, activated, transacted; and who dropped out on the way?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.accounts import account_link
from layouts.controls import card, empty, exports, switch, to_rows
from layouts.engagement_parts import bar, exact
from layouts.links import Query

WORDS = {"invited": "Invited", "activated": "Activated", "transacted": "Transacted"}
DROPPED = {"activated": "invited and not activated", "transacted": "activated and without a transaction"}
SHOWN = 50


def funnel(steps: Sequence[Any], query: Query, href: str) -> html.Section:
    """`steps`: name, people, lost, of_before, of_first (analytics/funnel.py)."""
    if not steps[0].people:
        body: Any = empty("Nobody was invited in this period.", "Choose a longer period, or take away a filter above.")
        return card("How far do those invited come?", "", body, identity="engagement-funnel")
    heads = (("Step", ""), ("", "bar-cell"), ("People", "number"), ("Of the step before", "number"),
             ("Of those invited", "number"), ("Dropped out", "number"))  # fmt: skip
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    rows = [_row(step, query) for step in steps]
    return card(
        _title(steps),
        "People invited in the period, and how far each has come up to now, in this order; who was invited lately "
        "has had less time",
        html.Div(
            html.Table([html.Thead(head), html.Tbody(rows)], className="plain funnel"), className="scroll", tabIndex=0
        ),
        identity="engagement-funnel",
        actions=exports(f"{href}/funnel", query.search, rows=links.rows("invited", query)),
    )


def _title(steps: Sequence[Any]) -> str:
    reached = [f"{exact(step.of_first)} {WORDS[step.name].lower()}" for step in steps[1:]]
    return f"Of {numbers.counted(steps[0].people, 'people')} invited, {' and '.join(reached)}"


def _row(step: Any, query: Query) -> html.Tr:
    is_first = step.name == "invited"
    return html.Tr(
        [
            html.Th(WORDS[step.name], scope="row"),
            html.Td(bar(step.of_first, "mark step"), className="bar-cell"),
            html.Td(to_rows(step.people, step.name, query), className="number"),
            html.Td("" if is_first else exact(step.of_before), className="number"),
            html.Td(exact(step.of_first), className="number"),
            html.Td("" if is_first else to_rows(step.lost, f"not-{step.name}", query), className="number"),
        ]
    )


def dropped(rows: pd.DataFrame, count: int, step: str, steps: Sequence[str], query: Query, href: str) -> html.Section:
    """The first of those who did not reach `step`, the last to come first. Columns: PERSON of engagement_kinds.py."""
    options = [(f"Not {key}", query.only("step", key).search, key == step) for key in steps[1:]]
    since = "invited_on" if step == "activated" else "activated_on"
    body = (
        _people(rows, since, "Invited" if step == "activated" else "Activated", query)
        if len(rows)
        else empty("Nobody dropped out at this step.", "Choose the other step, or a longer period.")
    )
    more = f"; the last {SHOWN} are shown, the rows have all" if count > SHOWN else ""
    return card(
        [to_rows(count, f"not-{step}", query, numbers.counted(count, "people")), f" {DROPPED[step]}"],
        f"Invited in the period; the last to come this far first{more}",
        body,
        identity="engagement-dropped",
        actions=[
            switch("Step", options),
            exports(f"{href}/dropped", query.search, rows=links.rows(f"not-{step}", query)),
        ],
        class_name="dropped",
    )


def _people(rows: pd.DataFrame, since: str, words: str, query: Query) -> html.Div:
    head = html.Tr([html.Th(text, scope="col") for text in ("Person", "Account", words, "E-mail", "Main contact")])
    body = [
        html.Tr(
            [
                html.Th(row["person"], scope="row", className="name", title=row["user_id"]),
                html.Td(account_link(row["account"], row["account_id"], query) if row["account_id"] else "",
                        className="account-cell"),
                html.Td(numbers.day(row[since]), className="day"),
                html.Td(_mail(row["email"], row["email"]), className="mail"),
                html.Td(_mail(row["contact"], row["contact_email"]), className="mail"),
            ]
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0)


def _mail(words: Any, address: Any) -> Any:
    if pd.isna(address):
        return words if pd.notna(words) else numbers.NOTHING
    return html.A(words if pd.notna(words) else address, href=f"mailto:{address}", title=address)
