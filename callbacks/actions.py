"""What is written on a page, and may it be? One channel for every form, and one table of what can be done.

assets/forms.js hands over the fields of a form as text, and a nonce that is new
with every change of them. Whoever sees an account may write about it; what
concerns no single account is for those who see all of them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, no_update
from flask import g

from callbacks.fields import (
    Account,
    account,
    account_or_all,
    application,
    coming_day,
    day,
    day_or_none,
    in_words,
    number,
    person,
    person_or_nobody,
    words,
)
from callbacks.health_recipe import SCORE_FIELDS, keep_score
from callbacks.request import BadInput, NotAllowed, Parser, Refused, one_of, page_callback
from data_access import care, follow_ups, notes, verdicts
from data_access.engine import StoreUnavailable
from data_access.workspace import Act, WorkspaceUnavailable
from layouts.forms import LONGEST_REASON, LONGEST_TEXT, NOTE_KINDS
from layouts.shell import Ids

MOST_FIELDS, LONGEST_FIELD = 12, 20_000
NONCE = re.compile(r"[0-9a-f]{32}")
AWAY = "Notes and follow-ups cannot be reached now. What you wrote is still here: send it again in a minute."


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it was sent."""

    action: str
    fields: tuple[tuple[str, str], ...]
    nonce: str


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
    before, names = care.assign(g.workspace, act, account.id, assigned_to), care.assignees(g.scope)
    who = names[assigned_to] if assigned_to else "nobody"
    was = f" It was assigned to {names.get(before, before)} before." if before not in (None, assigned_to) else ""
    return f"{account.name} is assigned to {who}.{was}"


def snooze(act: Act, account: Account, until: date, reason: str) -> str:
    care.snooze(g.workspace, act, account.id, until, reason)
    return f"{account.name} is put aside until {in_words(until)}."


def unsnooze(act: Act, account: Account) -> str:
    care.unsnooze(g.workspace, act, account.id)
    return f"{account.name} is no longer put aside."


def acknowledge(act: Act, account: Account | None, application: str | None, week: date) -> str:
    verdicts.give(g.workspace, act, _episode(account, application, week), "seen", "yes")
    return "Acknowledged."


def explain(act: Act, account: Account | None, application: str | None, week: date, reason: str) -> str:
    verdicts.give(g.workspace, act, _episode(account, application, week), "reason", reason)
    return "Reason kept. The same at this time next year is not raised again."


def vote(act: Act, account: Account | None, application: str | None, week: date, useful: str) -> str:
    verdicts.give(g.workspace, act, _episode(account, application, week), "useful", useful)
    return "Thank you: it counts."


def _episode(account: Account | None, application: str | None, week: date) -> verdicts.Episode:
    if account is None and application is None:
        raise BadInput("It is not said which change is meant.")
    return verdicts.Episode(account.id if account else None, application, week)


_EPISODE: dict[str, Parser] = {"account": account_or_all, "application": application, "week": day}

ACTIONS = {
    "acknowledge": Action(_EPISODE, acknowledge),
    "explain": Action({**_EPISODE, "reason": words(LONGEST_REASON)}, explain),
    "vote": Action({**_EPISODE, "useful": one_of("yes", "no")}, vote),
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
    "score": Action(SCORE_FIELDS, keep_score),
    "snooze": Action({"account": account, "until": coming_day, "reason": words(LONGEST_REASON)}, snooze),
    "unsnooze": Action({"account": account}, unsnooze),
}
