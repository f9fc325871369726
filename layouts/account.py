"""Everything about one account."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import pandas as pd
from dash import html

from layouts import account_health as health
from layouts import links, numbers
from layouts.account_notes import notes_card
from layouts.controls import (
    Number,
    card,
    change,
    empty,
    exports,
    graph,
    link,
    skeleton,
    sparkline,
    state_chip,
    switch,
    table,
    to_rows,
)
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

CHART_HEIGHT = 280
PEOPLE_SHOWN = 50
TICKETS_SHOWN = 12
PEOPLE = {"active": "Active", "new": "New", "stopped": "Stopped"}
MARKS = {"new": "＋ New", "stopped": "✕ Stopped", "active": "● Active", "silent": "○ Silent"}


class Ids(StrEnum):
    HEADING = "account-heading"
    WORDS = "account-words"
    CHART = "account-chart"
    CHART_FINDING = "account-chart-finding"
    CHART_TABLE = "account-chart-table"
    CHART_EXPORTS = "account-chart-exports"
    FLAGS = "account-flags"
    APPLICATIONS = "account-applications"
    OUTLOOK = "account-outlook"
    PEOPLE = "account-people"
    CONTACTS = "account-contacts"
    TICKETS = "account-tickets"
    TIMELINE = "account-timeline"
    FORMS = "account-forms"
    KEPT = "account-kept"
    NOTES_ACTIONS = "account-notes-actions"
    MISSING = "account-missing"


def layout() -> html.Div:
    chart = card(
        "How does its use move, and in which applications?",
        place(Ids.CHART_FINDING),
        html.Div([graph(Ids.CHART, "Lines of weekly use, of all and by application; a table of the same numbers "
                        "follows", CHART_HEIGHT), place(Ids.CHART_TABLE)]),
        identity=Ids.CHART,
        actions=place(Ids.CHART_EXPORTS),
    )  # fmt: skip
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(2)), className="heading"),
            html.Div([_slot(Ids.WORDS, 6), chart], className="thirds"),
            health.block(),
            _slot(Ids.FLAGS, 3),
            _slot(Ids.APPLICATIONS, 8),
            _slot(Ids.OUTLOOK, 6),
            _slot(Ids.PEOPLE, 10),
            html.Div(
                [
                    html.Div([_slot(Ids.CONTACTS, 3), _slot(Ids.TICKETS, 6)], className="stacked"),
                    html.Div(
                        [notes_card(Ids.FORMS, Ids.KEPT, Ids.NOTES_ACTIONS), _slot(Ids.TIMELINE, 12)],
                        className="stacked",
                    ),
                ],
                className="pieces",
            ),
            html.Div(place(Ids.MISSING), className="finding missing"),
        ],
        className="page-account",
    )


def _slot(identity: str, rows: int) -> html.Div:
    return html.Div(place(identity, skeleton(rows)), className="slot")


def heading(
    account: Any, standing: pd.DataFrame, chosen: Sequence[str], first_week: date, query: Query, left_out: bool,
    health_chip: Any,
) -> list[Any]:  # fmt: skip
    """`account`: a row of data_access.account.PROFILE, `standing`: STANDING of all its applications.

    `chosen`: ids of applications. `left_out`: filters that one account ignores.
    """
    facts = {
        "Next renewal": numbers.day(account.renews_on),
        "Annual value": numbers.full(account.annual_value),
        "Seats": numbers.NOTHING if pd.isna(account.seats) else numbers.full(account.seats),
        "Plan": account.plan, "Industry": account.industry, "Region": account.region, "Manager": account.manager,
    }  # fmt: skip
    known = {name: words for name, words in facts.items() if not pd.isna(words) and words != numbers.NOTHING}
    remark = "The filters by segment, state and account do not narrow this page."
    return [
        html.Div(
            [
                html.H1(account.account, title=account.account),
                *_states(account, standing, chosen, first_week),
                health_chip,
                html.P(remark, className="finding") if left_out else None,
            ]
        ),
        link("Filter all tabs to this account", links.page("/", query), "button"),
        html.Dl([html.Div([html.Dt(name), html.Dd(words, title=words)]) for name, words in known.items()]),
    ]


def _states(account: Any, standing: pd.DataFrame, chosen: Sequence[str], first_week: date) -> list[html.P]:
    """Of the one application that is chosen, then of the account: the state, and since when."""
    one = standing[standing["application_id"].isin(chosen)] if len(chosen) == 1 else standing.iloc[:0]
    late = standing.loc[standing["state"] == "no data", "application"].tolist()
    told = [(f"{row.application}: ", row, [row.application]) for row in one.itertuples(index=False)]
    told.append(("Account: " if chosen else "", account, late))
    return [
        html.P([name, state_chip(row.state), _since(row, feeds, first_week)], className="finding")
        for name, row, feeds in told
    ]


def _since(row: Any, feeds: Sequence[str], first_week: date) -> str:
    """`feeds`: names of the applications that are late where the state is no data."""
    if row.state == "no data":
        return f" The feed of {' and '.join(feeds)} is late or ended"
    if pd.isna(row.since) or (row.is_week and row.since.date() <= first_week):
        return " for as long as there are data"
    return f" {numbers.since(row.state, row.since, row.is_week)}"


def words(sentences: Sequence[Any]) -> html.Section:
    return card(
        "What changed since last month?",
        "The last four complete weeks, and the four before",
        html.Ul([html.Li(sentence) for sentence in sentences], className="sentences"),
        identity=Ids.WORDS,
    )


def chart_table(wide: pd.DataFrame, total: pd.Series) -> Any:
    """The numbers of the chart, the last week first. `wide`: a row per week, a column per application."""
    rows = [
        [numbers.day(week), float(total[week]), *map(float, values)]
        for week, values in zip(wide.index[::-1], wide.to_numpy()[::-1], strict=True)
    ]
    heads = ("Week of", "All", *wide.columns)
    return html.Details([html.Summary("Show as a table"), table(heads, rows)], className="twin")


def applications(
    rows: pd.DataFrame, trends: Mapping[str, Sequence[float]], query: Query, of_it: Query, measure: str,
    has_subscriptions: bool, has_people: bool, href: str,
) -> html.Section:  # fmt: skip
    """`query`: the address, `of_it`: the same about this account alone."""
    dated = ["Started", "Renewal", "Cancelled"] if has_subscriptions else []
    foreseen = ["Outlook"] if rows["probability"].notna().any() else []
    heads = ["Application", "State", "52 weeks", MEASURES[measure], "Change", *(["Users"] if has_people else []),
             "Last use", *foreseen, *dated]  # fmt: skip
    cells = [
        [
            link(row.application, query.toggled("app", row.application_id).search, title=row.application),
            _state(row),
            sparkline(trends.get(row.application_id, [])),
            Number(to_rows(row.value, "use", of_it.only("app", row.application_id))),
            Number(change(row.value, row.before)),
            *([Number(_users(row, of_it.only("app", row.application_id)))] if has_people else []),
            numbers.day(row.last_use_on),
            *([_outlook(row)] if foreseen else []),
            *([numbers.day(row.started_on), numbers.day(row.renews_on), _cancelled(row)] if dated else []),
        ]
        for row in rows.itertuples(index=False)
    ]
    in_use = int((rows["value"] > 0).sum())
    entitled = int((~rows["state"].isin(["cancelled", "not started"])).sum())
    finding = f"{numbers.full(in_use)} in use in the period, {numbers.full(entitled)} entitled today"
    body = table(heads, cells) if cells else empty(
        "No application is chosen that this account has or used.", "Take away the filter by application above."
    )  # fmt: skip
    return card(
        "Which applications does it have, and use?",
        finding,
        body,
        identity=Ids.APPLICATIONS,
        actions=exports(f"{href}/applications", of_it.search, rows=links.rows("use", of_it)),
    )


def _outlook(row: Any) -> Number:
    why = (
        f"Likelihood of no use in the next 8 weeks. {row.why}" if pd.notna(row.why) else "Not in use lately: not asked"
    )
    return Number(html.Span(numbers.share(row.probability), title=why))


def _state(row: Any) -> html.Span:
    chip = state_chip(row.state)
    chip.title = None if pd.isna(row.since) else numbers.since(row.state, row.since, row.is_week).capitalize()
    return chip


def _users(row: Any, of_it: Query) -> list[Any]:
    seats = "" if pd.isna(row.seats) else f" of {numbers.full(row.seats)}"
    return [to_rows(row.users, "users", of_it), seats]


def _cancelled(row: Any) -> Any:
    if pd.isna(row.cancelled_on):
        return numbers.NOTHING
    words = numbers.day(row.cancelled_on) + ("" if pd.isna(row.cancel_reason) else f", {row.cancel_reason}")
    return html.Span(words, className="cut", title=words)


def people(
    rows: pd.DataFrame, used: Mapping[str, Sequence[str]], counts: Mapping[str, int], query: Query, of_it: Query,
    has_logins: bool, can_compare: bool, href: str,
) -> html.Section:  # fmt: skip
    """`used`: names of applications by user id. `counts`: people by mark, and of all under `all`."""
    chosen = query.one("people")
    options = [(f"All {numbers.full(counts['all'])}", query.only("people", None).search, chosen is None)]
    options += [
        (f"{words} {numbers.full(counts[key])}", query.only("people", key).search, chosen == key)
        for key, words in PEOPLE.items()
        if can_compare or key == "active"
    ]
    heads = ["Person", "Mark", "Days active", *(["Logins"] if has_logins else []), "Applications used", "Last day",
             "E-mail"]  # fmt: skip
    cells = [
        [
            html.Span(row.person, title=f"{row.person} ({row.user_id})"),
            html.Span(MARKS[row.mark], className=f"mark-{row.mark}"),
            int(row.days_active),
            *([int(row.logins)] if has_logins else []),
            _listed(used.get(row.user_id, [])),
            numbers.day(row.last_day),
            _mail(row.email),
        ]
        for row in rows.itertuples(index=False)
    ]
    body = table(heads, cells) if cells else empty(
        "Nobody here." if chosen else "Nobody is known to have used anything.", "Choose All, or a longer period."
    )  # fmt: skip
    return card(
        "Who uses it?",
        _who_uses_it(len(rows), counts, chosen, of_it, can_compare),
        body,
        identity=Ids.PEOPLE,
        actions=[
            switch("People", options),
            exports(f"{href}/people", of_it.search, rows=links.rows("users", of_it)),
        ],
        class_name="people",
    )


def _who_uses_it(shown: int, counts: Mapping[str, int], chosen: str | None, of_it: Query, can_compare: bool) -> Any:
    parts: list[Any] = [to_rows(counts["active"], "users", of_it), " active in the period"]
    if can_compare:
        parts.append(
            f", {numbers.full(counts['new'])} of them new; {numbers.full(counts['stopped'])} stopped in the period"
        )
    if counts[chosen or "all"] > shown:
        parts.append(f". The {numbers.full(shown)} with most days are shown; the export has all")
    return parts


def _listed(names: Sequence[str]) -> Any:
    words = ", ".join(names)
    return html.Span(words, className="cut", title=words) if names else numbers.NOTHING


def _mail(address: Any) -> Any:
    if pd.isna(address):
        return numbers.NOTHING
    return html.A(address, href=f"mailto:{quote(address, safe='@')}", className="cut", title=address)


def _phone(number: Any) -> Any:
    if pd.isna(number):
        return numbers.NOTHING
    dialled = "".join(sign for sign in number if sign in "+0123456789")
    return html.A(number, href=f"tel:{dialled}") if dialled else number


def contacts(rows: pd.DataFrame, of_it: Query, href: str) -> html.Section:
    cells = [
        [
            html.Span(row.name, title=row.name),
            _listed([row.role] if not pd.isna(row.role) else []),
            "★ Main" if row.is_main else "",
            _phone(row.phone),
            _mail(row.email),
        ]
        for row in rows.itertuples(index=False)
    ]
    body = table(("Name", "Role", "Contact", "Phone", "E-mail"), cells) if cells else empty(
        "Nobody to call is on record for this account.", "Add a row for it to the contacts table."
    )  # fmt: skip
    return card(
        "Whom does one call?",
        f"{numbers.plural(len(rows), 'contact')}, the main one first" if cells else "None on record",
        body,
        identity=Ids.CONTACTS,
        actions=exports(f"{href}/contacts", of_it.search) if cells else None,
    )


def tickets(rows: pd.DataFrame, totals: Any, months: pd.DataFrame, of_it: Query, href: str) -> html.Section:
    """`totals`: a row of data_access.account_events.TICKET_TOTALS."""
    if rows.empty:
        body: Any = empty("This account has opened no ticket.", "Tickets would be listed here, open ones first.")
        return card("What did it ask support?", "No ticket", body, identity=Ids.TICKETS)
    cells = [
        [
            html.Span(row.ticket_id, title=row.ticket_id),
            numbers.day(row.opened_at),
            numbers.NOTHING if pd.isna(row.priority) else row.priority,
            _after(row.opened_at, row.first_response_at, "waiting"),
            _after(row.opened_at, row.resolved_at, "● Open"),
            Number(numbers.full(row.satisfaction)),
            _listed([] if pd.isna(row.application) else [row.application]),
        ]
        for row in rows.itertuples(index=False)
    ]
    heads = ("Ticket", "Opened", "Priority", "First response", "Resolved", "Satisfaction", "Application")
    by_month = [[f"{row.month:%b %Y}", row.opened, row.resolved] for row in months[::-1].itertuples(index=False)]
    rated = "" if pd.isna(totals.satisfaction) else f"; satisfaction {totals.satisfaction:.1f} on average"
    shown = "" if totals.tickets <= len(rows) else f". The {len(rows)} that matter now are shown; the export has all"
    return card(
        "What did it ask support?",
        f"{numbers.full(totals.open)} of {numbers.plural(totals.tickets, 'ticket')} open{rated}{shown}",
        html.Div([
            table(heads, cells),
            html.Details(
                [html.Summary("By month, the last twelve"), table(("Month", "Opened", "Resolved"), by_month)],
                className="twin",
            ),
        ]),
        identity=Ids.TICKETS,
        actions=exports(f"{href}/tickets", of_it.search),
    )  # fmt: skip


def _after(opened: pd.Timestamp, when: pd.Timestamp, never: str) -> str:
    """How long after: 45 min, 4 h, 3 days."""
    if pd.isna(when):
        return never
    minutes = max((when - opened).total_seconds() / 60, 0)
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"


def missing(what: Sequence[str]) -> str | None:
    """One quiet line in place of the cards that a source cannot fill."""
    if not what:
        return None
    listed = what[0] if len(what) == 1 else f"{', '.join(what[:-1])} and {what[-1]}"
    return f"Not told by this source: {listed}. A table of that name in the mapping would tell."
