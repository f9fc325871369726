"""Which rows stand behind a number? They add up to it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    Subquery,
    and_,
    cast,
    distinct,
    func,
    null,
    nulls_last,
    select,
)

from data_access import rows_of_engagement, rows_of_pairs
from data_access.accounts import left_out_of_bottom
from data_access.cancellations import cancelled_pairs, churn
from data_access.engine import read
from data_access.filters import Filters, Measure, Period
from data_access.inactive import pairs_to_call, same_pair, state_moves
from data_access.row_kinds import ADDED_UP, CHURN, COLUMNS, OF_ENGAGEMENT, PEOPLE, REASONS, usual_order
from data_access.row_kinds import Kind as Kind
from data_access.schema import accounts, applications, pairs, state_spans, user_days, user_weeks, users
from data_access.standing import known_since, pairs_in_scope
from data_access.volume import covers, volume

OF_PAIRS: dict[Kind, Callable[[Filters], Select[Any]]] = {
    Kind.PAIRS: rows_of_pairs.asked, Kind.ENTERED: rows_of_pairs.entered, Kind.LEFT: rows_of_pairs.left,
    Kind.HELD: rows_of_pairs.held, Kind.LOST: rows_of_pairs.lost, Kind.ENDED: rows_of_pairs.ended,
}  # fmt: skip
OF_VALUES = {Kind.HELD_VALUE: rows_of_pairs.held, Kind.LOST_VALUE: rows_of_pairs.lost}
OF_ACCOUNTS = {
    Kind.ACCOUNTS: rows_of_pairs.asked, Kind.HELD_ACCOUNTS: rows_of_pairs.accounts_held,
    Kind.LOST_ACCOUNTS: rows_of_pairs.accounts_lost,
}  # fmt: skip
OF_DAYS = ("days_active", "last_day")


def rows(
    filters: Filters, kind: Kind, order: str | None = None, descending: bool = False, offset: int = 0,
    limit: int | None = None, name_contains: str = "", calls: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """The rows of `kind`, by their usual order unless another is given, ties by name. Columns: COLUMNS[kind].

    `calls`: the accounts on the work list, for the pairs of Kind.CALLS.
    """
    listed = _listed(filters, kind, name_contains, calls).subquery("listed")
    columns, during = COLUMNS[kind], filters.during(_period(filters, kind))
    if order in columns and order in OF_DAYS:
        listed = _with_days(listed, during).subquery("listed")
    elif order not in columns:
        order = usual_order(kind)
        descending = order != "account"
    page = select(listed).order_by(*_order(listed, order, descending)).offset(offset)
    page = page.limit(limit) if limit is not None else page
    if columns is PEOPLE and order not in OF_DAYS:
        shown = page.subquery("shown")
        page = _with_days(shown, during).order_by(*_order(shown, order, descending))
    return read(filters.scope, page.with_only_columns(*(page.selected_columns[name] for name in columns)), columns)


def _order(listed: Subquery, order: str, descending: bool) -> list[ColumnElement[Any]]:
    column: ColumnElement[Any] = listed.c[order]
    if isinstance(column.type, String):
        column = func.lower(column)
    ties = ("account", "application", "person", "account_id", "user_id")
    return [nulls_last(column.desc() if descending else column.asc()), *(listed.c[n] for n in ties if n in listed.c)]


def _with_days(people: Subquery, filters: Filters) -> Select[Any]:
    """`people` with the days on which they were active: of everybody it takes longer than all the rest."""
    days = (
        select(
            user_days.c.user_key,
            func.count(distinct(user_days.c.day)).label("days_active"),
            func.max(user_days.c.day).label("last_day"),
        )
        .where(covers(filters, user_days), user_days.c.user_key.in_(select(people.c.user_key)))
        .group_by(user_days.c.user_key)
        .subquery("days")
    )
    return select(*people.c, days.c.days_active, days.c.last_day).join(days, days.c.user_key == people.c.user_key)


def number(filters: Filters, kind: Kind, calls: Sequence[str] = ()) -> float:
    """The number that the rows of `kind` stand behind, asked without them."""
    if kind in CHURN:
        return float(churn(filters).fillna(0)[CHURN[kind]][0])
    if kind in OF_ENGAGEMENT:
        return rows_of_engagement.number(filters, kind)
    if kind in REASONS:
        left_out = left_out_of_bottom(filters).set_index("state")["accounts"]
        return float(left_out.reindex(REASONS[kind]).sum())
    match kind:
        case Kind.ENTERED | Kind.LEFT:
            return _moves(filters, "state" if kind is Kind.ENTERED else "before")
        case Kind.CALLS:
            return float(pairs_to_call(filters)["account_id"].isin(calls).sum())
        case Kind.ENDED:
            return float(len(cancelled_pairs(filters)))
    return float(read(filters.scope, _counted(filters, kind), {"number": "float64"})["number"][0])


def _moves(filters: Filters, side: str) -> float:
    moves = state_moves(filters, rows_of_pairs.month_ago(filters))
    moved = moves[(moves["state"] != moves["before"].fillna("")) & moves[side].notna()]
    return float(moved.loc[moved[side].isin(filters.states or moved[side]), "pairs"].sum())


def _counted(filters: Filters, kind: Kind) -> Select[Any]:
    during = filters.during(_period(filters, kind))
    match kind:
        case Kind.USE | Kind.BEFORE:
            return select(func.coalesce(volume(during).scalar_subquery(), 0))
        case Kind.USERS | Kind.USERS_BEFORE:
            return select(func.coalesce(volume(replace(during, measure=Measure.USERS)).scalar_subquery(), 0))
        case Kind.USED:
            used = volume(during, "account_key", "application_key").subquery("used")
            return select(func.count()).select_from(used).where(used.c.value > 0)
        case Kind.PAIRS:
            return select(func.count()).select_from(pairs_in_scope(filters).subquery("asked"))
    return select(func.count(distinct(pairs_in_scope(filters).subquery("asked").c.account_key)))


def row_count(filters: Filters, kind: Kind, name_contains: str = "", calls: Sequence[str] = ()) -> int:
    if not name_contains and kind not in ADDED_UP:
        return int(number(filters, kind, calls))
    listed = _listed(filters, kind, name_contains, calls).subquery("listed")
    return int(read(filters.scope, select(func.count()).select_from(listed), {"rows": "int64"})["rows"][0])


def known(filters: Filters, kind: Kind, calls: Sequence[str] = ()) -> dict[str, float]:
    """In how many rows each column holds something, under its name; and the sum of the values, under `total`."""
    listed = _listed(filters, kind, "", calls).subquery("listed")
    counts = [func.count(column) for column in listed.c]
    total = func.coalesce(func.sum(listed.c.value), 0) if "value" in listed.c else func.count()
    names = [*(column.name for column in listed.c), "total"]
    statement: Select[Any] = select(*[*counts, total])
    frame = read(filters.scope, statement, dict.fromkeys(names, "float64"))
    return {name: float(frame[name][0]) for name in names}


def _listed(filters: Filters, kind: Kind, name_contains: str, calls: Sequence[str]) -> Select[Any]:
    if kind in OF_ENGAGEMENT:
        rows = rows_of_engagement.rows(filters, kind).subquery("rows")
        return _named(select(rows), rows.c[next(iter(set(COLUMNS[kind]) & {"person"}), "account")], name_contains)
    if COLUMNS[kind] is PEOPLE:
        people = _people(filters.during(_period(filters, kind)))
        return _named(people, func.coalesce(users.c.name, users.c.user_id), name_contains)
    return _named(_of_accounts(filters, kind, calls), accounts.c.name, name_contains)


def _of_accounts(filters: Filters, kind: Kind, calls: Sequence[str]) -> Select[Any]:
    if kind is Kind.CALLS:
        return _pairs(rows_of_pairs.to_call(filters, calls))
    if kind in REASONS:
        return _accounts(rows_of_pairs.left_out(filters, REASONS[kind]))
    if kind in OF_PAIRS:
        return _pairs(OF_PAIRS[kind](filters))
    if kind in OF_VALUES:
        return _values(OF_VALUES[kind](filters))
    if kind in OF_ACCOUNTS:
        return _accounts(OF_ACCOUNTS[kind](filters))
    return _use(filters.during(_period(filters, kind)))


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


def _pairs(chosen: Select[Any]) -> Select[Any]:
    """Columns PAIRS, one row per pair chosen by its keys; `since` is a Monday where no date of its own tells."""
    keys = chosen.subquery("keys")
    return (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            applications.c.name.label("application"),
            (keys.c.state_before if "state_before" in keys.c else cast(null(), String)).label("state_before"),
            pairs.c.state,
            func.coalesce(known_since(pairs), state_spans.c.since).label("since"),
            pairs.c.started_on,
            pairs.c.cancelled_on,
            pairs.c.cancel_reason.label("reason"),
            pairs.c.last_use_on,
            pairs.c.seats,
            pairs.c.annual_value,
        )
        .select_from(_described(keys))
        .outerjoin(state_spans, and_(same_pair(state_spans, keys), state_spans.c.until.is_(None)))
    )


def _values(chosen: Select[Any]) -> Select[Any]:
    """Columns VALUES, one row per pair chosen by its keys that is worth something."""
    keys = chosen.subquery("keys")
    return (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            applications.c.name.label("application"),
            pairs.c.annual_value.label("value"),
            pairs.c.state,
            pairs.c.started_on,
            pairs.c.cancelled_on,
            pairs.c.cancel_reason.label("reason"),
            accounts.c.manager,
        )
        .select_from(_described(keys))
        .where(pairs.c.annual_value > 0)
    )


def _described(keys: Subquery) -> FromClause:
    """The pairs chosen, their accounts and applications."""
    return (
        keys.join(pairs, same_pair(pairs, keys))
        .join(accounts, accounts.c.account_key == keys.c.account_key)
        .join(applications, applications.c.application_key == keys.c.application_key)
    )


def _accounts(chosen: Select[Any]) -> Select[Any]:
    """Columns ACCOUNTS, one row per account chosen by its key; its state, unless another is chosen with it."""
    keys = chosen.subquery("keys")
    columns = [keys.c.account_key, *([keys.c.state] if "state" in keys.c else [])]
    once = select(*columns).distinct().subquery("once")
    return (
        select(
            accounts.c.account_id,
            accounts.c.name.label("account"),
            (once.c.state if "state" in once.c else accounts.c.state).label("state"),
            accounts.c.seats,
            accounts.c.annual_value,
            accounts.c.manager,
            accounts.c.plan,
            accounts.c.industry,
            accounts.c.region,
        )
        .select_from(once)
        .join(accounts, accounts.c.account_key == once.c.account_key)
    )
