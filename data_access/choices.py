"""What can be chosen: applications, segments, accounts."""

import pandas as pd
from sqlalchemy import case, func, literal, select

from data_access.engine import read
from data_access.schema import accounts, applications
from data_access.scope import Scope

SEGMENTS = ("industry", "plan", "region", "manager")


def application_names(scope: Scope) -> dict[str, str]:
    """Name by id, in the order of the names."""
    statement = select(applications.c.application_id, applications.c.name).order_by(applications.c.name)
    frame = read(scope, statement, {"id": "str", "name": "str"})
    return dict(zip(frame["id"], frame["name"], strict=True))


def segment_values(scope: Scope) -> dict[str, list[str]]:
    """The values of each segment that occurs, sorted."""
    return {segment: values for segment in SEGMENTS if (values := _values(scope, segment))}


def _values(scope: Scope, segment: str) -> list[str]:
    column = accounts.c[segment]
    statement = select(column).distinct().where(column.is_not(None), *_allowed(scope)).order_by(column)
    return list(read(scope, statement, {"value": "str"})["value"])


def account_name(scope: Scope, account_id: str) -> str | None:
    """The name, or None where there is no such account for this person."""
    statement = select(accounts.c.name).where(accounts.c.account_id == account_id, *_allowed(scope))
    found = read(scope, statement, {"name": "str"})["name"]
    return str(found[0]) if len(found) else None


def accounts_like(scope: Scope, text: str, limit: int = 12) -> pd.DataFrame:
    """Accounts whose name contains `text`, those that begin with it first. Columns: account_id, name, region, state."""
    name = func.lower(accounts.c.name)
    wanted = text.lower()
    statement = (
        select(accounts.c.account_id, accounts.c.name, accounts.c.region, accounts.c.state)
        .where(
            name.contains(wanted, autoescape=True) | (func.lower(accounts.c.account_id) == literal(wanted)),
            *_allowed(scope),
        )
        .order_by(case((name.startswith(wanted, autoescape=True), 0), else_=1), accounts.c.name)
        .limit(limit)
    )
    return read(scope, statement, {"account_id": "str", "name": "str", "region": "str", "state": "str"})


def is_manager(scope: Scope, email: str) -> bool:
    statement = select(func.count()).select_from(accounts).where(accounts.c.manager_email == email)
    return bool(read(scope, statement, {"count": "int64"})["count"][0])


def _allowed(scope: Scope) -> list:  # type: ignore[type-arg]
    return [] if scope.portfolio is None else [accounts.c.manager_email == scope.portfolio]
