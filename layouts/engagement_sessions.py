"""Engagement: how long do sessions last?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import Number, card, empty, exports, link, table, to_rows
from layouts.engagement_parts import Block, Tile, length, percent, tiles, twin
from layouts.links import Query

BINS = ("Under 1 min", "1–5 min", "5–15 min", "15–30 min", "30–60 min", "1–2 h", "2–4 h", "Over 4 h")
SINGLE = "A single event has no length: these stand apart, in no bar and no median"


def sessions(counts: Sequence[int], now: pd.Series, before: pd.Series | None, query: Query, href: str) -> Block:
    """`counts`: by BINS; `now`, `before`: sessions, single, median and long (90th percentile) in seconds."""
    earlier = before if before is not None else pd.Series(float("nan"), index=now.index)
    total = sum(counts) or 1
    rows = [[name, count, percent(count / total)] for name, count in zip(BINS, counts, strict=True)]
    if not now["sessions"]:
        nobody = empty("No session of more than one event began in this period.", "Choose a longer period.")
        return Block("How long do sessions last?", SINGLE, None, nobody)
    shown = [
        Tile("Median", length(now["median"]), now["median"], earlier["median"], "Half of the sessions are longer"),
        Tile("One in ten is longer than", length(now["long"]), now["long"], earlier["long"]),
        Tile("Sessions", to_rows(now["sessions"], "sessions", query), now["sessions"], earlier["sessions"]),
        Tile("Single events", to_rows(now["single"], "single-events", query), now["single"], earlier["single"], SINGLE),
    ]
    return Block(
        f"Half of the sessions last {length(now['median'])} or more",
        f"Events of a person without a gap of more than half an hour. {SINGLE}",
        exports(f"{href}/sessions", query.search, rows=links.rows("sessions", query)),
        tiles(shown),
        twin(table(("Length", "Sessions", "Share"), rows)),
    )


def lengths(rows: pd.DataFrame, query: Query, href: str) -> html.Section:
    """One row per application: application_id, application, sessions, single, median, long."""
    if rows.empty:
        body: Any = empty("No session began in this period.", "Choose a longer period, or take away a filter above.")
        return card("Where do people stay?", "", body, identity="engagement-lengths")
    told = rows[rows["sessions"] > 0]
    title = "Where do people stay?"
    if len(told) > 1:
        most = told.loc[told["median"].idxmax()]
        title = f"Sessions are longest in {most['application']}: {length(most['median'])}"
    body = table(
        ("Application", "Sessions", "Median", "One in ten over", "Single events"),
        [
            [
                link(row.application, query.only("app", row.application_id).search, title=row.application),
                Number(to_rows(row.sessions, "sessions", query.only("app", row.application_id))),
                Number(length(row.median)),
                Number(length(row.long)),
                Number(to_rows(row.single, "single-events", query.only("app", row.application_id))),
            ]
            for row in rows.itertuples(index=False)
        ],
    )
    finding = f"Median length, by application; {numbers.counted(int(rows['sessions'].sum()), 'sessions')} began"
    return card(
        title, finding, body, identity="engagement-lengths", actions=exports(f"{href}/lengths", query.search),
        class_name="lengths",
    )  # fmt: skip
