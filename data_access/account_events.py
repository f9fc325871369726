"""What happened with an account: tickets, touchpoints, and its whole history as one line of time."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    nulls_last,
    select,
    union_all,
)

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import account_spans, applications, episodes, pairs, state_spans, tickets, touchpoints
from data_access.volume import concerns

TICKETS = {
    "ticket_id": "str", "application": "str", "opened_at": "datetime64[s]", "priority": "str",
    "first_response_at": "datetime64[s]", "resolved_at": "datetime64[s]", "satisfaction": "float64",
}  # fmt: skip
TICKET_TOTALS = {
    "tickets": "int64", "open": "int64", "oldest_open_at": "datetime64[s]", "satisfaction": "float64",
}  # fmt: skip
MONTHS = {"month": "datetime64[s]", "opened": "int64", "resolved": "int64"}
TOUCHPOINTS = {"occurred_at": "datetime64[s]", "kind": "str", "person": "str", "attended": "boolean"}
EVENTS = {
    "day": "datetime64[s]", "kind": "str", "application": "str", "words": "str", "detail": "str", "count": "int64",
}  # fmt: skip
# Told by the starts and cancellations themselves.
TOLD_OTHERWISE = ("not started", "onboarding", "cancelled")


def tickets_of(filters: Filters, limit: int | None = None) -> pd.DataFrame:
    """One row per ticket, open ones first, then the newest. Columns: TICKETS."""
    statement = (
        select(
            tickets.c.ticket_id,
            applications.c.name,
            tickets.c.opened_at,
            tickets.c.priority,
            tickets.c.first_response_at,
            tickets.c.resolved_at,
            tickets.c.satisfaction,
        )
        .outerjoin(applications, applications.c.application_key == tickets.c.application_key)
        .where(concerns(filters, tickets))
        .order_by(case((tickets.c.resolved_at.is_(None), 0), else_=1), tickets.c.opened_at.desc(), tickets.c.ticket_id)
    )
    return read(filters.scope, statement.limit(limit) if limit is not None else statement, TICKETS)


def ticket_totals(filters: Filters) -> pd.DataFrame:
    """One row: tickets, those open, since when the oldest of them, mean satisfaction. Columns: TICKET_TOTALS."""
    is_open = tickets.c.resolved_at.is_(None)
    statement = select(
        func.count(),
        func.coalesce(func.sum(case((is_open, 1), else_=0)), 0),
        func.min(case((is_open, tickets.c.opened_at))),
        func.avg(tickets.c.satisfaction),
    ).where(concerns(filters, tickets))
    return read(filters.scope, statement, TICKET_TOTALS)


def ticket_months(filters: Filters, since: date) -> pd.DataFrame:
    """One row per month from `since` on with a ticket opened or resolved. Columns: MONTHS."""
    both = union_all(
        select(_month(tickets.c.opened_at), literal(1, Integer).label("opened"), literal(0, Integer).label("resolved"))
        .where(concerns(filters, tickets), tickets.c.opened_at >= since),
        select(_month(tickets.c.resolved_at), literal(0, Integer), literal(1, Integer))
        .where(concerns(filters, tickets), tickets.c.resolved_at >= since),
    ).subquery("both")  # fmt: skip
    statement = (
        select(both.c.month, func.sum(both.c.opened), func.sum(both.c.resolved))
        .group_by(both.c.month)
        .order_by(both.c.month)
    )
    return read(filters.scope, statement, MONTHS)


def touchpoints_of(filters: Filters, limit: int | None = None) -> pd.DataFrame:
    """One row per call, visit or mail, the last first. Columns: TOUCHPOINTS."""
    statement = (
        select(touchpoints.c.occurred_at, touchpoints.c.kind, touchpoints.c.person, touchpoints.c.attended)
        .where(concerns(filters, touchpoints))
        .order_by(touchpoints.c.occurred_at.desc(), touchpoints.c.kind, touchpoints.c.person)
    )
    return read(filters.scope, statement.limit(limit) if limit is not None else statement, TOUCHPOINTS)


def history(filters: Filters, as_of: date, limit: int | None = None) -> pd.DataFrame:
    """One row per event up to `as_of`, the last first; tickets are counted by month. Columns: EVENTS.

    `words`: the state, the reason or the kind of touchpoint; `detail`: the state before, or who was in touch. Of a flag
    they are the kind, and whether it was more or less; `count`: the weeks flagged.
    """
    events = union_all(
        *_dated(filters), *_state_changes(filters), _flagged(filters), _touched(filters), *_ticket_counts(filters)
    )
    all_events = events.subquery("events")
    statement = (
        select(all_events)
        .where(all_events.c.day <= as_of)
        .order_by(all_events.c.day.desc(), all_events.c.kind, nulls_last(all_events.c.application), all_events.c.words)
    )
    return read(filters.scope, statement.limit(limit) if limit is not None else statement, EVENTS)


def _event(day: ColumnElement[Any], kind: str, application: ColumnElement[Any], words: ColumnElement[Any],
           detail: ColumnElement[Any], count: ColumnElement[Any]) -> Select[Any]:  # fmt: skip
    columns: dict[str, tuple[Any, Any]] = {
        "day": (day, Date), "kind": (literal(kind), String), "application": (application, String),
        "words": (words, String), "detail": (detail, String), "count": (count, Integer),
    }  # fmt: skip
    return select(*(cast(value, sort).label(name) for name, (value, sort) in columns.items()))


def _dated(filters: Filters) -> list[Select[Any]]:
    named = pairs.join(applications, applications.c.application_key == pairs.c.application_key)
    one = literal(1)
    starts = _event(pairs.c.started_on, "started", applications.c.name, null(), null(), one)
    ends = _event(pairs.c.cancelled_on, "cancelled", applications.c.name, pairs.c.cancel_reason, null(), one)
    return [
        statement.select_from(named).where(concerns(filters, pairs), day.is_not(None))
        for statement, day in ((starts, pairs.c.started_on), (ends, pairs.c.cancelled_on))
    ]


def _state_changes(filters: Filters) -> list[Select[Any]]:
    """The first state of each is no change."""
    of_pairs = _changes(filters, state_spans, "account_key", "application_key")
    of_account = _changes(filters, account_spans, "account_key")
    joined = of_pairs.join(applications, applications.c.application_key == of_pairs.c.application_key)
    name, one = applications.c.name, literal(1)
    return [
        _event(of_pairs.c.since, "state", name, of_pairs.c.state, of_pairs.c.before, one)
        .select_from(joined)
        .where(of_pairs.c.before.is_not(None), of_pairs.c.state.notin_(TOLD_OTHERWISE)),
        _event(of_account.c.since, "account state", null(), of_account.c.state, of_account.c.before, one)
        .where(of_account.c.before.is_not(None), of_account.c.state.notin_(TOLD_OTHERWISE)),
    ]  # fmt: skip


def _changes(filters: Filters, spans: Table, *keys: str) -> Any:
    before = func.lag(spans.c.state).over(partition_by=[spans.c[key] for key in keys], order_by=spans.c.since)
    columns = [spans.c[key] for key in keys]
    return (
        select(*columns, spans.c.since, spans.c.state, before.label("before"))
        .where(concerns(filters, spans))
        .subquery(f"changes_of_{spans.name}")
    )


def _flagged(filters: Filters) -> Select[Any]:
    """Of the account as a whole without an application."""
    way = case((episodes.c.direction > 0, "more"), else_="less")
    named = episodes.outerjoin(applications, applications.c.application_key == episodes.c.application_key)
    return (
        _event(episodes.c.started_on, "flag", applications.c.name, episodes.c.kind, way, episodes.c.flags)
        .select_from(named)
        .where(concerns(filters, episodes))
    )


def _touched(filters: Filters) -> Select[Any]:
    attended = case((touchpoints.c.attended.is_(False), 0), else_=1)
    return _event(
        touchpoints.c.occurred_at, "touchpoint", null(), touchpoints.c.kind, touchpoints.c.person, attended
    ).where(concerns(filters, touchpoints))


def _ticket_counts(filters: Filters) -> list[Select[Any]]:
    counted = []
    for kind, when in (("tickets opened", tickets.c.opened_at), ("tickets resolved", tickets.c.resolved_at)):
        # By month, but each dated by its last in that month, so that nothing lies in the future.
        month = (
            select(func.max(when).label("day"), func.count().label("count"))
            .where(concerns(filters, tickets), when.is_not(None))
            .group_by(_month(when))
            .subquery(kind.replace(" ", "_"))
        )
        counted.append(_event(month.c.day, kind, null(), null(), null(), month.c.count))
    return counted


def _month(when: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.date_trunc("month", when), Date).label("month")
