"""Usage over time: how much is in each day, week or month that is drawn?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from callbacks.usage_gaps import Gaps, gaps
from callbacks.usage_span import Span, span, vs
from data_access import usage as data
from data_access.buckets import YEAR, Bucket, By, buckets, first_day, later, whole
from data_access.choices import application_names
from data_access.filters import Filters, Period
from layouts.links import Query

# The column of everything asked for together; of people, no sum of the others.
TOTAL = ""


@dataclass(frozen=True, slots=True)
class Series:
    """A row per bucket drawn, named by its first day, a column per application and TOTAL.

    Missing where the feed of an application is away, in the total where all are. `before`: what each is compared with,
    missing where nothing is; of the total without what it lacks now. `history`: whole buckets from a year before the
    first, and `gaps` the same.
    """

    span: Span
    values: pd.DataFrame
    before: pd.DataFrame
    history: pd.DataFrame
    gaps: Gaps


def series(filters: Filters, query: Query) -> Series:
    drawn = span(filters, query)
    shown, names = drawn.shown, list(application_names(filters.scope))
    year_before = later(shown[0].whole.start, drawn.by, -YEAR[drawn.by])
    reach = Period(max(year_before, first_day(drawn.known.start, drawn.by)), min(shown[-1].whole.end, drawn.known.end))
    history = _table(filters.during(reach), drawn.by, names)
    values = history.loc[_starts(shown)].copy()
    for bucket in shown:
        if bucket.is_cut and not _is_cut_by_the_log(bucket, drawn.known):
            values.loc[pd.Timestamp(bucket.whole.start)] = _table(filters.during(bucket.days), drawn.by, names).iloc[0]
    away = gaps(filters, drawn.by, [start.date() for start in history.index], names)
    history, values = (_without(table, away.whole, asked(filters)) for table in (history, values))
    before = _compared(drawn, history, away, filters, vs(query))
    return Series(drawn, values, before, history, away)


def asked(filters: Filters) -> tuple[str, ...]:
    """The applications of the total."""
    return filters.applications or tuple(application_names(filters.scope))


def last_year(found: Series) -> pd.DataFrame:
    """The shape of the values: the same bucket a year before, missing where the log does not cover it."""
    return _before(found.span, found.history, "year")


def year_to_focus(found: Series) -> pd.DataFrame:
    """The complete buckets of the year that ends with the one in focus."""
    last = found.span.focus.whole.start
    first = later(last, found.span.by, 1 - YEAR[found.span.by])
    rows = found.history.loc[pd.Timestamp(first) : pd.Timestamp(last)]
    return rows[[found.span.knows(whole(start.date(), found.span.by)) for start in rows.index]]


def moved_most(found: Series) -> str | None:
    """The application that moved most in the bucket in focus."""
    start = pd.Timestamp(found.span.focus.whole.start)
    moved = (found.values.loc[start] - found.before.loc[start]).drop(TOTAL).abs().dropna()
    return str(moved.idxmax()) if len(moved) and moved.max() > 0 else None


def in_focus(filters: Filters, query: Query) -> Filters:
    """The question asked of the bucket in focus, against the bucket that it is compared with.

    Both without the applications of which there is no data now; where there is of none, nothing is compared.
    """
    drawn = span(filters, query)
    bucket = drawn.focus
    narrow = replace(filters, period=bucket.days, comparison=drawn.earlier(bucket, vs(query)))
    lacking, every = without_data(filters, query), asked(filters)
    if not lacking:
        return narrow
    known = tuple(key for key in every if key not in lacking)
    return replace(narrow, applications=known) if known else replace(narrow, comparison=None)


def without_data(filters: Filters, query: Query) -> tuple[str, ...]:
    """The applications asked for of which there is no data in the bucket in focus."""
    drawn = span(filters, query)
    start = drawn.focus.whole.start
    away = gaps(filters, drawn.by, [start], list(application_names(filters.scope)))
    return away.within(pd.Timestamp(start), asked(filters))


def _is_cut_by_the_log(bucket: Bucket, known: Period) -> bool:
    """Then all that is known of it is drawn."""
    return bucket.days == Period(max(bucket.whole.start, known.start), min(bucket.whole.end, known.end))


def _table(filters: Filters, by: By, names: Sequence[str]) -> pd.DataFrame:
    """A row per bucket of the period; zero where there was no use."""
    found = data.use_by_application(filters, by).pivot(index="bucket", columns="application_id", values="value")
    wide = found.reindex(index=_starts(buckets(filters.period, by)), columns=names)
    wide[TOTAL] = data.total_use(filters, by).set_index("bucket")["value"]
    return wide.fillna(0)


def _without(table: pd.DataFrame, away: pd.DataFrame, asked: Sequence[str]) -> pd.DataFrame:
    """`table`, missing where the feed is away, not zero; the total where all feeds asked for are."""
    all_away = away[list(asked)].all(axis=1).rename(TOTAL)
    return table.mask(pd.concat([away, all_away], axis=1).reindex(index=table.index, columns=table.columns))


def _compared(drawn: Span, history: pd.DataFrame, away: Gaps, filters: Filters, vs: str) -> pd.DataFrame:
    """What each bucket is compared with: like with like."""
    before = _before(drawn, history, vs)
    part_now = away.part.reindex(before.index)
    part_before = _before(drawn, away.part.astype(float), vs) == 1
    names = list(away.part)
    before[names] = before[names].mask(part_now | part_before)
    lacking = {start: away.within(start, asked(filters)) for start in before.index}
    for gone in set(filter(None, lacking.values())):
        places = [start for start in before.index if lacking[start] == gone]
        before.loc[places, TOTAL] = _before(drawn, _total_without(gone, history, drawn, filters), vs).loc[places, TOTAL]
    return before


def _total_without(gone: Sequence[str], history: pd.DataFrame, drawn: Span, filters: Filters) -> pd.DataFrame:
    """The total in the shape of `history`, of what is left where the applications `gone` are set aside."""
    rest = tuple(key for key in asked(filters) if key not in gone)
    if not rest:
        return pd.DataFrame({TOTAL: float("nan")}, index=history.index)
    period = Period(history.index[0].date(), min(later(history.index[-1].date(), drawn.by, 1), drawn.known.end))
    found = data.total_use(replace(filters, applications=rest).during(period), drawn.by).set_index("bucket")["value"]
    return found.reindex(history.index).fillna(0).to_frame(TOTAL)


def _before(drawn: Span, history: pd.DataFrame, vs: str) -> pd.DataFrame:
    starts = [earlier.start if (earlier := drawn.earlier(bucket, vs)) else None for bucket in drawn.shown]
    found = history.reindex(pd.DatetimeIndex(pd.to_datetime(pd.Series(starts, dtype="object"))))
    return found.set_axis(_starts(drawn.shown), axis=0)


def _starts(shown: Sequence[Bucket]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([bucket.whole.start for bucket in shown])
