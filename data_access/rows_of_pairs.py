"""Which pairs, or accounts, stand behind a count of states, of churn, of calls, or of those left out?

Every answer is a selection of keys, so that each kind of row is described once (data_access/rows.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select

from data_access.accounts import LEFT_OUT_OF_BOTTOM, left_out
from data_access.cancellations import standing
from data_access.engine import read
from data_access.filters import Filters
from data_access.inactive import NEEDS_CALL, four_weeks_before, same_pair
from data_access.schema import accounts, generation, pairs, state_spans
from data_access.standing import pairs_in_scope


def month_ago(filters: Filters) -> date:
    """The Monday with whose states those of today are compared."""
    as_of = read(filters.scope, select(generation.c.as_of), {"as_of": "datetime64[s]"})["as_of"][0]
    return four_weeks_before(as_of.date())


def asked(filters: Filters) -> Select[Any]:
    """Pairs that the filters ask for."""
    own = pairs_in_scope(filters).subquery("own")
    return select(own.c.account_key, own.c.application_key)


def entered(filters: Filters) -> Select[Any]:
    """Pairs in a state asked for that were in another four weeks before, or in none: `state_before`."""
    moved = _moved(filters)
    return moved.where(moved.selected_columns.state.in_(filters.states)) if filters.states else moved


def left(filters: Filters) -> Select[Any]:
    """Pairs that were in a state asked for four weeks before, and are in another today."""
    moved = _moved(filters)
    before = moved.selected_columns.state_before
    return moved.where(before.in_(filters.states) if filters.states else before.is_not(None))


def _moved(filters: Filters) -> Select[Any]:
    then = month_ago(filters)
    now = pairs_in_scope(replace(filters, states=())).subquery("now")
    past = (
        select(state_spans)
        .where(state_spans.c.since <= then, or_(state_spans.c.until.is_(None), state_spans.c.until > then))
        .subquery("past")
    )
    return (
        select(now.c.account_key, now.c.application_key, now.c.state, past.c.state.label("state_before"))
        .select_from(now.outerjoin(past, same_pair(now, past)))
        .where(now.c.state != func.coalesce(past.c.state, ""))
    )


def to_call(filters: Filters, account_ids: Sequence[str]) -> Select[Any]:
    """Pairs to call of the accounts named."""
    named = select(accounts.c.account_key).where(accounts.c.account_id.in_(account_ids))
    return asked(filters).where(
        *(column.in_(wanted) for column, wanted in zip(_of_pair(filters), (NEEDS_CALL, named), strict=True))
    )
