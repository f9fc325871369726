"""Who will go quiet: the cards of Inactive & low, and what stands beside an account."""

from typing import Any, cast

import pandas as pd
from dash import get_relative_path

from data_access import outlook as data
from data_access.filters import Filters
from data_access.outlook import Level
from layouts import account_outlook
from layouts import outlook as view
from layouts.links import Query
from layouts.markup import text

LEVELS: dict[str, Level] = {"pairs": "pair", "accounts": "account"}
ACCOUNT_WEEKS = 8
LEVELS_OF_ACCOUNT: tuple[Level, ...] = ("account", "pair")


def update_outlook(filters: Filters, query: Query) -> str:
    level, weeks = asked(query)
    [expected] = data.expected_quiet(filters, LEVELS[level], weeks).itertuples(index=False)
    method = _only(data.outlook_method(filters.scope, LEVELS[level], weeks))
    rows = data.likeliest(filters, LEVELS[level], weeks, view.SHOWN)
    href = str(get_relative_path("/export/inactive"))
    cards = [
        view.likeliest(rows, expected, method, level, str(weeks), query, href),
        view.record(
            method,
            _record(filters, LEVELS[level], weeks),
            data.outlook_quality(filters.scope, LEVELS[level], weeks),
            _curve(filters, LEVELS[level], weeks, method),
            query,
            href,
        ),
    ]
    return text(view.stacked(cards))


def of_account(filters: Filters, query: Query, href: str) -> str:
    """The card on the page of the account that the filters name; nothing where it was hardly in use lately."""
    row = _only(data.likeliest(filters, "account", ACCOUNT_WEEKS, 1))
    if row is None:
        return ""
    accounts, pairs = (_judged(filters, level) for level in LEVELS_OF_ACCOUNT)
    return text(account_outlook.outlook_card(row, ACCOUNT_WEEKS, accounts, pairs, query, href))


def _judged(filters: Filters, level: Level) -> account_outlook.Judged:
    method = _only(data.outlook_method(filters.scope, level, ACCOUNT_WEEKS))
    record, curve = _record(filters, level, ACCOUNT_WEEKS), _curve(filters, level, ACCOUNT_WEEKS, method)
    return account_outlook.Judged(method, record, curve)


def asked(query: Query) -> tuple[str, int]:
    """Of what, and how many weeks ahead."""
    return cast(str, query.one("of")), int(cast(str, query.one("ahead")))


def _only(rows: pd.DataFrame) -> Any:
    """The one row, or None."""
    return next(rows.itertuples(index=False), None)


def _record(filters: Filters, level: Level, weeks: int) -> dict[str, view.Record]:
    return {
        row.method: view.Record(row.flagged, row.went_quiet, row.asked_on)
        for row in data.outlook_record(filters.scope, level, weeks).itertuples(index=False)
    }


def _curve(filters: Filters, level: Level, weeks: int, method: Any) -> pd.DataFrame:
    """Of the method in use."""
    curve = data.outlook_curve(filters.scope, level, weeks)
    return curve[curve["method"] == method.method] if method is not None else curve
