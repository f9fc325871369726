"""What is to be done about an account, and what was noted? Who asks decides what they may change."""

from typing import Any

import pandas as pd
from dash import Dash, Output, State
from flask import g

from callbacks.request import Parser, page_callback
from callbacks.workspace import WRITTEN, from_workspace
from data_access.account import manager_email
from data_access.account_events import EVENTS
from data_access.care import assignees
from data_access.choices import application_names
from data_access.follow_ups import follow_ups_of
from data_access.notes import notes_of
from data_access.scope import Role
from layouts import account_notes as view
from layouts import numbers
from layouts.account import Ids
from layouts.forms import away
from layouts.markup import text


def register(app: Dash, path: State, account: Parser) -> None:
    """`account` reads the path. What is shown depends on who asks, so no answer is kept."""
    slots = [Output(Ids.FORMS, "html"), Output(Ids.KEPT, "html")]
    page_callback(app, slots, {"account": (path, account), **WRITTEN}, update_notes, cached=False)


def update_notes(account: str, written: None) -> tuple[str, str]:
    """Forms that are the same as before are not drawn anew: what is half typed stays."""
    return text(view.forms(account, assignees(g.scope), manager_email(g.scope, account))), text(_kept(account))


def _kept(account: str) -> Any:
    follow_ups, notes = from_workspace(follow_ups_of, account), from_workspace(notes_of, account)
    if follow_ups is None or notes is None:
        return away()
    return view.kept(follow_ups, notes, g.scope.user, g.scope.role is Role.ADMINISTRATOR)


def written_events(account: str) -> pd.DataFrame:
    """One row per note, follow-up and done follow-up, dated in the reporting time zone; `detail` says who and when.

    Columns: EVENTS. None where the workspace is away.
    """
    notes, follow_ups = from_workspace(notes_of, account), from_workspace(follow_ups_of, account)
    rows = [] if notes is None else [_note_event(row) for row in notes.itertuples(index=False)]
    rows += [] if follow_ups is None else [_follow_up_event(row) for row in follow_ups.itertuples(index=False)]
    frame = pd.DataFrame(rows, columns=list(EVENTS)).astype(EVENTS)
    return frame.assign(application=frame["application"].map(application_names(g.scope)))


def _note_event(row: Any) -> dict[str, Any]:
    written = _local_day(row.created_at)
    when = "" if pd.isna(row.day) else f", {numbers.day(written)}"
    return _event(written if pd.isna(row.day) else row.day, "note", row, f"{row.created_by}{when}")


def _follow_up_event(row: Any) -> dict[str, Any]:
    asked = f"{row.created_by}, for {row.assigned_to}, due {numbers.day(row.due_on)}"
    if pd.isna(row.done_at):
        return _event(_local_day(row.created_at), "follow-up", row, asked)
    done = f"{asked}; done {numbers.day(_local_day(row.done_at))} by {row.done_by}"
    return _event(_local_day(row.created_at), "done follow-up", row, done)


def _event(day: Any, kind: str, row: Any, detail: str) -> dict[str, Any]:
    return {"day": day, "kind": kind, "application": row.application_id, "words": row.text, "detail": detail,
            "count": 1}  # fmt: skip


def _local_day(moment: pd.Timestamp) -> pd.Timestamp:
    return moment.tz_convert(g.generation.reporting_timezone).tz_localize(None).normalize()


def table(account: str) -> pd.DataFrame:
    """One row per follow-up, open ones first, then one per note."""
    frames: list[Any] = []
    for kind, question in (("follow-up", follow_ups_of), ("note", notes_of)):
        rows = question(g.workspace, g.scope, account)
        frames.append(rows.rename(columns={"due_on": "day"}).assign(kind=kind))
    columns = ["kind", "day", "text", "assigned_to", "created_by", "created_at", "done_at", "done_by"]
    found = pd.concat(frames, ignore_index=True).reindex(columns=columns)
    # A workbook knows no zones.
    return found.assign(**{name: found[name].dt.tz_localize(None) for name in ("created_at", "done_at")})
