"""How much, of the chosen measure? The building block of every query about use."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Table, and_, cast, distinct, func, select, true

from data_access.filters import Filters, Measure, Period
from data_access.schema import accounts, applications, usage_daily, usage_weekly, user_days, user_weeks

SUMS = {
    Measure.LOGINS: "logins",
    Measure.HOURS: "seconds",
    Measure.CLICKS: "clicks",
    Measure.RECORDS: "records",
}


def volume(filters: Filters, *keys: str) -> Select[Any]:
    """Columns: `keys` (of account_key, application_key, week), value. One row per key with any use in the period.

    People are counted once over the whole period and all applications asked
    for, never added up.
    """
    table = _table(filters, by_week="week" in keys)
    columns = [_week(table) if key == "week" else table.c[key] for key in keys]
    return select(*columns, _amount(filters, table)).where(covers(filters, table)).group_by(*columns)


def covers(filters: Filters, table: Table) -> ColumnElement[bool]:
    """Rows of a usage table that the filters ask for, and the scope allows."""
    return and_(_within(filters.period, table), concerns(filters, table))


def concerns(filters: Filters, table: Table) -> ColumnElement[bool]:
    """The accounts and applications that the filters ask for and the scope allows, at any time."""
    conditions: list[ColumnElement[bool]] = []
    if "application_key" in table.c and filters.applications:
        chosen = select(applications.c.application_key).where(applications.c.application_id.in_(filters.applications))
        conditions.append(table.c.application_key.in_(chosen))
    wanted = account_conditions(filters)
    if wanted:
        conditions.append(
            and_(*wanted)
            if table is accounts
            else table.c.account_key.in_(select(accounts.c.account_key).where(*wanted))
        )
    return and_(true(), *conditions)


def account_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [accounts.c[column].in_(values) for column, values in filters.segments]
    if filters.account is not None:
        conditions.append(accounts.c.account_id == filters.account)
    if filters.scope.portfolio is not None:
        conditions.append(accounts.c.manager_email == filters.scope.portfolio)
    return conditions


def _table(filters: Filters, by_week: bool) -> Table:
    whole_weeks = by_week or filters.period.is_whole_weeks
    if filters.measure is Measure.USERS:
        return user_weeks if whole_weeks else user_days
    return usage_weekly if whole_weeks else usage_daily


def _amount(filters: Filters, table: Table) -> ColumnElement[Any]:
    if filters.measure is Measure.USERS:
        return func.count(distinct(table.c.user_key)).label("value")
    total = func.sum(table.c[SUMS[filters.measure]])
    return (total / 3600.0 if filters.measure is Measure.HOURS else total).label("value")


def _within(period: Period, table: Table) -> ColumnElement[bool]:
    when = table.c.week if "week" in table.c else table.c.day
    return and_(when >= period.start, when < period.end)


def _week(table: Table) -> ColumnElement[Any]:
    return table.c.week if "week" in table.c else cast(func.date_trunc("week", table.c.day), Date).label("week")
