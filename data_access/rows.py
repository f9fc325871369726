"""Which rows stand behind a number? They add up to it."""

from dataclasses import replace
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, String, Subquery, and_, distinct, func, nulls_last, select

from data_access.engine import read
from data_access.filters import Filters, Measure, Period
from data_access.schema import accounts, applications, pairs, state_spans, user_days, user_weeks, users
from data_access.standing import pairs_in_scope
from data_access.volume import covers, volume


class Kind(StrEnum):
    """What a row is. Of USE and BEFORE the values add up; of the others the rows are counted."""

    USE = "use"  # a pair with any of the measure in the period
    BEFORE = "before"  # the same in the comparison
    USED = "used"  # the rows of USE, counted
    USERS = "users"  # a person who was active in the period
    USERS_BEFORE = "users-before"
    PAIRS = "pairs"  # an account and an application, in a state asked for
    ACCOUNTS = "accounts"  # an account with such a pair


USE = {
    "account_id": "str", "account": "str", "application": "str", "state": "str", "value": "float64",
    "last_use_on": "datetime64[s]", "manager": "str",
}  # fmt: skip
PEOPLE = {
    "account_id": "str", "person": "str", "user_id": "str", "email": "str", "account": "str", "other_accounts": "Int64",
    "applications": "int64", "days_active": "int64", "last_day": "datetime64[s]", "logins": "int64",
}  # fmt: skip
PAIRS = {
    "account_id": "str", "account": "str", "application": "str", "state": "str", "since": "datetime64[s]",
    "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]", "last_use_on": "datetime64[s]",
    "seats": "Int64", "annual_value": "float64",
}  # fmt: skip
ACCOUNTS = {
    "account_id": "str", "account": "str", "state": "str", "seats": "Int64", "annual_value": "float64",
    "manager": "str", "plan": "str", "industry": "str", "region": "str",
}  # fmt: skip
COLUMNS = {
    Kind.USE: USE, Kind.BEFORE: USE, Kind.USED: USE, Kind.USERS: PEOPLE, Kind.USERS_BEFORE: PEOPLE,
    Kind.PAIRS: PAIRS, Kind.ACCOUNTS: ACCOUNTS,
}  # fmt: skip
DEFAULT_ORDER = {
    Kind.USE: "value", Kind.BEFORE: "value", Kind.USED: "value", Kind.USERS: "logins",
    Kind.USERS_BEFORE: "logins", Kind.PAIRS: "account", Kind.ACCOUNTS: "account",
}  # fmt: skip


ADDED_UP = (Kind.USE, Kind.BEFORE)


def told_by(kind: Kind, filters: Filters) -> Kind:
    """People do not add up over pairs: a number of people is told by the people themselves."""
    if filters.measure is not Measure.USERS:
        return kind
    return {Kind.USE: Kind.USERS, Kind.BEFORE: Kind.USERS_BEFORE}.get(kind, kind)


def rows(
    filters: Filters, kind: Kind, order: str | None = None, descending: bool = False, offset: int = 0,
    limit: int | None = None, name_contains: str = "",
) -> pd.DataFrame:  # fmt: skip
    """The rows of `kind`, by their DEFAULT_ORDER unless another is given, ties by name. Columns: COLUMNS[kind]."""
    listed = _listed(filters, kind, name_contains).subquery("listed")
    if order is None or order not in listed.c:
        order = DEFAULT_ORDER[kind]
        descending = order != "account"
    page = select(listed).order_by(*_order(listed, order, descending)).offset(offset)
    page = page.limit(limit) if limit is not None else page
    if COLUMNS[kind] is PEOPLE:
        page = _with_days(page, filters.during(_period(filters, kind)), order, descending)
    else:
        page = page.with_only_columns(*(listed.c[name] for name in COLUMNS[kind]))
    return read(filters.scope, page, COLUMNS[kind])


