"""Which changes were flagged? Of pairs, of accounts as a whole and of applications as a whole.

What speaks of several pairs is told only where all of them are asked for, and may be seen: an episode of an account has
no application, one of an application no account, and what is missing is in no choice of them.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import FromClause, func, nulls_first, nulls_last, or_, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import accounts, applications, episodes
from data_access.volume import concerns

EPISODES = {
    "level": "str", "account_id": "str", "account": "str", "application_id": "str", "application": "str",
    "direction": "int64", "started_on": "datetime64[s]", "ended_on": "datetime64[s]", "expected": "float64",
    "saw": "float64", "flags": "int64", "week": "datetime64[s]", "kind": "str", "week_expected": "float64",
    "week_saw": "float64", "peers": "float64", "p": "float64",
}  # fmt: skip
BEGUN = {"account_id": "str", "application_id": "str", "direction": "int64", "started_on": "datetime64[s]"}


def flagged(filters: Filters) -> pd.DataFrame:
    """One row per episode with a week in the period. Columns: EPISODES.

    Those that go on come first, then those that ended last; of these, the largest difference to what was expected.
    `week`, `kind`, `week_…`, `peers` and `p` are of its most surprising flag, `expected` and `saw` of all its weeks.
    """
    own = episodes.c
    statement = (
        select(
            own.level,
            accounts.c.account_id,
            accounts.c.name,
            applications.c.application_id,
            applications.c.name,
            *(own[name] for name in list(EPISODES)[5:]),
        )
        .select_from(_named())
        .where(
            concerns(filters, episodes),
            own.started_on < filters.period.end,
            or_(own.ended_on.is_(None), own.ended_on > filters.period.start),
        )
        .order_by(
            nulls_first(own.ended_on.desc()),
            func.abs(own.saw - own.expected).desc(),
            nulls_last(accounts.c.name),
            nulls_last(applications.c.name),
            own.episode,
        )
    )
    return read(filters.scope, statement, EPISODES)


def begun(filters: Filters, weeks: Sequence[date]) -> pd.DataFrame:
    """One row per episode that began in one of `weeks`, whatever the period. Columns: BEGUN."""
    statement = (
        select(accounts.c.account_id, applications.c.application_id, episodes.c.direction, episodes.c.started_on)
        .select_from(_named())
        .where(concerns(filters, episodes), episodes.c.started_on.in_(weeks))
        .order_by(episodes.c.episode)
    )
    return read(filters.scope, statement, BEGUN)


def _named() -> FromClause:
    return episodes.outerjoin(accounts, accounts.c.account_key == episodes.c.account_key).outerjoin(
        applications, applications.c.application_key == episodes.c.application_key
    )
