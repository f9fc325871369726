"""What changed at an account since last month, in words? Each sentence leads to where it is seen."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html
from flask import g

from callbacks.workspace import from_workspace
from data_access import account as data
from data_access import account_events as events
from data_access import account_people as persons
from data_access.account_people import Mark
from data_access.accounts import total
from data_access.filters import Filters
from data_access.follow_ups import open_follow_ups
from layouts import links, numbers
from layouts.controls import link
from layouts.links import Query
from layouts.shell import MEASURES

NAMED = 2


def sentences(filters: Filters, query: Query) -> list[Any]:
    """`filters` and `query`: of the last four weeks and the four before, about the account alone."""
    told = data.datasets(filters.scope)
    found = [
        _use(filters, query),
        _people(filters, query) if "users" in g.generation.measures else None,
        _touchpoint(filters) if "touchpoints" in told else None,
        _open(filters, told),
    ]
    return [sentence for sentence in found if sentence]


def _use(filters: Filters, query: Query) -> list[Any]:
    amounts = total(filters).iloc[0]
    value, before = float(amounts["value"]), 0.0 if pd.isna(amounts["before"]) else float(amounts["before"])
    noun, rows = MEASURES[filters.measure], links.rows("use", query)
    if value == before == 0:
        return _silence(filters)
    if filters.comparison is None:
        return [link(numbers.counted(value, noun.lower()), rows), "; there is nothing earlier to compare with."]
    if value == 0:
        had = link(numbers.counted(before, noun.lower()), links.rows("before", query))
        return [
            "Use stopped: there were ",
            had,
            " in the four weeks before, and none since",
            _mover(filters, query, -1),
        ]
    if before == 0:
        return [noun, " began again: ", link(numbers.full(value), rows), ", after none", _mover(filters, query, 1)]
    if value == before:
        return [noun, " did not change: ", link(numbers.full(value), rows), " as before."]
    verb = "rose" if value > before else "fell"
    moved = f" {verb} {abs(value / before - 1):.1%} to "
    return [noun, moved, link(numbers.full(value), rows), _mover(filters, query, 1 if value > before else -1)]


def _mover(filters: Filters, query: Query, direction: int) -> list[Any]:
    """The application that moved most the same way."""
    rows = data.applications_of(filters)
    differences = (rows["value"] - rows["before"]) * direction
    if len(rows) < 2 or not differences.max() > 0:
        return ["."]
    row = rows.loc[differences.idxmax()]
    of_it = links.account(filters.account or "", query.only("account", None).only("app", row["application_id"]))
    moved = numbers.full(abs(row["value"] - row["before"]))
    return ["; ", link(row["application"], of_it), f" {'rose' if direction > 0 else 'fell'} most, by {moved}."]


def _silence(filters: Filters) -> list[Any]:
    last = data.applications_of(filters)[["application", "last_use_on"]].dropna()
    start = f"No {MEASURES[filters.measure].lower()} in the last eight weeks"
    if last.empty:
        return [f"{start}, and nothing was ever used."]
    latest = last.loc[last["last_use_on"].idxmax()]
    where = html.A(latest["application"], href="#account-applications-title")
    return [f"{start}; the last use of any kind was in ", where, f" on {numbers.day(latest['last_use_on'])}."]


def _people(filters: Filters, query: Query) -> list[Any] | None:
    counts = persons.people_counts(filters).set_index("mark")["people"].to_dict()
    parts: list[Any] = []
    if filters.comparison is not None:
        for mark, verb in ((Mark.STOPPED, "stopped"), (Mark.NEW, "began")):
            if count := counts.get(mark, 0):
                names = persons.people(filters, (mark,), NAMED)["person"].tolist()
                parts += ["; " if parts else "", link(_named(names, count), _page(filters, query, mark)), f" {verb}"]
    active = counts.get(Mark.ACTIVE, 0) + counts.get(Mark.NEW, 0)
    if parts:
        return [*parts, " in the last four weeks."]
    if not active:
        return None
    who = link(numbers.plural(active, "user"), _page(filters, query, Mark.ACTIVE))
    return ["Nobody began or stopped in the last four weeks: " if filters.comparison else "", who, " active."]


def _page(filters: Filters, query: Query, mark: Mark) -> str:
    """This page, in these four weeks, with those people."""
    return links.account(filters.account or "", query.only("account", None).only("people", mark))


def _named(names: Sequence[str], count: int) -> str:
    """Ann; Ann and Bob; Ann, Bob and 3 others."""
    if count == 1:
        return names[0]
    if count == len(names):
        return " and ".join(names)
    return f"{', '.join(names)} and {numbers.plural(count - len(names), 'other')}"


def _touchpoint(filters: Filters) -> list[Any]:
    last = events.touchpoints_of(filters, 1)
    if last.empty:
        return ["No touchpoint is on record."]
    row = last.iloc[0]
    kind = "contact" if pd.isna(row["kind"]) else row["kind"]
    who = "" if pd.isna(row["person"]) else f" by {row['person']}"
    missed = ", not attended" if pd.notna(row["attended"]) and not row["attended"] else ""
    what = html.A(f"{kind}{who}", href="#account-timeline-title")
    return [f"The last touchpoint was on {numbers.day(row['occurred_at'])}: ", what, f"{missed}."]


def _open(filters: Filters, told: frozenset[str]) -> list[Any]:
    tickets, follow_ups = _tickets(filters) if "tickets" in told else [], _follow_ups(filters)
    return [*tickets, " ", *follow_ups] if tickets and follow_ups else tickets or follow_ups


def _tickets(filters: Filters) -> list[Any]:
    row = events.ticket_totals(filters).iloc[0]
    if not row["open"]:
        return ["No ticket is open."]
    is_one = row["open"] == 1
    where = html.A(numbers.plural(int(row["open"]), "ticket"), href="#account-tickets-title")
    since = f" open, {'' if is_one else 'the oldest '}since {numbers.day(row['oldest_open_at'])}."
    return [where, " is" if is_one else " are", since]


def _follow_ups(filters: Filters) -> list[Any]:
    """None of them is overdue by itself: an answer that is kept knows no today, so the day is named."""
    found = from_workspace(open_follow_ups, [filters.account])
    if found is None or found.empty:
        return []
    is_one = len(found) == 1
    where = html.A(numbers.plural(len(found), "follow-up"), href="#account-notes-title")
    return [where, f" {'is' if is_one else 'are'} open, {'' if is_one else 'the first '}due ",
            f"{numbers.day(found['due_on'].iloc[0])}."]  # fmt: skip
