"""Activity: how many logins, people and hours in each month and year, and what do they compare with?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
from flask import g

from callbacks.activity_calendar import MONTH, YEAR, Calendar, calendar
from data_access import activity as data
from data_access.activity_people import people
from data_access.filters import Filters, Measure, Period

LOGINS, PEOPLE, HOURS = "logins", "people", "hours"
TOLD_BY = {LOGINS: Measure.LOGINS, PEOPLE: Measure.USERS, HOURS: Measure.HOURS}
SIDES = ["last", "this"]


@dataclass(frozen=True, slots=True)
class Compared:
    """Of each month `now`, and the one a month or a year `before`; missing where nothing compares.

    Complete months alone, and in both without the applications `without`, whose data are missing in one of the two.
    """

    now: pd.DataFrame
    before: pd.DataFrame
    without: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Months:
    """A row per month of the calendar, named by its first day; a column per measure that the log tells.

    Missing: before the first start, after the last cancellation, outside the log.
    """

    calendar: Calendar
    values: pd.DataFrame
    on_month: Compared
    on_year: Compared


@dataclass(frozen=True, slots=True)
class Years:
    """Rows by measure, columns last and this year. `values`: as far as `whole` is known; `compared`: of the same days.

    `alike`: those days, None where there are none; `without`: the applications that are left out of them, since data
    of theirs are missing in one of the years.
    """

    whole: tuple[Period, Period]
    values: pd.DataFrame
    alike: tuple[Period, Period] | None
    compared: pd.DataFrame
    without: tuple[str, ...]


def told() -> tuple[str, ...]:
    """The measures of this page that the log tells of."""
    return tuple(name for name, measure in TOLD_BY.items() if measure in g.generation.measures)


def activity(filters: Filters) -> tuple[Months, Years]:
    drawn = calendar(filters)
    use = Use(filters, drawn.applications, data.daily_sums(filters))
    months = [drawn.span.so_far(month) for month in drawn.span.months]
    whole, alike = _years(drawn), drawn.span.alike()
    # Everybody is looked at once, whatever is asked of them.
    found = use.in_each([*months, *whole, *(alike or ())])
    of_months = drawn.known(found.iloc[: len(months)].set_axis(drawn.starts, axis=0))
    of_years, compared = found.iloc[len(months) : len(months) + 2], found.iloc[len(months) + 2 :]
    without = drawn.uneven_in(alike[1], YEAR) if alike else ()
    if alike and without:
        compared = use.in_each(alike, without)
    is_known = pd.Series(list(map(drawn.span.is_known, whole)), index=of_years.index)
    of_years = of_years.where(is_known | (of_years > 0).any(axis=1), axis=0)
    against = (compared_with(back, of_months, drawn, use) for back in (MONTH, YEAR))
    return Months(drawn, of_months, *against), Years(whole, _turned(of_years), alike, _turned(compared), without)


@dataclass(frozen=True, slots=True)
class Use:
    """What the filters ask for, of `applications`. `days`: data_access.activity.daily_sums."""

    filters: Filters
    applications: tuple[str, ...]
    days: pd.DataFrame

    def in_each(self, periods: Sequence[Period], without: Sequence[str] = ()) -> pd.DataFrame:
        """One row per period: the measures that the log tells, but for the applications `without`; missing without all.

        People are counted once in each, hours are not rounded.
        """
        columns, rest = told(), tuple(key for key in self.applications if key not in without)
        if not rest:
            return pd.DataFrame(float("nan"), index=range(len(periods)), columns=list(columns))
        days = (
            self.days[self.days["application_id"].isin(rest)].groupby("day")[["logins", "seconds"]].sum().sort_index()
        )
        # As text, days are compared inclusively.
        sums = pd.DataFrame([days.loc[str(one.start) : str(one.last_day)].sum() for one in periods])
        found = pd.DataFrame({LOGINS: sums["logins"], HOURS: sums["seconds"] / 3600})
        if PEOPLE in columns:
            asked = replace(self.filters, applications=rest) if without else self.filters
            found[PEOPLE] = people(asked, periods, with_login=LOGINS in columns)
        return found[list(columns)].astype(float)


def compared_with(back: int, values: pd.DataFrame, drawn: Calendar, use: Use) -> Compared:
    """Each month with the one so many months before."""
    is_compared, without = drawn.is_compared(back), drawn.without(back)
    now, before = values.where(is_compared, axis=0), values.shift(back).where(is_compared, axis=0)
    for gone in sorted(set(filter(None, without))):
        some = [at for at, left_out in enumerate(without) if left_out == gone]
        months = [drawn.span.months[at] for at in (*some, *(at - back for at in some))]
        found = use.in_each(months, gone).to_numpy()
        now.iloc[some], before.iloc[some] = found[: len(some)], found[len(some) :]
    return Compared(now, before, without)


def _years(drawn: Calendar) -> tuple[Period, Period]:
    last, this = (Period(date(year, 1, 1), date(year + 1, 1, 1)) for year in drawn.span.years)
    return last, drawn.span.so_far(this)


def _turned(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per measure, columns SIDES; missing where there are no rows."""
    return rows.T.set_axis(SIDES[: len(rows)], axis=1).reindex(columns=SIDES)
