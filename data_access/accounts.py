"""Accounts by app: who uses each application most, and least?"""

from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Float,
    FromClause,
    Select,
    Subquery,
    Table,
    and_,
    case,
    cast,
    distinct,
    func,
    literal,
    null,
    nulls_last,
    select,
)

from data_access.engine import read
from data_access.filters import Filters, Measure
from data_access.schema import accounts, applications, pairs, user_days, user_weeks
from data_access.standing import NOT_ENTITLED, main_contacts, pairs_in_scope
from data_access.volume import concerns, covers, now_and_before, volume

# States of pairs that are no fair reason to call an account's use low, the nearest to use first.
LEFT_OUT_OF_BOTTOM = ("onboarding", "no data", "not started", "cancelled")

APPLICATION_TOTALS = {
    "application_id": "str", "application": "str", "value": "float64", "before": "float64",
    "entitled": "int64", "in_use": "int64",
}  # fmt: skip
TREND = {"id": "str", "week": "datetime64[s]", "value": "float64"}
RANKING = {"account_id": "str", "account": "str", "value": "float64", "before": "float64"}
STATE_COUNTS = {"application_id": "str", "state": "str", "pairs": "int64"}
MATRIX = {"account": "str", "account_id": "str", "application_id": "str", "state": "str", "value": "float64"}
BREADTH = {
    "account_id": "str", "account": "str", "used": "int64", "entitled": "int64", "value": "float64",
}  # fmt: skip
ACCOUNTS = {
    "account_id": "str", "account": "str", "state": "str", "value": "float64", "before": "float64",
    "change": "float64", "users": "int64", "seats": "Int64", "used": "int64", "entitled": "int64",
    "last_use_on": "datetime64[s]", "manager": "str", "contact": "str",
    "contact_role": "str", "contact_email": "str", "contact_phone": "str",
    "plan": "str", "industry": "str", "region": "str",
}  # fmt: skip
COUNT = {"count": "int64"}
MOVEMENT = {"rose": "float64", "fell": "float64"}
TOTAL = {"value": "float64", "before": "float64"}


def application_totals(filters: Filters) -> pd.DataFrame:
    """One row per application in scope of the other filters. Columns: APPLICATION_TOTALS."""
    every = replace(filters, applications=())
    now, before = now_and_before(every, "application_key")
    states = pairs_in_scope(every).subquery("states")
    entitled = (
        select(
            states.c.application_key,
            func.sum(case((states.c.state.notin_(NOT_ENTITLED), 1), else_=0)).label("entitled"),
        )
        .group_by(states.c.application_key)
        .subquery("entitled")
    )
    users = volume(every, "application_key", "account_key").subquery("users")
    in_use = (
        select(users.c.application_key, func.count().label("in_use"))
        .where(users.c.value > 0)
        .group_by(users.c.application_key)
        .subquery("in_use")
    )
    statement = (
        select(
            applications.c.application_id,
            applications.c.name,
            func.coalesce(now.c.value, 0),
            before.c.value if every.comparison is None else func.coalesce(before.c.value, 0),
            func.coalesce(entitled.c.entitled, 0),
            func.coalesce(in_use.c.in_use, 0),
        )
        .select_from(_joined(applications, "application_key", now, before, entitled, in_use))
        .order_by(nulls_last(now.c.value.desc()), applications.c.name)
    )
    return read(filters.scope, statement, APPLICATION_TOTALS)


def application_trend(filters: Filters) -> pd.DataFrame:
    """One row per application and week with use in the period. Columns: TREND."""
    by_week = volume(replace(filters, applications=()), "application_key", "week").subquery("by_week")
    statement = (
        select(applications.c.application_id, by_week.c.week, by_week.c.value)
        .join(applications, applications.c.application_key == by_week.c.application_key)
        .order_by(applications.c.application_id, by_week.c.week)
    )
    return read(filters.scope, statement, TREND)


def account_trend(filters: Filters, account_ids: tuple[str, ...]) -> pd.DataFrame:
    """One row per account (of those named) and week with use in the period. Columns: TREND."""
    by_week = volume(filters, "account_key", "week")
    table = by_week.get_final_froms()[0]
    wanted = select(accounts.c.account_key).where(accounts.c.account_id.in_(account_ids))
    weekly = by_week.where(table.c.account_key.in_(wanted)).subquery("weekly")
    statement = (
        select(accounts.c.account_id, weekly.c.week, weekly.c.value)
        .join(accounts, accounts.c.account_key == weekly.c.account_key)
        .order_by(accounts.c.account_id, weekly.c.week)
    )
    return read(filters.scope, statement, TREND)


