"""What can be chosen: applications, segments, accounts."""

from sqlalchemy import func, select

from data_access.engine import once_per_generation, read
from data_access.filters import Filters
from data_access.schema import accounts, applications, pairs
from data_access.scope import Scope

SEGMENTS = ("industry", "plan", "region", "manager")
# Of pairs; their meaning: analytics/states.py.
STATES = (
    "active", "low", "inactive", "never activated", "onboarding", "no data", "not started", "cancelled",
)  # fmt: skip


@once_per_generation
def application_names(scope: Scope) -> dict[str, str]:
    """Name by id, in the order of the names."""
    statement = select(applications.c.application_id, applications.c.name).order_by(applications.c.name)
    frame = read(scope, statement, {"id": "str", "name": "str"})
    return dict(zip(frame["id"], frame["name"], strict=True))


@once_per_generation
def segment_values(scope: Scope) -> dict[str, list[str]]:
    """The values of each segment that occurs, sorted."""
    return {segment: values for segment in SEGMENTS if (values := _values(scope, segment))}


def _values(scope: Scope, segment: str) -> list[str]:
    column = accounts.c[segment]
    statement = select(column).distinct().where(column.is_not(None), *_allowed(scope)).order_by(column)
    return list(read(scope, statement, {"value": "str"})["value"])


@once_per_generation
def pair_states(scope: Scope) -> list[str]:
    """The states that occur among the pairs, in the order of STATES."""
    visible = select(accounts.c.account_key).where(*_allowed(scope))
    statement = select(pairs.c.state).distinct().where(pairs.c.account_key.in_(visible))
    found = set(read(scope, statement, {"state": "str"})["state"])
    return [state for state in STATES if state in found]


@once_per_generation
def account_name(scope: Scope, account_id: str) -> str | None:
    """The name, or None where there is no such account for this person."""
    statement = select(accounts.c.name).where(accounts.c.account_id == account_id, *_allowed(scope))
    found = read(scope, statement, {"name": "str"})["name"]
    return str(found[0]) if len(found) else None


def account_names(filters: Filters) -> dict[str, str]:
    """Name by id of the accounts chosen, one or several; empty where all are asked for."""
    chosen = filters.accounts or ((filters.account,) if filters.account else ())
    return {account: account_name(filters.scope, account) or account for account in chosen}


@once_per_generation
def is_manager(scope: Scope, email: str) -> bool:
    statement = select(func.count()).select_from(accounts).where(accounts.c.manager_email == email)
    return bool(read(scope, statement, {"count": "int64"})["count"][0])


def _allowed(scope: Scope) -> list:  # type: ignore[type-arg]
    return [] if scope.portfolio is None else [accounts.c.manager_email == scope.portfolio]
