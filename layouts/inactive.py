"""Inactive & low: who needs a call, and who merely cancelled?"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.accounts import account_link
from layouts.controls import card, empty, exports, link, skeleton, state_chip, to_rows
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

SHOWN, LATE_SHOWN = 100, 2
RETIRED_AFTER = timedelta(weeks=26)  # without an event of anybody a feed is hardly late any more
APART = ("cancelled", "not started")
MEANINGS = {
    "active": "Used in the last 30 days, as usual",
    "low": "Used less than usual, or than peers",
    "onboarding": "Started less than 30 days ago",
    "inactive": "No use in the last 30 days",
    "never activated": "No use since the start",
    "no data": "No event of anybody: not judged",
    "cancelled": "At any time up to now: needs no call",
    "not started": "Starts after the last day of data",
}
# What use alone can tell: without subscriptions nothing starts and nothing ends.
TOLD_BY_USE = ("active", "low", "inactive", "no data")


class Ids(StrEnum):
    HEADING = "inactive-heading"
    STATES = "inactive-states"
    REACTIVATED = "inactive-reactivated"
    CALLS = "inactive-calls"
    FORMS = "inactive-forms"
    OUTLOOK = "inactive-outlook"
    CANCELLATIONS = "inactive-cancellations"


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            html.Div(
                [
                    html.Div(place(Ids.STATES, skeleton(10)), className="slot"),
                    html.Div(place(Ids.REACTIVATED, skeleton(10)), className="slot"),
                ],
                className="halves",
            ),
            html.Div(
                [
                    html.Div([place(Ids.FORMS), place(Ids.CALLS, skeleton(20))], className="slot"),
                    html.Div(place(Ids.OUTLOOK, skeleton(12)), className="slot"),
                    html.Div(place(Ids.CANCELLATIONS, skeleton(12)), className="slot"),
                ],
                className="stack",
            ),
        ],
        className="page-inactive",
    )


def heading(sentence: str) -> list[Any]:
    return [html.H1("Who needs a call, and who merely cancelled?"), html.P(sentence, className="finding")]


def states(
    counts: pd.DataFrame, feeds: pd.DataFrame, query: Query, as_of: date, has_subscriptions: bool, href: str
) -> html.Section:
    """The counts sum to the entitled pairs; those that are no entitlement stand below, apart.

    Columns of `counts`, indexed by state: pairs; entered, left (missing where four weeks ago nothing was known).
    """
    told = [state for state in MEANINGS if has_subscriptions or state in TOLD_BY_USE]
    judged = [state for state in told if state not in APART]
    entitled = int(counts.loc[judged, "pairs"].sum())
    heads = ["State", "Bar", "Pairs", "Share", "Entered", "Left", "Meaning"]
    head = html.Tr([html.Th(text, scope="col", className=name) for text, name in zip(heads, _CELLS, strict=True)])
    total = html.Tr(
        [
            html.Th("Entitled", scope="row"),
            html.Td(className="bar-cell"),
            html.Td(to_rows(entitled, "pairs", query.only("state", None).among("state", judged)), className="number"),
            html.Td("100%" if entitled else numbers.NOTHING, className="number"),
            *(html.Td("", className="number") for _ in range(2)),
            html.Td("All of the above", className="meaning"),
        ],
        className="total",
    )
    rows = [_state_row(state, counts.loc[state], entitled, query) for state in judged]
    apart = [_state_row(state, counts.loc[state], 0, query) for state in told if state in APART]
    body = html.Table([html.Thead(head), html.Tbody([*rows, total]), html.Tbody(apart)], className="plain states")
    finding = (
        f"Each pair of account and application is in one state on {numbers.day(as_of)}; entered and left: in four weeks"
    )
    return card(
        _needing(counts, entitled),
        finding,
        [html.Div(body, className="sideways", tabIndex=0), *_notes(feeds, query, as_of, has_subscriptions)],
        identity="inactive-states",
        actions=exports(f"{href}/states", query.search),
    )


_CELLS = ("", "bar-cell", "number", "number", "number", "number", "meaning")


def _needing(counts: pd.DataFrame, entitled: int) -> str:
    quiet = int(counts.loc[["never activated", "inactive", "low"], "pairs"].sum())
    return f"{numbers.full(quiet)} of {numbers.plural(entitled, 'entitled pair')} are quiet or low"


def _state_row(state: str, counts: pd.Series, entitled: int, query: Query) -> html.Tr:
    is_chosen = state in query.all("state")
    of_it = query.only("state", state)
    target = (query.only("state", None) if is_chosen else of_it).search
    share = counts["pairs"] / entitled if entitled else 0
    hint = "Show every state again" if is_chosen else f"Show {state} alone"
    return html.Tr(
        [
            html.Th(link(state_chip(state), target, "of-state", title=hint), scope="row"),
            html.Td(
                link("", target, "mark", tabIndex=-1, title=hint, style={"width": f"{100 * share:.2f}%"})
                if share
                else None,
                className="bar-cell",
                **{"aria-hidden": "true"},
            ),
            html.Td(to_rows(counts["pairs"], "pairs", of_it), className="number"),
            html.Td(f"{share:.1%}" if entitled else "", className="number"),
            html.Td(_moved("+", counts["entered"], "entered", of_it), className="number"),
            html.Td(_moved("−", counts["left"], "left", of_it), className="number"),
            html.Td(MEANINGS[state], className="meaning", title=MEANINGS[state]),
        ],
        className="chosen" if is_chosen else "",
        **({"aria-current": "true"} if is_chosen else {}),
    )


def _moved(sign: str, pairs: float, kind: str, of_it: Query) -> Any:
    return to_rows(pairs, kind, of_it, f"{sign}{numbers.full(pairs)}" if pairs > 0 else None)


def _notes(feeds: pd.DataFrame, query: Query, as_of: date, has_subscriptions: bool) -> list[Any]:
    """What the states cannot tell: applications without events, and what no table says."""
    late = [_without_events(row, as_of, query) for row in feeds.itertuples(index=False)]
    if len(late) > LATE_SHOWN:
        pairs = numbers.plural(int(feeds["pairs"].sum()), "pair")
        words = f"{len(late)} applications are without events lately: {pairs} not judged"
        late = [html.Details([html.Summary(words), *late], className="twin note")]
    if has_subscriptions:
        return late
    words = (
        "The source has no subscriptions: states rest on use alone. Who cancelled, never came or has just started "
        "cannot be told from who is silent."
    )
    return [*late, html.P(words, className="finding note")]


def _without_events(row: Any, as_of: date, query: Query) -> html.P:
    """A late feed, or an application that nobody uses any more."""
    if pd.isna(row.last_day):
        since, why = "ever", "it may not be in use"
    else:
        is_old = row.last_day.date() < as_of - RETIRED_AFTER
        since, why = f"since {numbers.day(row.last_day)}", "it may be retired" if is_old else "its feed is late"
    words = f": no event from anybody {since}: {why}. {numbers.plural(row.pairs, 'pair')} not judged, none inactive."
    return html.P(
        [link(row.application, query.only("app", row.application_id).search), words], className="finding note"
    )


def reactivated(
    back: pd.DataFrame | None, again: pd.DataFrame, query: Query, measure: str, silent: str, href: str
) -> html.Section:
    """Pairs in use after a gap, and those that started again. `back` is None where there is no comparison."""
    if back is None:
        title, finding = "Who came back?", "A gap shows against a comparison"
        body: Any = empty("Nothing lies before this period.", "Choose a shorter period, or compare with another.")
    else:
        title = f"{numbers.plural(len(back), 'pair')} came back" if len(back) else "Nobody came back"
        finding = f"Used in the period again, after no use {silent} and some before" + _first_of(back)
        body = (
            _came_back(back, query, measure)
            if len(back)
            else empty(
                "No silent pair came back in this period.", "Choose a longer period, or take away a filter above."
            )
        )
    return card(
        title,
        finding,
        [body, *([_started_again(again, query)] if len(again) else [])],
        identity="inactive-reactivated",
        actions=exports(f"{href}/reactivated", query.search),
    )


def _came_back(back: pd.DataFrame, query: Query, measure: str) -> html.Div:
    rows = [
        [
            account_link(row.account, row.account_id, query),
            link(row.application, query.only("app", row.application_id).search, title=row.application),
            numbers.day(row.last_use_before),
            numbers.day(row.back_on),
            to_rows(row.value, "use", query.only("app", row.application_id).only("account", row.account_id)),
        ]
        for row in back.head(SHOWN).itertuples(index=False)
    ]
    return plain(("Account", "Application", "Last use before", "Back on", MEASURES[measure]), rows, {4})


def _started_again(again: pd.DataFrame, query: Query) -> html.Div:
    rows = [
        [
            account_link(row.account, row.account_id, query),
            link(row.application, query.only("app", row.application_id).search, title=row.application),
            numbers.day(row.first_use_on),
            numbers.day(row.started_on),
            state_chip(row.state),
        ]
        for row in again.head(SHOWN).itertuples(index=False)
    ]
    title = html.H3(f"{numbers.plural(len(again), 'pair')} started again")
    return html.Div([title, plain(("Account", "Application", "First use", "Started again", "State"), rows)])


def plain(heads: tuple[str, ...], rows: list[list[Any]], of_numbers: set[int] | None = None) -> html.Div:
    """A table whose first column is the account; columns in `of_numbers` stand to the right."""
    marks = ["number" if place in (of_numbers or ()) else "" for place in range(len(heads))]
    head = html.Tr([html.Th(text, scope="col", className=mark) for text, mark in zip(heads, marks, strict=True)])
    body = [
        html.Tr(
            [
                html.Th(row[0], scope="row", className="name"),
                *(html.Td(cell, className=mark) for cell, mark in zip(row[1:], marks[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    return html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0)


def halves(cards: list[html.Section]) -> html.Div:
    return html.Div(cards, className="halves")


def _first_of(rows: pd.DataFrame) -> str:
    return f"; the first {SHOWN} are shown, the file has all" if len(rows) > SHOWN else ""
