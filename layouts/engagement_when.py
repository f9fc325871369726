"""Engagement: at which hours of which weekdays?"""

import calendar
from typing import Any

import pandas as pd

from layouts import numbers
from layouts.controls import exports, table
from layouts.engagement_parts import Block, percent, twin
from layouts.links import Query

DAYS = list(calendar.day_name)
SHORT_DAYS = list(calendar.day_abbr)


def hours(wide: pd.DataFrame, noun: str, definition: str, actions: Any) -> Block:
    """`wide`: a row per weekday, 1 (Monday) to 7, a column per hour, 0 to 23."""
    most = wide.stack().idxmax()
    value = wide.loc[most]
    title = f"Most {noun} on {DAYS[most[0] - 1]}s from {most[1]} to {most[1] + 1} o'clock"
    share = wide.loc[1:5, 8:16].to_numpy().sum() / wide.to_numpy().sum()
    finding = (
        f"{numbers.full(round(value, 1))} then; {percent(share, 0)} of all Monday to Friday from 8 to 17. {definition}"
    )
    rows = [[SHORT_DAYS[day - 1], *(round(float(amount), 1) for amount in wide.loc[day])] for day in wide.index]
    return Block(title, finding, actions, None, twin(table(["", *(str(hour) for hour in wide.columns)], rows)))


def actions(href: str, card: str, query: Query) -> Any:
    return exports(f"{href}/{card}", query.search)
