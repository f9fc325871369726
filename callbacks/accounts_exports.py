"""Accounts by app, as tables to download: the same queries as on the page."""

import pandas as pd

from callbacks import accounts
from callbacks.grid import exported
from callbacks.tables import Tables, compared
from data_access import accounts as data
from data_access.filters import Filters
from layouts.links import Query


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(data.application_totals(filters), filters, "application")


def _ranking(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(accounts.ranked(filters, query), filters, "account")


def _top(filters: Filters, query: Query) -> pd.DataFrame:
    return _ranking(filters, query.only("view", "top"))


def _bottom(filters: Filters, query: Query) -> pd.DataFrame:
    return _ranking(filters, query.only("view", "bottom"))


def _summary(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(accounts.summary(filters), filters, "application")


def _breadth(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(accounts.broadest(filters), filters, "account")


def _map(filters: Filters, query: Query) -> pd.DataFrame:
    wide, applications, names = accounts.map_values(filters)
    return wide.rename(index=names, columns=applications).rename_axis("Account").reset_index()


def _all(filters: Filters, query: Query) -> pd.DataFrame:
    """Every row of the grid, in its order and with its own filters."""
    block = exported(accounts.GRID_FIELDS)
    rows = (
        data.account_rows(filters, block.order or "value", block.descending, name_contains=block.name)
        if block
        else data.account_rows(filters)
    )
    return compared(rows, filters, "account")


EXPORTS: Tables = {
    "applications": _applications,
    "top": _top,
    "bottom": _bottom,
    "summary": _summary,
    "breadth": _breadth,
    "map": _map,
    "all": _all,
}
