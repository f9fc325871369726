"""Usage over time: how much in each day, week or month, and who was behind it?"""

from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select

from data_access.accounts import RANKING
from data_access.buckets import By
from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import accounts, applications
from data_access.volume import now_and_before, volume

BY_APPLICATION = {"application_id": "str", "bucket": "datetime64[s]", "value": "float64"}
TOTAL = {"bucket": "datetime64[s]", "value": "float64"}


def use_by_application(filters: Filters, by: By) -> pd.DataFrame:
    """One row per application, chosen or not, and bucket with any use in the period. Columns: BY_APPLICATION."""
    amounts = volume(replace(filters, applications=()), "application_key", by).subquery("amounts")
    statement = (
        select(applications.c.application_id, amounts.c[by], amounts.c.value)
        .join(applications, applications.c.application_key == amounts.c.application_key)
        .order_by(applications.c.application_id, amounts.c[by])
    )
    return read(filters.scope, statement, BY_APPLICATION)


def total_use(filters: Filters, by: By) -> pd.DataFrame:
    """One row per bucket with any use of what is asked for; people are counted once in each. Columns: TOTAL."""
    amounts = volume(filters, by).subquery("amounts")
    return read(filters.scope, select(amounts.c[by], amounts.c.value).order_by(amounts.c[by]), TOTAL)


def accounts_behind(filters: Filters, limit: int | None = None, by_movement: bool = False) -> pd.DataFrame:
    """One row per account with any use now or before: those with most use first, or with most change.

    Columns: RANKING.
    """
    statement = _accounts_behind(filters)
    value, before = statement.selected_columns[2], func.coalesce(statement.selected_columns[3], 0)
    order = func.abs(value - before) if by_movement else value
    return read(
        filters.scope,
        statement.order_by(order.desc(), before.desc(), accounts.c.name, accounts.c.account_id).limit(limit),
        RANKING,
    )


def count_accounts_behind(filters: Filters) -> int:
    listed = _accounts_behind(filters).subquery("listed")
    return int(read(filters.scope, select(func.count()).select_from(listed), {"count": "int64"})["count"][0])


def _accounts_behind(filters: Filters) -> Select[Any]:
    now, before = now_and_before(filters, "account_key")
    used_before = func.coalesce(before.c.value, 0)
    return (
        select(
            accounts.c.account_id,
            accounts.c.name,
            func.coalesce(now.c.value, 0).label("value"),
            (before.c.value if filters.comparison is None else used_before).label("before"),
        )
        .outerjoin(now, now.c.account_key == accounts.c.account_key)
        .outerjoin(before, before.c.account_key == accounts.c.account_key)
        .where((func.coalesce(now.c.value, 0) > 0) | (used_before > 0))
    )
