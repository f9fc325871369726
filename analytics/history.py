"""Since when is each pair in its state? The weeks are judged one after another, each by what was known at its end."""

from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.states import BEST_FIRST, pair_states

MONTH, HALF_YEAR = 4, 26  # weeks of the volume, and of the usual volume before it
WARM_UP = MONTH + HALF_YEAR
LATE_DAYS = 7  # no feed is late before

# Pairs × weeks: the place of a state in BEST_FIRST, so that the least of several is the best.
Places = npt.NDArray[np.int8]
Values = npt.NDArray[Any]  # one element per pair
NOWHERE = len(BEST_FIRST)  # the pair did not exist yet
_PLACE = {str(state): place for place, state in enumerate(BEST_FIRST)}


def places_of(states: pd.Series) -> Places:
    """One week of `Places`."""
    places: Places = states.map(_PLACE).to_numpy(np.int8)
    return places


def weekly_places(
    pairs: pd.DataFrame,
    use: pd.DataFrame,
    people: pd.DataFrame,
    event_days: pd.DataFrame,
    mondays: pd.DatetimeIndex,
    is_weekly: bool = False,
) -> Places:
    """The state of each pair at the end of each of the successive weeks that begin on `mondays`.

    `pairs`: application_key, started_on, cancelled_on, first_day (of any event), seats (missing where unknown),
    size_band. `use` and `people` name a pair by its row and a week by its number, 0 that of the first Monday; they
    are in the order of weeks, and reach back as far as there are data. `use`: pair, week, volume (events of people),
    last_use_on, one row per pair and week with use. `people`: pair, week, change: by how many the people rose who
    were active in the four weeks up to this one. `event_days`: application_key, day, distinct, with any event.
    """
    sundays = mondays + timedelta(days=6)
    fed_until = feeds(event_days, sundays)
    days = dict.fromkeys(("started_on", "cancelled_on", "first_day"), "datetime64[s]")
    pairs = pairs.astype(days | {"seats": "float64"})
    places = np.full((len(pairs), len(mondays)), NOWHERE, dtype=np.int8)
    known = _known(len(pairs), use, people, len(mondays))
    for week, (sunday, (volume, usual, last_use, active)) in enumerate(zip(sundays, known, strict=True)):
        judged = pairs.assign(
            fed_until=pairs["application_key"].map(fed_until.loc[sunday]),
            last_use_on=last_use,
            volume=volume,
            usual_volume=np.where(pairs["first_day"] <= sunday - timedelta(days=7 * WARM_UP), usual, np.nan),
            heads=pairs["seats"].fillna(pd.Series(active, pairs.index)),
        )
        started = pairs["started_on"].notna() | (pairs["cancelled_on"] <= sunday)
        exists = started | (pairs["first_day"] <= sunday)
        places[:, week] = np.where(exists, places_of(pair_states(judged, sunday, is_weekly)), NOWHERE)
    return places


def feeds(event_days: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Until when each application is fed, seen on each of `days`: days × application keys, missing before its first.

    A feed is late where the application is silent for longer than it ever was, and than a week.
    """
    seen = days.to_numpy("datetime64[D]")
    columns = {}
    for application, own in event_days.groupby("application_key"):
        fed = np.sort(own["day"].to_numpy("datetime64[D]"))
        gap = np.maximum.accumulate(np.diff(fed, prepend=fed[0]).astype(np.int64))
        place = np.searchsorted(fed, seen, side="right") - 1
        is_late = (seen - fed[place]).astype(np.int64) > np.maximum(gap[place], LATE_DAYS)
        columns[application] = np.where(place < 0, np.datetime64("NaT"), np.where(is_late, fed[place], seen))
    return pd.DataFrame(columns, index=days)


def account_places(places: Places, account_keys: pd.Series) -> Places:
    """The best place of each account by week: one row per account. `account_keys` of the pairs, in order."""
    first_pairs = np.flatnonzero(account_keys.ne(account_keys.shift()))
    best: Places = np.minimum.reduceat(places, first_pairs, axis=0)
    return best


def spans(places: Places, mondays: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per change of state. Columns: row (of `places`), state, since, until (exclusive; missing: up to now).

    Both are Mondays: a state holds from the beginning of the week at whose end it is seen.
    """
    row, week = np.nonzero(np.diff(places, axis=1, prepend=np.int8(NOWHERE)))
    since = pd.Series(mondays[week])
    is_last = np.append(row[1:] != row[:-1], True)[: len(row)]
    states = np.array([str(state) for state in BEST_FIRST], dtype=object)[places[row, week]]
    return pd.DataFrame({"row": row, "state": states, "since": since, "until": since.shift(-1).mask(is_last)})


def _known(pairs: int, use: pd.DataFrame, people: pd.DataFrame, weeks: int) -> Iterator[tuple[Values, ...]]:
    """For each week: volume, usual volume, last use and active people of every pair."""
    nothing = np.zeros(pairs)
    recent = deque([nothing] * WARM_UP, maxlen=WARM_UP)
    last_use = np.full(pairs, np.datetime64("NaT"), dtype="datetime64[s]")
    active = np.zeros(pairs, dtype=np.int64)
    slices = zip(range(-WARM_UP, weeks), _by_week(use, weeks), _by_week(people, weeks), strict=True)
    for week, used, moved in slices:
        volume = nothing.copy()
        volume[used["pair"]] = used["volume"]
        recent.append(volume)
        last_use[used["pair"]] = used["last_use_on"]  # of several weeks, the last counts
        np.add.at(active, moved["pair"].to_numpy(), moved["change"].to_numpy())
        if week >= 0:
            weekly = list(recent)
            usual = sum(weekly[:HALF_YEAR], start=nothing) / (HALF_YEAR / MONTH)
            yield sum(weekly[HALF_YEAR:], start=nothing), usual, last_use, active


def _by_week(rows: pd.DataFrame, weeks: int) -> Iterator[pd.DataFrame]:
    """The rows of each week from the first of the warm-up on; all that is older comes with that one."""
    bounds = np.searchsorted(rows["week"], np.arange(-WARM_UP + 1, weeks + 1))
    for first, end in zip((0, *bounds), bounds, strict=False):
        yield rows.iloc[first:end]
