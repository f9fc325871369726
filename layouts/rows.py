"""Which rows stand behind this number? They add up to it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from dash import html

from layouts import engagement_rows, numbers
from layouts.controls import skeleton, switch
from layouts.grid import NAME, NUMBER, grid
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

HEIGHT = "max(420px, calc(100vh - 290px))"
# What can be asked of the same filters: the kind, and the words for it.
FAMILIES = (
    {"use": "Use", "users": "People", "accounts": "Accounts", "pairs": "Pairs"},
    {"before": "Use", "users-before": "People"},
    {"entered": "Came", "left": "Left"},
    {"lost": "Pairs", "lost-accounts": "Accounts", "lost-value": "Value"},
    {"held": "Pairs", "held-accounts": "Accounts", "held-value": "Value"},
    *engagement_rows.FAMILIES,
)
PEOPLE = ("users", "users-before")
VALUES = ("held-value", "lost-value")
ACCOUNTS = ("accounts", "held-accounts", "lost-accounts", "left-out", "left-out-onboarding", "left-out-no-data",
            "left-out-not-started", "left-out-cancelled")  # fmt: skip
PAIRS = ("pairs", "entered", "left", "calls", "held", "lost", "ended")
PLURALS = {"pair": "pairs", "person": "people", "account": "accounts", "message": "messages", "session": "sessions",
           "ticket": "tickets"}  # fmt: skip
ACCOUNT = {"field": "account", "headerName": "Account", "cellRenderer": "AccountLink", "width": 220,
           "tooltipField": "account"}  # fmt: skip
FIRST = {"pinned": "left", **NAME}
APPLICATION = {"field": "application", "headerName": "Application", "flex": 1, "minWidth": 180}
STATE = {"field": "state", "headerName": "State", "cellRenderer": "StateChip", "width": 150}
STARTED = {"field": "started_on", "headerName": "Started", "width": 120}
CANCELLED = {"field": "cancelled_on", "headerName": "Cancelled", "width": 120}
REASON = {"field": "reason", "headerName": "Reason", "width": 170, "tooltipField": "reason"}
MANAGER = {"field": "manager", "headerName": "Manager", "cellRenderer": "Segment", "width": 170}
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
        html.H1([html.Data(numbers.full(number), value=f"{number:.6f}"), f" {numbers.noun(number, noun)}"]),
        html.P(definition, className="finding"),
        html.P(" · ".join(where), className="finding"),
    ]


def grid_head(kind: str, count: int, total: float | None, noun: str) -> list[Any]:
    """How many rows there are and, where their values add up (`total`), to what."""
    usual = "person" if kind in PEOPLE else "account" if kind in ACCOUNTS else "pair"
    named = engagement_rows.NAMED.get(kind, usual)
    rows = f"{numbers.full(count)} {named if count == 1 else PLURALS[named]}"
    if total is None:
        words: list[Any] = [html.Data(rows, value=str(count)), ", one row each"]
    else:
        value = html.Data(numbers.counted(total, noun), value=f"{total:.6f}")
        words = [f"{rows} of account and application: " if named == "pair" else f"{rows}: ", value, " in all"]
    whom = "person" if named == "person" else "account"
    return [
        html.H2(words),
        html.P(f"Sort by any column; filter by {whom} in the column menu", className="finding"),
    ]


def kinds(kind: str, query: Query, has_people: bool, adds_up: bool) -> html.Div | None:
    """Other rows of the same filters."""
    offered: Mapping[str, str] = next((family for family in FAMILIES if kind in family), {})
    told = [one for one in offered if (has_people or "users" not in one) and (adds_up or one not in ("use", "before"))]
    if len(told) < 2:
        return None
    return switch("What a row is", [(offered[one], query.only("rows", one).search, one == kind) for one in told])


def columns(kind: str, measure: str, filled: Mapping[str, float]) -> list[dict[str, Any]]:
    """Column definitions; `filled`: in how many rows a column holds something. Empty ones are left out."""
    value = {"field": "value", "headerName": "Annual value" if kind in VALUES else MEASURES[measure],
             "cellRenderer": "Number", "width": 160, **NUMBER}  # fmt: skip
    use = [
        {**ACCOUNT, **FIRST},
        APPLICATION,
        {**value, "initialSort": "desc"},
        STATE,
        LAST_USE,
        MANAGER,
    ]
    people = [
        {"field": "person", "headerName": "Person", "width": 220, "tooltipField": "user_id", **FIRST},
        {"field": "email", "headerName": "E-mail", "flex": 1, "minWidth": 200, "tooltipField": "email"},
        {**ACCOUNT, "cellRenderer": "AccountLink"},
        {"field": "other_accounts", "headerName": "Other accounts", "width": 140, **NUMBER},
        {"field": "applications", "headerName": "Applications", "width": 125, **NUMBER},
        {"field": "days_active", "headerName": "Days active", "width": 125, **NUMBER},
        {"field": "logins", "headerName": "Logins", "cellRenderer": "Number", "width": 100, "initialSort": "desc",
         **NUMBER},
        {"field": "last_day", "headerName": "Last day", "width": 120},
        {"field": "user_id", "headerName": "Id", "width": 130},
    ]  # fmt: skip
    pairs = [
        {**ACCOUNT, **FIRST},
        APPLICATION,
        {**STATE, "field": "state_before", "headerName": "Four weeks before"},
        STATE,
        {
            "field": "since",
            "headerName": "Since",
            "width": 120,
            "headerTooltip": "In this state since; the Monday of that week where the pair's own dates do not tell",
        },
        STARTED,
        CANCELLED,
        REASON,
        LAST_USE,
        {"field": "seats", "headerName": "Seats", "cellRenderer": "Number", "width": 90, **NUMBER},
        {"field": "annual_value", "headerName": "Annual value", "cellRenderer": "Number", "width": 130, **NUMBER},
    ]
    values = [{**ACCOUNT, **FIRST}, APPLICATION, {**value, "initialSort": "desc"}, STATE, STARTED, CANCELLED, REASON,
              MANAGER]  # fmt: skip
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
    offered = {
        **dict.fromkeys(PEOPLE, people), **dict.fromkeys(PAIRS, pairs), **dict.fromkeys(VALUES, values),
        **dict.fromkeys(ACCOUNTS, accounts), **engagement_rows.COLUMNS,
    }.get(kind, use)  # fmt: skip
    return [column for column in offered if filled.get(str(column["field"]), 1) > 0 or column in offered[:2]]
