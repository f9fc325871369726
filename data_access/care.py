"""Who looks after an account, until when is it put aside, and what is open there?"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Delete, Insert, func, select, union

from data_access.engine import read
from data_access.follow_ups import among
from data_access.schema import accounts
from data_access.scope import Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import assignments, follow_ups, snoozes

CARE = {
    "account_id": "str", "assigned_to": "str", "snoozed_until": "datetime64[s]", "snooze_reason": "str",
    "open_follow_ups": "int64", "next_due_on": "datetime64[s]",
}  # fmt: skip


def assign(workspace: Workspace, act: Act, account_id: str, assigned_to: str | None) -> str | None:
    """In place of whom it was before, who is returned; to nobody where `assigned_to` is None."""
    before = care_of(workspace, act.scope, [account_id])["assigned_to"].iloc[0]
    row = {
        "account_id": account_id, "assigned_to": assigned_to, "assigned_by": act.scope.user, "assigned_at": act.now,
    }  # fmt: skip
    statements: list[Delete | Insert] = [
        assignments.delete().where(assignments.c.account_id == account_id),
        *([assignments.insert().values(row)] if assigned_to else []),
    ]
    workspace.write(act, "assign", account_id, f"to {assigned_to or 'nobody'}", *statements)
    return None if pd.isna(before) else str(before)


def snooze(workspace: Workspace, act: Act, account_id: str, until: date, reason: str) -> None:
    """Puts the account aside before the day `until`, in place of an earlier snooze."""
    row = {
        "account_id": account_id, "until": until, "reason": reason, "snoozed_by": act.scope.user,
        "snoozed_at": act.now,
    }  # fmt: skip
    statements = (snoozes.delete().where(snoozes.c.account_id == account_id), snoozes.insert().values(row))
    workspace.write(act, "snooze", account_id, f"until {until}: {reason}", *statements)


def unsnooze(workspace: Workspace, act: Act, account_id: str) -> None:
    workspace.write(act, "unsnooze", account_id, "", snoozes.delete().where(snoozes.c.account_id == account_id))


def care_of(workspace: Workspace, scope: Scope, account_ids: Sequence[str]) -> pd.DataFrame:
    """One row per account, in the order given. Columns: CARE.

    A snooze that is over is still told: compare `snoozed_until` with the day on which the page stands.
    """
    todo = (
        select(follow_ups.c.account_id, func.count().label("count"), func.min(follow_ups.c.due_on).label("next_due_on"))
        .where(follow_ups.c.done_at.is_(None))
        .group_by(follow_ups.c.account_id)
        .subquery("todo")
    )
    cared = union(*(select(table.c.account_id) for table in (assignments, snoozes, todo))).subquery("cared")
    statement = (
        select(
            cared.c.account_id,
            assignments.c.assigned_to,
            snoozes.c.until,
            snoozes.c.reason,
            func.coalesce(todo.c.count, 0),
            todo.c.next_due_on,
        )
        .outerjoin(assignments, assignments.c.account_id == cared.c.account_id)
        .outerjoin(snoozes, snoozes.c.account_id == cared.c.account_id)
        .outerjoin(todo, todo.c.account_id == cared.c.account_id)
        .where(*among(cared.c.account_id, account_ids))
    )
    found = workspace.read(scope, statement, CARE).set_index("account_id")
    rows = found.reindex(pd.Index(account_ids, dtype="str", name="account_id")).reset_index()
    return rows.fillna({"open_follow_ups": 0}).astype(CARE)


def assignees(scope: Scope) -> dict[str, str]:
    """Name by address of those who may be asked to do something: the account managers in sight, and who asks.

    Sorted by name; read from the usage store.
    """
    visible = [] if scope.portfolio is None else [accounts.c.manager_email == scope.portfolio]
    statement = (
        select(accounts.c.manager_email, func.min(accounts.c.manager))
        .where(accounts.c.manager_email.is_not(None), *visible)
        .group_by(accounts.c.manager_email)
    )
    frame = read(scope, statement, {"email": "str", "name": "str"})
    names = dict(zip(frame["email"], frame["name"].fillna(frame["email"]), strict=True))
    return dict(sorted({scope.user: scope.user, **names}.items(), key=lambda person: person[::-1]))
