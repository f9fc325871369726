"""Which account, person or contact is meant by a few letters?"""

import pandas as pd
from sqlalchemy import ColumnElement, case, func, literal, or_, select

from data_access.engine import read
from data_access.schema import accounts, contacts, user_weeks, users
from data_access.scope import Scope

SHOWN = 6
ACCOUNTS = {"account_id": "str", "name": "str", "state": "str", "region": "str"}
PEOPLE = {"account_id": "str", "name": "str", "account": "str", "detail": "str"}


def accounts_like(scope: Scope, text: str, limit: int = SHOWN) -> pd.DataFrame:
    """Accounts whose name contains `text` or whose id it is, best first. Columns: ACCOUNTS."""
    statement = (
        select(accounts.c.account_id, accounts.c.name, accounts.c.state, accounts.c.region)
        .where(_matches(text, accounts.c.account_id, accounts.c.name), *_allowed(scope))
        .order_by(_rank(text, accounts.c.account_id, accounts.c.name), accounts.c.name)
        .limit(limit)
    )
    return read(scope, statement, ACCOUNTS)


def people_like(scope: Scope, text: str, limit: int = SHOWN) -> pd.DataFrame:
    """Users whose name or e-mail contains `text` or whose id it is, best first. Columns: PEOPLE, the detail an e-mail.

    Their account is the one that the users table names, else one where they were active.
    """
    name = func.coalesce(users.c.name, users.c.user_id)
    rank = _rank(text, users.c.user_id, users.c.name, users.c.email)
    candidates = select(users.c.user_key, name.label("name"), users.c.email, rank.label("rank")).where(
        _matches(text, users.c.user_id, users.c.name, users.c.email)
    )
    # Each way to an account on its own: together they would read the log of everybody.
    listed = candidates.add_columns(users.c.account_key).where(
        users.c.account_key.is_not(None), *_visible(scope, users.c.account_key)
    )
    best = listed.order_by(rank, name, users.c.user_key).limit(limit).subquery("best")
    unlisted = candidates.where(users.c.account_key.is_(None)).subquery("unlisted")
    seen = (
        select(*unlisted.c, func.min(user_weeks.c.account_key))
        .join(user_weeks, user_weeks.c.user_key == unlisted.c.user_key)
        .where(*_visible(scope, user_weeks.c.account_key))
        .group_by(*unlisted.c)
    )
    found = select(best).union_all(seen).subquery("found")
    statement = (
        select(accounts.c.account_id, found.c.name, accounts.c.name, found.c.email)
        .join(accounts, accounts.c.account_key == found.c.account_key)
        .order_by(found.c.rank, found.c.name, found.c.user_key)
        .limit(limit)
    )
    return read(scope, statement, PEOPLE)


def contacts_like(scope: Scope, text: str, limit: int = SHOWN) -> pd.DataFrame:
    """Contacts whose name or e-mail contains `text`, best first; `detail` is the role. Columns: PEOPLE."""
    statement = (
        select(accounts.c.account_id, contacts.c.name, accounts.c.name, contacts.c.role)
        .join(accounts, accounts.c.account_key == contacts.c.account_key)
        .where(_matches(text, None, contacts.c.name, contacts.c.email), *_allowed(scope))
        .order_by(_rank(text, None, contacts.c.name, contacts.c.email), contacts.c.name, accounts.c.name)
        .limit(limit)
    )
    return read(scope, statement, PEOPLE)


def _matches(text: str, identity: ColumnElement[str] | None, *names: ColumnElement[str]) -> ColumnElement[bool]:
    wanted = text.lower()
    found = [_place(wanted, name) > 0 for name in names]
    return or_(*found) if identity is None else or_(_is(identity, wanted), *found)


def _rank(text: str, identity: ColumnElement[str] | None, *names: ColumnElement[str]) -> ColumnElement[int]:
    """The id itself, then what begins with `text`, then what has a word that does."""
    wanted = text.lower()
    begins = or_(*(_place(wanted, name) == 1 for name in names))
    # No address has words; and of those that do not hold it no second look is needed.
    has_word = case((_place(wanted, names[0]) > 1, case((_place(f" {wanted}", names[0]) > 0, 2), else_=3)), else_=3)
    return case(*([] if identity is None else [(_is(identity, wanted), 0)]), (begins, 1), else_=has_word)


def _place(wanted: str, name: ColumnElement[str]) -> ColumnElement[int]:
    """Where it stands in a name, from 1; 0 where it does not. LIKE with an escape takes DuckDB twice as long."""
    return func.strpos(func.lower(name), wanted)


def _is(identity: ColumnElement[str], wanted: str) -> ColumnElement[bool]:
    return func.lower(identity) == literal(wanted)


def _allowed(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.portfolio is None else [accounts.c.manager_email == scope.portfolio]


def _visible(scope: Scope, account_key: ColumnElement[int]) -> list[ColumnElement[bool]]:
    return [account_key.in_(select(accounts.c.account_key).where(*_allowed(scope)))] if _allowed(scope) else []