def total(filters: Filters) -> pd.DataFrame:
    """One row: the measure over everything asked for, now and before (missing without a comparison). Columns: TOTAL."""
    now = func.coalesce(volume(filters).scalar_subquery(), 0)
    if filters.comparison is None:
        return read(filters.scope, select(now, cast(null(), Float)), TOTAL)
    before = volume(filters.during(filters.comparison)).scalar_subquery()
    return read(filters.scope, select(now, func.coalesce(before, 0)), TOTAL)


def breadth_totals(filters: Filters) -> tuple[int, int]:
    """Entitled accounts with any use of the measure in the period, and all entitled ones."""
    states = pairs_in_scope(filters).subquery("states")
    entitled = select(states.c.account_key).where(states.c.state.notin_(NOT_ENTITLED))
    statement = select(func.count()).select_from(accounts).where(accounts.c.account_key.in_(entitled))
    count = int(read(filters.scope, statement, COUNT)["count"][0])
    return count - accounts_without_use(filters), count


def largest_mover(filters: Filters, falling: bool) -> pd.DataFrame:
    """The one account that fell (or rose) most against the comparison; empty where none did. Columns: RANKING."""
    statement, now = _ranking(filters)
    before = volume(filters.during(filters.comparison or filters.period), "account_key").subquery("earlier")
    statement = statement.outerjoin(before, before.c.account_key == accounts.c.account_key)
    moved = func.coalesce(now.c.value, 0) - func.coalesce(before.c.value, 0)
    order = moved.asc() if falling else moved.desc()
    return read(
        filters.scope,
        statement.where(moved < 0 if falling else moved > 0).order_by(order, accounts.c.name).limit(1),
        RANKING,
    )


def account_movement(filters: Filters) -> pd.DataFrame:
    """One row: by how much accounts rose, all together, and by how much they fell (negative). Columns: MOVEMENT."""
    now = volume(filters, "account_key").subquery("now")
    earlier = volume(filters.during(filters.comparison or filters.period), "account_key").subquery("earlier")
    moved = func.coalesce(now.c.value, 0) - func.coalesce(earlier.c.value, 0)
    rose, fell = (func.coalesce(func.sum(case((is_so, moved), else_=0)), 0) for is_so in (moved > 0, moved < 0))
    joined = _joined(accounts, "account_key", now, earlier)
    return read(filters.scope, select(rose, fell).select_from(joined), MOVEMENT)


def top_accounts(filters: Filters, limit: int) -> pd.DataFrame:
    """The accounts with most use, most first; none without any. Columns: RANKING."""
    statement, now = _ranking(filters)
    return read(
        filters.scope,
        statement.where(now.c.value > 0).order_by(now.c.value.desc(), accounts.c.name).limit(limit),
        RANKING,
    )


def bottom_accounts(filters: Filters, limit: int) -> pd.DataFrame:
    """The accounts with least use, least first, of those for whom that means something. Columns: RANKING."""
    statement, now = _ranking(filters)
    states = pairs_in_scope(filters).subquery("states")
    judged = select(states.c.account_key).where(states.c.state.notin_(LEFT_OUT_OF_BOTTOM))
    return read(
        filters.scope,
        statement.where(accounts.c.account_key.in_(judged))
        .order_by(func.coalesce(now.c.value, 0), accounts.c.name)
        .limit(limit),
        RANKING,
    )


def left_out_of_bottom(filters: Filters) -> pd.DataFrame:
    """Accounts that the bottom leaves out, one row per reason. Columns: state, accounts.

    An account with pairs in several such states is counted under the one nearest to use.
    """
    best = reasons_to_leave_out(filters).subquery("best")
    rank = case(*((best.c.state == state, place) for place, state in enumerate(LEFT_OUT_OF_BOTTOM)))
    statement = select(best.c.state, func.count()).group_by(best.c.state).order_by(rank)
    return read(filters.scope, statement, {"state": "str", "accounts": "int64"})


def reasons_to_leave_out(filters: Filters) -> Select[Any]:
    """Columns account_key, state: one row per account without a pair that the bottom would judge."""
    states = pairs_in_scope(filters).subquery("states")
    rank = case(*((states.c.state == state, place) for place, state in enumerate(LEFT_OUT_OF_BOTTOM)), else_=-1)
    best = func.min(rank)
    state = case(*((best == place, name) for place, name in enumerate(LEFT_OUT_OF_BOTTOM)))
    return select(states.c.account_key, state.label("state")).group_by(states.c.account_key).having(best >= 0)


def accounts_without_use(filters: Filters) -> int:
    """Entitled accounts without any of the measure in the period."""
    states = pairs_in_scope(filters).subquery("states")
    entitled = select(states.c.account_key).where(states.c.state.notin_(NOT_ENTITLED))
    now = volume(filters, "account_key").subquery("now")
    used = select(now.c.account_key).where(now.c.value > 0)
    statement = select(func.count()).where(accounts.c.account_key.in_(entitled), accounts.c.account_key.notin_(used))
    return int(read(filters.scope, statement, COUNT)["count"][0])


