"""The frame: filter bar, as-of, search; and what happens in the browser alone."""

from collections.abc import Callable, Mapping
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output
from flask import g

from callbacks.query import filters, query
from callbacks.request import page_callback
from data_access import choices
from data_access.filters import Filters
from layouts import links, numbers, shell
from layouts.links import Query
from layouts.markup import text
from layouts.shell import COMPARISONS, PERIODS, Ids


def register(app: Dash, pages: Mapping[str, Callable[[], Any]]) -> None:
    """`pages` holds the layout by address."""

    def update_page(path: str) -> Any:
        one_of_many = f"{path[: path.rfind('/')]}/<id>"
        layout = pages.get(path) or pages.get(path.rstrip("/")) or pages.get(one_of_many) or shell.not_found
        return layout()

    url = Input(Ids.URL, "search")
    page_callback(app, Output(Ids.PAGE, "children"), {"path": (Input(Ids.URL, "pathname"), path)}, update_page)
    page_callback(app, Output(Ids.BAR, "html"), {"filters": (url, filters), "query": (url, query)}, update_bar)
    page_callback(
        app,
        Output(Ids.AS_OF, "html"),
        {"path": (Input(Ids.URL, "pathname"), path), "query": (url, query)},
        update_as_of,
        cached=False,
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
        states=choices.pair_states(filters.scope),
        accounts=choices.account_names(filters),
    )
    return text(bar)


def period_words(filters: Filters, query: Query) -> str:
    period = filters.period
    if named := PERIODS.get(query.one("period") or ""):
        return named
    if period.is_whole_weeks and period.days == 7:
        return f"Week of {numbers.day(period.start)}"
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


def update_as_of(path: str, query: Query) -> str:
    generation = g.generation
    badge = shell.as_of(
        numbers.day(generation.as_of),
        generation.source,
        generation.reporting_timezone,
        g.scope.user,
        g.scope.role,
        links.page("/data", query),
        generation.is_reached,
    )
    return text(badge)
