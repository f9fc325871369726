"""Who cancelled, when and why, and how was it used before? Of pairs in every state: a choice of states is set aside."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, case, cast, func, or_, select

from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.inactive import named, same_pair
from data_access.schema import accounts, applications, exceptions
from data_access.standing import pairs_in_scope
from data_access.volume import concerns, volume

CHURN = {
    "accounts": "int64", "accounts_lost": "int64", "pairs": "int64", "pairs_lost": "int64", "value": "float64",
    "value_lost": "float64",
}  # fmt: skip
BY_APPLICATION = {"application_id": "str", "application": "str", **CHURN}
CANCELLED = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "cancelled_on": "datetime64[s]", "reason": "str", "started_on": "datetime64[s]", "annual_value": "float64",
    "manager": "str",
}  # fmt: skip
BY_MONTH = {"month": "datetime64[s]", "pairs": "int64", "value": "float64"}
COHORTS = {"month": "datetime64[s]", "started": "int64", "cancelled": "int64"}
WEEKLY = {"account_id": "str", "application_id": "str", "week": "datetime64[s]", "value": "float64"}
AFTERWARDS = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "cancelled_on": "datetime64[s]", "first_day": "datetime64[s]", "last_day": "datetime64[s]", "events": "int64",
    "manager": "str",
}  # fmt: skip


def churn(filters: Filters) -> pd.DataFrame:
    """One row: accounts, pairs and annual value entitled the day before the period, and lost by its end.

    Columns: CHURN. A lost account has no pair left, of those asked for. Pairs without a start are not counted, and
    the value is missing where none is known.
    """
    own = standing(filters)
    by_account = _by(own, own.c.account_key).subquery("by_account")
    statement = select(*_totals(by_account))
    return read(filters.scope, statement, CHURN)


def churn_by_application(filters: Filters) -> pd.DataFrame:
    """The same for each application with a pair at the start, most lost pairs first. Columns: BY_APPLICATION."""
    own = standing(filters)
    by_account = _by(own, own.c.account_key, own.c.application_key).subquery("by_account")
    totals = _totals(by_account)
    statement = (
        select(applications.c.application_id, applications.c.name, *totals)
        .join(by_account, by_account.c.application_key == applications.c.application_key)
        .group_by(applications.c.application_id, applications.c.name)
        .having(func.sum(by_account.c.pairs) > 0)
        .order_by(func.sum(by_account.c.pairs_lost).desc(), applications.c.name)
    )
    return read(filters.scope, statement, BY_APPLICATION)


def cancelled_pairs(filters: Filters) -> pd.DataFrame:
    """One row per pair that was cancelled in the period, the last first. Columns: CANCELLED."""
    own = _every(filters)
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            applications.c.application_id,
            applications.c.name,
            own.c.cancelled_on,
            own.c.cancel_reason,
            own.c.started_on,
            own.c.annual_value,
            accounts.c.manager,
        )
        .select_from(named(own))
        .where(own.c.cancelled_on >= filters.period.start, own.c.cancelled_on < filters.period.end)
        .order_by(own.c.cancelled_on.desc(), accounts.c.name, applications.c.name)
    )
    return read(filters.scope, statement, CANCELLED)


def cancellations_by_month(filters: Filters, span: Period) -> pd.DataFrame:
    """One row per month of `span` with cancellations. Columns: BY_MONTH."""
    own = _every(filters)
    month = _month(own.c.cancelled_on)
    statement = (
        select(month, func.count(), func.sum(own.c.annual_value))
        .where(own.c.cancelled_on >= span.start, own.c.cancelled_on < span.end)
        .group_by(month)
        .order_by(month)
    )
    return read(filters.scope, statement, BY_MONTH)


def cohorts(filters: Filters) -> pd.DataFrame:
    """One row per month in which pairs started: how many, and how many of them are cancelled. Columns: COHORTS."""
    own = _every(filters)
    month = _month(own.c.started_on)
    statement = (
        select(month, func.count(), func.sum(case((own.c.state == "cancelled", 1), else_=0)))
        .where(own.c.started_on.is_not(None), own.c.state != "not started")
        .group_by(month)
        .order_by(month)
    )
    return read(filters.scope, statement, COHORTS)


def ending_later(filters: Filters, as_of: date) -> int:
    """Pairs whose cancellation is known, and not yet in effect."""
    own = _every(filters)
    statement = select(func.count()).where(own.c.cancelled_on > as_of)
    return int(read(filters.scope, statement, {"count": "int64"})["count"][0])


def weekly_use_of_cancelled(filters: Filters, span: Period) -> pd.DataFrame:
    """One row per pair cancelled in the period and week of `span` with use of the measure. Columns: WEEKLY."""
    own = _every(filters)
    weekly = volume(replace(filters, states=(), period=span), "account_key", "application_key", "week").subquery(
        "weekly"
    )
    statement = (
        select(accounts.c.account_id, applications.c.application_id, weekly.c.week, weekly.c.value)
        .select_from(named(own).join(weekly, same_pair(own, weekly)))
        .where(own.c.cancelled_on >= filters.period.start, own.c.cancelled_on < filters.period.end)
        .order_by(accounts.c.account_id, applications.c.application_id, weekly.c.week)
    )
    return read(filters.scope, statement, WEEKLY)


def use_after_cancellation(filters: Filters) -> pd.DataFrame:
    """One row per pair that people used after its cancellation, the last use first. Columns: AFTERWARDS."""
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            applications.c.application_id,
            applications.c.name,
            exceptions.c.boundary,
            exceptions.c.first_day,
            exceptions.c.last_day,
            exceptions.c.events,
            accounts.c.manager,
        )
        .select_from(named(exceptions))
        .where(exceptions.c.kind == "after cancellation", concerns(replace(filters, states=()), exceptions))
        .order_by(exceptions.c.last_day.desc(), accounts.c.name, applications.c.name)
    )
    return read(filters.scope, statement, AFTERWARDS)


def standing(filters: Filters) -> FromClause:
    """One row per pair with a start: is it entitled before the period's first day, and at the end of its last?"""
    own, period = _every(filters), filters.period
    return (
        select(
            own.c.account_key,
            own.c.application_key,
            own.c.annual_value,
            case((_entitled(own, period.start), 1), else_=0).label("at_start"),
            case((_entitled(own, period.end), 1), else_=0).label("at_end"),
        )
        .where(own.c.started_on.is_not(None))
        .subquery("standing")
    )