def state_counts(filters: Filters) -> pd.DataFrame:
    """One row per application and state of its pairs. Columns: STATE_COUNTS."""
    states = pairs_in_scope(filters).subquery("states")
    statement = (
        select(applications.c.application_id, states.c.state, func.count())
        .join(applications, applications.c.application_key == states.c.application_key)
        .group_by(applications.c.application_id, states.c.state)
        .order_by(applications.c.application_id, states.c.state)
    )
    return read(filters.scope, statement, STATE_COUNTS)


def application_measure(filters: Filters, measure: Measure) -> pd.DataFrame:
    """One row per application with use, of another measure than the chosen one. Columns: id, value."""
    amounts = volume(replace(filters, measure=measure), "application_key").subquery("amounts")
    statement = select(applications.c.application_id, amounts.c.value).join(
        applications, applications.c.application_key == amounts.c.application_key
    )
    return read(filters.scope, statement, {"application_id": "str", "value": "float64"})


def account_rows(
    filters: Filters, order: str = "value", descending: bool = True, offset: int = 0, limit: int | None = None,
    name_contains: str = "",
) -> pd.DataFrame:  # fmt: skip
    """One row per account that has a pair, sorted by a column of ACCOUNTS, ties by name. Columns: ACCOUNTS."""
    listed = _account_list(filters, name_contains).subquery("listed")
    column: ColumnElement[Any] = listed.c[order]
    if order in ("account", "manager", "contact", "state"):
        column = func.lower(column)
    direction = nulls_last(column.desc() if descending else column.asc())
    statement = select(listed).order_by(direction, listed.c.account, listed.c.account_id).offset(offset)
    return read(filters.scope, statement.limit(limit) if limit is not None else statement, ACCOUNTS)


def account_count(filters: Filters, name_contains: str = "") -> int:
    listed = _account_list(filters, name_contains).subquery("listed")
    return int(read(filters.scope, select(func.count()).select_from(listed), COUNT)["count"][0])


def account_application_matrix(filters: Filters, limit: int) -> pd.DataFrame:
    """One row per pair of the `limit` accounts with most use of what is asked for. Columns: MATRIX.

    All their applications are shown, whichever are chosen: the rest is the comparison.
    """
    every = replace(filters, applications=())
    leading = volume(filters, "account_key").order_by(None).subquery("leading")
    first = (
        select(leading.c.account_key, leading.c.value)
        .join(accounts, accounts.c.account_key == leading.c.account_key)
        .where(leading.c.value > 0)
        .order_by(leading.c.value.desc(), accounts.c.name)
        .limit(limit)
        .subquery("first")
    )
    amounts = volume(every, "account_key", "application_key").subquery("amounts")
    states = pairs_in_scope(every).subquery("states")
    statement = (
        select(
            accounts.c.name,
            accounts.c.account_id,
            applications.c.application_id,
            states.c.state,
            amounts.c.value,
        )
        .select_from(states)
        .join(first, first.c.account_key == states.c.account_key)
        .join(accounts, accounts.c.account_key == states.c.account_key)
        .join(applications, applications.c.application_key == states.c.application_key)
        .outerjoin(
            amounts,
            and_(
                amounts.c.account_key == states.c.account_key,
                amounts.c.application_key == states.c.application_key,
            ),
        )
        .order_by(first.c.value.desc(), accounts.c.name, applications.c.application_id)
    )
    return read(filters.scope, statement, MATRIX)


def broadest_accounts(filters: Filters, limit: int) -> pd.DataFrame:
    """The accounts that use most applications, of those entitled to any. Columns: BREADTH."""
    breadth = _breadth(filters)
    now = volume(filters, "account_key").subquery("now")
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            breadth.c.used,
            breadth.c.entitled,
            func.coalesce(now.c.value, 0),
        )
        .join(breadth, breadth.c.account_key == accounts.c.account_key)
        .outerjoin(now, now.c.account_key == accounts.c.account_key)
        .where(breadth.c.used > 0, breadth.c.entitled > 0)
        .order_by(breadth.c.used.desc(), func.coalesce(now.c.value, 0).desc(), accounts.c.name)
        .limit(limit)
    )
    return read(filters.scope, statement, BREADTH)


