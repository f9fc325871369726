"""What was expected of an application, week by week, and in which weeks was what nobody expected?"""

import pandas as pd
from sqlalchemy import select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import applications, episodes, expected_weekly, flags
from data_access.volume import concerns

BAND = {
    "application_id": "str", "week": "datetime64[s]", "expected": "float64", "low": "float64", "high": "float64",
}  # fmt: skip
FLAGGED = {
    "level": "str", "application_id": "str", "application": "str", "episode": "int64", "direction": "int64",
    "week": "datetime64[s]", "kind": "str", "expected": "float64", "saw": "float64", "peers": "float64", "p": "float64",
}  # fmt: skip


def is_of_all_accounts(filters: Filters) -> bool:
    """Whether whole applications are asked for: only of these is known what was expected."""
    return not (filters.account or filters.accounts or filters.segments or filters.states or filters.scope.portfolio)


def expected_band(filters: Filters) -> pd.DataFrame:
    """One row per application chosen and complete week of the period that could be judged. Columns: BAND.

    In the units of the measure; 19 of 20 weeks should lie between `low` and `high`. None where not all accounts are
    asked for, for it speaks of all of them.
    """
    own = expected_weekly.c
    statement = (
        select(applications.c.application_id, own.week, own.expected, own.low, own.high)
        .join(applications, applications.c.application_key == own.application_key)
        .where(
            applications.c.application_id.in_(filters.applications if is_of_all_accounts(filters) else ()),
            own.measure == filters.measure,
            own.week >= filters.period.start,
            own.week < filters.period.end,
        )
        .order_by(applications.c.application_id, own.week)
    )
    return read(filters.scope, statement, BAND)


def flagged_weeks(filters: Filters) -> pd.DataFrame:
    """One row per series and week of the period with a flag, the most surprising of it. Columns: FLAGGED, by week.

    Of the account chosen, and of each of its pairs; without one of applications as a whole, where all accounts are
    asked for. `application_id` is missing where the account as a whole is meant. `expected` and `saw` are of the week,
    of four weeks where `kind` is a level shift.
    """
    own, said = episodes.c, flags.c
    levels = ("application",) if filters.account is None else ("pair", "account")
    statement = (
        select(
            own.level, applications.c.application_id, applications.c.name, own.episode, own.direction,
            *(said[name] for name in list(FLAGGED)[5:]),
        )
        .join_from(flags, episodes, own.episode == said.episode)
        .outerjoin(applications, applications.c.application_key == own.application_key)
        .where(
            concerns(filters, episodes),  # what is missing is in no choice, of accounts or of applications
            own.level.in_(levels),
            said.week >= filters.period.start,
            said.week < filters.period.end,
        )
        .order_by(said.week, applications.c.name, said.p, said.kind)
    )  # fmt: skip
    found = read(filters.scope, statement, FLAGGED)
    return found.drop_duplicates(["level", "application_id", "week"], ignore_index=True)
