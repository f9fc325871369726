"""Engagement: how many people are registered, active and transacting, and how many in a day, a week, a month?"""

from typing import Any

import pandas as pd

from layouts import numbers
from layouts.controls import Number, exports, switch, table, to_rows
from layouts.engagement_parts import RECENT, Block, Tile, percent, tiles, twin
from layouts.links import Query

REGISTERED = "Registered by the end of the period"
ACTIVE = "Different people with any event in the period"
TRANSACTING = "Different people with a charged message in the period"
UNITS = {"week": "Week", "month": "Month"}
MONTHS = {"28": "28 days", "30": "30 days"}
WINDOW_DAYS = {"daily": 1, "weekly": 7}


def people(now: pd.Series, before: pd.Series, buckets: pd.DataFrame, finding: str, query: Query, href: str) -> Block:
    """`now`, `before`: registered, active, transacting of the period, missing where not told.

    `buckets`: bucket, first, last (days), registered, active, transacting, new; of the columns that are told.
    """
    by = "month" if query.one("by") == "month" else "week"
    shown = [
        Tile("Registered", _rows(now, "registered", "registered", query), now["registered"], before["registered"],
             REGISTERED),
        Tile("Active", _rows(now, "active", "users", query), now["active"], before["active"], ACTIVE),
        Tile("Transacting", _rows(now, "transacting", "transacting", query), now["transacting"],
             before["transacting"], TRANSACTING),
    ]  # fmt: skip
    options = [(words, query.only("by", key).search, key == by) for key, words in UNITS.items()]
    return Block(
        _people_title(now),
        finding,
        [switch("By", options), exports(f"{href}/people", query.search)],
        tiles([tile for tile in shown if tile.value == tile.value]),
        twin(_people_table(buckets, by, query), len(buckets)),
    )


def _people_title(now: pd.Series) -> str:
    active, registered = now["active"], now["registered"]
    if active == active and registered > 0 and active <= registered:
        return f"{numbers.full(active)} people active, of {numbers.full(registered)} registered"
    return f"{numbers.full(active)} people active" if active == active else "Who is registered, and who transacts?"


def _rows(now: pd.Series, column: str, kind: str, query: Query) -> Any:
    return to_rows(now[column], kind, query)


def _people_table(buckets: pd.DataFrame, by: str, query: Query) -> Any:
    told = {"registered": ("Registered", "registered"), "active": ("Active", "users"),
            "transacting": ("Transacting", "transacting")}  # fmt: skip
    names = [name for name in told if name in buckets]
    rows = [
        [
            bucket_words(row.bucket, by),
            *(
                Number(to_rows(getattr(row, name), told[name][1], narrowed(query, row.first, row.last)))
                for name in names
            ),
        ]
        for row in buckets.iloc[: -RECENT - 1 : -1].itertuples(index=False)
    ]
    return table([UNITS[by], *(told[name][0] for name in names)], rows)


def registrations(count: float, before: float, buckets: pd.DataFrame, query: Query, href: str) -> Block:
    """`buckets`: bucket, first, last, new."""
    by = "month" if query.one("by") == "month" else "week"
    best = buckets.loc[buckets["new"].idxmax()] if len(buckets) and buckets["new"].any() else None
    finding = (
        f"Most in the {by} of {bucket_words(best['bucket'], by)}: {numbers.full(best['new'])}"
        if best is not None
        else "By the day of registration in the table of users"
    )
    rows = [
        [bucket_words(row.bucket, by), Number(to_rows(row.new, "registrations", narrowed(query, row.first, row.last)))]
        for row in buckets.iloc[: -RECENT - 1 : -1].itertuples(index=False)
    ]
    return Block(
        f"{numbers.counted(count, 'new registrations')} in the period",
        finding,
        exports(f"{href}/registrations", query.search),
        tiles([Tile("New registrations", to_rows(count, "registrations", query), count, before)]),
        twin(table([UNITS[by], "New registrations"], rows), len(buckets)),
    )


def active(days: pd.DataFrame, last: pd.Series, before: pd.Series, finding: str, query: Query, href: str) -> Block:
    """`days`: day, daily, weekly, monthly, stickiness; missing where the window begins before the log.

    `last`, `before`: these of the last day of the period and of the comparison; `daily` is the mean over the month.
    """
    window = query.one("mau") or "28"
    options = [(words, query.only("mau", key).search, key == window) for key, words in MONTHS.items()]
    shown = [
        Tile("A day, on average", numbers.full(last["daily"]), last["daily"], before["daily"],
             f"Mean of the daily people over the last {window} days"),
        Tile("In 7 days", _window_rows(last, "weekly", 7, query), last["weekly"], before["weekly"],
             f"Different people in the week up to {numbers.day(last['day'])}"),
        Tile(f"In {window} days", _window_rows(last, "monthly", int(window), query), last["monthly"],
             before["monthly"], f"Different people in the {window} days up to {numbers.day(last['day'])}"),
        Tile("Stickiness", percent(last["stickiness"]), last["stickiness"], before["stickiness"],
             f"Mean of the daily people ÷ those of the same {window} days"),
    ]  # fmt: skip
    rows = [
        [
            numbers.day(row.day),
            *(
                Number(_window_rows(row._asdict(), name, width, query))
                for name, width in {**WINDOW_DAYS, "monthly": int(window)}.items()
            ),
            Number(percent(row.stickiness)),
        ]
        for row in days.iloc[: -RECENT - 1 : -1].itertuples(index=False)
    ]
    heads = ["Day", "On the day", "In 7 days", f"In {window} days", "Stickiness"]
    return Block(
        f"A person active in {window} days comes on {percent(last['stickiness'])} of them"
        if last["stickiness"] == last["stickiness"]
        else "How many people in a day, a week, a month?",
        finding,
        [switch("A month is", options), exports(f"{href}/active", query.search)],
        tiles(shown),
        twin(table(heads, rows), len(days)),
    )


def _window_rows(row: Any, name: str, width: int, query: Query) -> Any:
    first = row["day"] - pd.Timedelta(days=width - 1)
    return to_rows(row[name], "users", narrowed(query, first, row["day"]))


def narrowed(query: Query, first: Any, last: Any) -> Query:
    return query.only("period", f"{first:%Y-%m-%d}..{last:%Y-%m-%d}")


def bucket_words(start: pd.Timestamp, by: str) -> str:
    return f"{start:%b %Y}" if by == "month" else numbers.day(start)
