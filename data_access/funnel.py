"""Of the people invited in the period: who was activated, who transacted, and who dropped out where?

Steps count in order: activated on or after the invitation, transacted on or after the activation. The people are those
invited in the period, and their later steps count whenever they came, up to the as-of day.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, not_, select

from data_access.engine import read
from data_access.filters import Filters
from data_access.schema import generation, users
from data_access.volume import concerns

STEPS = {"invited": "int64", "activated": "int64", "transacted": "int64"}


def steps(filters: Filters) -> pd.DataFrame:
    """One row: how many people reached each step. Columns: STEPS."""
    reached: list[ColumnElement[Any]] = [func.count(case((condition, 1))) for condition in REACHED.values()]
    return read(filters.scope, select(*reached).where(invited(filters)), STEPS)


def invited(filters: Filters) -> ColumnElement[bool]:
    period = filters.period
    return and_(concerns(filters, users), users.c.invited_on >= period.start, users.c.invited_on < period.end)


def reached(filters: Filters, step: str) -> ColumnElement[bool]:
    """People invited in the period who came as far as `step`."""
    return and_(invited(filters), REACHED[step])


def dropped_out(filters: Filters, step: str) -> ColumnElement[bool]:
    """People who reached the step before `step`, and not that."""
    names = list(REACHED)
    return and_(reached(filters, names[names.index(step) - 1]), not_(REACHED[step]))


def _by_now(day: ColumnElement[Any], since: ColumnElement[Any]) -> ColumnElement[bool]:
    """Never missing, so that what it is not can be asked for."""
    as_of: Select[Any] = select(generation.c.as_of)
    return func.coalesce(and_(day >= since, day <= as_of.scalar_subquery()), False)


_ACTIVATED = _by_now(users.c.activated_on, users.c.invited_on)
REACHED: Mapping[str, ColumnElement[bool]] = MappingProxyType({
    "invited": users.c.invited_on.is_not(None),
    "activated": _ACTIVATED,
    "transacted": and_(_ACTIVATED, _by_now(users.c.transacted_on, users.c.activated_on)),
})  # fmt: skip
