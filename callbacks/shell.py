"""The frame: filter bar, as-of, search; and what happens in the browser alone."""

from collections.abc import Callable, Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, get_relative_path
from flask import g

from callbacks.query import filters, query
from callbacks.request import optional, page_callback
from callbacks.request import text as short_text
from data_access import choices
from data_access.filters import Filters
from layouts import numbers, shell
from layouts.links import Query
from layouts.markup import text
from layouts.shell import COMPARISONS, PERIODS, Ids


def register(app: Dash, pages: Mapping[str, Callable[[], Any]]) -> None:
    """`pages` holds the layout by address."""

    def update_page(path: str) -> Any:
        layout = pages.get(path) or pages.get(path.rstrip("/")) or shell.not_found
        return layout()

    url = Input(Ids.URL, "search")
    page_callback(app, Output(Ids.PAGE, "children"), {"path": (Input(Ids.URL, "pathname"), path)}, update_page)
    page_callback(app, Output(Ids.BAR, "html"), {"filters": (url, filters), "query": (url, query)}, update_bar)
    page_callback(
        app,
        Output(Ids.AS_OF, "html"),
        {"path": (Input(Ids.URL, "pathname"), path)},
        update_as_of,
        cached=False,
    )
    page_callback(
        app,
        Output(Ids.SEARCH_RESULTS, "html"),
        {"wanted": (Input(Ids.SEARCH, "value"), optional(short_text(100))), "query": (State(Ids.URL, "search"), query)},
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
    """Which page is open."""
    return "" if raw is None else str(raw)[:200]


def update_bar(filters: Filters, query: Query) -> str:
    bar = shell.bar(
        query,
        measures=g.generation.measures,
        measure=filters.measure,
        period_words=period_words(filters, query),
        comparison_words=COMPARISONS[query.one("vs") or "before"] if filters.comparison else "Nothing earlier",
        applications=choices.application_names(filters.scope),
        segments=choices.segment_values(filters.scope),
        account=choices.account_name(filters.scope, filters.account) if filters.account else None,
    )
    return text(bar)


def period_words(filters: Filters, query: Query) -> str:
    named = PERIODS.get(query.one("period") or "")
    return named or f"{numbers.day(filters.period.start)} to {numbers.day(filters.period.last_day)}"


def update_as_of(path: str) -> str:
    generation = g.generation
    badge = shell.as_of(
        numbers.day(generation.as_of),
        generation.source,
        generation.reporting_timezone,
        g.scope.user,
        g.scope.role,
        str(get_relative_path("/data")),
    )
    return text(badge)


def update_search(wanted: str | None, query: Query) -> str:
    cleaned = (wanted or "").strip()
    found = choices.accounts_like(g.scope, cleaned) if cleaned else None
    return "" if found is None else text(shell.search_results(found, query, cleaned))
