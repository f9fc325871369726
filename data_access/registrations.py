"""How many people are registered, and how many of them transact? From the table of users, and from charged messages."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, Select, and_, cast, distinct, func, select

from data_access.buckets import By
from data_access.engine import read
from data_access.filters import Filters
from data_access.messages import sent
from data_access.schema import messages, users
from data_access.volume import concerns

BUCKETS = {"bucket": "datetime64[s]", "people": "int64"}


def registered_before(filters: Filters, day: date) -> int:
    """People who registered before `day`."""
    return _count(filters, select(func.count()).where(has_registered(filters), users.c.registered_on < day))


def registrations(filters: Filters, by: By) -> pd.DataFrame:
    """One row per bucket of the period with anybody who registered in it. Columns: BUCKETS."""
    bucket: ColumnElement[Any] = cast(func.date_trunc(by, users.c.registered_on), Date).label("bucket")
    statement = select(bucket, func.count()).where(registered(filters)).group_by(bucket).order_by(bucket)
    return read(filters.scope, statement, BUCKETS)


def transacting(filters: Filters) -> int:
    """People with a charged message in the period."""
    return _count(filters, select(func.count(distinct(messages.c.user_id))).where(transacted(filters)))


def transacting_by(filters: Filters, by: By) -> pd.DataFrame:
    """One row per bucket of the period with a charged message of anybody; each is counted anew. Columns: BUCKETS."""
    bucket: ColumnElement[Any] = cast(func.date_trunc(by, messages.c.sent_at), Date).label("bucket")
    statement = select(bucket, func.count(distinct(messages.c.user_id))).where(transacted(filters))
    return read(filters.scope, statement.group_by(bucket).order_by(bucket), BUCKETS)


def has_registered(filters: Filters) -> ColumnElement[bool]:
    return and_(users.c.registered_on.is_not(None), concerns(filters, users))


def registered(filters: Filters) -> ColumnElement[bool]:
    """Users who registered in the period."""
    period = filters.period
    return and_(concerns(filters, users), users.c.registered_on >= period.start, users.c.registered_on < period.end)


def transacted(filters: Filters) -> ColumnElement[bool]:
    """Messages of the period that were charged and belong to somebody."""
    return and_(sent(filters), messages.c.charge > 0, messages.c.user_id.is_not(None))


def _count(filters: Filters, statement: Select[Any]) -> int:
    return int(read(filters.scope, statement, {"count": "int64"})["count"][0])
