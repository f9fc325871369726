"""What changed between the period and its comparison: by pair, by account, by person? And month by month?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Table,
    and_,
    case,
    cast,
    distinct,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from data_access.engine import read
from data_access.filters import Filters, Measure, Period
from data_access.schema import (
    accounts,
    applications,
    pairs,
    state_spans,
    usage_daily,
    user_days,
    user_weeks,
    users,
)
from data_access.volume import SUMS, concerns, covers, volume

# Which pairs: every one, those entitled through both periods, or (without known subscriptions) used in both.
Kept = Literal["all", "entitled", "used"]

NO_DATA = "no data"  # the state
PAIR = ("account_key", "application_key")
AMOUNTS = {"now": "float64", "before": "float64"}
ACCOUNTS = {"account_id": "str", "account": "str", **AMOUNTS}
PAIRS = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "first_use_on": "datetime64[s]", "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]",
    "is_missing": "bool", **AMOUNTS, "users_now": "int64", "users_before": "int64",
}  # fmt: skip
MOVED = {
    "user_key": "int64", "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "before": "bool", "now": "bool", "earlier": "bool", "is_cancelled": "bool", "is_missing": "bool",
}  # fmt: skip
PERSONS = {"user_id": "str", "person": "str", "days_now": "int64", "days_before": "int64", **AMOUNTS}
MONTHS = {"application_id": "str", "application": "str", "month": "datetime64[s]", "records": "int64"}


def total_change(filters: Filters, kept: Kept) -> pd.DataFrame:
    """One row: the measure over all pairs kept; people are counted once. Columns: AMOUNTS."""
    values = [func.coalesce(_amounts(asked, filters, kept).scalar_subquery(), 0) for asked in _both(filters)]
    return read(filters.scope, select(*values), AMOUNTS)


def account_changes(filters: Filters, kept: Kept) -> pd.DataFrame:
    """One row per account with any of the measure in either period, by name. Columns: ACCOUNTS."""
    joined, values = _joined(accounts, _both(filters), filters, kept, "account_key")
    statement = (
        select(accounts.c.account_id, accounts.c.name, *values)
        .select_from(joined)
        .where(or_(*(value > 0 for value in values)))
        .order_by(accounts.c.name, accounts.c.account_id)
    )
    return read(filters.scope, statement, ACCOUNTS)


def pair_changes(filters: Filters, kept: Kept) -> pd.DataFrame:
    """One row per pair with any of the measure, or people, in either period, by name. Columns: PAIRS."""
    questions = (*_both(filters), *_both(replace(filters, measure=Measure.USERS)))
    joined, values = _joined(pairs, questions, filters, kept, *PAIR)
    statement = (
        select(
            accounts.c.account_id, accounts.c.name, applications.c.application_id,
            applications.c.name.label("application"), pairs.c.first_use_on, pairs.c.started_on, pairs.c.cancelled_on,
            _is_missing(filters, pairs), *values,
        )
        .select_from(joined)
        .join(accounts, accounts.c.account_key == pairs.c.account_key)
        .join(applications, applications.c.application_key == pairs.c.application_key)
        .where(or_(*(value > 0 for value in values)))
        .order_by(accounts.c.name, accounts.c.account_id, applications.c.name)
    )  # fmt: skip
    return read(filters.scope, statement, PAIRS)


def moved_people(filters: Filters, kept: Kept) -> pd.DataFrame:
    """One row per pair and person, of those active in one of the periods only. Columns: MOVED.

    earlier: the person was active before both periods; is_cancelled: the pair is, by the end of the later one;
    is_missing: its log is not whole in one of them.
    """
    table = _people(filters)
    (now, before), after = (_during(asked.period, table) for asked in _both(filters)), filters.period.end
    wanted = and_(concerns(filters, table), _is_kept(filters, kept, table))
    is_now, was_before = (func.max(case((when, 1), else_=0)) for when in (now, before))
    moved = (
        select(table.c.user_key, is_now.label("is_now"))
        .where(or_(now, before), wanted)
        .group_by(table.c.user_key)
        .having(is_now != was_before)
        .subquery("moved")
    )
    used = (
        select(table.c.user_key, *(table.c[key] for key in PAIR)).where(or_(now, before), wanted).distinct()
    ).subquery("used")
    since = min(asked.period.start for asked in _both(filters))
    known = select(table.c.user_key).where(_when(table) < since, wanted)
    statement = (
        select(
            moved.c.user_key, accounts.c.account_id, accounts.c.name, applications.c.application_id,
            applications.c.name.label("application"), moved.c.is_now == 0, moved.c.is_now == 1,
            moved.c.user_key.in_(known), func.coalesce(pairs.c.cancelled_on < after, false()),
            _is_missing(filters, pairs),
        )
        .join(used, used.c.user_key == moved.c.user_key)
        .join(accounts, accounts.c.account_key == used.c.account_key)
        .join(applications, applications.c.application_key == used.c.application_key)
        .join(pairs, and_(*(pairs.c[key] == used.c[key] for key in PAIR)))
        .order_by(moved.c.user_key, accounts.c.account_id, applications.c.application_id)
    )  # fmt: skip
    return read(filters.scope, statement, MOVED)


def person_changes(filters: Filters, kept: Kept) -> pd.DataFrame:
    """One row per person active in either period, by name: days of use, and the measure. Columns: PERSONS."""
    now, before = (_during(asked.period, user_days) for asked in _both(filters))
    active = (
        select(
            user_days.c.user_key,
            func.count(distinct(case((now, user_days.c.day)))).label("days_now"),
            func.count(distinct(case((before, user_days.c.day)))).label("days_before"),
            _of_person(filters.measure, now).label("now"),
            _of_person(filters.measure, before).label("before"),
        )
        .where(or_(now, before), concerns(filters, user_days), _is_kept(filters, kept, user_days))
        .group_by(user_days.c.user_key)
        .subquery("active")
    )
    person = func.coalesce(users.c.name, users.c.email, users.c.user_id).label("person")
    statement = (
        select(users.c.user_id, person, active.c.days_now, active.c.days_before, active.c.now, active.c.before)
        .join(active, active.c.user_key == users.c.user_key)
        .order_by(person, users.c.user_id)
    )
    return read(filters.scope, statement, PERSONS)


def _of_person(measure: Measure, when: ColumnElement[bool]) -> ColumnElement[Any]:
    if measure is Measure.USERS:
        return func.max(case((when, 1), else_=0))
    total = func.sum(case((when, user_days.c[SUMS[measure]]), else_=0))
    return total / 3600.0 if measure is Measure.HOURS else total


def monthly_records(filters: Filters) -> pd.DataFrame:
    """One row per application, chosen or not, and month of the period with records. Columns: MONTHS."""
    every = replace(filters, applications=(), measure=Measure.RECORDS)
    month = cast(func.date_trunc("month", usage_daily.c.day), Date).label("month")
    by_month = (
        select(usage_daily.c.application_key, month, func.sum(usage_daily.c.records).label("records"))
        .where(covers(every, usage_daily))
        .group_by(usage_daily.c.application_key, month)
        .subquery("by_month")
    )
    statement = (
        select(applications.c.application_id, applications.c.name, by_month.c.month, by_month.c.records)
        .join(applications, applications.c.application_key == by_month.c.application_key)
        .where(by_month.c.records > 0)
        .order_by(applications.c.name, by_month.c.month)
    )
    return read(filters.scope, statement, MONTHS)


def _both(filters: Filters) -> tuple[Filters, Filters]:
    """The question of the period, and of its comparison, which there must be."""
    if filters.comparison is None:
        raise ValueError("nothing to compare with")
    return filters, filters.during(filters.comparison)


def _amounts(asked: Filters, filters: Filters, kept: Kept, *keys: str) -> Select[Any]:
    statement = volume(asked, *keys)
    table: Any = statement.get_final_froms()[0]
    return statement.where(_is_kept(filters, kept, table))


def _joined(
    table: Table, questions: Iterable[Filters], filters: Filters, kept: Kept, *keys: str
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """`table` with the answers to `questions`, row by row; and those answers, zero where there is none."""
    joined: FromClause = table
    values: dict[Filters, ColumnElement[Any]] = {}
    questions = tuple(questions)
    for asked in dict.fromkeys(questions):  # of people, the measure and the people are one question
        amounts = _amounts(asked, filters, kept, *keys).subquery()
        joined = joined.outerjoin(amounts, and_(*(amounts.c[key] == table.c[key] for key in keys)))
        values[asked] = func.coalesce(amounts.c.value, 0)
    return joined, [values[asked] for asked in questions]


def _is_kept(filters: Filters, kept: Kept, table: Table) -> ColumnElement[bool]:
    """Same-store: pairs that could have, or had, use in both periods."""
    pair = tuple_(*(table.c[key] for key in PAIR))
    match kept:
        case "all":
            return true()
        case "entitled":
            periods = [asked.period for asked in _both(filters)]
            throughout = select(*(pairs.c[key] for key in PAIR)).where(
                pairs.c.started_on <= min(period.start for period in periods),
                or_(pairs.c.cancelled_on.is_(None), pairs.c.cancelled_on >= max(period.end for period in periods)),
            )
            return pair.in_(throughout)
        case "used":
            used = (
                select(*(usage_daily.c[key] for key in PAIR)).where(
                    _during(asked.period, usage_daily), usage_daily.c.human_events > 0
                )
                for asked in _both(filters)
            )
            return and_(*(pair.in_(one) for one in used))


def _people(filters: Filters) -> Table:
    return user_weeks if all(asked.period.is_whole_weeks for asked in _both(filters)) else user_days


def _is_missing(filters: Filters, table: Table) -> ColumnElement[bool]:
    """Whether the feed of a pair is late in the period: less use there says nothing.

    A silence that ended was none of the feed: what comes late is put in where it belongs.
    """
    late = select(*(state_spans.c[key] for key in PAIR)).where(
        state_spans.c.state == NO_DATA, state_spans.c.until.is_(None), state_spans.c.since < filters.period.end
    )
    return tuple_(*(table.c[key] for key in PAIR)).in_(late)


def _during(period: Period, table: Table) -> ColumnElement[bool]:
    return and_(_when(table) >= period.start, _when(table) < period.end)


def _when(table: Table) -> ColumnElement[Any]:
    return table.c.week if "week" in table.c else table.c.day