def _order(listed: Subquery, order: str, descending: bool) -> list[ColumnElement[Any]]:
    column: ColumnElement[Any] = listed.c[order]
    if isinstance(column.type, String):
        column = func.lower(column)
    ties = ("account", "application", "person", "account_id", "user_id")
    return [nulls_last(column.desc() if descending else column.asc()), *(listed.c[n] for n in ties if n in listed.c)]


def _with_days(page: Select[Any], filters: Filters, order: str, descending: bool) -> Select[Any]:
    """The people of `page` with the days on which they were active: of everybody it would take seconds."""
    shown = page.subquery("shown")
    days = (
        select(
            user_days.c.user_key,
            func.count(distinct(user_days.c.day)).label("days_active"),
            func.max(user_days.c.day).label("last_day"),
        )
        .where(covers(filters, user_days), user_days.c.user_key.in_(select(shown.c.user_key)))
        .group_by(user_days.c.user_key)
        .subquery("days")
    )
    columns = [days.c[name] if name in days.c else shown.c[name] for name in PEOPLE]
    joined = select(*columns).join(days, days.c.user_key == shown.c.user_key)
    return joined.order_by(*_order(shown, order, descending))


def number(filters: Filters, kind: Kind) -> float:
    """The number that the rows of `kind` stand behind, asked without them."""
    during = filters.during(_period(filters, kind))
    match kind:
        case Kind.USE | Kind.BEFORE:
            statement: Select[Any] = select(func.coalesce(volume(during).scalar_subquery(), 0))
        case Kind.USERS | Kind.USERS_BEFORE:
            statement = select(func.coalesce(volume(replace(during, measure=Measure.USERS)).scalar_subquery(), 0))
        case Kind.USED:
            used = volume(during, "account_key", "application_key").subquery("used")
            statement = select(func.count()).select_from(used).where(used.c.value > 0)
        case Kind.PAIRS:
            statement = select(func.count()).select_from(pairs_in_scope(filters).subquery("asked"))
        case Kind.ACCOUNTS:
            statement = select(func.count(distinct(pairs_in_scope(filters).subquery("asked").c.account_key)))
    return float(read(filters.scope, statement, {"number": "float64"})["number"][0])


def row_count(filters: Filters, kind: Kind, name_contains: str = "") -> int:
    if not name_contains and kind not in ADDED_UP:
        return int(number(filters, kind))
    listed = _listed(filters, kind, name_contains).subquery("listed")
    return int(read(filters.scope, select(func.count()).select_from(listed), {"rows": "int64"})["rows"][0])


def known(filters: Filters, kind: Kind) -> dict[str, float]:
    """In how many rows each column holds something, under its name; and the sum of the values, under `total`."""
    listed = _listed(filters, kind, "").subquery("listed")
    counts = [func.count(column) for column in listed.c]
    total = func.coalesce(func.sum(listed.c.value), 0) if "value" in listed.c else func.count()
    names = [*(column.name for column in listed.c), "total"]
    statement: Select[Any] = select(*[*counts, total])
    frame = read(filters.scope, statement, dict.fromkeys(names, "float64"))
    return {name: float(frame[name][0]) for name in names}


def _listed(filters: Filters, kind: Kind, name_contains: str) -> Select[Any]:
    during = filters.during(_period(filters, kind))
    match kind:
        case Kind.USE | Kind.BEFORE | Kind.USED:
            return _named(_use(during), accounts.c.name, name_contains)
        case Kind.USERS | Kind.USERS_BEFORE:
            return _named(_people(during), func.coalesce(users.c.name, users.c.user_id), name_contains)
        case Kind.PAIRS:
            return _named(_pairs(filters), accounts.c.name, name_contains)
        case Kind.ACCOUNTS:
            return _named(_accounts(filters), accounts.c.name, name_contains)


def _period(filters: Filters, kind: Kind) -> Period:
    """No days at all where nothing comes before."""
    if kind in (Kind.BEFORE, Kind.USERS_BEFORE):
        return filters.comparison or Period(filters.period.start, filters.period.start)
    return filters.period


