"""How fresh, complete and clean is all this?"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import Number, card, empty, exports, skeleton, table
from layouts.markup import place

SHOWN = 100
WORDS = {
    "after cancellation": "After cancellation",
    "before start": "Before the start",
    "no subscription": "No subscription",
}

# Of the tables of a back-test.
HEADS = {
    "method": "Method", "mean": "Mean", "to 0": "To 0", "to 30 %": "To 30 %", "alarms per 1,000": "Alarms per 1,000",
    "n": "Weeks", "recall": "Found", "false discovery rate": "Share of false flags", "flags": "Flags",
    "origins": "Past weeks", "cases": "Forecasts", "base_rate": "Went quiet", "roc_auc": "ROC AUC", "pr_auc": "PR AUC",
    "lift": "Lift at 10 %", "calibration_error": "Calibration error",
}  # fmt: skip


class Ids(StrEnum):
    CONTENT = "data-content"
    JUDGED = "data-back-test"


def layout() -> html.Div:
    places = [
        html.Div(place(Ids.CONTENT, skeleton(12)), className="slot"),
        html.Div(place(Ids.JUDGED), className="slot"),
    ]
    return html.Div(places, className="page-data")


def heading(source: str, as_of: str, published: str, zone: str) -> html.Div:
    return html.Div(
        [
            html.H1("How fresh, complete and clean is all this?"),
            html.P(
                f"{source}: usage up to {as_of}, published {published}. Days are cut in {zone}.", className="finding"
            ),
        ],
        className="heading",
    )


def sources(files: pd.DataFrame) -> html.Section:
    read, rejected = int(files["read"].sum()), int(files["rejected"].sum())
    finding = f"{numbers.full(read)} rows read, {numbers.full(rejected)} of them left out with a reason"
    heads = ("Dataset", "Files", "Rows read", "Kept", "Duplicate", "Rejected")
    rows = [
        [
            row.dataset.capitalize(),
            row.files,
            row.read,
            row.read - row.duplicate - row.rejected,
            row.duplicate,
            row.rejected,
        ]
        for row in files.itertuples(index=False)
    ]
    return card("What was read", finding, table(heads, rows), identity="data-sources")


def rejections(reasons: pd.DataFrame, href: str, may_download: bool) -> html.Section:
    if reasons.empty:
        body = empty("No row was left out.", "Rows without a time, an account or an application would be listed here.")
    else:
        rows = [[row.dataset.capitalize(), row.reason, row.rows] for row in reasons.itertuples(index=False)]
        body = table(("Dataset", "Reason", "Rows"), rows)
    return card(
        "What was left out, and why",
        "The rows themselves are in the download, as they were written",
        body,
        identity="data-rejections",
        actions=exports(f"{href}/rejected", "") if may_download and len(reasons) else None,
    )


def remarks(found: pd.DataFrame) -> html.Section | None:
    """Files that could not be read, or only in part."""
    if found.empty:
        return None
    rows = [["/".join(row.path.rsplit("/", 3)[-3:]), row.remark] for row in found.itertuples(index=False)]
    return card(
        "Files with a remark", "What to do about each", table(("File", "Remark"), rows), identity="data-remarks"
    )


def freshness(found: pd.DataFrame, as_of: pd.Timestamp) -> html.Section:
    late = int((found["late_pairs"] > 0).sum())
    finding = f"{numbers.plural(late, 'feed')} late" if late else "Every feed is complete"
    rows = [
        [row.application, numbers.day(row.last_day), (as_of - row.last_day).days, row.late_pairs]
        for row in found.itertuples(index=False)
    ]
    heads = ("Application", "Last event", "Days before as-of", "Pairs without data")
    return card("Freshness by application", finding, table(heads, rows), identity="data-freshness")


def unmatched(found: pd.DataFrame, href: str) -> html.Section:
    if found.empty:
        body: Any = empty("Every account in the log is in the accounts table.", "Others would be listed here.")
    else:
        rows = [
            [row.account_id, numbers.day(row.first_day), numbers.day(row.last_day), row.events]
            for row in found.head(SHOWN).itertuples(index=False)
        ]
        body = table(("Account", "First use", "Last use", "Events"), rows)
    return card(
        "Accounts that no table knows",
        _first_of(found, "account") + " known from use alone: shown under their id, without plan or manager",
        body,
        identity="data-unmatched",
        actions=exports(f"{href}/unmatched", "") if len(found) else None,
    )


def exceptions(found: pd.DataFrame, href: str) -> html.Section:
    if found.empty:
        body: Any = empty(
            "Nobody used an application outside a subscription.",
            "Where no subscriptions are loaded, this cannot be told.",
        )
    else:
        rows = [
            [row.account, row.application, WORDS[row.kind], numbers.day(row.boundary), numbers.day(row.first_day),
             numbers.day(row.last_day), row.events]
            for row in found.head(SHOWN).itertuples(index=False)
        ]  # fmt: skip
        body = table(("Account", "Application", "Use", "Date", "First use", "Last use", "Events"), rows)
    return card(
        "Use outside a subscription",
        _first_of(found, "pair") + " used before the start, after the cancellation, or without any subscription",
        body,
        identity="data-exceptions",
        actions=exports(f"{href}/exceptions", "") if len(found) else None,
    )


def _first_of(found: pd.DataFrame, noun: str) -> str:
    count = numbers.plural(len(found), noun)
    return count if len(found) <= SHOWN else f"{count} (the first {SHOWN} are shown)"


def judged(found: Sequence[Any]) -> html.Section:
    """The last back-test: each of `found` has made_at, source, title and table, with a row per method."""
    title = "How good are flags and outlook?"
    if not found:
        remedy = "Run `dashboard backtest`: it judges both on the past of this log, beside simple rules."
        return card(title, "", empty("They were not judged yet.", remedy), identity="data-judged")
    first = found[0]
    finding = f"Judged on the past of {first.source}, {numbers.day(first.made_at)}"
    blocks = [block for one in found for block in (html.H3(one.title), _judged(one.table))]
    return card(title, finding, blocks, identity="data-judged")


def _judged(rows: pd.DataFrame) -> html.Div:
    if rows.empty:
        return html.P("Too little history, or use, to judge.", className="finding")
    heads = [HEADS.get(name, str(name)) for name in rows]
    return table(heads, [list(map(_figure, row)) for row in rows.itertuples(index=False)])


def _figure(value: Any) -> Any:
    """Shares to three digits; counts as they are."""
    if isinstance(value, float):
        return Number(numbers.full(value) if value.is_integer() and value > 1 else f"{value:.3f}")
    return value.capitalize() if isinstance(value, str) else value
