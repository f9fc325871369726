"""Which rows stand behind this number? They add up to it."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, get_relative_path
from flask import g

from callbacks import engagement_rows, inactive
from callbacks.grid import NO_ROWS, Block, answer, exported, register_grid
from callbacks.query import filters, query
from callbacks.request import page_callback
from callbacks.tables import Tables, compared
from data_access import row_kinds, rows_of_pairs
from data_access import rows as data
from data_access.choices import account_names, application_names
from data_access.filters import Filters, Measure, Period
from data_access.row_kinds import ADDED_UP, CHURN, REASONS, Kind
from layouts import calls as work_list
from layouts import numbers
from layouts import rows as view
from layouts.controls import exports
from layouts.links import Query
from layouts.markup import text
from layouts.rows import Ids
from layouts.shell import MEASURE_HELP, MEASURES, SEGMENT_WORDS
from layouts.shell import Ids as Shell

FIELDS = tuple(sorted({name for columns in row_kinds.COLUMNS.values() for name in columns}))
BEFORE = (Kind.BEFORE, Kind.USERS_BEFORE)
OF_TODAY = (Kind.PAIRS, Kind.ACCOUNTS, Kind.CALLS, *REASONS)
MOVED = (Kind.ENTERED, Kind.LEFT)
OF_ANY_STATE = (*CHURN, Kind.ENDED)
NOUNS = {
    Kind.USED: "pairs of account and application in use",
    Kind.USERS: "active users",
    Kind.USERS_BEFORE: "active users",
    Kind.PAIRS: "pairs of account and application",
    Kind.ACCOUNTS: "accounts",
    Kind.ENTERED: "pairs came into this state",
    Kind.LEFT: "pairs left this state",
    Kind.CALLS: "pairs to call",
    Kind.HELD: "pairs entitled at the start",
    Kind.LOST: "pairs lost",
    Kind.HELD_VALUE: "annual value at the start",
    Kind.LOST_VALUE: "annual value lost",
    Kind.HELD_ACCOUNTS: "accounts entitled at the start",
    Kind.LOST_ACCOUNTS: "accounts lost",
    Kind.ENDED: "pairs cancelled",
    **dict.fromkeys(REASONS, "accounts left out"),
    **engagement_rows.NOUNS,
}
A_PERSON = "People do not add up, so a row is one person."
AT_START = "Entitled on the day before the period"
DEFINITIONS = {
    Kind.PAIRS: "An account and an application that it subscribes to, or that it used.",
    Kind.ACCOUNTS: "Accounts that subscribe to an application, or used it.",
    Kind.ENTERED: "An account and an application in the state today, and in another four weeks before.",
    Kind.LEFT: "An account and an application in the state four weeks before, and in another today.",
    Kind.CALLS: "Never activated, inactive or low, of the accounts on the work list.",
    Kind.HELD: f"{AT_START}; those without a start date are not counted.",
    Kind.LOST: f"{AT_START}, and no longer at its end.",
    Kind.HELD_VALUE: f"{AT_START}; those of known value.",
    Kind.LOST_VALUE: f"{AT_START}, and no longer at its end; those of known value.",
    Kind.HELD_ACCOUNTS: f"{AT_START} to at least one application.",
    Kind.LOST_ACCOUNTS: f"{AT_START}, and to nothing at its end.",
    Kind.ENDED: "Cancelled on a day of the period.",
    **dict.fromkeys(REASONS, "Accounts of which the bottom judges no pair; the state is the reason."),
    **engagement_rows.DEFINITIONS,
}


def register(app: Dash) -> None:
    url, search = Input(Shell.URL, "search"), State(Shell.URL, "search")
    page_callback(
        app,
        [Output(Ids.HEADING, "html"), Output(Ids.GRID_HEAD, "html"), Output(Ids.GRID_ACTIONS, "html"),
         Output(Ids.GRID, "columnDefs")],
        {"filters": (url, filters), "query": (url, query), "calls": (url, accounts_to_call)},
        update_rows,
    )  # fmt: skip
    asked = {"filters": (search, filters), "query": (search, query), "calls": (search, accounts_to_call)}
    register_grid(app, Ids.GRID, FIELDS, asked, update_grid_rows)


def accounts_to_call(raw: Any) -> tuple[str, ...]:
    """Those on the work list that the address shows, where its rows are asked for.

    They are part of the key of an answer, so that it outlives nothing that is written.
    """
    asked = query(raw)
    if asked.one("rows") != Kind.CALLS:
        return ()
    return inactive.accounts_listed(filters(raw), asked)


def update_rows(filters: Filters, query: Query, calls: tuple[str, ...]) -> tuple[str, str, str, list[dict[str, Any]]]:
    kind = kind_of(filters, query)
    filled, noun = data.known(filters, kind, calls), _noun(filters, kind)
    heading = view.heading(
        data.number(filters, kind, calls), noun, _definition(filters, kind), where(filters, query, kind)
    )
    total = filled["total"] if kind in ADDED_UP else None
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


def update_grid_rows(filters: Filters, query: Query, calls: tuple[str, ...], block: Block | None) -> dict[str, Any]:
    if block is None:
        return NO_ROWS
    kind = kind_of(filters, query)
    rows = data.rows(filters, kind, block.order, block.descending, block.first, block.limit, block.name, calls)
    return answer(rows, data.row_count(filters, kind, block.name, calls))


def kind_of(filters: Filters, query: Query) -> Kind:
    return row_kinds.told_by(Kind(query.one("rows") or Kind.USE), filters)


def where(filters: Filters, query: Query, kind: Kind) -> list[str]:
    """Of what the number is, in words: time, and every filter."""
    names = application_names(filters.scope) if filters.applications else {}
    chosen = account_names(filters)
    state = "State before" if kind is Kind.LEFT else "State"
    states = () if kind in OF_ANY_STATE else filters.states
    parts = [
        _when(filters, kind),
        "" if kind in engagement_rows.WITHOUT_APPLICATION else ", ".join(names[key] for key in filters.applications),
        *(f"{SEGMENT_WORDS[segment]}: {', '.join(values)}" for segment, values in filters.segments),
        f"{state}: {', '.join(states)}" if states else "",
        f"{'Account' if filters.account else 'Accounts'}: {', '.join(chosen.values())}" if chosen else "",
        *engagement_rows.narrowed(filters.detail, kind),
        f"Whose accounts: {work_list.CARE[query.one('care') or 'all']}" if kind is Kind.CALLS else "",
    ]
    return [part for part in parts if part]


def _when(filters: Filters, kind: Kind) -> str:
    as_of = numbers.day(g.generation.as_of)
    if kind in OF_TODAY:
        return f"On {as_of}"
    if kind in MOVED:
        return f"{numbers.day(rows_of_pairs.month_ago(filters))} to {as_of}"
    if kind in BEFORE:
        return f"In the comparison, {_days(filters.comparison)}" if filters.comparison else "There is no comparison"
    return engagement_rows.when(filters.detail, kind, _days(filters.period))


def _days(period: Period) -> str:
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


def _noun(filters: Filters, kind: Kind) -> str:
    return NOUNS.get(kind, MEASURES[filters.measure].lower())


def _definition(filters: Filters, kind: Kind) -> str:
    if kind in (Kind.USERS, Kind.USERS_BEFORE):
        if "users" not in g.generation.measures:
            return "The log does not say who did what, so there are no people to list."
        return f"{MEASURE_HELP['users']} {A_PERSON}"
    if kind is Kind.USED:
        return f"Pairs with any {MEASURES[filters.measure].lower()} in the period."
    return DEFINITIONS.get(kind, MEASURE_HELP[filters.measure])


def _export(kind: Kind) -> Callable[[Filters, Query], pd.DataFrame]:
    def table(filters: Filters, query: Query) -> pd.DataFrame:
        block = exported(FIELDS)
        order = (block.order, block.descending, 0, None, block.name) if block else (None, False, 0, None, "")
        rows = data.rows(filters, kind, *order, inactive.accounts_listed(filters, query) if kind is Kind.CALLS else ())
        if kind in CHURN:
            rows = rows.rename(columns={"value": "annual_value"})
        if kind in engagement_rows.OF_MESSAGES:
            rows = rows.rename(columns={"value": "charge"})
        return compared(rows.dropna(axis="columns", how="all") if len(rows) else rows, filters, "account")

    return table


EXPORTS: Tables = {kind: _export(kind) for kind in Kind}
