"""The work list of Inactive & low: which account to call first, whom there, and why; and what is done about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.accounts import account_link
from layouts.controls import card, empty, exports, link, menu, state_chip, switch
from layouts.forms import assign_form, away, follow_up_form, note_form, snooze_form, unsnooze_form
from layouts.links import Query

NUMBERS = ("probability", "annual_value")
OUTLOOK = "Likelihood of no use in the next 8 weeks; asked of pairs used in at least 3 of the last 12"
SIZES = (20, 50, 100, 200)
PAIRS_SHOWN = 3
LONGEST_NAME = 60
CALL_STATES = ("never activated", "inactive", "low")
CARE = {"all": "All", "mine": "Mine", "snoozed": "Put aside"}
ORDER = (
    "Most first: months silent, at most 6, or likely to be so soon, × annual value ÷ mean × nearness of the renewal, "
    "summed over an account's pairs"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Accounts on the list and put aside; `is_known`: could what was written about them be read?"""

    listed: int
    snoozed: int
    is_known: bool


def work_list(
    pairs: pd.DataFrame, people: Mapping[str, Any], names: Mapping[str, str], counts: Counts, query: Query, href: str
) -> html.Section:
    """`pairs`: one row per pair to call, account by account in the order of their priority.

    Columns: those of data_access/inactive.py CALLS and of care.py CARE, days_silent, days_to_renewal, probability, why,
    score, last_user.
    `people`: the contact by account id. `names` of those who may be assigned, by address.
    """
    which = query.one("care") or "all"
    options = [(words, query.only("care", key).only("calls", None).search, key == which) for key, words in CARE.items()]
    finding = ORDER + (f"; {numbers.full(counts.snoozed)} put aside" if counts.snoozed and which != "snoozed" else "")
    return card(
        _title(counts.listed, which),
        finding,
        [None if counts.is_known else away(), _table(pairs, people, names, counts, query)]
        if counts.listed
        else _nobody(query, which, counts),
        identity="inactive-calls",
        actions=[
            switch("Whose accounts", options),
            exports(f"{href}/calls", query.search, rows=links.rows("calls", query)),
        ],
        class_name="calls",
    )


def _title(count: int, which: str) -> str:
    if which == "snoozed":
        return f"{numbers.plural(count, 'account')} put aside" if count else "No account is put aside"
    mine = " of mine" if which == "mine" else ""
    return f"{numbers.plural(count, 'account')}{mine} to call" if count else f"No account{mine} needs a call"


def forms(assignees: Mapping[str, str], which: str) -> html.Template:
    """What the menu of a row holds while it is open (assets/inactive.js): for which account is filled in there."""
    aside = (
        [html.Div("Put aside", className="menu-heading"), snooze_form("")]
        if which != "snoozed"
        else [html.Div("Back on the list", className="menu-heading"), unsnooze_form("")]
    )
    return html.Template(
        [
            html.Div("Assign", className="menu-heading"),
            assign_form("", assignees),
            html.Div("Follow up", className="menu-heading"),
            follow_up_form("", assignees),
            *aside,
            html.Div("Note", className="menu-heading"),
            note_form(""),
        ]
    )


def _nobody(query: Query, which: str, counts: Counts) -> Any:
    if not counts.is_known:
        return away()
    if which == "snoozed":
        return empty("No account is put aside.", "The menu of an account puts it aside until a day.")
    if which == "mine":
        return empty("No account to call is assigned to you.", "All shows those of everybody; the menu assigns one.")
    if set(query.all("state")) - set(CALL_STATES):
        return empty(
            "No pair in the states chosen needs a call.",
            "Those that do are never activated, inactive or low: take away the filter on the state.",
        )
    return empty("Every pair here is in use as usual, or was cancelled.", "Take away a filter above to see others.")


def _table(
    pairs: pd.DataFrame, people: Mapping[str, Any], names: Mapping[str, str], counts: Counts, query: Query
) -> list[Any]:
    known = [name for name in ("probability", "last_user", "annual_value", "renews_on") if pairs[name].notna().any()]
    words = {
        "probability": "Outlook",
        "last_user": "Last user",
        "annual_value": "Annual value",
        "renews_on": "Renews on",
    }
    heads = [
        ("", "place"), ("Account", ""), ("Application", ""), ("State, since", ""), ("Days silent", "number"),
        *((words[name], "number" if name in NUMBERS else "") for name in known),
        *([("Main contact", "")] if people else []), ("", "act"),
    ]  # fmt: skip
    head = html.Tr([html.Th(text, scope="col", className=mark) for text, mark in heads])
    groups = [
        _account(place, group, people, names, known, query)
        for place, (account_id, group) in enumerate(pairs.groupby("account_id", sort=False), start=1)
    ]
    table = html.Table([html.Thead(head), *groups], className="plain")
    return [html.Div(table, className="sideways", tabIndex=0), _more(len(groups), counts.listed, query)]


