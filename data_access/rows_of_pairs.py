"""Which pairs, or accounts, stand behind a count of states, of churn, of calls, or of those left out?

Every answer selects keys alone: what is told of a row is told once, in data_access/rows.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import FromClause, Select, func, or_, select

from data_access.accounts import reasons_to_leave_out
from data_access.cancellations import standing
from data_access.engine import read
from data_access.filters import Filters
from data_access.inactive import NEEDS_CALL, four_weeks_before, same_pair
from data_access.schema import accounts, generation, pairs, state_spans
from data_access.standing import pairs_in_scope

KEYS = (pairs.c.account_key, pairs.c.application_key)


def asked(filters: Filters) -> Select[Any]:
    """Pairs that the filters ask for."""
    return pairs_in_scope(filters).with_only_columns(*KEYS)


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
    held_then = or_(state_spans.c.until.is_(None), state_spans.c.until > then)
    past = select(state_spans).where(state_spans.c.since <= then, held_then).subquery("past")
    return (
        select(now.c.account_key, now.c.application_key, now.c.state, past.c.state.label("state_before"))
        .select_from(now.outerjoin(past, same_pair(now, past)))
        .where(now.c.state != func.coalesce(past.c.state, ""))
    )


def month_ago(filters: Filters) -> date:
    """The Monday whose states those of today are compared with."""
    [as_of] = read(filters.scope, select(generation.c.as_of), {"as_of": "datetime64[s]"})["as_of"]
    return four_weeks_before(as_of.date())


def to_call(filters: Filters, account_ids: Sequence[str]) -> Select[Any]:
    """Pairs to call, of the accounts named."""
    named = select(accounts.c.account_key).where(accounts.c.account_id.in_(account_ids))
    return asked(filters).where(pairs.c.state.in_(NEEDS_CALL), pairs.c.account_key.in_(named))


def held(filters: Filters) -> Select[Any]:
    """Pairs entitled on the day before the period."""
    own = standing(filters)
    return select(own.c.account_key, own.c.application_key).where(own.c.at_start == 1)


def lost(filters: Filters) -> Select[Any]:
    """Of those the ones no longer entitled at its end."""
    own = standing(filters)
    return select(own.c.account_key, own.c.application_key).where(own.c.at_start == 1, own.c.at_end == 0)


def ended(filters: Filters) -> Select[Any]:
    """Pairs cancelled in the period, whichever states are chosen."""
    period = filters.period
    return asked(replace(filters, states=())).where(
        pairs.c.cancelled_on >= period.start, pairs.c.cancelled_on < period.end
    )


def accounts_held(filters: Filters) -> Select[Any]:
    """Accounts with a pair entitled on the day before the period."""
    own = standing(filters)
    return _by_account(own).having(func.max(own.c.at_start) == 1)


def accounts_lost(filters: Filters) -> Select[Any]:
    """Of those the ones with no pair entitled at its end."""
    own = standing(filters)
    return _by_account(own).having(func.max(own.c.at_start) == 1, func.max(own.c.at_end) == 0)


def _by_account(own: FromClause) -> Select[Any]:
    return select(own.c.account_key).group_by(own.c.account_key)


def left_out(filters: Filters, reasons: Sequence[str]) -> Select[Any]:
    """Accounts that the bottom leaves out, with the `state` that is the reason."""
    best = reasons_to_leave_out(filters).subquery("best")
    return select(best.c.account_key, best.c.state).where(best.c.state.in_(reasons))
