"""The small forms in which something is written. assets/forms.js sends them, callbacks/actions.py reads them.

They are text (layouts/markup.py): place one outside of what is drawn anew after
a write, or what somebody has half typed there goes.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts import numbers

LONGEST_TEXT, LONGEST_REASON = 4_000, 500
NOTE_KINDS = {"note": "Note", "release": "Release", "holiday": "Holiday", "outage": "Outage"}


def note_form(account_id: str | None = None, application_id: str | None = None, day: date | None = None) -> html.Form:
    """About an account; or without one for everybody, on a day of the time axis."""
    if account_id is not None:
        fixed = {"account": account_id, "application": application_id, "day": day, "kind": "note"}
        return _form("note", "Keep note", [_long_text("Note")], fixed)
    fields = [_choice("Kind", "kind", NOTE_KINDS, "release"), _day("Day", "day", day), _long_text("Note")]
    return _form("note", "Keep note", fields, {"application": application_id})


def follow_up_form(
    account_id: str, assignees: Mapping[str, str], assigned_to: str | None = None, application_id: str | None = None
) -> html.Form:
    """`assignees`: name by address."""
    fields = [
        _long_text("What is to be done"),
        _day("Due", "due_on"),
        _choice("By whom", "assigned_to", assignees, assigned_to),
    ]
    return _form("follow-up", "Keep follow-up", fields, {"account": account_id, "application": application_id})


def assign_form(account_id: str, assignees: Mapping[str, str], assigned_to: str | None = None) -> html.Form:
    fields = [_choice("Looked after by", "assigned_to", {"": "Nobody", **assignees}, assigned_to)]
    return _form("assign", "Assign", fields, {"account": account_id})


def snooze_form(account_id: str) -> html.Form:
    reason = dcc.Input(type="text", name="reason", required=True, maxLength=LONGEST_REASON, autoComplete="off")
    fields = [_day("Until", "until"), html.Label(["Why", reason])]
    return _form("snooze", "Put aside", fields, {"account": account_id})


def unsnooze_form(account_id: str) -> html.Form:
    return _form("unsnooze", "Take back", [], {"account": account_id})


def acknowledge_form(episode: Mapping[str, Any]) -> html.Form:
    """`episode`: account and application, their ids or None, and week, as the two forms below."""
    return _form("acknowledge", "Acknowledge", [], episode)


def explain_form(episode: Mapping[str, Any]) -> html.Form:
    reason = dcc.Input(type="text", name="reason", required=True, maxLength=LONGEST_REASON, autoComplete="off")
    return _form("explain", "Explain", [html.Label(["Reason, remembered for next year", reason])], episode)


def vote_form(episode: Mapping[str, Any], *, useful: bool) -> html.Form:
    return _form("vote", "Useful" if useful else "Not useful", [], {**episode, "useful": "yes" if useful else "no"})


def kept_list(items: Iterable[html.Li]) -> html.Ul:
    return html.Ul(list(items), className="kept-list")


def follow_up_item(row: Any) -> html.Li:
    """`row`: one of data_access.follow_ups.FOLLOW_UPS, as a named tuple."""
    is_done = pd.notna(row.done_at)
    action, button = ("reopen", "Open again") if is_done else ("complete", "Done")
    who = f"Done by {row.done_by}, {numbers.day(row.done_at)}" if is_done else f"Due {numbers.day(row.due_on)}"
    return html.Li(
        [
            html.Div(
                [html.P(row.text, className="written"), html.P(f"{who} · {row.assigned_to}", className="finding")]
            ),
            _form(action, button, [], {"account": row.account_id, "id": row.id}, f"{button}: {row.text}"),
        ],
        className="kept done" if is_done else "kept",
    )


def note_item(row: Any, *, may_delete: bool) -> html.Li:
    """`row`: one of data_access.notes.NOTES, as a named tuple."""
    account_id = None if pd.isna(row.account_id) else row.account_id
    kind = "" if row.kind == "note" else f"{NOTE_KINDS[row.kind]} · "
    when = numbers.day(row.created_at if pd.isna(row.day) else row.day)
    delete = _form("delete-note", "Delete", [], {"account": account_id, "id": row.id}, f"Delete: {row.text}")
    return html.Li(
        [
            html.Div(
                [
                    html.P(row.text, className="written"),
                    html.P(f"{kind}{when} · {row.created_by}", className="finding"),
                ]
            ),
            delete if may_delete else None,
        ],
        className="kept",
    )


def away() -> html.Div:
    """In place of what was written, where it cannot be read."""
    words = "Notes and follow-ups cannot be reached now. Everything else is as it should be."
    return html.Div(words, className="away", role="status")


def _form(action: str, button: str, fields: list[Any], fixed: Mapping[str, Any], label: str | None = None) -> html.Form:
    known = [
        dcc.Input(type="hidden", name=name, value=str(value)) for name, value in fixed.items() if value is not None
    ]
    named = {"aria-label": label} if label else {}
    send = html.Button(button, type="submit", className="button", **named)
    return html.Form([*known, *fields, send], className="write", **{"data-action": action})


def _long_text(label: str) -> html.Label:
    field = html.Textarea(name="text", required=True, maxLength=LONGEST_TEXT, rows=2)
    return html.Label([label, field], className="wide")


def _day(label: str, name: str, value: date | None = None) -> html.Label:
    return html.Label([label, dcc.Input(type="date", name=name, required=True, value=value and value.isoformat())])


def _choice(label: str, name: str, options: Mapping[str, str], chosen: str | None) -> html.Label:
    listed = [html.Option(words, value=value, selected=value == chosen) for value, words in options.items()]
    return html.Label([label, html.Select(listed, name=name)])
