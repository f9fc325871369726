"""Engagement: at which hours of which weekdays are people active, and are messages charged?"""

from typing import Any

import pandas as pd
from flask import g

from callbacks.engagement_blocks import absent, drawn, export_base, told_here
from data_access.active_hours import active_by_hour
from data_access.filters import Filters, Period
from data_access.messages import charged_by_hour
from data_access.sources import Told
from figures import engagement as figures
from figures.theme import Theme
from layouts import engagement_when as view
from layouts.controls import empty
from layouts.engagement import MAP_HEIGHT
from layouts.engagement_parts import Block
from layouts.links import Query

PEOPLE = "People on an average day of its kind"
MESSAGES = "Messages of the period that were charged"
QUESTIONS = {"people": "When are people active?", "charged messages": "When are messages charged?"}


def update_hours(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.HOURS not in told_here():
        return absent(theme)
    actions = view.actions(export_base(), "hours", query)
    return _map(people_by_hour(filters), "people", f"{PEOPLE}, in {g.generation.reporting_timezone}", actions, theme)


def update_charged(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.CHARGES not in told_here():
        return absent(theme)
    actions = view.actions(export_base(), "charged", query)
    definition = f"{MESSAGES}, in {g.generation.reporting_timezone}"
    return _map(wide(charged_by_hour(filters)), "charged messages", definition, actions, theme)


def _map(hours: pd.DataFrame, noun: str, definition: str, actions: Any, theme: Theme) -> tuple[Any, ...]:
    if not hours.to_numpy().any():
        nothing = empty("Nothing happened in this period.", "Choose a longer period, or take away a filter above.")
        return drawn(figures.blank(theme, MAP_HEIGHT), Block(QUESTIONS[noun], definition, actions, nothing))
    chart = figures.hour_map(hours, view.DAYS, noun, theme, MAP_HEIGHT)
    return drawn(chart, view.hours(hours, noun, definition, actions))


def people_by_hour(filters: Filters) -> pd.DataFrame:
    """A row per weekday, a column per hour: people on the mean of the days of that weekday in the period."""
    return wide(active_by_hour(filters)).div(weekdays(filters.period), axis=0).fillna(0)


def weekdays(period: Period) -> pd.Series:
    """How many Mondays (1) … Sundays (7) the period has; missing where none."""
    days = pd.Series(pd.date_range(period.start, period.last_day).day_of_week + 1)
    return days.value_counts().reindex(range(1, 8)).astype("float64")


def wide(hours: pd.DataFrame) -> pd.DataFrame:
    """A row per weekday, 1 to 7, a column per hour, 0 to 23."""
    table = hours.pivot_table(index="weekday", columns="hour", values="value", aggfunc="sum")
    return table.reindex(index=range(1, 8), columns=range(24)).fillna(0)
