"""What was sent, by which channel, what became of it, and what was charged?"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import messages
from data_access.volume import concerns

# What each status means, in any case. Every other one is not judged, and named.
STATUSES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "delivered": ("delivered", "read", "seen", "opened", "clicked", "replied", "answered", "received", "completed",
                  "success", "successful"),
    "pending": ("pending", "queued", "scheduled", "accepted", "sending", "sent", "submitted", "processing",
                "in progress", "enroute", "deferred"),
    "failed": ("failed", "failure", "bounced", "undelivered", "undeliverable", "rejected", "blocked", "expired",
               "error", "dropped", "no answer", "busy", "canceled", "cancelled", "spam"),
})  # fmt: skip
UNKNOWN = "unknown"
OUTCOMES = (*STATUSES, UNKNOWN)

CHANNELS = {
    "channel": "str", "category": "str", "messages": "int64", "charged": "int64", "charges": "float64",
    **dict.fromkeys(OUTCOMES, "int64"),
}  # fmt: skip
REASONS = {"channel": "str", "reason": "str", "messages": "int64"}
HOURS = {"weekday": "int64", "hour": "int64", "value": "float64"}
UNJUDGED = {"status": "str", "messages": "int64"}


def sent(filters: Filters) -> ColumnElement[bool]:
    """Messages of the period, channels and categories asked for. They have no application: none narrows them."""
    period, detail = filters.period, filters.detail
    first, end = (datetime(day.year, day.month, day.day) for day in (period.start, period.end))
    conditions = [messages.c.sent_at >= first, messages.c.sent_at < end, concerns(filters, messages)]
    if detail.channels:
        conditions.append(messages.c.channel.in_(detail.channels))
    if detail.categories:
        conditions.append(messages.c.category.in_(detail.categories))
    return and_(*conditions)


def outcome() -> ColumnElement[str]:
    """What became of a message: one of OUTCOMES."""
    written = func.lower(func.trim(messages.c.status))
    return case(*((written.in_(words), name) for name, words in STATUSES.items()), else_=UNKNOWN)


def failed(filters: Filters) -> ColumnElement[bool]:
    """Those that did not arrive, for the reason asked for if one is."""
    conditions = [sent(filters), outcome() == "failed"]
    if filters.detail.reason is not None:
        conditions.append(reason() == filters.detail.reason)
    return and_(*conditions)


def reason() -> ColumnElement[str]:
    return func.coalesce(messages.c.failure_reason, "No reason given")


def by_channel(filters: Filters) -> pd.DataFrame:
    """One row per channel and category (missing: none) with messages in the period. Columns: CHANNELS."""
    became = outcome()
    columns = (messages.c.channel, messages.c.category)
    statement = (
        select(
            *columns,
            func.count(),
            func.count(case((messages.c.charge > 0, 1))),
            func.coalesce(func.sum(messages.c.charge), 0),
            *(func.count(case((became == name, 1))) for name in OUTCOMES),
        )
        .where(sent(filters))
        .group_by(*columns)
        .order_by(*columns)
    )
    return read(filters.scope, statement, CHANNELS)


def failure_reasons(filters: Filters) -> pd.DataFrame:
    """One row per channel and reason with messages that failed in the period, most first. Columns: REASONS."""
    columns, count = (messages.c.channel, reason().label("reason")), func.count()
    statement = select(*columns, count).where(failed(filters)).group_by(*columns)
    return read(filters.scope, statement.order_by(count.desc(), *columns), REASONS)


def unjudged(filters: Filters) -> pd.DataFrame:
    """One row per status that is in none of STATUSES, most messages first. Columns: UNJUDGED."""
    count = func.count()
    statement = select(messages.c.status, count).where(sent(filters), outcome() == UNKNOWN)
    statement = statement.group_by(messages.c.status).order_by(count.desc(), messages.c.status)
    return read(filters.scope, statement, UNJUDGED)


def charged_by_hour(filters: Filters) -> pd.DataFrame:
    """One row per weekday (1: Monday) and hour with charged messages in the period: how many. Columns: HOURS."""
    when = messages.c.sent_at
    keys: list[ColumnElement[Any]] = [
        cast(func.date_part(part, when), Integer).label(part) for part in ("isodow", "hour")
    ]
    statement = select(*keys, func.count()).where(sent(filters), messages.c.charge > 0)
    return read(filters.scope, statement.group_by(*keys).order_by(*keys), HOURS)
