"""Engagement: how many tickets, how long do they take, and how many answers?"""

from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import Number, card, empty, exports, table, to_rows
from layouts.engagement_parts import Block, Tile, length, tiles, twin
from layouts.links import Query

OPEN = "Opened before the end of the period, and not resolved by then"
HOURS = {"hours": "Median time to resolve", "first_hours": "Median time to the first answer"}


def tickets(
    now: pd.Series, before: pd.Series | None, still_open: int, months: pd.DataFrame, query: Query, href: str
) -> Block:
    """`now`, `before`: opened, resolved, hours, first_hours, responses of the tickets opened then.

    `months`: month, last (day of it that counts), and these.
    """
    earlier = before if before is not None else pd.Series(float("nan"), index=now.index)
    shown = [
        Tile("Opened", to_rows(now["opened"], "tickets", query), now["opened"], earlier["opened"]),
        Tile("Open at the end", to_rows(still_open, "still-open", query), meaning=OPEN),
        *(
            Tile(words, _hours(now[name]), now[name], earlier[name])
            for name, words in HOURS.items()
            if now[name] == now[name]
        ),
        *(
            [Tile("Answers a ticket", _answers(now["responses"]), now["responses"], earlier["responses"])]
            if now["responses"] == now["responses"]
            else []
        ),
    ]  # fmt: skip
    title = f"{numbers.counted(now['opened'], 'tickets')} opened in the period"
    if now["hours"] == now["hours"]:
        title += f"; half are resolved within {_hours(now['hours'])}"
    return Block(
        title,
        "By the month in which they were opened, those of the period lit",
        exports(f"{href}/tickets", query.search, rows=links.rows("tickets", query)),
        tiles(shown),
        twin(_table(months, "Month", [_month(row, query) for row in months.iloc[::-1].itertuples(index=False)])),
    )


def _month(row: Any, query: Query) -> Any:
    of_it = query.only("period", f"{row.month:%Y-%m-%d}..{row.last:%Y-%m-%d}")
    return [f"{row.month:%b %Y}", Number(to_rows(row.opened, "tickets", of_it))]


def _table(rows: pd.DataFrame, name: str, firsts: list[list[Any]]) -> html.Div:
    """Of the columns that are told; `firsts`: the first two cells of each row, in its order."""
    told = [column for column in ("hours", "first_hours", "responses") if rows[column].notna().any()]
    words = {**HOURS, "responses": "Answers a ticket"}
    ordered = rows.iloc[::-1] if name == "Month" else rows
    body = [
        [
            *first,
            Number(numbers.full(row["resolved"])),
            *(Number(_hours(row[column]) if column in HOURS else _answers(row[column])) for column in told),
        ]
        for first, row in zip(firsts, ordered.to_dict("records"), strict=True)
    ]
    return table((name, "Opened", "Of them resolved", *(words[column] for column in told)), body)


def priorities(rows: pd.DataFrame, query: Query, href: str) -> html.Section:
    """One row per priority: priority, opened, resolved, hours, first_hours, responses."""
    if rows.empty:
        body: Any = empty(
            "No ticket was opened in this period.", "Choose a longer period, or take away a filter above."
        )
        return card("Which tickets take long?", "", body, identity="engagement-priorities")
    firsts = [
        [row.priority, Number(to_rows(row.opened, "tickets", query.only("priority", row.priority)))]
        for row in rows.itertuples(index=False)
    ]
    timed = rows[rows["hours"].notna()]
    title = "Which tickets take long?"
    if len(timed) > 1:
        slow, fast = timed.loc[timed["hours"].idxmax()], timed.loc[timed["hours"].idxmin()]
        title = f"{slow['priority']}: {_hours(slow['hours'])}; {fast['priority']}: {_hours(fast['hours'])}"
    return card(
        title,
        "By priority: median of those resolved, of the tickets opened in the period",
        _table(rows, "Priority", firsts),
        identity="engagement-priorities",
        actions=exports(f"{href}/priorities", query.search, rows=links.rows("tickets", query)),
    )


def _answers(count: float) -> str:
    return f"{count:.1f}" if count == count else numbers.NOTHING


def _hours(hours: float) -> str:
    return length(3600 * hours)
