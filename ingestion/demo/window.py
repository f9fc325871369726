"""Which days does the log cover? Days are counted from 1970-01-01, as numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from pandas.tseries.holiday import USFederalHolidayCalendar

from ingestion.demo.dice import Floats, Ints

REPORTING_ZONE = ZoneInfo("America/Denver")
EPOCH = date(1970, 1, 1)
NEVER = 10**6  # A day after all others.
WORKLOAD = np.array([1.0, 1.07, 1.05, 0.98, 0.72, 0.03, 0.02])  # Monday to Sunday, Monday = 1


def day_number(day: date) -> int:
    return (day - EPOCH).days


def as_dates(days: Ints) -> npt.NDArray[np.datetime64]:
    """Day numbers as datetime64[D]; NEVER becomes NaT."""
    dates = days.astype("datetime64[D]")
    dates[days >= NEVER] = np.datetime64("NaT")
    return dates


@dataclass(frozen=True, slots=True)
class Window:
    """`weeks` ISO weeks, the last one up to and including `until`."""

    until: date
    weeks: int

    @property
    def mondays(self) -> list[date]:
        newest = self.until - timedelta(days=self.until.weekday())
        return [newest - timedelta(weeks=back) for back in reversed(range(self.weeks))]

    @property
    def first(self) -> int:
        return day_number(self.mondays[0])

    @property
    def last(self) -> int:
        return day_number(self.until)

    @property
    def middle(self) -> int:
        return (self.first + self.last) // 2

    def days_of_week(self, monday: date) -> Ints:
        """The days of the week of `monday` that are in the window: 1 to 7 numbers."""
        days = day_number(monday) + np.arange(7)
        return days[days <= self.last]


def last_sunday() -> date:
    """The newest Sunday before today in the reporting zone."""
    today = datetime.now(REPORTING_ZONE).date()
    return today - timedelta(days=today.isoweekday())


def workload(days: Ints) -> Floats:
    """Share of a common Monday that is worked on each of the `days` of one week, which begin with a Monday."""
    shares = np.array([_holiday_share(EPOCH + timedelta(days=int(day))) for day in days])
    work: Floats = WORKLOAD[: len(days)] * shares
    return work


def holidays(first: int, last: int) -> dict[int, float]:
    """Days that are not worked in full, `last` included, and the share that is."""
    shares = {day: _holiday_share(EPOCH + timedelta(days=day)) for day in range(first, last + 1)}
    return {day: share for day, share in shares.items() if share < 1}


def _holiday_share(day: date) -> float:
    if day in _federal_holidays(day.year):
        return 0.05
    if day.month == 12 and day.day >= 24:
        return 0.25 if day.day in (24, 31) else 0.5
    if day.month == 11 and day - timedelta(days=1) in _federal_holidays(day.year) and day.weekday() == 4:
        return 0.35
    return 1.0


@cache
def _federal_holidays(year: int) -> set[date]:
    calendar = USFederalHolidayCalendar()
    return {holiday.date() for holiday in calendar.holidays(date(year, 1, 1), date(year, 12, 31))}


def utc_offsets(zones: tuple[str, ...], days: Ints) -> Ints:
    """Seconds ahead of UTC at noon: zones × days."""
    noons = [datetime.combine(EPOCH, datetime.min.time(), UTC) + timedelta(days=int(day), hours=18) for day in days]
    offsets = [[noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons] for zone in zones]
    return np.array([[int((offset or timedelta()).total_seconds()) for offset in row] for row in offsets])
