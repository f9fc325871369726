"""Engagement: over which channels, what arrived, and what was charged?"""

from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import card, empty, exports, to_rows
from layouts.engagement_parts import bar, money, percent
from layouts.links import Query

NO_CATEGORY = "No category"
HEADS = (
    ("Channel, category", ""), ("Messages", "number"), ("Charged", "number"), ("Charges", "number"),
    ("Delivered", "number"), ("Failed", "number"), ("Pending", "number"), ("Delivery success", "number"),
    ("95 % interval", "interval-cell"), ("", "number"),
)  # fmt: skip
SUCCESS = "delivered ÷ (sent − still pending); the bar is Wilson's 95 % interval"


def channels(rows: pd.DataFrame, unjudged: pd.DataFrame, has_charges: bool, query: Query, href: str) -> html.Section:
    """`rows`: a row per channel (category missing), each followed by those of its categories.

    Columns: channel, category, is_total, messages, charged, charges, delivered, failed, pending, unknown, success, low,
    high. The first row is that of all together.
    """
    if not rows["messages"].sum():
        body: Any = empty("No message was sent in this period.", "Choose a longer period, or another channel.")
        return card("Which channels deliver?", "", body, identity="engagement-channels")
    heads = [head for head in HEADS if has_charges or head[0] not in ("Charged", "Charges")]
    # The scale begins under the least: differences of a few in a hundred are what is looked for.
    low = min(0.9, float(rows["low"].min() if rows["low"].notna().any() else 0))
    start = max(0.0, int(low * 20) / 20)
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    groups: list[Any] = []
    for _, group in rows.groupby("channel", sort=False):
        groups.append(html.Tbody([_row(row, has_charges, start, query) for row in group.to_dict("records")]))
    body = html.Table([html.Thead(head), *groups], className="plain channel-table")
    total = rows.iloc[0]
    return card(
        _title(rows),
        [
            f"{numbers.counted(total['messages'], 'messages')} in the period; {SUCCESS}, from {percent(start, 0)} "
            "to 100 %. ",
            _unjudged(unjudged, query),
        ],
        html.Div(body, className="scroll", tabIndex=0),
        identity="engagement-channels",
        actions=exports(f"{href}/channels", query.search, rows=links.rows("messages", query)),
        class_name="channels",
    )


def _title(rows: pd.DataFrame) -> str:
    judged = rows[rows["is_total"] & (rows["channel"] != "All") & rows["success"].notna()]
    if len(judged) < 2:
        return f"{percent(rows.iloc[0]['success'])} of what was sent arrived"
    least, most = judged.loc[judged["success"].idxmin()], judged.loc[judged["success"].idxmax()]
    return (
        f"{least['channel']} delivers least, {percent(least['success'])}; "
        f"{most['channel']} most, {percent(most['success'])}"
    )


def _unjudged(unjudged: pd.DataFrame, query: Query) -> list[Any]:
    if unjudged.empty:
        return []
    count = int(unjudged["messages"].sum())
    named = ", ".join(f"“{status}”" for status in unjudged["status"].head(3))
    words = f"{numbers.counted(count, 'messages')} not judged: their status ({named}) does not say what became of them."
    return [to_rows(count, "unjudged", query, words)]


def _row(row: dict[str, Any], has_charges: bool, start: float, query: Query) -> html.Tr:
    of_it = _of(row, query)
    counts = [
        html.Td(_number(row["messages"], "messages", of_it), className="number"),
        *(
            [
                html.Td(_number(row["charged"], "charged", of_it), className="number"),
                html.Td(_number(row["charges"], "charges", of_it, money(row["charges"])), className="number"),
            ]
            if has_charges
            else []
        ),
        *(html.Td(_number(row[name], name, of_it), className="number") for name in ("delivered", "failed", "pending")),
        html.Td(percent(row["success"]), className="number"),
        html.Td(_interval(row, start), className="interval-cell"),
        html.Td(_range(row), className="number range"),
    ]
    name = row["channel"] if row["is_total"] else (row["category"] if row["category"] else NO_CATEGORY)
    return html.Tr(
        [html.Th(name, scope="row", className="name" if row["is_total"] else "name within"), *counts],
        className="group" if row["is_total"] else "",
    )


def _of(row: dict[str, Any], query: Query) -> Query | None:
    """The address of a row; None of messages without a category, which no filter tells apart."""
    if row["channel"] == "All":
        return query
    if row["is_total"]:
        return query.only("channel", row["channel"])
    return query.only("channel", row["channel"]).only("category", row["category"]) if row["category"] else None


def _number(value: float, kind: str, of_it: Query | None, words: str | None = None) -> Any:
    return to_rows(value, kind, of_it, words) if of_it is not None else words or numbers.full(value)


def _interval(row: dict[str, Any], start: float) -> html.Div | None:
    """A bar from the lower bound to the upper one, with a mark where the share is."""
    if row["low"] != row["low"]:
        return None
    place = {name: 100 * (row[name] - start) / (1 - start) for name in ("low", "high", "success")}
    reach = {"left": f"{place['low']:.2f}%", "width": f"{max(place['high'] - place['low'], 0.5):.2f}%"}
    return html.Div(
        [
            html.Span(className="reach", style=reach),
            html.Span(className="at", style={"left": f"{place['success']:.2f}%"}),
        ],
        className="interval",
        title=f"95 % interval: {_range(row)}",
        **{"aria-hidden": "true"},
    )


def _range(row: dict[str, Any]) -> str:
    return f"{100 * row['low']:.1f}–{100 * row['high']:.1f} %" if row["low"] == row["low"] else numbers.NOTHING


def reasons(rows: pd.DataFrame, query: Query, href: str) -> html.Section:
    """`rows`: channel, reason, messages; most first."""
    if rows.empty:
        body: Any = empty("No message failed in this period.", "Choose a longer period, or another channel.")
        return card("Why did messages fail?", "", body, identity="engagement-reasons")
    total, most = int(rows["messages"].sum()), int(rows["messages"].max())
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in (
        ("Reason", ""), ("Channel", ""), ("Messages", "number"), ("Share", "number"), ("", "bar-cell")
    )])  # fmt: skip
    body = [
        html.Tr(
            [
                html.Th(row.reason, scope="row", className="name", title=row.reason),
                html.Td(row.channel),
                html.Td(
                    to_rows(row.messages, "failed", query.only("channel", row.channel).only("reason", row.reason)),
                    className="number",
                ),
                html.Td(percent(row.messages / total), className="number"),
                html.Td(bar(row.messages / most), className="bar-cell"),
            ]
        )
        for row in rows.itertuples(index=False)
    ]
    first = rows.iloc[0]
    return card(
        f"{first['reason']} ({first['channel']}): {percent(first['messages'] / total, 0)} of the failures",
        [to_rows(total, "failed", query, numbers.counted(total, "messages")), " failed in the period, by reason"],
        html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0),
        identity="engagement-reasons",
        actions=exports(f"{href}/reasons", query.search, rows=links.rows("failed", query)),
        class_name="failures",
    )
