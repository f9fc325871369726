"""How fresh, complete and clean is all this?"""

import pandas as pd
from sqlalchemy import ColumnElement, func, select, true

from data_access.engine import read
from data_access.schema import accounts, applications, exceptions, files, pairs, rejected_rows, usage_daily
from data_access.scope import Scope

FILES = {
    "dataset": "str", "files": "int64", "bytes": "int64", "read": "int64", "duplicate": "int64", "rejected": "int64",
}  # fmt: skip
REMARKS = {"path": "str", "dataset": "str", "remark": "str"}
REASONS = {"dataset": "str", "reason": "str", "rows": "int64"}
REJECTED = {"dataset": "str", "reason": "str", "content": "str"}
FRESHNESS = {"application": "str", "last_day": "datetime64[s]", "late_pairs": "int64"}
UNMATCHED = {"account_id": "str", "first_day": "datetime64[s]", "last_day": "datetime64[s]", "events": "int64"}
EXCEPTIONS = {
    "account_id": "str", "account": "str", "application": "str", "kind": "str", "boundary": "datetime64[s]",
    "first_day": "datetime64[s]", "last_day": "datetime64[s]", "events": "int64",
}  # fmt: skip


def files_by_dataset(scope: Scope) -> pd.DataFrame:
    """One row per dataset: files and what became of their rows. Columns: FILES."""
    counts = (files.c.size_bytes, files.c.rows_read, files.c.rows_duplicate, files.c.rows_rejected)
    statement = (
        select(files.c.dataset, func.count(), *(func.sum(count) for count in counts))
        .group_by(files.c.dataset)
        .order_by(func.sum(files.c.rows_read).desc(), files.c.dataset)
    )
    return read(scope, statement, FILES)


def remarks(scope: Scope, limit: int = 50) -> pd.DataFrame:
    """One row per file of which something is to be said. Columns: REMARKS."""
    statement = (
        select(files.c.path, files.c.dataset, files.c.remark)
        .where(files.c.remark.is_not(None))
        .order_by(files.c.path.desc())
        .limit(limit)
    )
    return read(scope, statement, REMARKS)


def rejections(scope: Scope) -> pd.DataFrame:
    """One row per dataset and reason. Columns: REASONS."""
    statement = (
        select(rejected_rows.c.dataset, rejected_rows.c.reason, func.count())
        .group_by(rejected_rows.c.dataset, rejected_rows.c.reason)
        .order_by(func.count().desc(), rejected_rows.c.dataset, rejected_rows.c.reason)
    )
    return read(scope, statement, REASONS)


def rejected(scope: Scope) -> pd.DataFrame:
    """Every row that was left out; none for a person who sees a part of the accounts only. Columns: REJECTED."""
    visible = true() if scope.portfolio is None else ~true()
    statement = select(rejected_rows).where(visible).order_by(*rejected_rows.c)
    return read(scope, statement, REJECTED)


def freshness(scope: Scope) -> pd.DataFrame:
    """One row per application with use: its last day with any event, and the pairs judged without data."""
    last = (
        select(usage_daily.c.application_key, func.max(usage_daily.c.day).label("day"))
        .group_by(usage_daily.c.application_key)
        .subquery("last")
    )
    late = (
        select(pairs.c.application_key, func.count().label("pairs"))
        .where(pairs.c.state == "no data")
        .group_by(pairs.c.application_key)
        .subquery("late")
    )
    statement = (
        select(applications.c.name, last.c.day, func.coalesce(late.c.pairs, 0))
        .join(last, last.c.application_key == applications.c.application_key)
        .outerjoin(late, late.c.application_key == applications.c.application_key)
        .order_by(last.c.day, applications.c.name)
    )
    return read(scope, statement, FRESHNESS)


def unmatched_accounts(scope: Scope) -> pd.DataFrame:
    """One row per account that is used but not listed in the accounts table. Columns: UNMATCHED."""
    statement = (
        select(
            accounts.c.account_id,
            func.min(usage_daily.c.day),
            func.max(usage_daily.c.day),
            func.coalesce(func.sum(usage_daily.c.human_events), 0),
        )
        .outerjoin(usage_daily, usage_daily.c.account_key == accounts.c.account_key)
        .where(~accounts.c.is_matched, *_allowed(scope))
        .group_by(accounts.c.account_id)
        .order_by(func.coalesce(func.sum(usage_daily.c.human_events), 0).desc(), accounts.c.account_id)
    )
    return read(scope, statement, UNMATCHED)


def use_outside_subscription(scope: Scope) -> pd.DataFrame:
    """One row per pair and kind of exception, the largest first. Columns: EXCEPTIONS."""
    statement = (
        select(
            accounts.c.account_id,
            accounts.c.name,
            applications.c.name,
            exceptions.c.kind,
            exceptions.c.boundary,
            exceptions.c.first_day,
            exceptions.c.last_day,
            exceptions.c.events,
        )
        .join(accounts, accounts.c.account_key == exceptions.c.account_key)
        .join(applications, applications.c.application_key == exceptions.c.application_key)
        .where(*_allowed(scope))
        .order_by(exceptions.c.events.desc(), accounts.c.name, applications.c.name)
    )
    return read(scope, statement, EXCEPTIONS)


def _allowed(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.portfolio is None else [accounts.c.manager_email == scope.portfolio]
