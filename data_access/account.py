"""Everything about one account: who is it, what does it use, and whom does one call there?

Every question is about the account of the filters; it has at most one.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, FromClause, ScalarSelect, and_, case, func, nulls_last, select

from data_access.engine import once_per_generation, read
from data_access.filters import Filters, Measure
from data_access.schema import account_spans, accounts, applications, contacts, files, pairs, state_spans
from data_access.scope import Scope
from data_access.standing import NOT_ENTITLED, known_since, pairs_in_scope
from data_access.volume import concerns, now_and_before, volume

PROFILE = {
    "account_id": "str", "account": "str", "state": "str", "since": "datetime64[s]", "is_week": "bool",
    "renews_on": "datetime64[s]", "annual_value": "float64", "seats": "Int64", "plan": "str", "industry": "str",
    "region": "str",
    "manager": "str", "manager_email": "str",
}  # fmt: skip
APPLICATIONS = {
    "application_id": "str", "application": "str", "state": "str", "since": "datetime64[s]", "is_week": "bool",
    "value": "float64", "before": "float64", "users": "int64", "seats": "Int64", "last_use_on": "datetime64[s]",
    "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]", "cancel_reason": "str",
    "renews_on": "datetime64[s]", "annual_value": "float64",
}  # fmt: skip
STANDING = {"application_id": "str", "application": "str", "state": "str", "since": "datetime64[s]", "is_week": "bool"}
WEEKLY = {"application_id": "str", "week": "datetime64[s]", "value": "float64"}
TOTAL = {"week": "datetime64[s]", "value": "float64"}
CONTACTS = {"name": "str", "role": "str", "email": "str", "phone": "str", "is_main": "bool"}


@once_per_generation
def datasets(scope: Scope) -> frozenset[str]:
    """Which tables the source has, whatever is in them."""
    return frozenset(read(scope, select(files.c.dataset).distinct(), {"dataset": "str"})["dataset"])


def profile(filters: Filters, as_of: date) -> pd.DataFrame:
    """One row: the account, its state, and the next renewal from `as_of` on. Columns: PROFILE.

    `since`: of who cancelled the last cancellation, of the inactive the last use, else the first start, of its pairs in
    that state; where their dates do not tell (`is_week`), the Monday of the week in which the state was first seen.
    Where the accounts table tells no annual value, that of its entitled pairs is summed.
    """
    entitled = (pairs.c.account_key == accounts.c.account_key, pairs.c.state.notin_(NOT_ENTITLED))
    renewal = select(func.min(pairs.c.renews_on)).where(*entitled, pairs.c.renews_on >= as_of).scalar_subquery()
    value = select(func.sum(pairs.c.annual_value)).where(*entitled).scalar_subquery()
    known = _account_since()
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            accounts.c.state,
            func.coalesce(known, account_spans.c.since),
            known.is_(None),
            renewal,
            func.coalesce(accounts.c.annual_value, value),
            accounts.c.seats,
            accounts.c.plan,
            accounts.c.industry,
            accounts.c.region,
            accounts.c.manager,
            accounts.c.manager_email,
        )
        .outerjoin(
            account_spans,
            and_(account_spans.c.account_key == accounts.c.account_key, account_spans.c.until.is_(None)),
        )
        .where(concerns(filters, accounts))
    )
    return read(filters.scope, statement, PROFILE)


def _account_since() -> ScalarSelect[Any]:
    days = known_since(pairs)
    latest = accounts.c.state.in_(("cancelled", "inactive"))
    same = (pairs.c.account_key == accounts.c.account_key, pairs.c.state == accounts.c.state)
    return select(case((latest, func.max(days)), else_=func.min(days))).where(*same).scalar_subquery()


@once_per_generation
def manager_email(scope: Scope, account_id: str) -> str | None:
    """Of who looks after it, where the accounts table says so. Ask first whether the account may be seen."""
    statement = select(accounts.c.manager_email).where(accounts.c.account_id == account_id)
    found = read(scope, statement, {"email": "str"})["email"].dropna()
    return str(found.iloc[0]) if len(found) else None


def standing_of(filters: Filters) -> pd.DataFrame:
    """One row per application that it has or used, by name: its state, since when. Columns: STANDING."""
    own = pairs_in_scope(filters).subquery("own")
    known = known_since(own)
    statement = (
        select(
            applications.c.application_id,
            applications.c.name,
            own.c.state,
            func.coalesce(known, state_spans.c.since),
            known.is_(None),
        )
        .select_from(own)
        .join(applications, applications.c.application_key == own.c.application_key)
        .outerjoin(state_spans, _now_of(own))
        .order_by(applications.c.name)
    )
    return read(filters.scope, statement, STANDING)


def _now_of(own: FromClause) -> ColumnElement[bool]:
    """The span that goes on, of the pairs of `own`."""
    return and_(
        state_spans.c.account_key == own.c.account_key,
        state_spans.c.application_key == own.c.application_key,
        state_spans.c.until.is_(None),
    )


def applications_of(filters: Filters) -> pd.DataFrame:
    """One row per application, entitled ones first, then those with most use. Columns: APPLICATIONS.

    `since`: as its own dates tell, else (`is_week`) the Monday of the week in which the state was first seen.
    """
    now, before = now_and_before(filters, "application_key")
    people = volume(replace(filters, measure=Measure.USERS), "application_key").subquery("people")
    states = pairs_in_scope(filters).subquery("states")
    has_left = case((states.c.state.in_(NOT_ENTITLED), 1), else_=0)
    statement = (
        select(
            applications.c.application_id,
            applications.c.name,
            states.c.state,
            func.coalesce(known_since(states), state_spans.c.since),
            known_since(states).is_(None),
            func.coalesce(now.c.value, 0),
            before.c.value if filters.comparison is None else func.coalesce(before.c.value, 0),
            func.coalesce(people.c.value, 0),
            states.c.seats,
            states.c.last_use_on,
            states.c.started_on,
            states.c.cancelled_on,
            states.c.cancel_reason,
            states.c.renews_on,
            states.c.annual_value,
        )
        .select_from(states)
        .join(applications, applications.c.application_key == states.c.application_key)
        .outerjoin(now, now.c.application_key == states.c.application_key)
        .outerjoin(before, before.c.application_key == states.c.application_key)
        .outerjoin(people, people.c.application_key == states.c.application_key)
        .outerjoin(state_spans, _now_of(states))
        .order_by(has_left, nulls_last(now.c.value.desc()), applications.c.name)
    )
    return read(filters.scope, statement, APPLICATIONS)


def weekly_use(filters: Filters) -> pd.DataFrame:
    """One row per application and week with use in the period, those with most in all first. Columns: WEEKLY."""
    weekly = volume(filters, "application_key", "week").subquery("weekly")
    every = volume(filters, "application_key").subquery("every")
    statement = (
        select(applications.c.application_id, weekly.c.week, weekly.c.value)
        .select_from(weekly)
        .join(applications, applications.c.application_key == weekly.c.application_key)
        .join(every, every.c.application_key == weekly.c.application_key)
        .order_by(every.c.value.desc(), applications.c.name, weekly.c.week)
    )
    return read(filters.scope, statement, WEEKLY)


def weekly_total(filters: Filters) -> pd.DataFrame:
    """One row per week with use in the period: people once, whatever they used. Columns: TOTAL."""
    weekly = volume(filters, "week").subquery("weekly")
    return read(filters.scope, select(weekly.c.week, weekly.c.value).order_by(weekly.c.week), TOTAL)


def contacts_of(filters: Filters) -> pd.DataFrame:
    """One row per person to call, the main one first. Columns: CONTACTS."""
    statement = (
        select(contacts.c.name, contacts.c.role, contacts.c.email, contacts.c.phone, contacts.c.is_main)
        .where(concerns(filters, contacts))
        .order_by(contacts.c.is_main.desc(), contacts.c.name)
    )
    return read(filters.scope, statement, CONTACTS)
