"""What is written on a page, and may it be? One channel for every form, and one table of what can be done.

assets/forms.js hands over the fields of a form as text, and a nonce that is new
with every change of them. Whoever sees an account may write about it; what
concerns no single account is for those who see all of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, no_update
from flask import g

from callbacks.request import BadInput, NotAllowed, Parser, Refused, one_of, page_callback
from callbacks.request import text as short_text
from data_access import care, follow_ups, notes
from data_access.choices import account_name, application_names
from data_access.engine import StoreUnavailable
from data_access.workspace import Act, WorkspaceUnavailable
from layouts.forms import LONGEST_REASON, LONGEST_TEXT, NOTE_KINDS
from layouts.shell import Ids

MOST_FIELDS, LONGEST_FIELD, LONGEST_ID = 12, 20_000, 1_000
# Lines and tabs are text; what else steers a terminal or is half a character is not.
NO_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
NONCE = re.compile(r"[0-9a-f]{32}")
AWAY = "Notes and follow-ups cannot be reached now. What you wrote is still here: send it again in a minute."


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it was sent."""

    action: str
    fields: tuple[tuple[str, str], ...]
    nonce: str


@dataclass(frozen=True, slots=True)
class Account:
    """One that who writes may see."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Action:
    """How its fields are read, and what is done with them; `keep` says in words what was kept."""

    fields: Mapping[str, Parser]
    keep: Callable[..., str]


def register(app: Dash) -> None:
    page_callback(
        app,
        [Output(Ids.ANSWER, "data"), Output(Ids.WRITTEN, "data")],
        {"submission": (Input(Ids.ACTION, "data"), submission)},
        update_written,
        cached=False,
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("forms", "answered"), Input(Ids.ANSWER, "data"), prevent_initial_call=True
    )


def submission(raw: Any) -> Submission:
    fields, nonce = raw["fields"], raw["nonce"]
    is_plain = len(fields) <= MOST_FIELDS and all(type(value) is str for value in fields.values())
    if not is_plain or any(len(value) > LONGEST_FIELD for value in fields.values()) or not NONCE.fullmatch(nonce):
        raise BadInput("The form cannot be read.")
    if raw["action"] not in ACTIONS:
        raise BadInput("The form is none of this page.")
    return Submission(raw["action"], tuple(fields.items()), nonce)


def update_written(submission: Submission) -> tuple[dict[str, Any], Any]:
    """What is said in the toast, and a sign for those who show what is written. A refusal leaves the form as it is."""
    try:
        words = _kept(submission)
    except Refused as refusal:
        return _answer(submission, f"{refusal.error} {refusal.remedy}", is_kept=False), no_update
    except (WorkspaceUnavailable, StoreUnavailable):
        return _answer(submission, AWAY, is_kept=False), no_update
    return _answer(submission, words, is_kept=True), submission.nonce


def _answer(submission: Submission, words: str, *, is_kept: bool) -> dict[str, Any]:
    return {"nonce": submission.nonce, "words": words, "kept": is_kept}


def _kept(submission: Submission) -> str:
    action, fields = ACTIONS[submission.action], dict(submission.fields)
    if not fields.keys() <= action.fields.keys():
        raise BadInput("The form has fields that are not known.")
    values = {name: parse(fields.get(name, "")) for name, parse in action.fields.items()}
    return action.keep(Act(g.scope, datetime.now(UTC), submission.nonce), **values)


# How a field is read


def account(raw: str) -> Account:
    """The one place where it is asked whether who writes may see what they write about."""
    short_text(LONGEST_ID)(raw)
    name = account_name(g.scope, raw)
    if name is None:
        raise NotAllowed("There is no such account among those you may see.")
    return Account(raw, name)


def account_or_all(raw: str) -> Account | None:
    if raw:
        return account(raw)
    if g.scope.portfolio is not None:
        raise NotAllowed("What everybody sees is written by those who see every account.", "Write it at an account.")
    return None


def application(raw: str) -> str | None:
    if raw and raw not in application_names(g.scope):
        raise BadInput("There is no such application.")
    return raw or None


def person(raw: str) -> str:
    if raw not in care.assignees(g.scope):
        raise BadInput("This person cannot be asked.", "Choose one from the list.")
    return raw


def person_or_nobody(raw: str) -> str | None:
    return person(raw) if raw else None


def day(raw: str) -> date:
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        raise BadInput("The day is missing, or none of the calendar.", "Choose a day.") from None
    if not 2000 <= found.year < 2100:
        raise BadInput(f"The year {found.year} is too far away.", "Choose another day.")
    return found


def day_or_none(raw: str) -> date | None:
    return day(raw) if raw else None


def coming_day(raw: str) -> date:
    """Today or later; the day has begun already in the east, and has not in the west."""
    found, today = day(raw), datetime.now(UTC).date()
    if found < today - timedelta(days=1):
        raise BadInput(f"{in_words(found)} is over.", "Choose today or a later day.")
    return found


def number(raw: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", raw):
        raise BadInput("It is not said which one is meant.")
    return int(raw)


def words(most: int) -> Parser:
    def parse(raw: str) -> str:
        text = raw.replace("\r\n", "\n").strip()
        if not text:
            raise BadInput("Nothing is written yet.", "Write a few words, then send it.")
        if len(text) > most:
            raise BadInput(
                f"The text has {len(text):,} characters, and {most:,} fit.", "Shorten it, then send it again."
            )
        if NO_TEXT.search(text):
            raise BadInput("The text holds characters that cannot be shown.", "Type it, instead of pasting it.")
        return text

    return parse


# What is done


def keep_note(
    act: Act, account: Account | None, application: str | None, day: date | None, kind: str, text: str
) -> str:
    about = account.id if account else None
    notes.add_note(g.workspace, act, text, kind=kind, account_id=about, application_id=application, day=day)
    where = f"of {in_words(day)}" if day else f"on {account.name}" if account else "for everybody"
    return f"{kind.capitalize()} {where} kept."


def delete_note(act: Act, account: Account | None, id: int) -> str:
    if not notes.delete_note(g.workspace, act, account.id if account else None, id):
        raise NotAllowed("This note is not there any more, or somebody else wrote it.", "Ask who wrote it.")
    return "Note deleted."


def keep_follow_up(
    act: Act, account: Account, application: str | None, text: str, due_on: date, assigned_to: str
) -> str:
    follow_ups.add_follow_up(g.workspace, act, account.id, text, due_on, assigned_to, application)
    return f"Follow-up for {in_words(due_on)} kept."


def complete(act: Act, account: Account, id: int) -> str:
    if not follow_ups.complete_follow_up(g.workspace, act, account.id, id):
        raise BadInput("This follow-up is not there any more.")
    return "Follow-up done."


def reopen(act: Act, account: Account, id: int) -> str:
    if not follow_ups.reopen_follow_up(g.workspace, act, account.id, id):
        raise BadInput("This follow-up is not there any more.")
    return "Follow-up open again."


def assign(act: Act, account: Account, assigned_to: str | None) -> str:
    care.assign(g.workspace, act, account.id, assigned_to)
    who = care.assignees(g.scope)[assigned_to] if assigned_to else "nobody"
    return f"{account.name} is assigned to {who}."


def snooze(act: Act, account: Account, until: date, reason: str) -> str:
    care.snooze(g.workspace, act, account.id, until, reason)
    return f"{account.name} is put aside until {in_words(until)}."


def unsnooze(act: Act, account: Account) -> str:
    care.unsnooze(g.workspace, act, account.id)
    return f"{account.name} is no longer put aside."


def in_words(day: date) -> str:
    """Thursday, 26 November; with the year where it is another one."""
    year = "" if day.year == datetime.now(UTC).year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


ACTIONS = {
    "note": Action(
        {
            "account": account_or_all,
            "application": application,
            "day": day_or_none,
            "kind": one_of(*NOTE_KINDS),
            "text": words(LONGEST_TEXT),
        },
        keep_note,
    ),
    "delete-note": Action({"account": account_or_all, "id": number}, delete_note),
    "follow-up": Action(
        {
            "account": account,
            "application": application,
            "text": words(LONGEST_TEXT),
            "due_on": coming_day,
            "assigned_to": person,
        },
        keep_follow_up,
    ),
    "complete": Action({"account": account, "id": number}, complete),
    "reopen": Action({"account": account, "id": number}, reopen),
    "assign": Action({"account": account, "assigned_to": person_or_nobody}, assign),
    "snooze": Action({"account": account, "until": coming_day, "reason": words(LONGEST_REASON)}, snooze),
    "unsnooze": Action({"account": account}, unsnooze),
}
