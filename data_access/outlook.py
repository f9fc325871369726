"""Who will go quiet, and how often was the product right about that?"""

from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Select, and_, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import (
    accounts,
    applications,
    outlook,
    outlook_figures,
    outlook_methods,
    outlook_reliability,
    outlook_track,
    pairs,
)
from data_access.scope import Scope
from data_access.standing import NOT_ENTITLED
from data_access.volume import concerns

Level = Literal["pair", "account"]
SOON = 8  # weeks, of the outlook that stands beside an account

LIKELIEST = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str", "manager": "str",
    "probability": "float64", "rank": "int64", "reason_1": "str", "reason_2": "str", "reason_3": "str",
    "annual_value": "float64", "renews_on": "datetime64[s]",
}  # fmt: skip
EXPECTED = {"asked": "int64", "quiet": "float64"}
OF_PAIRS = {"account_id": "str", "application_id": "str", "probability": "float64", "why": "str"}
METHOD = {
    "method": "str", "stands_in_because": "str", "base_rate": "float64", "asked_on": "datetime64[s]", "asked": "int64",
}  # fmt: skip
FIGURES = {
    "method": "str", "origins": "int64", "cases": "int64", "base_rate": "float64", "roc_auc": "float64",
    "pr_auc": "float64", "lift": "float64", "calibration_error": "float64",
}  # fmt: skip
RELIABILITY = {"method": "str", "predicted": "float64", "observed": "float64", "cases": "int64"}
TRACK = {"method": "str", "asked_on": "datetime64[s]", "flagged": "int64", "went_quiet": "int64"}


def likeliest(filters: Filters, level: Level, weeks: int, limit: int | None = None) -> pd.DataFrame:
    """One row per pair, or account, that is asked about, the likeliest to go quiet first. Columns: LIKELIEST.

    Of an account without application, value and renewal: the sum, and the next, of its entitled pairs.
    """
    own = _asked(filters, level, weeks).subquery("own")
    worth = _worth(level)
    named: FromClause = own.join(accounts, accounts.c.account_key == own.c.account_key).outerjoin(
        worth, and_(*(worth.c[key] == own.c[key] for key in _KEYS[level]))
    )
    application: tuple[ColumnElement[str | None], ColumnElement[str | None]] = (
        applications.c.application_id,
        applications.c.name.label("application"),
    )
    named = named.outerjoin(applications, applications.c.application_key == own.c.application_key)
    statement = (
        select(
            accounts.c.account_id, accounts.c.name, *application, accounts.c.manager, own.c.probability, own.c.rank,
            own.c.reason_1, own.c.reason_2, own.c.reason_3, worth.c.annual_value, worth.c.renews_on,
        )
        .select_from(named)
        .order_by(own.c.rank, accounts.c.name, accounts.c.account_id, applications.c.name)
    )  # fmt: skip
    return read(filters.scope, statement.limit(limit), LIKELIEST)


def expected_quiet(filters: Filters, level: Level, weeks: int) -> pd.DataFrame:
    """One row: how many are asked about, and how many of them should go quiet (missing where that is not known)."""
    own = _asked(filters, level, weeks).subquery("own")
    columns: list[ColumnElement[Any]] = [func.count(), func.sum(own.c.probability)]
    return read(filters.scope, select(*columns).select_from(own), EXPECTED)


def outlook_of_pairs(filters: Filters, account_ids: tuple[str, ...], weeks: int = SOON) -> pd.DataFrame:
    """One row per pair of the accounts that is asked about. Columns: OF_PAIRS."""
    own = _asked(filters, "pair", weeks).subquery("own")
    statement = (
        select(accounts.c.account_id, applications.c.application_id, own.c.probability, own.c.reason_1)
        .join(own, own.c.account_key == accounts.c.account_key)
        .join(applications, applications.c.application_key == own.c.application_key)
        .where(accounts.c.account_id.in_(account_ids))
        .order_by(accounts.c.account_id, applications.c.application_id)
    )
    return read(filters.scope, statement, OF_PAIRS)


def outlook_method(scope: Scope, level: Level, weeks: int) -> pd.DataFrame:
    """One row, none where no week is complete: where the outlook comes from. Columns: METHOD."""
    return _about(scope, level, weeks, outlook_methods, METHOD)


def outlook_quality(scope: Scope, level: Level, weeks: int) -> pd.DataFrame:
    """One row per method that was judged on the past. Columns: FIGURES."""
    return _about(scope, level, weeks, outlook_figures, FIGURES)


def outlook_curve(scope: Scope, level: Level, weeks: int) -> pd.DataFrame:
    """One row per method and tenth of its forecasts, by what it said. Columns: RELIABILITY."""
    found = _about(scope, level, weeks, outlook_reliability, RELIABILITY)
    return found.sort_values(["method", "predicted"], ignore_index=True)


def outlook_record(scope: Scope, level: Level, weeks: int) -> pd.DataFrame:
    """One row per method: what became of those flagged a quarter ago. Columns: TRACK."""
    return _about(scope, level, weeks, outlook_track, TRACK)


_KEYS = {"pair": ("account_key", "application_key"), "account": ("account_key",)}


def _asked(filters: Filters, level: Level, weeks: int) -> Select[Any]:
    """The rows of `outlook` that the filters ask for; accounts as a whole where one of their pairs is asked for."""
    of_level = outlook.c.application_key.is_not(None) if level == "pair" else outlook.c.application_key.is_(None)
    wanted = (
        select(*(pairs.c[key] for key in _KEYS[level])).where(concerns(filters, pairs)).distinct().subquery("wanted")
    )
    return (
        select(outlook)
        .join(wanted, and_(*(wanted.c[key] == outlook.c[key] for key in _KEYS[level])))
        .where(of_level, outlook.c.weeks == weeks)
    )


def _worth(level: Level) -> FromClause:
    keys = [pairs.c[key] for key in _KEYS[level]]
    return (
        select(
            *keys,
            func.sum(pairs.c.annual_value).label("annual_value"),
            func.min(pairs.c.renews_on).label("renews_on"),
        )
        .where(pairs.c.state.notin_(NOT_ENTITLED))
        .group_by(*keys)
        .subquery("worth")
    )


def _about(scope: Scope, level: Level, weeks: int, table: FromClause, columns: dict[str, str]) -> pd.DataFrame:
    statement = select(*(table.c[name] for name in columns)).where(table.c.level == level, table.c.weeks == weeks)
    return read(scope, statement.order_by(table.c.method), columns)
