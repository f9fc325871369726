"""How much, of the chosen measure? The building block of every query about use."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, Table, and_, cast, distinct, func, select, true, tuple_

from data_access.filters import Filters, Measure, Period
from data_access.schema import accounts, applications, pairs, usage_daily, usage_weekly, user_days, user_weeks

SUMS = {
    Measure.LOGINS: "logins",
    Measure.HOURS: "seconds",
    Measure.CLICKS: "clicks",
    Measure.RECORDS: "records",
}


def volume(filters: Filters, *keys: str) -> Select[Any]:
    """Columns: `keys` (of account_key, application_key, day, week, month), value. One row per key with any use.

    People are counted once over the whole period and all applications asked
    for, never added up.
    """
    table = _table(filters, finer_than_weeks=not {"day", "month"}.isdisjoint(keys))
    columns = [table.c[key] if key in table.c else _bucket(table, key) for key in keys]
    return select(*columns, _amount(filters, table)).where(covers(filters, table)).group_by(*columns)


def now_and_before(filters: Filters, *keys: str) -> tuple[Subquery, Subquery]:
    """The same question twice; nothing came before where there is no comparison."""
    nothing = Period(filters.period.start, filters.period.start)
    return (
        volume(filters, *keys).subquery("now"),
        volume(filters.during(filters.comparison or nothing), *keys).subquery("before"),
    )


def covers(filters: Filters, table: Table) -> ColumnElement[bool]:
    """Rows of a usage table that the filters ask for, and the scope allows."""
    return and_(_within(filters.period, table), concerns(filters, table))


def concerns(filters: Filters, table: Table) -> ColumnElement[bool]:
    """The accounts, applications and states of pairs that the filters ask for and the scope allows, at any time.

    Of a table without applications: the accounts that have such a pair.
    """
    conditions: list[ColumnElement[bool]] = []
    has_applications = "application_key" in table.c
    if has_applications and filters.applications:
        conditions.append(table.c.application_key.in_(_chosen_applications(filters)))
    if filters.states:
        conditions.append(_is_in_state(filters, table, has_applications))
    wanted = account_conditions(filters)
    if wanted:
        conditions.append(
            and_(*wanted)
            if table is accounts
            else table.c.account_key.in_(select(accounts.c.account_key).where(*wanted))
        )
    return and_(true(), *conditions)


def _chosen_applications(filters: Filters) -> Select[Any]:
    return select(applications.c.application_key).where(applications.c.application_id.in_(filters.applications))


def _is_in_state(filters: Filters, table: Table, has_applications: bool) -> ColumnElement[bool]:
    is_in_state = pairs.c.state.in_(filters.states)
    if table is pairs:
        return is_in_state
    if has_applications:
        wanted = select(pairs.c.account_key, pairs.c.application_key).where(is_in_state)
        return tuple_(table.c.account_key, table.c.application_key).in_(wanted)
    accounts_in_state = select(pairs.c.account_key).where(is_in_state)
    if filters.applications:
        accounts_in_state = accounts_in_state.where(pairs.c.application_key.in_(_chosen_applications(filters)))
    return table.c.account_key.in_(accounts_in_state)


def account_conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [accounts.c[column].in_(values) for column, values in filters.segments]
    if filters.account is not None:
        conditions.append(accounts.c.account_id == filters.account)
    if filters.accounts:
        conditions.append(accounts.c.account_id.in_(filters.accounts))
    if filters.scope.portfolio is not None:
        conditions.append(accounts.c.manager_email == filters.scope.portfolio)
    return conditions


def _table(filters: Filters, finer_than_weeks: bool) -> Table:
    whole_weeks = filters.period.is_whole_weeks and not finer_than_weeks
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


def _bucket(table: Table, unit: str) -> ColumnElement[Any]:
    """The first day of the week or month that a day belongs to."""
    return cast(func.date_trunc(unit, table.c.day), Date).label(unit)
