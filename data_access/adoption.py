"""How much of what an application offers do its accounts use?

Adoption is the number of different features used ÷ those offered, over the pairs entitled in the time asked for; where
nothing is known of subscriptions, over the pairs first used before its end.
"""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, case, cast, distinct, func, or_, select

from data_access.buckets import Bucket
from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.inactive import same_pair
from data_access.schema import applications, feature_days, features, pairs
from data_access.volume import concerns, covers

BY_APPLICATION = {
    "application_id": "str", "application": "str", "offered": "int64", "used": "int64", "accounts": "int64",
    "adopted": "int64",
}  # fmt: skip
BY_FEATURE = {"application_id": "str", "application": "str", "feature": "str", "accounts": "int64", "entitled": "int64",
              "events": "float64"}  # fmt: skip
BY_MONTH = {"application_id": "str", "month": "datetime64[s]", "adopted": "int64"}


def by_application(filters: Filters) -> pd.DataFrame:
    """One row per application that offers features and has pairs. Columns: BY_APPLICATION.

    `used`: features used by any of `accounts`, the entitled pairs; `adopted`: features used, added up over them.
    """
    own, offered = entitled(filters).subquery("own"), _offered().subquery("offered")
    used = _used(filters).subquery("used")
    counts = (
        select(
            own.c.application_key,
            func.count(distinct(own.c.account_key)).label("accounts"),
            func.count(distinct(used.c.feature)).label("used"),
            func.count(used.c.feature).label("adopted"),
        )
        .select_from(own.outerjoin(used, same_pair(own, used)))
        .group_by(own.c.application_key)
        .subquery("counts")
    )
    key = applications.c.application_key
    statement = (
        select(
            applications.c.application_id, applications.c.name, offered.c.offered, counts.c.used, counts.c.accounts,
            counts.c.adopted,
        )
        .join(offered, offered.c.application_key == key)
        .join(counts, counts.c.application_key == key)
        .order_by(applications.c.name)
    )  # fmt: skip
    return read(filters.scope, statement, BY_APPLICATION)


def by_feature(filters: Filters) -> pd.DataFrame:
    """One row per feature that the applications asked for offer: accounts that use it, of those entitled.

    Columns: BY_FEATURE; most accounts first.
    """
    own, used = entitled(filters).subquery("own"), _used(filters).subquery("used")
    count = (
        select(own.c.application_key, func.count().label("entitled")).group_by(own.c.application_key).subquery("count")
    )
    use = (
        select(
            used.c.application_key,
            used.c.feature,
            func.count().label("accounts"),
            func.sum(used.c.events).label("events"),
        )
        .join(own, same_pair(own, used))
        .group_by(used.c.application_key, used.c.feature)
        .subquery("use")
    )
    of_accounts = func.coalesce(use.c.accounts, 0)
    of_it = and_(use.c.application_key == features.c.application_key, use.c.feature == features.c.feature)
    statement = (
        select(
            applications.c.application_id, applications.c.name, features.c.feature, of_accounts, count.c.entitled,
            func.coalesce(use.c.events, 0),
        )
        .select_from(
            features.join(applications, applications.c.application_key == features.c.application_key)
            .join(count, count.c.application_key == features.c.application_key)
            .outerjoin(use, of_it)
        )
        .order_by(of_accounts.desc(), applications.c.name, features.c.feature)
    )  # fmt: skip
    return read(filters.scope, statement, BY_FEATURE)


def by_month(filters: Filters) -> pd.DataFrame:
    """One row per application and month of the period: features used, added up over the pairs entitled in it."""
    month = cast(func.date_trunc("month", feature_days.c.day), Date).label("month")
    keys = (feature_days.c.application_key, feature_days.c.account_key, feature_days.c.feature)
    used = select(*keys, month).where(covers(filters, feature_days)).distinct().subquery("used")
    start, end = _span(pairs)
    is_entitled = and_(
        cast(func.date_trunc("month", start), Date) <= used.c.month, or_(end.is_(None), end > used.c.month)
    )
    statement = (
        select(applications.c.application_id, used.c.month, func.count())
        .select_from(used.join(pairs, and_(same_pair(used, pairs), is_entitled)))
        .join(applications, applications.c.application_key == used.c.application_key)
        .group_by(applications.c.application_id, used.c.month)
        .order_by(applications.c.application_id, used.c.month)
    )
    return read(filters.scope, statement, BY_MONTH)


def entitled_in(filters: Filters, buckets: tuple[Bucket, ...]) -> pd.DataFrame:
    """One row per application: pairs entitled in each bucket. Columns: application_id, and the place of each bucket."""
    columns = {"application_id": "str"} | {str(place): "int64" for place in range(len(buckets))}
    counts = [func.count(case((is_entitled(bucket.days), 1))) for bucket in buckets]
    statement = (
        select(applications.c.application_id, *counts)
        .join(pairs, pairs.c.application_key == applications.c.application_key)
        .where(concerns(filters, pairs))
        .group_by(applications.c.application_id)
        .order_by(applications.c.application_id)
    )
    return read(filters.scope, statement, columns)


def entitled(filters: Filters) -> Select[Any]:
    """Keys of the pairs entitled on any day of the period."""
    wanted = and_(is_entitled(filters.period), concerns(filters, pairs))
    return select(pairs.c.account_key, pairs.c.application_key).where(wanted)


def adopters(filters: Filters) -> Select[Any]:
    """Keys of the entitled pairs that used the feature asked for in the period, and how often: `value`."""
    own, used = entitled(filters).subquery("own"), _used(filters).subquery("used")
    statement = select(own.c.account_key, own.c.application_key, used.c.events.label("value"))
    return statement.join(used, same_pair(own, used)).where(used.c.feature == filters.detail.feature)


def is_entitled(period: Period) -> ColumnElement[bool]:
    start, end = _span(pairs)
    return and_(start < period.end, or_(end.is_(None), end > period.start))


def _span(own: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return func.coalesce(own.c.started_on, own.c.first_use_on), own.c.cancelled_on


def _offered() -> Select[Any]:
    return select(features.c.application_key, func.count().label("offered")).group_by(features.c.application_key)


def _used(filters: Filters) -> Select[Any]:
    """One row per pair and feature used in the period."""
    keys = (feature_days.c.application_key, feature_days.c.account_key, feature_days.c.feature)
    return (
        select(*keys, func.sum(feature_days.c.events).label("events"))
        .where(covers(filters, feature_days))
        .group_by(*keys)
    )
