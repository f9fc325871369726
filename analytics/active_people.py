"""How many different people were active on each day, and in the days that end with it?"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd

# Days of each window, the day itself included.
WINDOWS: Mapping[str, int] = MappingProxyType({"daily": 1, "weekly": 7, "monthly": 28, "monthly_30": 30})


def sweep(gaps: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """One row per day from `first` to `last`. Columns: day, and those of WINDOWS: people.

    `gaps`: day, gap, people: for how many an active day is followed by another after `gap` days. Active on day d, one
    counts in a window of w days up to and without d + w, or up to the next active day, which counts anew.
    """
    start, length = np.datetime64(first), (last - first).days + 1
    # Days before the first reach into it; ends after the last are of no interest.
    place = (gaps["day"].to_numpy(dtype="datetime64[D]") - start).astype(int)
    people, gap = gaps["people"].to_numpy(dtype=np.int64), gaps["gap"].to_numpy(dtype=int)
    columns = {name: _running(place, place + np.minimum(gap, days), people, length) for name, days in WINDOWS.items()}
    return pd.DataFrame({"day": pd.date_range(first, last), **columns})


def _running(begins: np.ndarray, ends: np.ndarray, people: np.ndarray, length: int) -> np.ndarray:
    """How many stretches from `begins` up to, and without, `ends` hold each of the days 0 … length − 1."""
    change = np.zeros(length + 1, dtype=np.int64)
    np.add.at(change, np.clip(begins, 0, length), people)
    np.add.at(change, np.clip(ends, 0, length), -people)
    return np.cumsum(change)[:length]


def stickiness(days: pd.DataFrame, month: str) -> pd.Series:
    """Mean of the daily people over the days of the month's window ÷ the people of that month; missing where unknown.

    `days`: a row per day in order, with the columns of WINDOWS; `month`: monthly or monthly_30.
    """
    width = WINDOWS[month]
    mean = days["daily"].rolling(width, min_periods=width).mean()
    return mean / days[month].where(days[month] > 0)


def within_log(days: pd.DataFrame, first_day: date) -> pd.DataFrame:
    """`days`, without the windows that begin before the log: what lies there is not known."""
    age = (days["day"] - pd.Timestamp(first_day)).dt.days
    return days.assign(**{name: days[name].where(age >= width - 1) for name, width in WINDOWS.items()})
