"""How is a field of a form read? As text that was checked, or refused in words that say what to do."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import g

from callbacks.request import BadInput, NotAllowed, Parser
from callbacks.request import text as short_text
from data_access import care
from data_access.choices import account_name, application_names

LONGEST_ID = 1_000
# Lines and tabs are text; what else steers a terminal or is half a character is not.
NO_TEXT = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Account:
    """One that who writes may see."""

    id: str
    name: str


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


def in_words(day: date) -> str:
    """Thursday, 26 November; with the year where it is another one."""
    year = "" if day.year == datetime.now(UTC).year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"
