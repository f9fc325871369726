"""Inactive & low: in which state is each pair, who needs a call, and who came back?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, or_, select

from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.schema import accounts, applications, pairs, state_spans, usage_daily, user_days, users
from data_access.standing import NOT_ENTITLED, known_since, main_contacts, pairs_in_scope
from data_access.volume import concerns, covers, volume

# States of pairs whose account should be called. Who cancelled has decided already.
NEEDS_CALL = ("never activated", "inactive", "low")
AGAIN_DAYS = 30  # use so long before a start is of an earlier subscription, not of a trial

MOVES = {"state": "str", "before": "str", "pairs": "int64"}
LATE_FEEDS = {"application_id": "str", "application": "str", "last_day": "datetime64[s]", "pairs": "int64"}
CALLS = {
    "account_id": "str", "account": "str", "manager": "str", "manager_email": "str", "application_id": "str",
    "application": "str", "state": "str", "since": "datetime64[s]", "is_week": "bool", "silent_since": "datetime64[s]",
    "annual_value": "float64", "renews_on": "datetime64[s]",
}  # fmt: skip
PEOPLE = {
    "account_id": "str", "contact": "str", "contact_role": "str", "contact_email": "str", "contact_phone": "str",
}  # fmt: skip
LAST_USERS = {"account_id": "str", "application_id": "str", "last_user": "str"}
REACTIVATED = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "last_use_before": "datetime64[s]", "back_on": "datetime64[s]", "value": "float64", "manager": "str",
}  # fmt: skip
STARTED_AGAIN = {
    "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "first_use_on": "datetime64[s]", "started_on": "datetime64[s]", "state": "str", "manager": "str",
}  # fmt: skip


def state_moves(filters: Filters, then: date) -> pd.DataFrame:
    """One row per state of pairs now and state on `then` (missing: no pair yet). Columns: MOVES.

    Of pairs in every state, whichever are chosen: the rest is what the choice is made from.
    """
    now = pairs_in_scope(replace(filters, states=())).subquery("now")
    past = select(state_spans).where(
        state_spans.c.since <= then, or_(state_spans.c.until.is_(None), state_spans.c.until > then)
    )
    before = past.subquery("before")
    statement = (
        select(now.c.state, before.c.state, func.count())
        .select_from(now.outerjoin(before, same_pair(now, before)))
        .group_by(now.c.state, before.c.state)
        .order_by(now.c.state, before.c.state)
    )
    return read(filters.scope, statement, MOVES)


def late_feeds(filters: Filters) -> pd.DataFrame:
    """One row per application whose feed is late, with its last event and the pairs that are not judged."""
    waiting = pairs_in_scope(replace(filters, states=("no data",))).subquery("waiting")
    last = (
        select(usage_daily.c.application_key, func.max(usage_daily.c.day).label("day"))
        .where(usage_daily.c.application_key.in_(select(waiting.c.application_key)))
        .group_by(usage_daily.c.application_key)
        .subquery("last")
    )
    statement = (
        select(applications.c.application_id, applications.c.name, last.c.day, func.count())
        .join(waiting, waiting.c.application_key == applications.c.application_key)
        .outerjoin(last, last.c.application_key == applications.c.application_key)
        .group_by(applications.c.application_id, applications.c.name, last.c.day)
        .order_by(applications.c.name)
    )
    return read(filters.scope, statement, LATE_FEEDS)


def pairs_to_call(filters: Filters) -> pd.DataFrame:
    """One row per pair in one of NEEDS_CALL, by account. Columns: CALLS.

    `since`: from when it is in its state; the last use, or the start where none came after it, else (`is_week`) the
    Monday of the week in which the state was first seen. `silent_since`: the last use or start, whatever the state.
    """
    quiet = _quiet(filters).subquery("quiet")
    now = select(state_spans).where(state_spans.c.until.is_(None)).subquery("now")
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            accounts.c.manager,
            accounts.c.manager_email,
            applications.c.application_id,
            applications.c.name,
            quiet.c.state,
            func.coalesce(known_since(quiet), now.c.since),
            known_since(quiet).is_(None),
            case((quiet.c.state == "never activated", quiet.c.started_on), else_=quiet.c.last_use_on),
            quiet.c.annual_value,
            quiet.c.renews_on,
        )
        .select_from(named(quiet).outerjoin(now, same_pair(quiet, now)))
        .order_by(accounts.c.name, accounts.c.account_id, applications.c.name)
    )
    return read(filters.scope, statement, CALLS)


def usual_value(filters: Filters) -> float:
    """The mean annual value of the entitled pairs that the person who asks may see, whatever is chosen; else NaN."""
    every = replace(filters, applications=(), segments=(), states=(), account=None, accounts=())
    own = pairs_in_scope(every).where(pairs.c.state.notin_(NOT_ENTITLED)).subquery("own")
    return float(read(filters.scope, select(func.avg(own.c.annual_value)), {"value": "float64"})["value"][0])


def contacts_of(filters: Filters, account_ids: tuple[str, ...]) -> pd.DataFrame:
    """The person to call at each of the accounts that has one. Columns: PEOPLE."""
    main = main_contacts()
    statement = (
        select(accounts.c.account_id, main.c.name, main.c.role, main.c.email, main.c.phone)
        .join(main, main.c.account_key == accounts.c.account_key)
        .where(accounts.c.account_id.in_(account_ids), concerns(filters, accounts))
        .order_by(accounts.c.account_id)
    )
    return read(filters.scope, statement, PEOPLE)


def last_users(filters: Filters, account_ids: tuple[str, ...]) -> pd.DataFrame:
    """Who used each pair to call last, at the accounts named. Columns: LAST_USERS.

    Of several people on that day the one with most logins.
    """
    wanted = select(accounts.c.account_key).where(accounts.c.account_id.in_(account_ids))
    quiet = _quiet(filters).where(pairs.c.account_key.in_(wanted)).subquery("quiet")
    place = func.row_number().over(
        partition_by=(user_days.c.account_key, user_days.c.application_key),
        order_by=(user_days.c.logins.desc(), user_days.c.user_key),
    )
    on_last_day = (
        select(user_days.c.account_key, user_days.c.application_key, user_days.c.user_key, place.label("place"))
        .join(quiet, and_(same_pair(user_days, quiet), user_days.c.day == quiet.c.last_use_on))
        .subquery("on_last_day")
    )
    statement = (
        select(accounts.c.account_id, applications.c.application_id, func.coalesce(users.c.name, users.c.user_id))
        .select_from(named(on_last_day).join(users, users.c.user_key == on_last_day.c.user_key))
        .where(on_last_day.c.place == 1)
        .order_by(accounts.c.account_id, applications.c.application_id)
    )
    return read(filters.scope, statement, LAST_USERS)


def reactivated(filters: Filters, comparison: Period) -> pd.DataFrame:
    """One row per pair used in the period, not in `comparison`, and used before that, most of the measure first.

    Columns: REACTIVATED. Use is any event of a person, as for states.
    """
    own = pairs_in_scope(filters).subquery("own")
    back = _used(filters, func.min(usage_daily.c.day)).subquery("back")
    between = _used(filters.during(comparison), func.max(usage_daily.c.day)).subquery("between")
    earlier = _used(filters.during(Period(date.min, comparison.start)), func.max(usage_daily.c.day)).subquery("earlier")
    amount = volume(filters, "account_key", "application_key").subquery("amount")
    value = func.coalesce(amount.c.value, 0)
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            applications.c.application_id,
            applications.c.name,
            earlier.c.day,
            back.c.day,
            value,
            accounts.c.manager,
        )
        .select_from(
            named(own)
            .join(back, same_pair(own, back))
            .join(earlier, same_pair(own, earlier))
            .outerjoin(between, same_pair(own, between))
            .outerjoin(amount, same_pair(own, amount))
        )
        .where(between.c.day.is_(None), own.c.state != "cancelled")
        .order_by(value.desc(), accounts.c.name, applications.c.name)
    )
    return read(filters.scope, statement, REACTIVATED)


def started_again(filters: Filters) -> pd.DataFrame:
    """One row per pair that started in the period, and was used long before that start. Columns: STARTED_AGAIN."""
    own = pairs_in_scope(filters).subquery("own")
    started = own.c.started_on
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            applications.c.application_id,
            applications.c.name,
            own.c.first_use_on,
            started,
            own.c.state,
            accounts.c.manager,
        )
        .select_from(named(own))
        .where(
            started >= filters.period.start,
            started < filters.period.end,
            own.c.first_use_on < started - AGAIN_DAYS,
            own.c.state != "cancelled",
        )
        .order_by(started.desc(), accounts.c.name, applications.c.name)
    )
    return read(filters.scope, statement, STARTED_AGAIN)


def four_weeks_before(day: date) -> date:
    """The Monday by which states were judged four weeks before those of `day`."""
    return day - timedelta(days=day.weekday(), weeks=4)


def _quiet(filters: Filters) -> Select[Any]:
    return pairs_in_scope(filters).where(pairs.c.state.in_(NEEDS_CALL))


def _used(filters: Filters, day: ColumnElement[date]) -> Select[Any]:
    """One row per pair with use by people in the period: `day` of it."""
    keys = (usage_daily.c.account_key, usage_daily.c.application_key)
    return (
        select(*keys, day.label("day"))
        .where(usage_daily.c.human_events > 0, covers(filters, usage_daily))
        .group_by(*keys)
    )


def same_pair(one: FromClause, other: FromClause) -> ColumnElement[bool]:
    return and_(one.c.account_key == other.c.account_key, one.c.application_key == other.c.application_key)


def named(rows: FromClause) -> FromClause:
    """`rows` of pairs, with their account and application."""
    return rows.join(accounts, accounts.c.account_key == rows.c.account_key).join(
        applications, applications.c.application_key == rows.c.application_key
    )
