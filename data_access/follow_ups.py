"""What is to be done about an account, by whom, until when?"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, func, select

from data_access.scope import Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import follow_ups

FOLLOW_UPS = {
    "id": "int64", "account_id": "str", "application_id": "str", "text": "str", "due_on": "datetime64[s]",
    "assigned_to": "str", "created_by": "str", "created_at": "datetime64[us, UTC]", "done_at": "datetime64[us, UTC]",
    "done_by": "str",
}  # fmt: skip
MOST_IN_A_STATEMENT = 500


def add_follow_up(
    workspace: Workspace, act: Act, account_id: str, text: str, due_on: date, assigned_to: str,
    application_id: str | None = None,
) -> None:  # fmt: skip
    row = {
        "account_id": account_id, "application_id": application_id, "text": text, "due_on": due_on,
        "assigned_to": assigned_to, "created_by": act.scope.user, "created_at": act.now,
    }  # fmt: skip
    detail = f"for {assigned_to}, due {due_on}: {text}"
    workspace.write(act, "follow-up", account_id, detail, follow_ups.insert().values(row))


def complete_follow_up(workspace: Workspace, act: Act, account_id: str, follow_up_id: int) -> bool:
    """False where the account has no such follow-up. Who did it first has done it."""
    first = {
        "done_at": func.coalesce(follow_ups.c.done_at, act.now),
        "done_by": func.coalesce(follow_ups.c.done_by, act.scope.user),
    }
    statement = follow_ups.update().where(*_this(account_id, follow_up_id)).values(first)
    return workspace.write(act, "complete", account_id, f"follow-up {follow_up_id}", statement)


def reopen_follow_up(workspace: Workspace, act: Act, account_id: str, follow_up_id: int) -> bool:
    """False where the account has no such follow-up."""
    statement = follow_ups.update().where(*_this(account_id, follow_up_id)).values(done_at=None, done_by=None)
    return workspace.write(act, "reopen", account_id, f"follow-up {follow_up_id}", statement)


def follow_ups_of(workspace: Workspace, scope: Scope, account_id: str) -> pd.DataFrame:
    """One row per follow-up of the account: open ones first, by the day they are due. Columns: FOLLOW_UPS."""
    return _read(workspace, scope, follow_ups.c.account_id == account_id)


def open_follow_ups(
    workspace: Workspace, scope: Scope, account_ids: Sequence[str], assigned_to: str | None = None
) -> pd.DataFrame:
    """One row per open follow-up of these accounts, by the day it is due: one person's, or all. Columns: FOLLOW_UPS."""
    conditions = [follow_ups.c.done_at.is_(None), *among(follow_ups.c.account_id, account_ids)]
    if assigned_to is not None:
        conditions.append(follow_ups.c.assigned_to == assigned_to)
    found = _read(workspace, scope, *conditions)
    return found[found["account_id"].isin(list(account_ids))].reset_index(drop=True)


def among(column: ColumnElement[str], account_ids: Sequence[str]) -> list[ColumnElement[bool]]:
    """A condition that spares reading all, where there are not more ids than a statement can hold."""
    return [column.in_(account_ids)] if len(account_ids) <= MOST_IN_A_STATEMENT else []


def _this(account_id: str, follow_up_id: int) -> tuple[ColumnElement[bool], ...]:
    # Who may see the account was asked; so it has to be this account's.
    return follow_ups.c.id == follow_up_id, follow_ups.c.account_id == account_id


def _read(workspace: Workspace, scope: Scope, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    columns = (follow_ups.c[name] for name in FOLLOW_UPS)
    order = (follow_ups.c.done_at.desc().nulls_first(), follow_ups.c.due_on, follow_ups.c.id)
    return workspace.read(scope, select(*columns).where(*conditions).order_by(*order), FOLLOW_UPS)