def _entitled(own: FromClause, before: date) -> ColumnElement[bool]:
    """On the day before `before`."""
    return and_(own.c.started_on < before, or_(own.c.cancelled_on.is_(None), own.c.cancelled_on >= before))


def _by(standing: FromClause, *keys: ColumnElement[Any]) -> Select[Any]:
    at_start, lost = standing.c.at_start, standing.c.at_start * (1 - standing.c.at_end)
    return select(
        *keys,
        func.max(at_start).label("accounts"),
        (func.max(at_start) * (1 - func.max(standing.c.at_end))).label("accounts_lost"),
        func.sum(at_start).label("pairs"),
        func.sum(lost).label("pairs_lost"),
        func.sum(at_start * standing.c.annual_value).label("value"),
        func.sum(lost * standing.c.annual_value).label("value_lost"),
    ).group_by(*keys)


def _totals(by_account: FromClause) -> list[ColumnElement[Any]]:
    counts = [func.coalesce(func.sum(by_account.c[name]), 0) for name in CHURN if not name.startswith("value")]
    return [*counts, func.sum(by_account.c.value), func.sum(by_account.c.value_lost)]


def _every(filters: Filters) -> FromClause:
    return pairs_in_scope(replace(filters, states=())).subquery("own")


def _month(day: ColumnElement[date]) -> ColumnElement[Any]:
    return cast(func.date_trunc("month", day), Date)
