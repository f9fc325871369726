"""Usage over time: how does use of each application move, and where are spikes?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts import links, numbers
from layouts.accounts import account_link
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
    switch,
    table,
    to_rows,
)
from layouts.forms import away, note_form, note_item
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

HEIGHT = 380
UNITS = {"day": "Day", "week": "Week", "month": "Month"}
NO_DATA = "no data"
ARROWS, DIRECTIONS = {1: "▲", -1: "▼"}, {1: "rise", -1: "fall"}
BUCKETS = {"day": "days", "week": "weeks", "month": "months"}
BEFORE = {"day": "a week before", "week": "the week before", "month": "the month before"}


class Ids(StrEnum):
    HEADING = "usage-heading"
    RAIL = "usage-rail"
    FIGURE = "usage-figure"
    CHART = "usage-chart"
    CHART_HEAD = "usage-chart-head"
    CHART_ACTIONS = "usage-chart-actions"
    CHART_TABLE = "usage-chart-table"
    NOTES = "usage-notes"
    NOTE_FORM = "usage-note-form"
    BEHIND = "usage-behind"
    APPLICATIONS = "usage-applications"


def layout() -> html.Div:
    label = "Lines of use over time; a table of the same numbers follows"
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            html.Div(
                [
                    html.Div(place(Ids.RAIL, skeleton(18)), className="slot"),
                    html.Div(
                        [
                            html.Section(
                                [
                                    html.Header(
                                        [
                                            place(Ids.CHART_HEAD),
                                            html.Div(place(Ids.CHART_ACTIONS), className="card-actions"),
                                        ]
                                    ),
                                    dcc.Store(id=Ids.FIGURE),
                                    graph(Ids.CHART, label, HEIGHT),
                                    place(Ids.CHART_TABLE),
                                ],
                                className="card",
                                **{"aria-label": "Use over time"},
                            ),
                            html.Div(place(Ids.BEHIND), className="slot"),
                            _notes_card(),
                            html.Div(place(Ids.APPLICATIONS, skeleton(10)), className="slot"),
                        ],
                        className="main-column",
                    ),
                ],
                className="with-rail",
            ),
        ],
        className="page-usage",
    )


def _notes_card() -> html.Section:
    # What is typed in the form must outlive the list, which is drawn anew with every write.
    return card(
        "Notes on the time axis",
        "Releases, holidays and outages among the days shown, for everybody to see",
        html.Div([place(Ids.NOTES), place(Ids.NOTE_FORM)]),
        identity="usage-notes",
    )


def notes(rows: pd.DataFrame | None, user: str, is_administrator: bool) -> Any:
    """None: they cannot be read now."""
    if rows is None:
        return away()
    if rows.empty:
        return html.P("No note on the days shown.", className="finding none")
    return html.Ul(
        [note_item(row, may_delete=is_administrator or row.created_by == user) for row in rows.itertuples(index=False)],
        className="notes",
    )


def note_adder(day: date, application_id: str | None, application: str | None) -> html.Details:
    words = f"Add a note about {application}" if application else "Add a note"
    return html.Details([html.Summary(words), note_form(application_id=application_id, day=day)], className="twin")


def heading(subject: str, sentence: str) -> list[Any]:
    return [html.H1(f"How does use of {subject} move, and where are spikes?"), html.P(sentence, className="finding")]


def bucket_words(start: date, by: str) -> str:
    """The week of 16 Nov 2026; November 2026; 16 Nov 2026."""
    return {"day": numbers.day(start), "week": f"the week of {numbers.day(start)}", "month": f"{start:%B %Y}"}[by]


def rail(rows: pd.DataFrame, trends: Mapping[str, list[float]], query: Query, colours: Mapping[str, str],
         when: str) -> html.Section:  # fmt: skip
    """Everything, then a row per application; a click drills into it, another leaves it.

    Columns of `rows`: application_id (empty of everything), application, value, before.
    """
    chosen = query.all("app")
    items = []
    for row in rows.itertuples(index=False):
        is_chosen = row.application_id in chosen or (not row.application_id and not chosen)
        target = None if chosen == (row.application_id,) else row.application_id or None
        mark = f" {colours[row.application_id]}" if row.application_id in colours else ""
        items.append(
            link(
                [
                    html.Span(row.application, className="name", title=row.application),
                    sparkline(trends.get(row.application_id, [])),
                    html.Span(known(row.value, numbers.short), className="number"),
                    change(row.value, row.before),
                ],
                query.only("app", target).search,
                f"rail-row{' chosen' if is_chosen else ''}{mark}",
                title=f"{row.application}: {numbers.full(row.value)}",
                **{"data-line": row.application_id},
                **({"aria-current": "true"} if is_chosen else {}),
            )
        )
    return card(
        "Application types",
        when,
        html.Div(items, className="rail-rows"),
        identity="usage-rail",
        class_name="rail",
    )


def chart_head(title: str, finding: str) -> list[Any]:
    return [html.H2(title), html.P(finding, className="finding")]


def chart_actions(by: str, query: Query, exports_href: str) -> list[Any]:
    options = [(words, query.only("by", key).search, key == by) for key, words in UNITS.items()]
    return [switch("By", options), exports(exports_href, query.search)]


def narrowed(query: Query, first: date, last: date) -> Query:
    return query.only("period", f"{first.isoformat()}..{last.isoformat()}")


def known(value: float, written: Callable[[float], str] = numbers.full) -> str:
    """A number as it is written; missing: the feed was away."""
    return NO_DATA if value != value else written(value)


def hint(words: str) -> html.P | None:
    return html.P(words, className="finding under-chart") if words else None


def flagged(rows: pd.DataFrame, query: Query) -> html.Details | None:
    """The weeks that are marked, newest first. Columns of `rows`: callbacks.usage_flags.flagged."""
    if rows.empty:
        return None
    newest = rows.iloc[::-1]
    body = [
        [
            link(numbers.day(row.week), _week_of(row.week, row.application_id, query).search),
            row.application,
            html.Span(
                [html.B(ARROWS[row.direction], className="change " + DIRECTIONS[row.direction]), " ", row.sentence]
            ),
        ]
        for row in newest.itertuples(index=False)
    ]
    last = newest.iloc[0]
    which = f"{ARROWS[last.direction]} {last.application}, week of {numbers.day(last.week)}"
    weeks = rows["week"].nunique()
    summary = f"{weeks} weeks stand out, the last: {which}" if weeks > 1 else f"1 week stands out: {which}"
    return html.Details([html.Summary(summary), table(["Week", "Application", "What was seen"], body)],
                        className="twin flagged")  # fmt: skip


def _week_of(monday: pd.Timestamp, application_id: str, query: Query) -> Query:
    week = narrowed(query, monday.date(), monday.date() + timedelta(days=6))
    return week.only("app", application_id) if application_id else week


def chart_table(
    values: pd.DataFrame,
    names: Mapping[str, str],
    expected: Mapping[str, pd.DataFrame],
    ends: Sequence[date],
    is_complete: Sequence[bool],
    query: Query,
    by: str,
) -> html.Details:
    """The lines as a table, newest first. `values`: a row per bucket, a column per application; missing: no data.

    `expected`: of some of them, low and high in rows alike.
    """
    columns: list[tuple[str, list[str]]] = []
    for key, name in names.items():
        columns.append((name, [known(value) for value in values[key]]))
        if key in expected:
            ranges = zip(expected[key]["low"], expected[key]["high"], strict=True)
            columns.append((f"Expected of {name}", [_range(low, high) for low, high in ranges]))
    head = [html.Th(UNITS[by], scope="col"), *(html.Th(name, scope="col", className="number") for name, _ in columns)]
    body = [
        html.Tr(
            [
                html.Th(_bucket_link(start.date(), ends[place], is_complete[place], query, by), scope="row"),
                *(html.Td(texts[place], className="number") for _, texts in columns),
            ]
        )
        for place, start in enumerate(values.index)
    ]
    plain = html.Table([html.Thead(html.Tr(head)), html.Tbody(body[::-1])], className="plain")
    return html.Details(
        [html.Summary("Show as a table"), html.Div(plain, className="scroll", tabIndex=0)], className="twin"
    )


def _range(low: float, high: float) -> str:
    return numbers.NOTHING if low != low else f"{numbers.full(round(low))}–{numbers.full(round(high))}"


def _bucket_link(start: date, end: date, is_complete: bool, query: Query, by: str) -> list[Any]:
    words = f"{start:%b %Y}" if by == "month" else numbers.day(start)
    return [link(words, narrowed(query, start, end).search), "" if is_complete else " (incomplete)"]


def behind(accounts: pd.DataFrame, people: pd.DataFrame | None, *, when: str, finding: str, rest: tuple[int, float],
           people_count: int, query: Query, of_it: Query, exports_href: str, measure: str, against: str,
           has_logins: bool, is_known: bool) -> html.Div:  # fmt: skip
    """Who was behind one bucket. `rest`: how many accounts are not listed, and how much they have together.

    `of_it`: the address of the whole bucket, of which the period may be a part; `people` is None where the log names
    nobody; `against`: what the change compares with; `is_known`: whether there are data of anything asked for.
    """
    by_movement = query.one("behind") == "moved"
    orders = [
        ("Most", query.only("behind", None).search, not by_movement),
        ("Moved most", query.only("behind", "moved").search, by_movement),
    ]
    cards = [
        card(
            f"Accounts behind {when}",
            finding,
            _accounts_table(accounts, rest, query, of_it, measure, against) if is_known else _nothing_known(),
            identity="usage-behind",
            actions=[switch("Order", orders), exports(f"{exports_href}/accounts", query.search,
                                                      rows=links.rows("use", of_it))],
        )
    ]  # fmt: skip
    if people is not None and is_known:
        people_words = link(_people(people_count), links.rows("users", of_it)) if people_count else "Nobody"
        known = (
            ""
            if measure in ("users", "logins")
            else f"; {MEASURES[measure].lower()} are known by account, not by person"
        )
        cards.append(
            card(
                "People behind it",
                [people_words, f" {'was' if people_count < 2 else 'were'} active{known}"],
                _people_table(people, people_count, query, of_it, has_logins),
                identity="usage-people",
                actions=exports(f"{exports_href}/people", query.search, rows=links.rows("users", of_it)),
            )
        )
    return html.Div(cards, className="halves" if len(cards) > 1 else "")


def _nothing_known() -> html.Div:
    return empty("Nothing can be said of it.", "Its data are missing: Data, behind “As of”, shows until when they go.")


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{numbers.full(count)} people"


def _accounts_table(
    rows: pd.DataFrame, rest: tuple[int, float], query: Query, of_it: Query, measure: str, against: str
) -> Any:
    if rows.empty:
        return empty("No account used it then.", "Choose another point, or take away a filter above.")
    has_before = bool(against)
    body: list[list[Any]] = [
        [
            account_link(row.account, row.account_id, query),
            Number(to_rows(row.value, "use", of_it.only("account", row.account_id))),
            *([row.before, Number(change(row.value, row.before))] if has_before else []),
        ]
        for row in rows.itertuples(index=False)
    ]
    count, amount = rest
    if count:
        shown = numbers.full(amount) if measure != "users" else ""
        body.append([f"{numbers.full(count)} more", Number(shown), *(["", ""] if has_before else [])])
    return table(["Account", MEASURES[measure], *([against, "Change"] if has_before else [])], body)


def _people_table(rows: pd.DataFrame, count: int, query: Query, of_it: Query, has_logins: bool) -> Any:
    if rows.empty:
        return empty("Nobody is known to have used it then.", "Events without a user name no one.")
    body: list[list[Any]] = [
        [
            html.Span(row.person, title=row.person),
            account_link(row.account, row.account_id, query),
            *([Number(numbers.full(row.logins))] if has_logins else []),
            Number(numbers.full(row.days_active)),
            numbers.day(row.last_day),
        ]
        for row in rows.itertuples(index=False)
    ]
    if count > len(rows):
        body.append(
            [link(f"{numbers.full(count - len(rows))} more", links.rows("users", of_it)), *[""] * (3 + has_logins)]
        )
    return table(["Person", "Account", *(["Logins"] if has_logins else []), "Days", "Last seen"], body)


def applications(rows: pd.DataFrame, trends: Mapping[str, list[float]], query: Query, *, finding: str, by: str,
                 when: str, against: str, of_it: Query, exports_href: str) -> html.Section:  # fmt: skip
    """A row per application. Columns of `rows`: those of `rail`, high, high_on, low, low_on (missing where none).

    `of_it`: the address of the bucket in focus; `against`: what the change compares with, empty where nothing.
    """
    body: list[list[Any]] = []
    for row in rows.itertuples(index=False):
        asked = of_it.only("app", row.application_id) if row.application_id else of_it
        body.append(
            [
                link(row.application, query.only("app", row.application_id).search, title=row.application)
                if row.application_id
                else html.B(row.application),
                Number(sparkline(trends.get(row.application_id, []))),
                Number(to_rows(row.value, "use", asked, known(row.value))),
                *([row.before, Number(change(row.value, row.before))] if against else []),
                Number(_extreme(row.high, row.high_on, by)),
                Number(_extreme(row.low, row.low_on, by)),
            ]
        )
    heads = ["Application", "Trend", when, *([against, "Change"] if against else []), "Highest", "Lowest"]
    return card(
        "By application",
        finding,
        table(heads, body),
        identity="usage-applications",
        actions=exports(f"{exports_href}/applications", query.search),
    )


def _extreme(value: float, on: date | None, by: str) -> list[Any]:
    if on is None:
        return [numbers.NOTHING]
    words = f"{on:%b %Y}" if by == "month" else f"{on.day} {on:%b}"
    return [numbers.full(value), " ", html.Span(words, className="on")]
