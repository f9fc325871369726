"""Usage over time, in words: how much, how that compares, and what is missing."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from callbacks.usage_series import TOTAL, Series, asked, moved_most
from callbacks.usage_span import MOST_DAYS, Span, vs
from callbacks.usage_table import lines_drawn
from data_access import accounts as accounts_data
from data_access.buckets import By
from data_access.choices import application_names
from data_access.filters import Filters, Measure
from layouts import numbers
from layouts import usage as view
from layouts.links import Query
from layouts.shell import MEASURES
from layouts.usage import bucket_words


def against(drawn: Span, query: Query) -> str:
    return "A year before" if vs(query) == "year" else view.BEFORE[drawn.by].capitalize()


def compared(by: By, query: Query) -> str:
    return f"on {'a year before' if vs(query) == 'year' else view.BEFORE[by]}"


def short_words(start: date, by: By) -> str:
    words = bucket_words(start, by).removeprefix("the ")
    return words[0].upper() + words[1:]


def subject(filters: Filters) -> str:
    return _named(filters, filters.applications) if filters.applications else "each application"


def sentence(found: Series, filters: Filters, query: Query) -> str:
    """How much in the bucket in focus, how that compares, and which was highest."""
    drawn, bucket = found.span, found.span.focus
    start = pd.Timestamp(bucket.whole.start)
    value, before = float(found.values[TOTAL][start]), float(found.before[TOTAL][start])
    noun = MEASURES[filters.measure].lower()
    when = f"{'on' if drawn.by is By.DAY else 'in'} {bucket_words(bucket.days.start, drawn.by)}"
    lacking = found.gaps.within(start, asked(filters))
    if value != value:
        return f"{nothing_known(filters, lacking)} {when}."
    first = f"{numbers.counted(value, noun)} {when}{without(filters, lacking)}"
    if before == before:
        first += f", {numbers.change(value, before)} {compared(drawn.by, query)}"
    complete = found.values[TOTAL][[drawn.is_complete(one) for one in drawn.shown]].dropna()
    if len(complete) < 2 or complete.max() == 0:
        return f"{first}."
    high, low = complete.idxmax().date(), complete.idxmin().date()
    return (
        f"{first}. Of {len(complete)} complete {view.BUCKETS[drawn.by]} {bucket_words(high, drawn.by)} was highest "
        f"({numbers.full(complete.max())}), {bucket_words(low, drawn.by)} lowest ({numbers.full(complete.min())})."
    )


def nothing_known(filters: Filters, lacking: Sequence[str]) -> str:
    return f"There is no data of {_named(filters, lacking)}"


def without(filters: Filters, lacking: Sequence[str]) -> str:
    """What a total lacks, and so what it is compared with."""
    return f", without {_named(filters, lacking)} (no data)" if lacking else ""


def _named(filters: Filters, keys: Sequence[str]) -> str:
    names = application_names(filters.scope)
    return " and ".join(names[key] for key in keys) if len(keys) <= 2 else f"{len(keys)} applications"


def chart_finding(found: Series, filters: Filters, query: Query) -> str:
    parts = [_year_finding(found, filters) if vs(query) == "year" else _lit_finding(found, filters, query)]
    if query.one("by") == "day" and found.span.by is not By.DAY:
        parts.append(f"Weeks, since {numbers.full(filters.period.days)} days are more than the {MOST_DAYS} a line can "
                     "show: choose a shorter period for days.")  # fmt: skip
    if found.span.surrounded:
        parts.append(f"The period is marked among the {view.BUCKETS[found.span.by]} around it.")
    parts.append(_late_words(found, filters, query))
    if found.values.fillna(0).to_numpy().any():
        parts.append("Click a point for who was behind it.")
    else:
        parts.append("No use on the days shown. Choose a longer period, or take away a filter above.")
    return " ".join(filter(None, parts))


def _late_words(found: Series, filters: Filters, query: Query) -> str:
    """Which of the lines break off, and why."""
    missing = found.values.isna()
    drawn = [(key, name) for key, name in lines_drawn(filters, query).items() if missing[key].any()]
    if len(drawn) > 2:
        return f"{len(drawn)} lines have gaps: no data."
    words = (f"{name} {'ends early' if missing[key].iloc[-1] else 'has a gap'}: no data." for key, name in drawn)
    return " ".join(words)


def _year_finding(found: Series, filters: Filters) -> str:
    """The complete buckets that last year has too, and no others, against it."""
    now, then = found.values[TOTAL], found.before[TOTAL]
    both = then.notna() & now.notna()
    count, unit = int(both.sum()), found.span.by
    if not count:
        return f"The log does not reach back to a year before any {unit} shown."
    noun = MEASURES[filters.measure]
    over = numbers.plural(count, f"complete {unit}")
    amount, earlier = float(now[both].sum()), float(then[both].sum())
    # Of people, buckets do not add up: the mean of them is what compares.
    if filters.measure is Measure.USERS:
        amount, earlier, noun = amount / count, earlier / count, f"{noun} of a {unit}, on average,"
    change = numbers.change(amount, earlier)
    return f"{noun} over {over}: {numbers.full(amount)}, {change} on the {numbers.full(earlier)} of a year before."


def _lit_finding(found: Series, filters: Filters, query: Query) -> str:
    key = None if filters.applications else moved_most(found)
    if key is None:
        return ""
    start = pd.Timestamp(found.span.focus.whole.start)
    value, before = float(found.values[key][start]), float(found.before[key][start])
    return (
        f"{application_names(filters.scope)[key]} moved most: {numbers.full(value)}, {numbers.change(value, before)} "
        f"{compared(found.span.by, query)}."
    )


def behind_finding(
    narrow: Filters, value: float, before: float, drawn: Span, query: Query, lacking: Sequence[str]
) -> str:
    """`lacking`: the applications of which there is no data then (without_data)."""
    said = f"{numbers.counted(value, MEASURES[narrow.measure].lower())}{without(narrow, lacking)}"
    if narrow.comparison is None or not before > 0:
        return f"{said}."
    said += f", {numbers.change(value, before)} {compared(drawn.by, query)}"
    mover = accounts_data.largest_mover(narrow, falling=value < before)
    if mover.empty or narrow.account or value == before:
        return f"{said}."
    verb = "fell" if value < before else "rose"
    moved = abs(float(mover["value"][0] - mover["before"][0]))
    return f"{said}; {mover['account'][0]} {verb} most, by {numbers.full(moved)}."
