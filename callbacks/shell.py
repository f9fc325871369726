"""The frame: filter bar, as-of, search; and what happens in the browser alone."""

from dash import ClientsideFunction, Dash, Input, Output, State
from flask import g

from callbacks.query import filters, query
from callbacks.request import optional, page_callback, text
from data_access import choices
from data_access.filters import Filters
from layouts import numbers, shell
from layouts.links import Query
from layouts.markup import Markup, static
from layouts.shell import PERIODS, Ids


def register(app: Dash) -> None:
    url = Input(Ids.URL, "search")
    page_callback(app, Output(Ids.BAR, "children"), {"filters": (url, filters), "query": (url, query)}, update_bar)
    page_callback(
        app,
        Output(Ids.AS_OF, "children"),
        {"path": (Input(Ids.URL, "pathname"), path)},
        update_as_of,
        cached=False,
    )
    page_callback(
        app,
        Output(Ids.SEARCH_RESULTS, "children"),
        {"wanted": (Input(Ids.SEARCH, "value"), optional(text(100))), "query": (State(Ids.URL, "search"), query)},
        update_search,
    )
    app.clientside_callback(
        ClientsideFunction("shell", "theme"), Output(Ids.THEME, "data"), Input(Ids.THEME_SWITCH, "n_clicks")
    )
    app.clientside_callback(
        ClientsideFunction("shell", "share"), Output(Ids.TOAST, "title"), Input(Ids.SHARE, "n_clicks"),
        prevent_initial_call=True,
    )  # fmt: skip


def path(raw: object) -> str:
    """Only says that a page was opened; its content does not matter."""
    return "" if raw is None else str(raw)[:200]


def update_bar(filters: Filters, query: Query) -> Markup:
    bar = shell.bar(
        query,
        measures=g.generation.measures,
        measure=filters.measure,
        period_words=period_words(filters, query),
        applications=choices.application_names(filters.scope),
        segments=choices.segment_values(filters.scope),
        account=choices.account_name(filters.scope, filters.account) if filters.account else None,
    )
    return static(bar)


def period_words(filters: Filters, query: Query) -> str:
    named = PERIODS.get(query.one("period") or "")
    return named or f"{numbers.day(filters.period.start)} to {numbers.day(filters.period.last_day)}"


def update_as_of(path: str) -> list[object]:
    generation = g.generation
    return shell.as_of(
        numbers.day(generation.as_of),
        generation.source,
        generation.reporting_timezone,
        g.scope.user,
        g.scope.role,
    )


def update_search(wanted: str | None, query: Query) -> Markup | None:
    cleaned = (wanted or "").strip()
    found = choices.accounts_like(g.scope, cleaned) if cleaned else None
    return None if found is None else static(shell.search_results(found, query, cleaned))
