"""Engagement: features, sessions and tickets."""

from datetime import date
from typing import Any

import pandas as pd

from callbacks.engagement_blocks import absent, drawn, export_base, told_here
from data_access import adoption, session_lengths, ticket_load
from data_access.buckets import Bucket, By, buckets, first_day, later
from data_access.filters import Filters, Period
from data_access.sources import Told
from figures import engagement as figures
from figures.theme import Theme
from layouts import engagement_adoption, engagement_sessions, engagement_tickets, numbers
from layouts.engagement import SMALL_HEIGHT
from layouts.links import Query
from layouts.markup import text

MONTHS = 12


def update_adoption(filters: Filters, query: Query) -> tuple[str, str]:
    if Told.FEATURE_USE not in told_here():
        return "", ""
    href, months = export_base(), last_months(filters)
    rows, trends = by_application(filters), adoption_trends(filters, months)
    words = f"{months[0].days.start:%b %Y} to {months[-1].days.last_day:%b %Y}"
    is_compared = filters.comparison is not None
    return (
        text(engagement_adoption.adoption(rows, trends, words, is_compared, query, href)),
        text(engagement_adoption.features(adoption.by_feature(filters), query, href)),
    )


def by_application(filters: Filters) -> pd.DataFrame:
    """One row per application with entitled accounts, highest adoption first: as of the query, rate, before."""
    rows = _with_rate(adoption.by_application(filters))
    rows["before"] = float("nan")
    if filters.comparison:
        before = _with_rate(adoption.by_application(filters.during(filters.comparison)))
        rows["before"] = rows["application_id"].map(before.set_index("application_id")["rate"])
    return rows.sort_values(["rate", "application"], ascending=[False, True], ignore_index=True)


def _with_rate(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(rate=rows["adopted"] / (rows["offered"] * rows["accounts"]))


def adoption_trends(filters: Filters, months: tuple[Bucket, ...]) -> dict[str, list[float]]:
    """The rate of each of the months by application id."""
    during = filters.during(Period(months[0].days.start, months[-1].days.end))
    used, entitled = adoption.by_month(during), adoption.entitled_in(during, months)
    offered = adoption.by_application(during).set_index("application_id")["offered"]
    starts = [pd.Timestamp(month.whole.start) for month in months]
    counts = used.pivot_table(index="application_id", columns="month", values="adopted", aggfunc="sum")
    wide = counts.reindex(columns=starts).fillna(0)
    accounts = entitled.set_index("application_id").reindex(wide.index).set_axis(starts, axis=1)
    rates = wide.div(accounts.where(accounts > 0)).div(offered.reindex(wide.index), axis=0).fillna(0)
    return {key: list(row) for key, row in zip(rates.index, rates.to_numpy().tolist(), strict=True)}


def last_months(filters: Filters) -> tuple[Bucket, ...]:
    """The last MONTHS that are over at the end of the period."""
    end = first_day(filters.period.end, By.MONTH)
    return buckets(Period(later(end, By.MONTH, -MONTHS), end), By.MONTH)


def update_sessions(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.SESSIONS not in told_here():
        return (*absent(theme), "")
    counts = session_bins(filters)
    [now] = (row for _, row in session_lengths.summary(filters).iterrows())
    before = None
    if filters.comparison:
        [before] = (row for _, row in session_lengths.summary(filters.during(filters.comparison)).iterrows())
    names = list(engagement_sessions.BINS)
    hover = [f"{name}: {numbers.counted(count, 'sessions')}" for name, count in zip(names, counts, strict=True)]
    labels = ["\n".join(name.rsplit(" ", 1)) for name in names]
    chart = figures.bars(labels, counts, hover, [True] * len(counts), theme, SMALL_HEIGHT)
    block = engagement_sessions.sessions(counts, now, before, query, export_base())
    lengths = engagement_sessions.lengths(session_lengths.by_application(filters), query, export_base())
    return (*drawn(chart, block), text(lengths))


def session_bins(filters: Filters) -> list[int]:
    """Sessions by length, in the order of BINS."""
    found = session_lengths.lengths(filters).set_index("bin")["sessions"]
    return [int(count) for count in found.reindex(range(len(engagement_sessions.BINS)), fill_value=0)]


def update_tickets(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if Told.TICKETS not in told_here():
        return (*absent(theme), "")
    [now] = (row for _, row in ticket_load.total(filters).iterrows())
    before = None
    if filters.comparison:
        [before] = (row for _, row in ticket_load.total(filters.during(filters.comparison)).iterrows())
    months = tickets_by_month(filters)
    words = [f"{month:%b}\n{month:%Y}" if month.month == 1 or not place else f"{month:%b}"
             for place, month in enumerate(months["month"])]  # fmt: skip
    hover = [
        f"{row.month:%B %Y}: {numbers.counted(row.opened, 'tickets')} opened" for row in months.itertuples(index=False)
    ]
    lit = [_touches(month.date(), filters.period) for month in months["month"]]
    chart = figures.bars(words, months["opened"].tolist(), hover, lit, theme, SMALL_HEIGHT, _over(months, filters))
    still_open = ticket_load.open_at_end(filters)
    block = engagement_tickets.tickets(now, before, still_open, months, query, export_base())
    priorities = engagement_tickets.priorities(ticket_load.by_priority(filters), query, export_base())
    return (*drawn(chart, block), text(priorities))


def _touches(month: date, period: Period) -> bool:
    return month < period.end and later(month, By.MONTH, 1) > period.start


def _over(months: pd.DataFrame, filters: Filters) -> list[bool]:
    return [later(month.date(), By.MONTH, 1) <= filters.period.end for month in months["month"]]


def tickets_by_month(filters: Filters) -> pd.DataFrame:
    """A row for each of the last MONTHS up to the end of the period, or of all its months: as of the query, and last.

    `last`: the last day that counts, of the last month that of the period.
    """
    first = min(
        later(first_day(filters.period.last_day, By.MONTH), By.MONTH, 1 - MONTHS),
        first_day(filters.period.start, By.MONTH),
    )
    span = Period(first, filters.period.end)
    found = ticket_load.by_month(filters, span).set_index("month")
    months = pd.date_range(first, filters.period.last_day, freq="MS")
    every = found.reindex(months).rename_axis("month").reset_index()
    every["last"] = (months + pd.offsets.MonthEnd(0)).where(months != months[-1], pd.Timestamp(filters.period.last_day))
    return every.assign(**{name: every[name].fillna(0).astype(int) for name in ("opened", "resolved")})
