"""Who are the people of an account, and who of them began or stopped?"""

from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, distinct, false, func, nulls_last, or_, select

from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.schema import accounts, applications, user_days, users
from data_access.volume import account_conditions, concerns, covers


class Mark(StrEnum):
    """What sets a person apart in the period."""

    NEW = "new"  # first use ever, where there are data before
    STOPPED = "stopped"  # active in the comparison, not in the period
    ACTIVE = "active"  # in the period, and before
    SILENT = "silent"  # in neither


PEOPLE = {
    "user_id": "str", "person": "str", "email": "str", "mark": "str", "last_day": "datetime64[s]",
    "days_active": "int64", "days_before": "int64", "logins": "int64", "applications": "int64",
}  # fmt: skip
COUNTS = {"mark": "str", "people": "int64"}
USED = {"user_id": "str", "application": "str"}


def people(filters: Filters, marks: tuple[Mark, ...] = tuple(Mark), limit: int | None = None) -> pd.DataFrame:
    """One row per person known there, most days of use in the period first. Columns: PEOPLE.

    Known is who used it at any time, and who the users table lists for the account.
    """
    known = _known(filters).subquery("known")
    statement = (
        select(known)
        .where(known.c.mark.in_(marks))
        .order_by(known.c.days_active.desc(), nulls_last(known.c.last_day.desc()), known.c.person, known.c.user_id)
    )
    return read(filters.scope, statement.limit(limit) if limit is not None else statement, PEOPLE)


def people_counts(filters: Filters) -> pd.DataFrame:
    """One row per mark that anybody has. Columns: COUNTS."""
    known = _known(filters).subquery("known")
    statement = select(known.c.mark, func.count()).group_by(known.c.mark).order_by(known.c.mark)
    return read(filters.scope, statement, COUNTS)


def applications_used(filters: Filters, user_ids: tuple[str, ...]) -> pd.DataFrame:
    """One row per person (of those named) and application that they used in the period. Columns: USED."""
    statement = (
        select(users.c.user_id, applications.c.name)
        .distinct()
        .join(user_days, user_days.c.user_key == users.c.user_key)
        .join(applications, applications.c.application_key == user_days.c.application_key)
        .where(users.c.user_id.in_(user_ids), covers(filters, user_days))
        .order_by(users.c.user_id, applications.c.name)
    )
    return read(filters.scope, statement, USED)


def _known(filters: Filters) -> Select[Any]:
    """Columns PEOPLE; a person is counted by days, so that several applications on one day are one day."""
    used = _used(filters).subquery("used")
    days, days_before = func.coalesce(used.c.days_active, 0), func.coalesce(used.c.days_before, 0)
    is_new = used.c.first_day >= filters.period.start if filters.comparison is not None else false()
    mark = case(
        (and_(days > 0, is_new), Mark.NEW.value),
        (days > 0, Mark.ACTIVE.value),
        (days_before > 0, Mark.STOPPED.value),
        else_=Mark.SILENT.value,
    )
    listed = users.c.account_key.in_(select(accounts.c.account_key).where(*account_conditions(filters)))
    return (
        select(
            users.c.user_id,
            func.coalesce(users.c.name, users.c.user_id).label("person"),
            users.c.email,
            mark.label("mark"),
            used.c.last_day,
            days.label("days_active"),
            days_before.label("days_before"),
            func.coalesce(used.c.logins, 0).label("logins"),
            func.coalesce(used.c.applications, 0).label("applications"),
        )
        .outerjoin(used, used.c.user_key == users.c.user_key)
        # The users table does not say of which applications somebody is a user.
        .where(used.c.user_key.is_not(None) if filters.applications else or_(used.c.user_key.is_not(None), listed))
    )


def _used(filters: Filters) -> Select[Any]:
    """One row per person with use at any time."""
    now = _within(filters.period)
    before = _within(filters.comparison) if filters.comparison is not None else false()
    return (
        select(
            user_days.c.user_key,
            func.min(user_days.c.day).label("first_day"),
            func.max(user_days.c.day).label("last_day"),
            func.count(distinct(case((now, user_days.c.day)))).label("days_active"),
            func.count(distinct(case((before, user_days.c.day)))).label("days_before"),
            func.sum(case((now, user_days.c.logins), else_=0)).label("logins"),
            func.count(distinct(case((now, user_days.c.application_key)))).label("applications"),
        )
        .where(concerns(filters, user_days))
        .group_by(user_days.c.user_key)
    )


def _within(period: Period) -> ColumnElement[bool]:
    return and_(user_days.c.day >= period.start, user_days.c.day < period.end)
