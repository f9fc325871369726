"""Activity, in words: how much this year, how that compares, and what the log does not tell."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from flask import g

from callbacks.activity_blocks import PEAKS
from callbacks.activity_calendar import named
from callbacks.activity_series import HOURS, LOGINS, PEOPLE, Months, Years, told
from callbacks.activity_span import Span
from data_access.choices import account_names
from data_access.filters import Filters, Period
from layouts import numbers
from layouts.activity_tables import Column, moment

WHOLE_YEARS = "Whole calendar years."
NOUNS = {LOGINS: "logins", HOURS: "hours", PEAKS: "people at once"}
NEEDS = {
    LOGINS: "Logins and unique logins: no event of the log is a login ([usage.actions] in the mapping says which is).",
    PEOPLE: "Different people: the log has no column of users (usage.columns.user).",
    HOURS: "Hours: a column of seconds or minutes (usage.amounts), or single events of users, with logins or clicks.",
    PEAKS: "People at the same time: single events with their times and users, with logins or clicks.",
}  # fmt: skip


def subject(filters: Filters) -> str:
    names = list(account_names(filters).values())
    if names:
        return names[0] if len(names) == 1 else f"{len(names)} customers"
    if filters.scope.portfolio is not None:
        return "your customers"
    return "the customers chosen" if filters.segments or filters.states else "all customers"


def sentence(found: Months, totals: Years) -> str:
    """How much this year, and how that compares with the same days of the year before."""
    drawn, this = found.calendar.span, totals.values["this"]
    since = drawn.entitled.since
    if not drawn.entitled.pairs:
        return "No customer is asked for. Take away a filter above."
    if since and since >= drawn.log.end:
        return f"Starts on {numbers.day(since)}."
    if drawn.entitled.until and drawn.known.end <= totals.whole[1].start:
        return f"Cancelled on {numbers.day(drawn.entitled.until)}. {WHOLE_YEARS}"
    if not this.notna().any():
        return f"Nothing is known of {drawn.years[1]}. {WHOLE_YEARS}"
    amounts = ", ".join(numbers.counted(this[name], noun(name)) for name in told())
    year = str(drawn.years[1])
    if not is_over(totals.whole[1]):
        year += f", up to {_day(totals.whole[1].last_day)}"
    return f"{year}: {amounts}. {_years_compared(totals, drawn)} {WHOLE_YEARS}"


def _years_compared(totals: Years, drawn: Span) -> str:
    if totals.alike is None:
        nothing = "nothing is known of the same days of the year before."
        if drawn.known.start <= drawn.log.start:
            return nothing.capitalize()
        return f"The {drawn.beginning} was on {numbers.day(drawn.known.start)}: {nothing}"
    name, days = told()[0], totals.alike[0]
    change = numbers.change(totals.compared.at[name, "this"], totals.compared.at[name, "last"])
    return f"{noun(name).capitalize()} {change} on the same days of {days.start.year} ({span(days)})."


def noun(block: str) -> str:
    if block == PEOPLE:
        return "unique logins" if LOGINS in g.generation.measures else "active users"
    return NOUNS[block]


def block_finding(block: str, months: pd.DataFrame) -> str:
    """The last complete month, and what it compares with; of peaks the highest of both years."""
    if block == PEAKS:
        return _highest(months)
    complete = months[months["is_complete"] & months["value"].notna()]
    if complete.empty:
        return "No month is complete"
    last = complete.iloc[-1]
    words = f"{last.name:%B %Y}: {numbers.counted(last['value'], noun(block))}"
    compared = {"year": f"{last.name - pd.DateOffset(years=1):%B %Y}", "month": "the month before"}
    changes = [
        f"{numbers.change(last[f'now_{unit}'], last[f'before_{unit}'])} on {earlier}"
        + (f" without {last[f'without_{unit}']}" if last[f"without_{unit}"] else "")
        for unit, earlier in compared.items()
        if last[f"before_{unit}"] == last[f"before_{unit}"]
    ]
    return ", ".join([words, *changes])


def keys(months: pd.DataFrame) -> dict[str, str]:
    """What the bars that are there mean; this year's always."""
    last, this = months.iloc[:12], months.iloc[12:]
    found = {"this": str(this.index[0].year)}
    if last["value"].notna().any():
        found["last"] = str(last.index[0].year)
    if (~months["is_complete"] & months["value"].notna()).any():
        found["hollow"] = "incomplete month"
    return found


def on_hover(block: str, month: Any) -> str:
    """The number in full, how it compares, and why the month is not complete."""
    lines = [numbers.counted(month.value, noun(block))]
    if month.before_year == month.before_year:
        lines.append(f"{numbers.change(month.now_year, month.before_year)} on the year before")
    if not pd.isna(month.reached_at):
        lines.append(f"first on {moment(month.reached_at)}")
    return "\n".join([*lines, *([month.note] if month.note else [])])


def _highest(months: pd.DataFrame) -> str:
    found = []
    for _, year in reversed(list(months.groupby(months.index.year))):
        if (year["value"] > 0).any():
            top = year.loc[year["value"].idxmax()]
            people = "1 person" if top["value"] == 1 else f"{numbers.full(top['value'])} people"
            found.append(f"{people} on {moment(top['reached_at'])}")
    return f"Most: {'; the year before '.join(found)}" if found else "Nobody had a session open"


def years_finding(totals: Years) -> str:
    if totals.alike is None:
        return "Nothing is known of the same days of both years, so they do not compare"
    words = f"Compared on the same days of both years, {span(totals.alike[0])}"
    return f"{words}; people are counted once in all of these days" if PEOPLE in told() else words


def years_note(totals: Years) -> str:
    if not totals.without:
        return ""
    return f"The same days are compared without {named(totals.without)}, whose data are missing on some of them."


def months_finding(found: Months) -> str:
    words = "MoM: on the month before. YoY: on the same month of the year before. Complete months only"
    is_any = any(any(against.without) for against in (found.on_month, found.on_year))
    return f"{words}; * without applications whose data are missing in one of the two" if is_any else words


def lacking(columns: Mapping[str, Column]) -> list[str]:
    """Of each block that is left out what it needs."""
    return [needs for name, needs in NEEDS.items() if name not in columns]


def is_over(year: Period) -> bool:
    return (year.last_day.month, year.last_day.day) == (12, 31)


def span(period: Period) -> str:
    """1 Jan to 22 Nov."""
    return f"{_day(period.start)} to {_day(period.last_day)}"


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%b}"
