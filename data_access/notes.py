"""What was written down about an account, or about a day?"""

from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import ColumnElement, or_, select

from data_access.scope import Role, Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import notes

NOTES = {
    "id": "int64", "account_id": "str", "application_id": "str", "day": "datetime64[s]", "kind": "str", "text": "str",
    "created_by": "str", "created_at": "datetime64[us, UTC]",
}  # fmt: skip


def add_note(
    workspace: Workspace, act: Act, text: str, *, kind: str = "note", account_id: str | None = None,
    application_id: str | None = None, day: date | None = None,
) -> None:  # fmt: skip
    """Without an account it is for everybody; with a `day` it stands on the time axis."""
    row = {
        "account_id": account_id, "application_id": application_id, "day": day, "kind": kind, "text": text,
        "created_by": act.scope.user, "created_at": act.now,
    }  # fmt: skip
    workspace.write(act, "note", account_id, f"{kind}{f' of {day}' if day else ''}: {text}", notes.insert().values(row))


def delete_note(workspace: Workspace, act: Act, account_id: str | None, note_id: int) -> bool:
    """False where there is no such note of this account, or it is somebody else's and `act` no administrator's."""
    statement = notes.delete().where(notes.c.id == note_id, notes.c.account_id.is_not_distinct_from(account_id))
    if act.scope.role is not Role.ADMINISTRATOR:
        statement = statement.where(notes.c.created_by == act.scope.user)
    return workspace.write(act, "delete-note", account_id, f"note {note_id}", statement)


def notes_of(workspace: Workspace, scope: Scope, account_id: str) -> pd.DataFrame:
    """One row per note about the account, the newest first. Columns: NOTES."""
    return _read(workspace, scope, notes.c.account_id == account_id)


def notes_on_axis(
    workspace: Workspace, scope: Scope, first: date, last: date, applications: Sequence[str] = ()
) -> pd.DataFrame:
    """One row per note for everybody on a day from `first` to `last`, the latest day first. Columns: NOTES.

    With `applications`, those about one of them or about all.
    """
    about = [or_(notes.c.application_id.is_(None), notes.c.application_id.in_(applications))] if applications else []
    return _read(workspace, scope, notes.c.account_id.is_(None), notes.c.day.between(first, last), *about)


def _read(workspace: Workspace, scope: Scope, *conditions: ColumnElement[bool]) -> pd.DataFrame:
    columns = (notes.c[name] for name in NOTES)
    statement = select(*columns).where(*conditions).order_by(notes.c.day.desc().nulls_last(), notes.c.id.desc())
    return workspace.read(scope, statement, NOTES)
