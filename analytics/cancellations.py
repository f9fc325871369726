"""How was each pair used in the weeks before its cancellation?"""

from datetime import date

import numpy as np
import pandas as pd

WEEKS = 26
PAIR = ["account_id", "application_id"]


def use_before(cancelled: pd.DataFrame, weekly: pd.DataFrame, first_week: date) -> pd.DataFrame:
    """One row per cancelled pair, in their order, one column per week before the one of the cancellation: −26 … −1.

    `cancelled`: account_id, application_id, cancelled_on; `weekly`: the same keys, week (its Monday), value. A week
    without use is 0, one before `first_week`, the Monday of the first with data, is missing.
    """
    ended = cancelled["cancelled_on"].dt.to_period("W-SUN").dt.start_time
    aligned = weekly.merge(cancelled[PAIR].assign(ended=ended), on=PAIR)
    aligned["before"] = -((aligned["ended"] - aligned["week"]).dt.days // 7)
    before = range(-WEEKS, 0)
    wide = aligned.pivot_table(index=PAIR, columns="before", values="value", aggfunc="sum")
    filled = wide.reindex(index=pd.MultiIndex.from_frame(cancelled[PAIR]), columns=list(before)).fillna(0)
    weeks_known = (ended - pd.Timestamp(first_week)).dt.days.to_numpy()[:, None] // 7
    return filled.astype("float64").where(-np.array(before)[None, :] <= weeks_known)