def _named(statement: Select[Any], name: ColumnElement[str], contains: str) -> Select[Any]:
    return statement.where(func.lower(name).contains(contains.lower(), autoescape=True)) if contains else statement


def _use(filters: Filters) -> Select[Any]:
    """Columns USE, one row per pair with any of the measure."""
    amounts = volume(filters, "account_key", "application_key").subquery("amounts")
    return (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            applications.c.name.label("application"),
            pairs.c.state,
            amounts.c.value,
            pairs.c.last_use_on,
            accounts.c.manager,
        )
        .select_from(amounts)
        .join(accounts, accounts.c.account_key == amounts.c.account_key)
        .join(applications, applications.c.application_key == amounts.c.application_key)
        .outerjoin(
            pairs,
            and_(
                pairs.c.account_key == amounts.c.account_key,
                pairs.c.application_key == amounts.c.application_key,
            ),
        )
        .where(amounts.c.value > 0)
    )


def _people(filters: Filters) -> Select[Any]:
    """Columns PEOPLE, with the key and without the days: one row per person who was active, at their first account."""
    table = user_weeks if filters.period.is_whole_weeks else user_days
    # By pair first: then few rows are left of which to count the different ones.
    of_pairs = (
        select(
            table.c.user_key,
            table.c.account_key,
            table.c.application_key,
            func.sum(table.c.logins).label("logins"),
        )
        .where(covers(filters, table))
        .group_by(table.c.user_key, table.c.account_key, table.c.application_key)
        .subquery("of_pairs")
    )
    active = (
        select(
            of_pairs.c.user_key,
            func.min(of_pairs.c.account_key).label("account_key"),
            func.nullif(func.count(distinct(of_pairs.c.account_key)) - 1, 0).label("other_accounts"),
            func.count(distinct(of_pairs.c.application_key)).label("applications"),
            func.sum(of_pairs.c.logins).label("logins"),
        )
        .group_by(of_pairs.c.user_key)
        .subquery("active")
    )
    return (
        select(
            active.c.user_key,
            accounts.c.account_id,
            func.coalesce(users.c.name, users.c.user_id).label("person"),
            users.c.user_id,
            users.c.email,
            accounts.c.name.label("account"),
            active.c.other_accounts,
            active.c.applications,
            active.c.logins,
        )
        .select_from(active)
        .join(users, users.c.user_key == active.c.user_key)
        .join(accounts, accounts.c.account_key == active.c.account_key)
    )


def _pairs(filters: Filters) -> Select[Any]:
    """Columns PAIRS, one row per pair; `since` is a Monday."""
    asked = pairs_in_scope(filters).subquery("asked")
    return (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            applications.c.name.label("application"),
            asked.c.state,
            state_spans.c.since,
            asked.c.started_on,
            asked.c.cancelled_on,
            asked.c.last_use_on,
            asked.c.seats,
            asked.c.annual_value,
        )
        .select_from(asked)
        .join(accounts, accounts.c.account_key == asked.c.account_key)
        .join(applications, applications.c.application_key == asked.c.application_key)
        .outerjoin(
            state_spans,
            and_(
                state_spans.c.account_key == asked.c.account_key,
                state_spans.c.application_key == asked.c.application_key,
                state_spans.c.until.is_(None),
            ),
        )
    )


def _accounts(filters: Filters) -> Select[Any]:
    """Columns ACCOUNTS, one row per account with a pair within the filters."""
    asked = pairs_in_scope(filters).subquery("asked")
    return select(
        accounts.c.account_id,
        accounts.c.name.label("account"),
        accounts.c.state,
        accounts.c.seats,
        accounts.c.annual_value,
        accounts.c.manager,
        accounts.c.plan,
        accounts.c.industry,
        accounts.c.region,
    ).where(accounts.c.account_key.in_(select(asked.c.account_key)))