def _account(
    place: int,
    pairs: pd.DataFrame,
    people: Mapping[str, Any],
    names: Mapping[str, str],
    known: list[str],
    query: Query,
) -> html.Tbody:
    """A line per pair, the first few, and one that says why the account stands where it does."""
    shown = list(pairs.head(PAIRS_SHOWN).itertuples(index=False))
    first, height = shown[0], len(shown) + 1
    lines = [_pair(row, known, query) for row in shown]
    account = [
        account_link(first.account, first.account_id, query),
        html.Div(first.manager, className="finding", title="Account manager") if pd.notna(first.manager) else None,
        *(html.Div(words, className="cared", title=words) for words in _care(first, names)),
    ]
    before = [
        html.Td(str(place), className="place", rowSpan=height),
        html.Th(account, scope="rowgroup", rowSpan=height, className="name"),
    ]
    person = [html.Td(_person(people.get(first.account_id)), rowSpan=height, className="contact")] if people else []
    after = [*person, html.Td(_menu(first), rowSpan=height, className="act")]
    why = html.Td(
        [html.Span(reason(pairs), title=first.application), _rest(pairs, query)],
        colSpan=3 + len(known),
        className="finding why",
    )
    return html.Tbody([html.Tr([*before, *lines[0], *after]), *map(html.Tr, lines[1:]), html.Tr(why)])


def _care(row: Any, names: Mapping[str, str]) -> list[str]:
    """Who looks after the account, and what is open there."""
    words = []
    if pd.notna(row.assigned_to):
        words.append(f"Assigned to {names.get(row.assigned_to, row.assigned_to)}")
    if row.open_follow_ups:
        words.append(f"{numbers.plural(row.open_follow_ups, 'follow-up')}, due {numbers.day(row.next_due_on)}")
    if pd.notna(row.snoozed_until):
        words.append(f"Put aside until {numbers.day(row.snoozed_until)}: {row.snooze_reason}")
    return words


def _menu(row: Any) -> html.Details:
    hidden = html.Span(f"Assign, follow up, put aside or note: {row.account}", className="for-readers")
    opened = menu(
        [html.Span("⋯", **{"aria-hidden": "true"}), hidden], [], "more care", "Assign, follow up, put aside, note"
    )
    assigned = row.assigned_to if pd.notna(row.assigned_to) else ""
    return html.Details(
        opened.children, className=opened.className, **{"data-account": row.account_id, "data-assigned": assigned}
    )


def _pair(row: Any, known: list[str], query: Query) -> list[html.Td]:
    words = numbers.since(row.state, row.since, row.is_week) if pd.notna(row.since) else ""
    cells = {
        "probability": html.Td(
            numbers.share(row.probability), className="number", title=row.why if pd.notna(row.why) else OUTLOOK
        ),
        "last_user": html.Td(row.last_user if pd.notna(row.last_user) else numbers.NOTHING, className="person"),
        "annual_value": html.Td(numbers.full(row.annual_value), className="number"),
        "renews_on": html.Td(numbers.day(row.renews_on), className="day"),
    }
    return [
        html.Td(
            link(row.application, query.only("app", row.application_id).search, title=row.application), className="app"
        ),
        html.Td([state_chip(row.state), " ", html.Span(words, className="finding")], className="since"),
        html.Td(numbers.full(row.days_silent), className="number"),
        *(cells[name] for name in known),
    ]


def reason(pairs: pd.DataFrame) -> str:
    """Why an account stands where it does, of its pair that weighs most."""
    first = pairs.iloc[0]
    days = numbers.plural(int(first["days_silent"]), "day") if pd.notna(first["days_silent"]) else "an unknown time"
    silent = {
        "never activated": f"never used in the {days} since its start",
        "inactive": f"silent for {days}",
        "low": f"used little, last {f'{days} ago' if first['days_silent'] else 'today'}",
    }[first["state"]]
    name = first["application"]
    name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    parts = [f"{name} is {silent}" if first["state"] == "inactive" else f"{name}: {silent}"]
    if pd.notna(first["annual_value"]):
        parts.append(f"worth {numbers.full(first['annual_value'])} a year")
    if pd.notna(first["days_to_renewal"]):
        parts.append(_renewal(int(first["days_to_renewal"])))
    return f"{', '.join(parts)}. Priority {pairs['score'].sum():,.1f}"


def _renewal(days: int) -> str:
    if days < 0:
        return f"its renewal was due {numbers.plural(-days, 'day')} ago"
    return "renews today" if days == 0 else f"renews in {numbers.plural(days, 'day')}"


def _rest(pairs: pd.DataFrame, query: Query) -> list[Any]:
    hidden = len(pairs) - PAIRS_SHOWN
    if hidden <= 0:
        return ["."]
    of_it = query.among("state", CALL_STATES).only("account", pairs["account_id"].iloc[0])
    return [
        ", with ",
        link(f"{numbers.full(hidden)} more {'pair' if hidden == 1 else 'pairs'}", links.rows("pairs", of_it)),
        ".",
    ]


def _person(person: Any) -> Any:
    if person is None:
        return html.Span("No contact known", className="finding")
    role = html.Span(person.contact_role, className="finding", title=person.contact_role)
    return [
        html.Div([person.contact, " ", role if pd.notna(person.contact_role) else None], className="who"),
        _reach(person.contact_email, f"mailto:{quote(str(person.contact_email), safe='@+')}"),
        _reach(person.contact_phone, f"tel:{re.sub(r'[^0-9+]', '', str(person.contact_phone))}"),
    ]


def _reach(words: Any, href: str) -> html.A | None:
    return html.A(words, href=href, title=words, className="reach") if pd.notna(words) else None


def _more(shown: int, count: int, query: Query) -> html.Div | None:
    """How to see further accounts: a longer list, and beyond that the rows."""
    if shown >= count:
        return None
    longer = [link(f"Show {size}", query.only("calls", str(size)).search, "quiet") for size in SIZES if shown < size][
        :2
    ]
    every = link("Rows of all of them", links.rows("calls", query), "quiet")
    words = f"{numbers.full(shown)} of {numbers.plural(count, 'account')}. "
    return html.Div([words, *longer, every], className="sizes finding")
