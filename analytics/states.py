"""In which state is each pair of account and application: in use, low, silent, or not a customer any more?

The states are exclusive, and the first that matches counts, so the counts
of the states sum to the pairs.
"""

from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd

ONBOARDING_DAYS = 30
SILENT_DAYS = 30
SILENT_DAYS_OF_WEEKS = 28  # where the source has weeks, each dated by its Monday
LOW_PERCENTILE = 0.20
LOW_SHARE_OF_USUAL = 0.5


class State(StrEnum):
    NOT_STARTED = "not started"
    CANCELLED = "cancelled"
    NO_DATA = "no data"
    ONBOARDING = "onboarding"
    NEVER_ACTIVATED = "never activated"
    INACTIVE = "inactive"
    LOW = "low"
    ACTIVE = "active"


# An account is in the best state that any of its pairs is in.
BEST_FIRST = (
    State.ACTIVE,
    State.LOW,
    State.ONBOARDING,
    State.NO_DATA,
    State.INACTIVE,
    State.NEVER_ACTIVATED,
    State.NOT_STARTED,
    State.CANCELLED,
)


def pair_states(pairs: pd.DataFrame, day: date, is_weekly: bool = False) -> pd.Series:
    """The state of each pair on `day`, one value a row, index as `pairs`; `is_weekly` where the source has weeks only.

    Columns of `pairs`: started_on, cancelled_on, last_use_on (dates or missing),
    fed_until (missing: there was never an event of the application), volume (events
    of the 28 days up to `day`), usual_volume (the same, mean of the half year before;
    missing where unknown), heads (seats, or active users where seats are unknown),
    application_key, size_band.
    """
    today = pd.Timestamp(day)
    started, cancelled, fed, used = (
        pd.to_datetime(pairs[name]) for name in ("started_on", "cancelled_on", "fed_until", "last_use_on")
    )
    silent_days = SILENT_DAYS_OF_WEEKS if is_weekly else SILENT_DAYS
    rules = {
        State.NOT_STARTED: started > today,
        State.CANCELLED: cancelled <= today,
        State.NO_DATA: ~(fed >= today),
        State.ONBOARDING: started > today - timedelta(days=ONBOARDING_DAYS),
        # Use before the start is an exception of its own, and does not count here.
        State.NEVER_ACTIVATED: used.isna() | (used < started),
        State.INACTIVE: used <= today - timedelta(days=silent_days),
        State.LOW: _is_low(pairs),
    }
    states = np.select([rule.to_numpy(bool) for rule in rules.values()], list(rules), default=State.ACTIVE)
    return pd.Series(states, index=pairs.index, dtype="object")


def _is_low(pairs: pd.DataFrame) -> pd.Series:
    """Under the 20th percentile of peers in use, or under half of the pair's own usual level."""
    intensity = pairs["volume"] / pairs["heads"].clip(lower=1)
    peers = intensity.where(pairs["volume"] > 0).groupby([pairs["application_key"], pairs["size_band"]], dropna=False)
    below_peers = intensity < peers.transform("quantile", LOW_PERCENTILE)
    return below_peers | (pairs["volume"] < LOW_SHARE_OF_USUAL * pairs["usual_volume"])


def account_states(pairs: pd.DataFrame) -> pd.Series:
    """The best state per account, indexed by account_key. Columns of `pairs`: account_key, state."""
    rank = pairs["state"].map({str(state): place for place, state in enumerate(BEST_FIRST)})
    best = rank.groupby(pairs["account_key"]).min()
    return best.map(dict(enumerate(map(str, BEST_FIRST))))
