"""The lower half of Inactive & low: who cancelled, when and why, and how was it used before?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.accounts import account_link
from layouts.controls import card, empty, exports, link, sparkline, table, to_rows
from layouts.inactive import SHOWN, plain
from layouts.links import Query
from layouts.shell import MEASURES

UNKNOWN_REASON = "No reason given"


@dataclass(frozen=True, slots=True)
class Column:
    """One bar of a small chart: how high, what it says, and where a click leads (nowhere: empty)."""

    height: float
    words: str
    label: str = ""
    value: str = ""
    href: str = ""
    is_lit: bool = True


def columns(marks: Sequence[Column], twin: html.Div) -> html.Div:
    """Bars from zero, side by side; the same numbers follow as a table."""
    highest = max([mark.height for mark in marks if mark.height == mark.height], default=0) or 1
    bars = [
        html.Div(
            [
                html.Span(mark.value, className="value"),
                _bar(mark, 0 if mark.height != mark.height else mark.height / highest),
                html.Span(mark.label, className="label"),
            ],
            className="column",
        )
        for mark in marks
    ]
    return html.Div(
        [
            html.Div(bars, className="columns", **{"aria-hidden": "true"}),
            html.Details([html.Summary("Show as a table"), twin], className="twin"),
        ],
        className="columns-and-twin",
    )


def _bar(mark: Column, share: float) -> Any:
    style = {"height": f"{100 * share:.1f}%"}
    class_name = "mark" if mark.is_lit else "mark faded"
    if not mark.href:
        return html.Div(html.Span(className=class_name, style=style), className="room", title=mark.words)
    return link(html.Span(className=class_name, style=style), mark.href, "room", title=mark.words, tabIndex=-1)


def when(
    months: pd.DataFrame, churn: Any, query: Query, period: tuple[date, date], later: int, href: str
) -> html.Section:
    """Cancellations by month, those of the period lit, with the churn rates of the period.

    `months`: month, pairs, value; every month, also those without. `period`: first and last day.
    """
    first, last = pd.Timestamp(period[0]), pd.Timestamp(period[1])
    ends = months["month"] + pd.offsets.MonthEnd(0)
    marks = [
        Column(
            height=row.pairs,
            words=f"{row.month:%B %Y}: {numbers.plural(row.pairs, 'pair')} cancelled. Show this month",
            label=f"{row.month:%Y}"
            if row.month.month == 1
            else f"{row.month:%b}"
            if row.month.month in (4, 7, 10)
            else "",
            value=numbers.short(row.pairs) if row.pairs else "",
            href=query.only("period", f"{row.month:%Y-%m-%d}..{end:%Y-%m-%d}").search,
            is_lit=bool(row.month <= last and end >= first),
        )
        for row, end in zip(months.itertuples(index=False), ends, strict=True)
    ]
    rows = [
        [
            link(f"{row.month:%b %Y}", query.only("period", f"{row.month:%Y-%m-%d}..{end:%Y-%m-%d}").search),
            row.pairs,
            row.value,
        ]
        for row, end in zip(months.itertuples(index=False), ends, strict=True)
    ]
    lost = int(churn.pairs_lost)
    title = (
        f"{numbers.plural(lost, 'pair')} of those at the start of the period lost"
        if lost
        else "No pair was lost in the period"
    )
    finding = "Cancellations by month, also outside the period; a click shows a month" + (
        f". {numbers.plural(later, 'pair')} will end later" if later else ""
    )
    never = empty("No pair was cancelled in these two years.", "Take away a filter above to see others.")
    chart = (
        columns(marks, table(("Month", "Pairs cancelled", "Annual value"), rows)) if months["pairs"].any() else never
    )
    return card(
        title,
        finding,
        [_rates(churn, query), chart],
        identity="inactive-when",
        actions=exports(f"{href}/months", query.search),
    )


def _rates(churn: Any, query: Query) -> html.Dl:
    """Churn rate of accounts, pairs and annual value, with the way to what was lost and to what there was."""
    rates = [
        ("of accounts", churn.accounts_lost, churn.accounts, "-accounts"),
        ("of pairs", churn.pairs_lost, churn.pairs, ""),
        ("of annual value", churn.value_lost, churn.value, "-value"),
    ]
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(f"Churn {noun}"),
                    html.Dd(
                        [
                            html.B(rate(lost, start)), " ",
                            to_rows(lost, f"lost{kind}", query, numbers.short(lost)), " of ",
                            to_rows(start, f"held{kind}", query, numbers.short(start)),
                        ]
                        if start > 0
                        else _none(start, churn.pairs)
                    ),
                ]
            )
            for noun, lost, start, kind in rates
        ],
        className="rates",
    )  # fmt: skip


def _none(start: float, pairs: int) -> str:
    return "not known" if pairs and math.isnan(start) else "none at the start of the period"


def _nobody(period: str) -> html.Div:
    return empty(f"No pair was cancelled from {period}.", "Choose a longer period, or take away a filter above.")


def rate(lost: float, start: float) -> str:
    """0.8%; – where nothing was there to lose, or nothing is known."""
    return f"{lost / start:.1%}" if start > 0 else numbers.NOTHING


def before(means: pd.Series, pairs: int, query: Query, measure: str, period: str, href: str) -> html.Section:
    """Use per cancelled pair and week before the cancellation. `means`: by week, −26 … −1; missing where unknown."""
    noun = MEASURES[measure].lower()
    known = means.dropna()
    if known.empty or not pairs:
        body: Any = _nobody(period)
        return card(
            "How was it used before?", "In the 26 weeks before a cancellation", body, identity="inactive-before"
        )
    early, late = known.iloc[: len(known) // 2].mean(), known.iloc[-4:].mean()
    marks = [
        Column(
            height=value,
            words=f"{numbers.plural(-week, 'week')} before: {numbers.full(round(value, 1))} {noun} per pair",
            label=str(week).replace("-", "−") if week in (-26, -20, -13, -8, -4, -1) else "",
            value=numbers.full(round(value, 1)) if week in (-26, -13, -1) else "",
        )
        for week, value in means.items()
    ]
    rows = [[f"{-week}", round(value, 1)] for week, value in means.items()]
    return card(
        _movement(early, late),
        f"Mean {noun} per pair in each of the 26 weeks before its cancellation, of {numbers.plural(pairs, 'pair')}",
        columns(marks, table(("Weeks before", f"{MEASURES[measure]} per pair"), rows)),
        identity="inactive-before",
        actions=exports(f"{href}/before", query.search),
    )


def _movement(early: float, late: float) -> str:
    if not early > 0:
        return "They were not used before they cancelled" if not late > 0 else "Use began late before the cancellation"
    share = late / early - 1
    if abs(share) < 0.1:
        return "Use hardly changed before the cancellation"
    return f"Use {'fell' if share < 0 else 'rose'} {abs(share):.0%} before the cancellation"


def gone(
    cancelled: pd.DataFrame, trends: Mapping[tuple[str, str], list[float]], query: Query, period: str, href: str
) -> html.Section:
    """The cancellations of the period, each with its use in the half year before."""
    if cancelled.empty:
        body: Any = _nobody(period)
        return card("Who cancelled?", "Cancellations of the period, the last first", body, identity="inactive-gone")
    rows = [
        [
            account_link(row.account, row.account_id, query),
            link(row.application, query.only("app", row.application_id).search, title=row.application),
            numbers.day(row.cancelled_on),
            html.Span(
                row.reason if pd.notna(row.reason) else UNKNOWN_REASON,
                title=row.reason if pd.notna(row.reason) else None,
            ),
            numbers.full(row.annual_value),
            sparkline(trends[row.account_id, row.application_id], "Use in the 26 weeks before"),
        ]
        for row in cancelled.head(SHOWN).itertuples(index=False)
    ]
    accounts = cancelled["account_id"].nunique()
    return card(
        f"{numbers.plural(len(cancelled), 'pair')} of {numbers.plural(accounts, 'account')} cancelled in the period",
        "The last first" + (f"; the first {SHOWN} are shown, the file has all" if len(cancelled) > SHOWN else ""),
        plain(("Account", "Application", "Cancelled on", "Reason", "Value", "26 weeks before"), rows, {4}),
        identity="inactive-gone",
        class_name="gone",
        actions=exports(f"{href}/cancelled", query.search, rows=links.rows("ended", query)),
    )


def reasons(found: pd.DataFrame, query: Query, period: str, href: str) -> html.Section:
    """Columns of `found`: reason, pairs, value; most pairs first."""
    if found.empty:
        body: Any = _nobody(period)
        return card("Why did they cancel?", "Reasons given in the period", body, identity="inactive-reasons")
    first, most = found.iloc[0], found["pairs"].max()
    rows = [
        [
            html.Span(row.reason, title=row.reason),
            html.Span(className="mark", style={"width": f"{100 * row.pairs / most:.2f}%"}),
            numbers.full(row.pairs),
            numbers.full(row.value),
        ]
        for row in found.itertuples(index=False)
    ]
    return card(
        f"{first['reason']}: {first['pairs'] / found['pairs'].sum():.0%} of the cancellations",
        "Reasons given in the period",
        plain(("Reason", "", "Pairs cancelled", "Annual value"), rows, {2, 3}),
        identity="inactive-reasons",
        actions=exports(f"{href}/reasons", query.search, rows=links.rows("ended", query)),
        class_name="reasons",
    )


def by_application(churn: pd.DataFrame, query: Query, href: str) -> html.Section:
    """One row per application with pairs at the start of the period. Columns of `churn`: as of the query."""
    if churn.empty:
        body: Any = empty("No pair had started before this period.", "Choose a later period.")
        return card("Which applications lose most?", "Churn in the period", body, identity="inactive-applications")
    rows = [
        [
            link(row.application, query.only("app", row.application_id).search, title=row.application),
            to_rows(row.pairs_lost, "lost", query.only("app", row.application_id)),
            to_rows(row.pairs, "held", query.only("app", row.application_id)),
            rate(row.pairs_lost, row.pairs),
            to_rows(row.value_lost, "lost-value", query.only("app", row.application_id)),
            rate(row.value_lost, row.value),
        ]
        for row in churn.itertuples(index=False)
    ]
    first, lossless = churn.iloc[0], int((churn["pairs_lost"] == 0).sum())
    return card(
        f"{first['application']} lost {numbers.plural(int(first['pairs_lost']), 'pair')}"
        if first["pairs_lost"]
        else "No application lost a pair",
        f"Pairs at the start of the period, and those lost by its end; {numbers.full(lossless)} lost none",
        plain(("Application", "Lost", "At the start", "Churn", "Value lost", "Of value"), rows, {1, 2, 3, 4, 5}),
        identity="inactive-applications",
        actions=exports(f"{href}/applications", query.search),
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else numbers.full(value)


def cohorts(months: pd.DataFrame, query: Query, href: str) -> html.Section:
    """Of the pairs that started in each month, how many are cancelled today. `months`: month, started, cancelled."""
    started, lost = int(months["started"].sum()), int(months["cancelled"].sum())
    marks = [
        Column(
            height=row.cancelled / row.started if row.started else float("nan"),
            words=f"Started {row.month:%B %Y}: {numbers.full(row.cancelled)} of {numbers.plural(row.started, 'pair')} "
            f"cancelled ({rate(row.cancelled, row.started)})",
            label=f"{row.month:%Y}" if row.month.month == 1 else "",
        )
        for row in months.itertuples(index=False)
    ]
    rows = [
        [f"{row.month:%b %Y}", row.started, row.cancelled, rate(row.cancelled, row.started)]
        for row in months.itertuples(index=False)
        if row.started
    ]
    chart = columns(marks, plain(("Month of start", "Started", "Cancelled", "Share"), [
        [row[0], *(_written(value) for value in row[1:])] for row in rows
    ], {1, 2, 3}))  # fmt: skip
    return card(
        f"{rate(lost, started)} of all pairs ever started are cancelled",
        "Share cancelled by today, by the month in which pairs started",
        chart if rows else empty("No pair has a start date.", "The table of subscriptions tells it."),
        identity="inactive-cohorts",
        actions=exports(f"{href}/cohorts", query.search),
    )


def afterwards(found: pd.DataFrame, query: Query, href: str) -> html.Section:
    """Use after the cancellation: a subscription that goes on, or accounts that were not closed."""
    if found.empty:
        body: Any = empty("Nobody used an application after cancelling it.", "Such use would be listed here.")
        return card("Who used it after cancelling?", "Of all times", body, identity="inactive-afterwards")
    rows = [
        [
            account_link(row.account, row.account_id, query),
            link(row.application, query.only("app", row.application_id).search, title=row.application),
            numbers.day(row.cancelled_on),
            numbers.day(row.last_day),
            numbers.full(row.events),
        ]
        for row in found.head(SHOWN).itertuples(index=False)
    ]
    return card(
        f"{numbers.plural(len(found), 'pair')} used after the cancellation",
        "Access that was not closed, or a date that is wrong; of all times, the last use first",
        plain(("Account", "Application", "Cancelled on", "Last use", "Events after"), rows, {4}),
        identity="inactive-afterwards",
        actions=exports(f"{href}/afterwards", query.search),
    )


def untold() -> html.Section:
    """In place of it all where the source has no subscriptions."""
    return card(
        "Who cancelled?",
        "The source has no subscriptions",
        empty(
            "Cancellations cannot be told from silence.",
            "Load a table of subscriptions with cancelled_on to see them here; docs/connect.md says how.",
        ),
        identity="inactive-untold",
    )
