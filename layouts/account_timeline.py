"""What happened with an account, the last first."""

from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import STATE_MARKS, card, empty, exports
from layouts.flags import change_words
from layouts.links import Query

SHOWN = 40
MARKS = {
    "started": "▶", "cancelled": "✕", "flag": "⚑", "touchpoint": "☏", "tickets opened": "?", "tickets resolved": "✓",
    "note": "✎", "follow-up": "☐", "done follow-up": "☑",
}  # fmt: skip


def timeline(rows: pd.DataFrame, of_it: Query, href: str) -> html.Section:
    """`rows`: columns data_access.account_events.EVENTS, one more than SHOWN where there are more."""
    shown = _together(rows.head(SHOWN))
    body: Any = html.Ol([_entry(row) for row in shown.itertuples(index=False)], className="timeline", tabIndex=0)
    if rows.empty:
        told = "Starts, cancellations, changes of state, touchpoints, tickets and notes would be here."
        body = empty("Nothing is on record yet.", told)
    more = " Older ones are in the export." if len(rows) > SHOWN else ""
    return card(
        "What happened?",
        "Starts and cancellations, changes of state, flags, touchpoints, tickets by month, notes and follow-ups, "
        f"the last first.{more}",
        body,
        identity="account-timeline",
        actions=exports(f"{href}/timeline", of_it.search) if len(rows) else None,
        class_name="happened",
    )


def _together(rows: pd.DataFrame) -> pd.DataFrame:
    """What came to several applications on one day is one entry."""
    keys = ["day", "kind", "words", "detail", "count"]
    grouped = rows.groupby(keys, dropna=False, sort=False)["application"]
    return grouped.agg(lambda names: ", ".join(names.dropna())).reset_index()


def _entry(row: Any) -> html.Li:
    week = "In the week of" if row.kind in ("state", "account state", "flag") else None
    mark = STATE_MARKS.get(row.words, "·") if row.kind in ("state", "account state") else MARKS[row.kind]
    return html.Li(
        [
            html.Time(numbers.day(row.day), dateTime=f"{row.day:%Y-%m-%d}", title=week),
            html.Span(mark, className="event", **{"aria-hidden": "true"}),
            html.Span(_words(row)),
        ]
    )


def _words(row: Any) -> list[Any]:
    reason = "" if pd.isna(row.words) else row.words
    match row.kind:
        case "started":
            return [html.B(row.application), " started"]
        case "cancelled":
            return [html.B(row.application), " cancelled", f": {reason}" if reason else ""]
        case "state":
            return [html.B(row.application), f" {row.detail} → {row.words}"]
        case "account state":
            return [html.B("Account"), f" {row.detail} → {row.words}"]
        case "flag":
            change = change_words(row.words, 1 if row.detail == "more" else -1)
            return [html.B(row.application or "All applications"), f" {change.lower()} that nobody expected"]
        case "touchpoint":
            who = "" if pd.isna(row.detail) else f" by {row.detail}"
            return [html.B(reason or "Contact"), who, "" if row.count else ", not attended"]
        case "note" | "follow-up" | "done follow-up":
            about = f" {row.application}: " if row.application else ": "
            said = [html.Span(reason, className="written"), " ", html.Span(row.detail, className="finding")]
            return [html.B(row.kind.capitalize()), about, *said]
    return [f"{numbers.counted(row.count, row.kind)} in {row.day:%B %Y}"]
