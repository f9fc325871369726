"""Which rows stand behind this number? They add up to it."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, get_relative_path
from flask import g

from callbacks.grid import NO_ROWS, Block, answer, exported, register_grid
from callbacks.query import filters, query
from callbacks.request import page_callback
from callbacks.tables import Tables, compared
from data_access import rows as data
from data_access.choices import account_name, application_names
from data_access.filters import Filters, Measure, Period
from data_access.rows import Kind
from layouts import numbers
from layouts import rows as view
from layouts.controls import exports
from layouts.links import Query
from layouts.markup import text
from layouts.rows import Ids
from layouts.shell import MEASURE_HELP, MEASURES, SEGMENT_WORDS
from layouts.shell import Ids as Shell

FIELDS = tuple(sorted({name for columns in data.COLUMNS.values() for name in columns}))
BEFORE = (Kind.BEFORE, Kind.USERS_BEFORE)
OF_TODAY = (Kind.PAIRS, Kind.ACCOUNTS)


def register(app: Dash) -> None:
    url, search = Input(Shell.URL, "search"), State(Shell.URL, "search")
    page_callback(
        app,
        [Output(Ids.HEADING, "html"), Output(Ids.GRID_HEAD, "html"), Output(Ids.GRID_ACTIONS, "html"),
         Output(Ids.GRID, "columnDefs")],
        {"filters": (url, filters), "query": (url, query)},
        update_rows,
    )  # fmt: skip
    register_grid(app, Ids.GRID, FIELDS, {"filters": (search, filters), "query": (search, query)}, update_grid_rows)


def update_rows(filters: Filters, query: Query) -> tuple[str, str, str, list[dict[str, Any]]]:
    kind = kind_of(filters, query)
    filled, noun = data.known(filters, kind), _noun(filters, kind)
    heading = view.heading(data.number(filters, kind), noun, _definition(filters, kind), where(filters, kind))
    total = filled["total"] if kind in data.ADDED_UP else None
    actions = [
        view.kinds(kind, query, "users" in g.generation.measures, filters.measure is not Measure.USERS),
        exports(f"{get_relative_path('/export/rows')}/{kind}", query.search, grid=Ids.GRID),
    ]
    return (
        text(heading),
        text(view.grid_head(kind, int(filled["account_id"]), total, noun)),
        text(actions),
        view.columns(kind, filters.measure, filled),
    )


def update_grid_rows(filters: Filters, query: Query, block: Block | None) -> dict[str, Any]:
    if block is None:
        return NO_ROWS
    kind = kind_of(filters, query)
    rows = data.rows(filters, kind, block.order, block.descending, block.first, block.limit, block.name)
    return answer(rows, data.row_count(filters, kind, block.name))


def kind_of(filters: Filters, query: Query) -> Kind:
    return data.told_by(Kind(query.one("rows") or Kind.USE), filters)


def where(filters: Filters, kind: Kind) -> list[str]:
    """Of what the number is, in words: time, and every filter."""
    names = application_names(filters.scope) if filters.applications else {}
    parts = [
        _when(filters, kind),
        ", ".join(names[key] for key in filters.applications),
        *(f"{SEGMENT_WORDS[segment]}: {', '.join(values)}" for segment, values in filters.segments),
        f"State: {', '.join(filters.states)}" if filters.states else "",
        f"Account: {account_name(filters.scope, filters.account)}" if filters.account else "",
    ]
    return [part for part in parts if part]


def _when(filters: Filters, kind: Kind) -> str:
    if kind in OF_TODAY:
        return f"On {numbers.day(g.generation.as_of)}"
    if kind in BEFORE:
        return f"In the comparison, {_days(filters.comparison)}" if filters.comparison else "There is no comparison"
    return _days(filters.period)


def _days(period: Period) -> str:
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


def _noun(filters: Filters, kind: Kind) -> str:
    return {
        Kind.USED: "pairs of account and application in use",
        Kind.USERS: "active users",
        Kind.USERS_BEFORE: "active users",
        Kind.PAIRS: "pairs of account and application",
        Kind.ACCOUNTS: "accounts",
    }.get(kind, MEASURES[filters.measure].lower())


def _definition(filters: Filters, kind: Kind) -> str:
    if kind in (Kind.USERS, Kind.USERS_BEFORE) and "users" not in g.generation.measures:
        return "The log does not say who did what, so there are no people to list."
    return {
        Kind.USED: f"Pairs with any {MEASURES[filters.measure].lower()} in the period.",
        Kind.USERS: f"{MEASURE_HELP['users']} People do not add up, so a row is one person.",
        Kind.USERS_BEFORE: f"{MEASURE_HELP['users']} People do not add up, so a row is one person.",
        Kind.PAIRS: "An account and an application that it subscribes to, or that it used.",
        Kind.ACCOUNTS: "Accounts that subscribe to an application, or used it.",
    }.get(kind, MEASURE_HELP[filters.measure])


def _export(kind: Kind) -> Callable[[Filters, Query], pd.DataFrame]:
    def table(filters: Filters, query: Query) -> pd.DataFrame:
        block = exported(FIELDS)
        order = (block.order, block.descending, 0, None, block.name) if block else ()
        rows = data.rows(filters, kind, *order)
        return compared(rows.dropna(axis="columns", how="all") if len(rows) else rows, filters, "account")

    return table


EXPORTS: Tables = {kind: _export(kind) for kind in Kind}