def applications_not_owned(filters: Filters, account_ids: tuple[str, ...]) -> pd.DataFrame:
    """One row per account and application it has no pair in, those that most others have first.

    Columns: account_id, application.
    """
    popularity = (
        select(pairs.c.application_key, func.count().label("pairs"))
        .group_by(pairs.c.application_key)
        .subquery("popularity")
    )
    owned = select(literal(1)).where(
        pairs.c.account_key == accounts.c.account_key,
        pairs.c.application_key == applications.c.application_key,
        pairs.c.state != "cancelled",
    )
    statement = (
        select(accounts.c.account_id, applications.c.name)
        .join(applications, literal(True))
        .join(popularity, popularity.c.application_key == applications.c.application_key)
        .where(accounts.c.account_id.in_(account_ids), concerns(filters, accounts), ~owned.exists())
        .order_by(accounts.c.account_id, popularity.c.pairs.desc(), applications.c.name)
    )
    return read(filters.scope, statement, {"account_id": "str", "application": "str"})


def _account_list(filters: Filters, name_contains: str) -> Select[Any]:
    """Columns ACCOUNTS, one row per account with a pair within the filters; breadth is across all applications."""
    now, before = now_and_before(filters, "account_key")
    breadth = _breadth(filters)
    across = _breadth(replace(filters, applications=()), "across")
    people_table = user_weeks if filters.period.is_whole_weeks else user_days
    people = (
        select(people_table.c.account_key, func.count(distinct(people_table.c.user_key)).label("users"))
        .where(covers(filters, people_table))
        .group_by(people_table.c.account_key)
        .subquery("people")
    )
    main = main_contacts()
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            _state(filters, breadth).label("state"),
            func.coalesce(now.c.value, 0).label("value"),
            (before.c.value if filters.comparison is None else func.coalesce(before.c.value, 0)).label("before"),
            _change(now.c.value, before.c.value).label("change"),
            func.coalesce(people.c.users, 0).label("users"),
            (breadth.c.seats if filters.applications else accounts.c.seats).label("seats"),
            across.c.used,
            across.c.entitled,
            breadth.c.last_use_on,
            accounts.c.manager,
            main.c.name.label("contact"),
            main.c.role.label("contact_role"),
            main.c.email.label("contact_email"),
            main.c.phone.label("contact_phone"),
            accounts.c.plan,
            accounts.c.industry,
            accounts.c.region,
        )
        .join(breadth, breadth.c.account_key == accounts.c.account_key)
        .join(across, across.c.account_key == accounts.c.account_key)
        .outerjoin(now, now.c.account_key == accounts.c.account_key)
        .outerjoin(before, before.c.account_key == accounts.c.account_key)
        .outerjoin(people, people.c.account_key == accounts.c.account_key)
        .outerjoin(main, main.c.account_key == accounts.c.account_key)
    )
    if name_contains:
        statement = statement.where(func.lower(accounts.c.name).contains(name_contains.lower(), autoescape=True))
    return statement


def _change(value: ColumnElement[float], before: ColumnElement[float]) -> ColumnElement[float]:
    """As a share of before; nothing where there was none."""
    return case((before > 0, func.coalesce(value, 0) * 1.0 / before - 1))


def _state(filters: Filters, breadth: Subquery) -> ColumnElement[str]:
    """Within one application, or one state, an account is in the state of its pairs there."""
    is_told = 1 in (len(filters.applications), len(filters.states))
    return breadth.c.state if is_told else accounts.c.state


def _breadth(filters: Filters, name: str = "breadth") -> Subquery:
    """One row per account with a pair: of how many entitled applications it uses how many in the period."""
    states = pairs_in_scope(filters).subquery("states")
    used = volume(filters, "account_key", "application_key").subquery("used")
    return (
        select(
            states.c.account_key,
            func.max(states.c.state).label("state"),
            func.sum(case((used.c.value > 0, 1), else_=0)).label("used"),
            func.sum(case((states.c.state.notin_(NOT_ENTITLED), 1), else_=0)).label("entitled"),
            func.max(states.c.last_use_on).label("last_use_on"),
            func.sum(states.c.seats).label("seats"),
        )
        .outerjoin(
            used,
            and_(used.c.account_key == states.c.account_key, used.c.application_key == states.c.application_key),
        )
        .group_by(states.c.account_key)
        .subquery(name)
    )


def _ranking(filters: Filters) -> tuple[Select[Any], Subquery]:
    now, before = now_and_before(filters, "account_key")
    statement = select(
        accounts.c.account_id,
        accounts.c.name,
        func.coalesce(now.c.value, 0),
        before.c.value if filters.comparison is None else func.coalesce(before.c.value, 0),
    ).select_from(_joined(accounts, "account_key", now, before))
    return statement, now


def _joined(table: Table, key: str, *others: Subquery) -> FromClause:
    """`table` with what is known of it, row by row; it keeps its rows where nothing is."""
    joined: FromClause = table
    for other in others:
        joined = joined.outerjoin(other, other.c[key] == table.c[key])
    return joined
