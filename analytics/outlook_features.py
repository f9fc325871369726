"""What is known about a series of weekly use at an origin: the features of the outlook, from a history of weeks.

A series is a pair or an account. Weeks are numbered, 0 that of `first_monday`; an origin o is the beginning of week o,
at which the weeks 0 … o − 1 are known. One pass over the weeks carries what each series did so far, so that nothing
after an origin can reach its features.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[Any]  # one element per series

WINDOWS = (4, 8, 12, 26, 52)  # weeks
DECAYS = (0.8, 0.95)  # of the exponentially weighted share of active weeks
RECENT, USUAL = 12, 26  # weeks of the amounts, and of what is usual
LEAST_ACTIVE = 3  # of the `RECENT` weeks: fewer, and the series is quiet already
YEAR_DAYS = 365.25


@dataclass(frozen=True)
class History:
    """Use by people, a row per series and week with use.

    `use`: series (row of `series`), week, volume, and where the source knows them days (with use), users and
    applications (used by the account in that week); none missing. `series`: group (the application; any one value
    where there is none), first_week and end_week: entitled in first_week ≤ week < end_week, missing: without bounds.
    Use outside is left out. `weeks`: how many complete weeks there are. ValueError: several rows for a series and week.
    """

    use: pd.DataFrame
    series: pd.DataFrame
    weeks: int
    first_monday: date
    first_week: Values = field(init=False)
    end_week: Values = field(init=False)

    def __post_init__(self) -> None:
        bounds = self.series[["first_week", "end_week"]].astype("float64")
        object.__setattr__(self, "first_week", bounds["first_week"].fillna(0).to_numpy())
        object.__setattr__(self, "end_week", bounds["end_week"].fillna(np.inf).to_numpy())
        use = self.use.astype({"series": "int64", "week": "int64"})
        week, row = use["week"].to_numpy(), use["series"].to_numpy()
        is_entitled = (week >= self.first_week[row]) & (week < np.minimum(self.end_week[row], self.weeks))
        use = use[is_entitled].sort_values(["week", "series"], ignore_index=True)
        if (use[["week", "series"]].diff() == 0).all(axis=1).any():
            raise ValueError("More than one row for a series and week")
        object.__setattr__(self, "use", use)

    @property
    def amounts(self) -> list[str]:
        return [name for name in ("volume", "days", "users", "applications") if name in self.use]

    def between(self, first: int, end: int) -> pd.DataFrame:
        """The use of the weeks first ≤ week < end."""
        bounds = np.searchsorted(self.use["week"].to_numpy(), (first, end))
        return self.use.iloc[bounds[0] : bounds[1]]


@dataclass
class _Past:
    """What each series did until now; the last year by week, at the place week mod 52."""

    used: Values
    amounts: dict[str, Values]
    shares: Values
    first: Values
    last: Values
    longest: Values
    count: Values

    @classmethod
    def of(cls, series: int, amounts: Collection[str]) -> "_Past":
        by_week = {name: np.zeros((USUAL, series), np.float32) for name in amounts}
        never = np.full(series, -1)
        used = np.zeros((WINDOWS[-1], series), bool)
        shares = np.zeros((len(DECAYS), series))
        return cls(used, by_week, shares, never, never.copy(), np.zeros(series, int), np.zeros(series, int))

    def advance(self, week: int, use: pd.DataFrame) -> None:
        row = use["series"].to_numpy()
        self.used[week % len(self.used)] = False
        self.used[week % len(self.used), row] = True
        for name, by_week in self.amounts.items():
            by_week[week % USUAL] = 0
            by_week[week % USUAL, row] = use[name]
        for decay, share in zip(DECAYS, self.shares, strict=True):
            share *= decay
            share[row] += 1 - decay
        is_first = self.count[row] == 0
        self.first[row[is_first]] = week
        self.longest[row] = np.maximum(self.longest[row], np.where(is_first, 0, week - self.last[row]))
        self.last[row] = week
        self.count[row] += 1


def snapshots(history: History, origins: Collection[int]) -> Iterator[tuple[int, pd.DataFrame]]:
    """Each origin in turn, with the features of the series that are eligible at it, indexed by series.

    Eligible: entitled at the origin, and used in at least 3 of the 12 weeks before it. Columns:
    recency: whole weeks without use (0: used in the last one); mean_gap, longest_gap: weeks from one with use to the
    next, so far; recency_ratio: recency ÷ mean_gap; age: weeks since the first use;
    share_0.8, share_0.95: exponentially weighted shares of weeks with use; active_4 … active_52: weeks with use;
    volume_4, volume_12, volume_26: log(1 + volume a week); trend_4_12, trend_12_26: their differences;
    volume_per_week and so on for each amount of the history: log(1 + amount by week with use of the last 12);
    peers: log ratio of how many others of the group are active in a week, 4 weeks to 26, 1 added to both;
    year_sin, year_cos: the time of year.
    """
    past = _Past.of(len(history.series), history.amounts)
    group = pd.factorize(history.series["group"], use_na_sentinel=False)[0]
    for known, origin in pairwise([0, *sorted(origins)]):
        for week in range(known, origin):
            past.advance(week, history.between(week, week + 1))
        is_entitled = (history.first_week <= origin) & (history.end_week > origin)
        rows = np.flatnonzero(is_entitled & (_active(past, origin, RECENT) >= LEAST_ACTIVE))
        yield origin, _features(past, origin, group, rows, history.first_monday)


def _places(origin: int, weeks: int, kept: int) -> Values:
    """Where the last weeks before the origin lie among those kept."""
    return np.arange(origin - min(weeks, origin), origin) % kept


def _features(past: _Past, origin: int, group: Values, rows: Values, first_monday: date) -> pd.DataFrame:
    recency, age = origin - 1 - past.last[rows], origin - past.first[rows]
    mean_gap = (past.last[rows] - past.first[rows]) / (past.count[rows] - 1)
    angle = 2 * pi * (first_monday + timedelta(weeks=origin)).timetuple().tm_yday / YEAR_DAYS
    columns = {
        "recency": recency,
        "mean_gap": mean_gap,
        "recency_ratio": recency / mean_gap,
        "longest_gap": past.longest[rows],
        "age": age,
        **{f"share_{decay}": share[rows] for decay, share in zip(DECAYS, past.shares, strict=True)},
        **{f"active_{weeks}": _active(past, origin, weeks)[rows] for weeks in WINDOWS},
        **_amounts(past, origin, rows, age),
        "peers": _peers(past, origin, group)[rows],
        "year_sin": np.full(len(rows), sin(angle)),
        "year_cos": np.full(len(rows), cos(angle)),
    }
    return pd.DataFrame(columns, index=pd.Index(rows, name="series"), dtype="float64")


def _active(past: _Past, origin: int, weeks: int) -> Values:
    """Weeks with use among the last ones."""
    active: Values = past.used[_places(origin, weeks, WINDOWS[-1])].sum(axis=0)
    return active


def _amounts(past: _Past, origin: int, rows: Values, age: Values) -> dict[str, Values]:
    """By week with use, and how the volume moves; of a young series the weeks since its first use."""
    sums = {
        (name, weeks): by_week[_places(origin, weeks, USUAL)][:, rows].sum(axis=0)
        for name, by_week in past.amounts.items()
        for weeks in (4, RECENT, USUAL)
    }
    active = _active(past, origin, RECENT)[rows]
    weekly = {weeks: np.log1p(sums["volume", weeks] / np.minimum(weeks, age)) for weeks in (4, RECENT, USUAL)}
    return {
        **{f"volume_{weeks}": logs for weeks, logs in weekly.items()},
        **{f"{name}_per_week": np.log1p(sums[name, RECENT] / active) for name in past.amounts},
        "trend_4_12": weekly[4] - weekly[RECENT],
        "trend_12_26": weekly[RECENT] - weekly[USUAL],
    }


def _peers(past: _Past, origin: int, group: Values) -> Values:
    """Log ratio of the others of the group who are active in a week, in the last 4 to the last 26; 1 added to both."""
    others = {}
    for weeks in (4, USUAL):
        active = _active(past, origin, weeks)
        others[weeks] = (np.bincount(group, active)[group] - active) / max(min(weeks, origin), 1)
    ratio: Values = np.log((others[4] + 1) / (others[USUAL] + 1))
    return ratio
