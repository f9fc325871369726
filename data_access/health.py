"""What is the health of each account made from, every four weeks?"""

from typing import Literal

import pandas as pd
from sqlalchemy import ColumnElement, Integer, Table, and_, cast, func, select

from data_access.engine import read, read_numbers
from data_access.filters import Filters
from data_access.schema import accounts, pairs
from data_access.schema import health_inputs as inputs
from data_access.scope import Scope
from data_access.volume import concerns

COMPONENTS = ("usage_frequency", "logins", "ticket_responses", "feature_adoption", "csm_engagement")
Scale = Literal["raw", "percentile"]

STEPS = {
    "account_key": "int64", "day": "datetime64[s]", **dict.fromkeys(COMPONENTS, "float64"), "went_quiet": "float64",
}  # fmt: skip
KNOWN = {"day": "datetime64[s]", **dict.fromkeys(COMPONENTS, "int64")}
ACCOUNTS = {
    "account_key": "int64", "account_id": "str", "account": "str", "industry": "str", "plan": "str", "region": "str",
    "manager": "str", "annual_value": "float64", "state": "str", "seats": "float64",
}  # fmt: skip


def health_inputs(filters: Filters, scale: Scale = "raw", *, newest_only: bool = False) -> pd.DataFrame:
    """One row per account and four-weekly step on which it was a customer, whatever the period. Columns: STEPS.

    The components as they are (docs/metrics.md), or as percentiles (0–100) among all accounts; missing where unknown.
    `went_quiet`: 1 where nobody used anything in the 8 weeks from `day` on, 0 where somebody did; missing where that
    is not known yet, or nobody did in the 8 weeks before.
    """
    suffix = "_percentile" if scale == "percentile" else ""
    statement = select(
        inputs.c.account_key,
        inputs.c.day,
        *(inputs.c[f"{name}{suffix}"] for name in COMPONENTS),
        cast(inputs.c.went_quiet, Integer),
    ).where(_asked_for(filters, inputs))
    if newest_only:
        statement = statement.where(inputs.c.day == select(func.max(inputs.c.day)).scalar_subquery())
    return read_numbers(filters.scope, statement, STEPS)


def health_steps(scope: Scope) -> pd.DataFrame:
    """One row per step of the store, the oldest first, whoever asks. Columns: KNOWN: of how many accounts each is."""
    counts = (func.count(inputs.c[name]).label(name) for name in COMPONENTS)
    return read(scope, select(inputs.c.day, *counts).group_by(inputs.c.day).order_by(inputs.c.day), KNOWN)


def health_accounts(filters: Filters) -> pd.DataFrame:
    """One row per account that has a row of `health_inputs`, by name. Columns: ACCOUNTS."""
    names = [accounts.c.name if name == "account" else accounts.c[name] for name in ACCOUNTS]
    statement = (
        select(*names)
        .where(_asked_for(filters, accounts), accounts.c.account_key.in_(select(inputs.c.account_key)))
        .order_by(accounts.c.name, accounts.c.account_id)
    )
    return read(filters.scope, statement, ACCOUNTS)


def _asked_for(filters: Filters, table: Table) -> ColumnElement[bool]:
    """Health is of an account whole; a choice of applications is one of accounts that have a pair there."""
    if not filters.applications:
        return concerns(filters, table)
    having = select(pairs.c.account_key).where(concerns(filters, pairs))
    return and_(concerns(filters, table), table.c.account_key.in_(having))
