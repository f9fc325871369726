"""Which flags are one event? Since when, how large, whether over, and whether its reason is known from last year."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.flag import WARM_UP, Kind

QUIET_WEEKS = 1  # without a flag, inside an episode
SEASON_WEEKS = 3  # a remembered reason covers a start so much earlier or later in the year
_YEAR = 365.25  # days

COLUMNS = ["series", "direction", "started_on", "ended_on", "flags", "expected", "saw", "size", "p"]


def episodes(flags: pd.DataFrame, this_week: date) -> pd.DataFrame:
    """One row per episode, by series and start.

    `flags`: `changes.discoveries` of successive weeks with `week` (their Monday); `series` may be any key.
    `this_week` is the Monday of the last week that was judged. Successive flags of a series in one direction, with at
    most one week without between them, are one episode. One that begins with a level shift began three weeks before.

    Columns: series, direction, started_on (a Monday), ended_on (the Monday after its last flag; missing while a flag
    could still prolong it), flags (weeks with one), expected and saw (events in these weeks, and in the three before
    a level shift), size (saw ÷ expected − 1), p (the least).
    """
    if flags.empty:
        return pd.DataFrame(columns=COLUMNS)
    weekly = _weekly(flags)
    weekly["episode"] = _begins(weekly).cumsum()
    found = weekly.groupby("episode").agg(
        series=("series", "first"), direction=("direction", "first"), started_on=("since", "first"),
        ended_on=("week", "last"), flags=("week", "size"), expected=("expected", "sum"), saw=("saw", "sum"),
        p=("p", "min"),
    )  # fmt: skip
    is_open = found["ended_on"] >= pd.Timestamp(this_week) - timedelta(weeks=QUIET_WEEKS)
    found["ended_on"] = (found["ended_on"] + timedelta(weeks=1)).mask(is_open)
    found["size"] = found["saw"] / found["expected"] - 1
    return found.sort_values(["series", "started_on"], kind="stable", ignore_index=True)[COLUMNS]


def reasons_from_earlier_years(episodes: pd.DataFrame, explained: pd.DataFrame) -> pd.Series:
    """The remembered reason of each episode, by the index of `episodes`; missing where there is none.

    `episodes`: account, direction, started_on. `explained`, the same of past episodes, with reason: one such as
    "summer closing" holds for the account in every later year, within three weeks of the same time of the year, for a
    change in the same direction. Of several the nearest in the year counts, then the latest.
    """
    past = explained.rename(columns={"started_on": "explained_on"})
    both = episodes[["account", "direction", "started_on"]].reset_index(names="row").merge(past, how="inner")
    days = (pd.to_datetime(both["started_on"]) - pd.to_datetime(both["explained_on"])).dt.days
    years = (days / _YEAR).round()
    distance = (days - years * _YEAR).abs()
    # A year has 52 weeks and a day or two: half a week more, and every Monday three weeks away is inside.
    matching = both.assign(years=years, weeks=distance // 7).loc[(years >= 1) & (distance < 7 * SEASON_WEEKS + 3.5)]
    nearest = matching.sort_values(["weeks", "years"], kind="stable").drop_duplicates("row")
    return nearest.set_index("row")["reason"].reindex(episodes.index)


def _weekly(flags: pd.DataFrame) -> pd.DataFrame:
    """One row per series, direction and week: the flag that says most, and since when it speaks."""
    told = flags.assign(week=pd.to_datetime(flags["week"])).sort_values(["series", "direction", "week", "p"])
    told = told.drop_duplicates(["series", "direction", "week"], ignore_index=True)
    is_shift = (told["kind"] == Kind.LEVEL) & _begins(told)
    for name in ("expected", "saw"):
        told[name] = np.where(is_shift, told[f"{name}4"], told[name])
    told["since"] = told["week"] - pd.to_timedelta(np.where(is_shift, WARM_UP - 1, 0) * 7, unit="D")
    return told


def _begins(told: pd.DataFrame) -> pd.Series:
    """Whether a row, by series, direction and week, follows on none."""
    gap = told.groupby(["series", "direction"])["week"].diff()
    return ~(gap <= timedelta(weeks=QUIET_WEEKS + 1))
