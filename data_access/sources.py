"""What do the tables that were loaded tell? A question about what they leave empty has no answer."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from data_access.engine import once_per_generation, read
from data_access.schema import (
    active_people,
    feature_days,
    features,
    messages,
    sessions,
    tickets,
    user_days,
    users,
)
from data_access.scope import Scope


class Told(StrEnum):
    """Something that at least one row tells."""

    PEOPLE = "people"  # who used it
    DAYS = "days"  # and on which day, not only in which week
    HOURS = "hours"
    SESSIONS = "sessions"
    REGISTERED = "registered"
    INVITED = "invited"
    ACTIVATED = "activated"
    TRANSACTED = "transacted"
    MESSAGES = "messages"
    CHARGES = "charges"
    RECEIVERS = "receivers"  # the people that messages belong to
    FEATURES = "features"  # what applications offer
    FEATURE_USE = "feature use"
    TICKETS = "tickets"


_ROWS = {
    Told.PEOPLE: (user_days.c.user_key, None),
    Told.DAYS: (active_people.c.day, None),
    Told.HOURS: (user_days.c.hours, user_days.c.hours.is_not(None)),
    Told.SESSIONS: (sessions.c.seconds, None),
    Told.REGISTERED: (users.c.user_key, users.c.registered_on.is_not(None)),
    Told.INVITED: (users.c.user_key, users.c.invited_on.is_not(None)),
    Told.ACTIVATED: (users.c.user_key, users.c.activated_on.is_not(None)),
    Told.TRANSACTED: (users.c.user_key, users.c.transacted_on.is_not(None)),
    Told.MESSAGES: (messages.c.channel, None),
    Told.CHARGES: (messages.c.channel, messages.c.charge > 0),
    Told.RECEIVERS: (messages.c.channel, (messages.c.charge > 0) & messages.c.user_id.is_not(None)),
    Told.FEATURES: (features.c.feature, None),
    Told.FEATURE_USE: (feature_days.c.feature, None),
    Told.TICKETS: (tickets.c.ticket_id, None),
}


@once_per_generation
def told(scope: Scope) -> frozenset[Told]:
    """All that is told of anybody, whoever asks: it says which tables there are, not what is in them."""
    columns: list[ColumnElement[Any]] = []
    for name, (column, condition) in _ROWS.items():
        rows = select(column) if condition is None else select(column).where(condition)
        columns.append(exists(rows).label(name.name.lower()))
    statement: Select[Any] = select(*columns)
    frame = read(scope, statement, dict.fromkeys(_ROWS, "bool"))
    return frozenset(name for name in _ROWS if frame[name][0])


@once_per_generation
def message_channels(scope: Scope) -> tuple[str, ...]:
    return _values(scope, "channel")


@once_per_generation
def message_categories(scope: Scope) -> tuple[str, ...]:
    return _values(scope, "category")


@once_per_generation
def feature_names(scope: Scope) -> frozenset[str]:
    statement = select(features.c.feature).distinct()
    return frozenset(read(scope, statement, {"feature": "str"})["feature"])


def _values(scope: Scope, name: str) -> tuple[str, ...]:
    column = messages.c[name]
    statement = select(column).where(column.is_not(None)).distinct().order_by(column)
    return tuple(read(scope, statement, {"value": "str"})["value"])
