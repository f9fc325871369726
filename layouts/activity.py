"""Activity: how do one customer's, or all customers', logins and hours compare month by month and year by year?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts.controls import graph, link, skeleton, state_chip
from layouts.links import Query
from layouts.markup import place

HEIGHT = 236
MOST_CHOSEN = 40  # an address has room for so many
# What a chart shows; its parts are named after it.
BLOCKS = {
    "logins": "How often do people log in?",
    "people": "How many different people are there?",
    "hours": "How many hours do they spend in the platform?",
    "peaks": "How many people are there at the same time, at most?",
}


class Ids(StrEnum):
    HEADING = "activity-heading"
    FIND = "activity-find"
    FOUND = "activity-found"
    CHOSEN = "activity-chosen"
    YEARS = "activity-years"
    MONTHS = "activity-months"
    LACKING = "activity-lacking"


class Part(StrEnum):
    """Of a chart of BLOCKS: where what is drawn."""

    HEAD = "head"
    ACTIONS = "actions"
    CHART = "chart"
    TABLE = "table"


def part(block: str, of_it: Part) -> str:
    return f"activity-{block}-{of_it}"


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            _picker(),
            html.Div(
                [
                    *(_block(block, title) for block, title in BLOCKS.items()),
                    html.Div(place(Ids.YEARS, skeleton(6)), className="slot"),
                    html.Div(place(Ids.MONTHS, skeleton(14)), className="slot wide"),
                    html.Div(place(Ids.LACKING), className="slot wide"),
                ],
                className="blocks",
            ),
        ],
        className="page-activity",
    )


def _picker() -> html.Div:
    """A field that finds among any number of customers, and those chosen beside it."""
    return html.Div(
        [
            html.Div(
                [
                    html.Label("Customer", htmlFor=Ids.FIND),
                    dcc.Input(
                        id=Ids.FIND,
                        type="search",
                        placeholder="Find by name",
                        autoComplete="off",
                        debounce=False,
                        maxLength=100,
                    ),
                    html.Div(place(Ids.FOUND), role="status", className="found", **{"aria-live": "polite"}),
                ],
                className="pick",
            ),
            html.Div(place(Ids.CHOSEN), className="chosen-accounts"),
        ],
        className="picker",
        role="group",
        **{"aria-label": "Which customers"},
    )


def _block(block: str, title: str) -> html.Section:
    label = f"{title} Bars by month, this year beside last; a table of the same numbers follows"
    return html.Section(
        [
            html.Header(
                [
                    place(part(block, Part.HEAD), skeleton(1)),
                    html.Div(place(part(block, Part.ACTIONS)), className="card-actions"),
                ]
            ),
            graph(part(block, Part.CHART), label, HEIGHT),
            place(part(block, Part.TABLE)),
        ],
        className="card",
        **{"aria-label": title},
    )


def heading(subject: str, sentence: str) -> list[Any]:
    return [html.H1(f"How does activity of {subject} compare, month by month and year by year?"),
            html.P(sentence, className="finding")]  # fmt: skip


def head(title: str, finding: str, keys: Mapping[str, str]) -> list[Any]:
    """Of a chart. `keys`: which colours there are (this, last, hollow), and what each means."""
    legend = [
        html.Span([html.Span(className=f"swatch {mark}", **{"aria-hidden": "true"}), words])
        for mark, words in keys.items()
    ]
    return [html.H2(title), html.P(finding, className="finding"), html.P(legend, className="finding key")]


def nothing() -> html.Span:
    """Where the log does not tell of it, a block takes no room."""
    return html.Span(**{"data-none": "true"})


def chosen(accounts: Mapping[str, str], query: Query) -> list[Any]:
    """The customers chosen, each to be taken away, and the way back to all. `accounts`: name by id."""
    if not accounts:
        return [html.Span("All customers", className="chip all")]
    chips = [
        link(
            [html.Span(name), html.Span(" ✕", **{"aria-hidden": "true"})],
            query.toggled("account", key).search,
            "chip",
            title=f"Take {name} away",
            **{"aria-label": f"Take {name} away"},
        )
        for key, name in accounts.items()
    ]
    return [*chips, link("All customers", query.only("account", None).search, "clear")]


def found(accounts: pd.DataFrame, query: Query, wanted: str) -> Any:
    """Customers to choose, or to take away again. Columns: data_access/search.py."""
    if accounts.empty:
        return html.P(f"No customer is called “{wanted}”.", className="finding none")
    taken = query.all("account")
    if len(taken) >= MOST_CHOSEN:
        words = f"{MOST_CHOSEN} customers are chosen, and no more fit. Take one away first."
        return html.P(words, className="finding none")
    return [
        link(
            [html.Span(row.name, className="name", title=row.name), state_chip(row.state)],
            query.toggled("account", row.account_id).search,
            "check chosen" if row.account_id in taken else "check",
            **({"aria-current": "true"} if row.account_id in taken else {}),
        )
        for row in accounts.itertuples(index=False)
    ]
