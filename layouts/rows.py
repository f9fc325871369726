"""Which rows stand behind this number? They add up to it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from dash import html

from layouts import numbers
from layouts.controls import skeleton, switch
from layouts.grid import NAME, NUMBER, grid
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

HEIGHT = "max(420px, calc(100vh - 290px))"
# What can be asked of the same filters: the kind, and the words for it.
KINDS = {"use": "Use", "users": "People", "accounts": "Accounts", "pairs": "Pairs"}
KINDS_BEFORE = {"before": "Use", "users-before": "People"}
NOUNS = {
    "use": "pair", "before": "pair", "used": "pair", "users": "person", "users-before": "person", "pairs": "pair",
    "accounts": "account",
}  # fmt: skip
PLURALS = {"pair": "pairs", "person": "people", "account": "accounts"}
ACCOUNT = {"field": "account", "headerName": "Account", "cellRenderer": "AccountLink", "width": 220,
           "tooltipField": "account"}  # fmt: skip
FIRST = {"pinned": "left", **NAME}
APPLICATION = {"field": "application", "headerName": "Application", "flex": 1, "minWidth": 180}
STATE = {"field": "state", "headerName": "State", "cellRenderer": "StateChip", "width": 150}
LAST_USE = {"field": "last_use_on", "headerName": "Last use", "width": 120}


class Ids(StrEnum):
    HEADING = "rows-heading"
    GRID = "rows-grid"
    GRID_HEAD = "rows-grid-head"
    GRID_ACTIONS = "rows-grid-actions"


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(2)), className="heading", **{"aria-live": "polite"}),
            html.Section(
                [
                    html.Header([place(Ids.GRID_HEAD), html.Div(place(Ids.GRID_ACTIONS), className="card-actions")]),
                    grid(Ids.GRID, [], HEIGHT, "No row matches. Take away a filter."),
                ],
                className="card",
                **{"aria-label": "The rows"},
            ),
        ],
        className="page-rows",
    )


def heading(number: float, noun: str, definition: str, where: Sequence[str]) -> list[Any]:
    """The number with its noun, how it is counted, and of what."""
    return [
        html.H1([html.Data(numbers.full(number), value=f"{number:.6f}"), f" {noun}"]),
        html.P(definition, className="finding"),
        html.P(" · ".join(where), className="finding"),
    ]


def grid_head(kind: str, count: int, total: float | None, noun: str) -> list[Any]:
    """How many rows there are and, where their values add up (`total`), to what."""
    named = NOUNS[kind]
    rows = f"{numbers.full(count)} {named if count == 1 else PLURALS[named]}"
    if total is None:
        words: list[Any] = [html.Data(rows, value=str(count)), ", one row each"]
    else:
        value = html.Data(f"{numbers.full(total)} {noun}", value=f"{total:.6f}")
        words = [f"{rows} of account and application: ", value, " in all"]
    whom = "person" if named == "person" else "account"
    return [
        html.H2(words),
        html.P(f"Sort by any column; filter by {whom} in the column menu", className="finding"),
    ]


def kinds(kind: str, query: Query, has_people: bool, adds_up: bool) -> html.Div | None:
    """Other rows of the same filters."""
    offered = KINDS_BEFORE if kind in KINDS_BEFORE else KINDS
    told = [one for one in offered if (has_people or "users" not in one) and (adds_up or one not in ("use", "before"))]
    if len(told) < 2:
        return None
    return switch("What a row is", [(offered[one], query.only("rows", one).search, one == kind) for one in told])


def columns(kind: str, measure: str, filled: Mapping[str, float]) -> list[dict[str, Any]]:
    """Column definitions; `filled`: in how many rows a column holds something. Empty ones are left out."""
    value = {"field": "value", "headerName": MEASURES[measure], "cellRenderer": "Number", "width": 160, **NUMBER}
    use = [
        {**ACCOUNT, **FIRST},
        APPLICATION,
        {**value, "initialSort": "desc"},
        STATE,
        LAST_USE,
        {"field": "manager", "headerName": "Manager", "cellRenderer": "Segment", "width": 170},
    ]
    people = [
        {"field": "person", "headerName": "Person", "width": 220, "tooltipField": "user_id", **FIRST},
        {"field": "email", "headerName": "E-mail", "flex": 1, "minWidth": 200, "tooltipField": "email"},
        {**ACCOUNT, "cellRenderer": "AccountLink"},
        {"field": "other_accounts", "headerName": "Other accounts", "width": 140, **NUMBER},
        {"field": "applications", "headerName": "Applications", "width": 125, **NUMBER},
        {"field": "days_active", "headerName": "Days active", "width": 125, **NUMBER,
         "sortable": False},
        {"field": "logins", "headerName": "Logins", "cellRenderer": "Number", "width": 100, "initialSort": "desc",
         **NUMBER},
        {"field": "last_day", "headerName": "Last day", "width": 120, "sortable": False},
        {"field": "user_id", "headerName": "Id", "width": 130},
    ]  # fmt: skip
    pairs = [
        {**ACCOUNT, **FIRST},
        APPLICATION,
        STATE,
        {"field": "since", "headerName": "Since", "width": 120, "headerTooltip": "In this state since the week of"},
        {"field": "started_on", "headerName": "Started", "width": 120},
        {"field": "cancelled_on", "headerName": "Cancelled", "width": 120},
        LAST_USE,
        {"field": "seats", "headerName": "Seats", "cellRenderer": "Number", "width": 90, **NUMBER},
        {"field": "annual_value", "headerName": "Annual value", "cellRenderer": "Number", "width": 130, **NUMBER},
    ]
    accounts = [
        {**ACCOUNT, **FIRST},
        STATE,
        {"field": "seats", "headerName": "Seats", "cellRenderer": "Number", "width": 90, **NUMBER},
        {"field": "annual_value", "headerName": "Annual value", "cellRenderer": "Number", "width": 130, **NUMBER},
        *(
            {"field": segment, "headerName": words, "cellRenderer": "Segment", "flex": 1, "minWidth": 120}
            for segment, words in (
                ("manager", "Manager"), ("plan", "Plan"), ("industry", "Industry"), ("region", "Region")
            )
        ),
    ]  # fmt: skip
    offered = {"users": people, "users-before": people, "pairs": pairs, "accounts": accounts}.get(kind, use)
    return [column for column in offered if filled.get(str(column["field"]), 1) > 0 or column in offered[:2]]
