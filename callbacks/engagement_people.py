"""Engagement: registered, active and transacting people; people in a day, a week and a month."""

from dataclasses import replace
from datetime import timedelta
from math import nan
from typing import Any

import pandas as pd
from flask import g

from analytics.active_people import WINDOWS, stickiness, sweep, within_log
from callbacks.engagement_blocks import absent, buckets_of, by_of, drawn, export_base, is_complete, told_here
from data_access import active_people as activity
from data_access import registrations as data
from data_access import rows, usage
from data_access.filters import Filters, Measure, Period
from data_access.row_kinds import Kind
from data_access.sources import Told
from figures import engagement as figures
from figures.engagement import Line
from figures.theme import Theme
from layouts import engagement_people as view
from layouts import numbers
from layouts.engagement import HEIGHT
from layouts.engagement_parts import percent
from layouts.links import Query

NAMES = {"registered": "Registered", "active": "Active", "transacting": "Transacting"}
TOKENS = {"registered": "muted", "active": "accent", "transacting": "text"}
MONTHS = {"28": "monthly", "30": "monthly_30"}
DAYS_BEFORE = max(WINDOWS.values()) - 1


def update_people(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    return (*_people(filters, query, theme), *_registrations(filters, query, theme))


def _people(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if not told_here() & {Told.PEOPLE, Told.REGISTERED, Told.RECEIVERS}:
        return absent(theme)
    table, complete = by_bucket(filters, query), [is_complete(bucket) for bucket in buckets_of(filters, query)]
    now, before = counts(filters), pd.Series(nan, index=list(NAMES))
    if filters.comparison:
        before = counts(filters.during(filters.comparison))
    drawn_lines = [Line(NAMES[name], table[name].tolist(), TOKENS[name]) for name in NAMES if name in table]
    days = [f"{day:%Y-%m-%d}" for day in table["bucket"]]
    chart = figures.lines(days, drawn_lines, complete, theme, HEIGHT)
    return drawn(chart, view.people(now, before, table, _people_finding(filters, now), query, export_base()))


def _people_finding(filters: Filters, now: pd.Series) -> str:
    share = now["active"] / now["registered"] if now["registered"] else nan
    is_alike = share <= 1 and not filters.applications  # an application narrows only one of the two
    told = f"{percent(share)} of those registered were active. " if is_alike else ""
    narrowed = "An application narrows only those active" if filters.applications else "People are counted once"
    return f"{told}{narrowed}; different people in each point"


def counts(filters: Filters) -> pd.Series:
    """Registered by the end, active and transacting in the period; missing where not told."""
    known = told_here()
    return pd.Series(
        {
            "registered": data.registered_before(filters, filters.period.end) if Told.REGISTERED in known else nan,
            "active": active_people(filters) if Told.PEOPLE in known else nan,
            "transacting": data.transacting(filters) if Told.RECEIVERS in known else nan,
        }
    )


def active_people(filters: Filters) -> float:
    return rows.number(filters, Kind.USERS)


def by_bucket(filters: Filters, query: Query) -> pd.DataFrame:
    """One row per week or month of the period: bucket, first and last day in it, and the counts that are told."""
    known, by = told_here(), by_of(query)
    cut = buckets_of(filters, query)
    starts = pd.DatetimeIndex([bucket.whole.start for bucket in cut])
    table = pd.DataFrame(
        {
            "bucket": starts,
            "first": pd.DatetimeIndex([bucket.days.start for bucket in cut]),
            "last": pd.DatetimeIndex([bucket.days.last_day for bucket in cut]),
        }
    )
    if Told.REGISTERED in known:
        new = _filled(data.registrations(filters, by), starts)
        table["registered"] = data.registered_before(filters, filters.period.start) + new.cumsum()
        table["new"] = new
    if Told.PEOPLE in known:
        active = usage.total_use(replace(filters, measure=Measure.USERS), by)
        table["active"] = _filled(active.rename(columns={"value": "people"}), starts)
    if Told.RECEIVERS in known:
        table["transacting"] = _filled(data.transacting_by(filters, by), starts)
    return table


def _filled(found: pd.DataFrame, starts: pd.DatetimeIndex) -> Any:
    """Nobody where a bucket is not found."""
    return found.set_index("bucket")["people"].reindex(starts, fill_value=0).to_numpy()


def _registrations(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.REGISTERED not in told_here():
        return absent(theme)
    table, by = by_bucket(filters, query), by_of(query)
    count, before = registered_in(filters, filters.period), nan
    if filters.comparison:
        before = registered_in(filters, filters.comparison)
    words = [view.bucket_words(day, by) for day in table["bucket"]]
    hover = [f"{word}: {numbers.counted(new, 'registrations')}" for word, new in zip(words, table["new"], strict=True)]
    complete = [is_complete(bucket) for bucket in buckets_of(filters, query)]
    short = [f"{day:%b}\n{day:%Y}" if by == "month" else f"{day.day} {day:%b}" for day in table["bucket"]]
    chart = figures.bars(short, table["new"].tolist(), hover, [True] * len(table), theme, HEIGHT, complete)
    return drawn(chart, view.registrations(count, before, table, query, export_base()))


def registered_in(filters: Filters, period: Period) -> int:
    return data.registered_before(filters, period.end) - data.registered_before(filters, period.start)


def update_active(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.DAYS not in told_here():
        return absent(theme)
    days = active_days(filters, query)
    nothing = pd.Series(nan, index=days.columns)
    before = active_days(filters.during(filters.comparison), query).iloc[-1] if filters.comparison else nothing
    window = query.one("mau") or "28"
    chart = figures.lines(
        [f"{day:%Y-%m-%d}" for day in days["day"]],
        [
            Line(f"In {window} days", days["monthly"].tolist(), "accent"),
            Line("In 7 days", days["weekly"].tolist(), "text", 1.5),
            Line("On the day", days["daily"].tolist(), "muted", 1.5),
        ],
        [True] * len(days),
        theme,
        HEIGHT,
    )
    last = days.iloc[-1]
    of_day = {"daily": "average"}
    told = [row.drop(labels=["daily"]).rename({new: old for old, new in of_day.items()}) for row in (last, before)]
    return drawn(chart, view.active(days, told[0], told[1], _active_finding(days, window), query, export_base()))


def _active_finding(days: pd.DataFrame, window: str) -> str:
    known = days[days["monthly"].notna()]
    if known.empty:
        return f"The log is shorter than {window} days"
    most = known.loc[known["monthly"].idxmax()]
    return (
        f"Different people on each day and in the days that end with it; most in {window} days up to "
        f"{numbers.day(most['day'])}: {numbers.full(most['monthly'])}"
    )


def active_days(filters: Filters, query: Query) -> pd.DataFrame:
    """One row per day of the period: day, daily, weekly, monthly (as `mau` says), average (of its days), stickiness.

    Missing where the window begins before the log.
    """
    month = MONTHS[query.one("mau") or "28"]
    counted = within_log(_counted(filters), g.generation.first_day)
    width = WINDOWS[month]
    table = pd.DataFrame(
        {
            "day": counted["day"],
            "daily": counted["daily"],
            "weekly": counted["weekly"],
            "monthly": counted[month],
            "average": counted["daily"].rolling(width, min_periods=width).mean(),
            "stickiness": stickiness(counted, month),
        }
    )
    return table[table["day"] >= pd.Timestamp(filters.period.start)].reset_index(drop=True)


def _counted(filters: Filters) -> pd.DataFrame:
    """Of the period and the days before that its first month holds; as a load counted, or counted now."""
    if activity.is_kept(filters):
        return activity.kept(filters, DAYS_BEFORE)
    first = filters.period.start - timedelta(days=DAYS_BEFORE)
    swept = sweep(activity.gaps(filters, DAYS_BEFORE), first, filters.period.last_day)
    return swept.astype(dict.fromkeys(WINDOWS, "float64"))
