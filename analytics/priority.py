"""Whom to call first: who is silent for long, or will be, is worth much, and due for renewal soon?"""

from datetime import date

import numpy as np
import pandas as pd

MONTH_DAYS = 30
LEAST_MONTHS, MOST_MONTHS = 0.5, 6  # low use counts like half a month of silence; beyond half a year nothing is added
YEAR_DAYS = 365


def priorities(pairs: pd.DataFrame, day: date, usual_value: float) -> pd.Series:
    """Months silent × value ÷ usual value × (1 + nearness of the renewal); index as `pairs`. What is unknown counts 1.

    Silence to come counts as well: half a year × its probability, where that is more. Columns of `pairs`: silent_since,
    renews_on (dates or missing), annual_value, probability (of no use in the next weeks; missing where unknown). The
    nearness is 1 at the renewal and after it, and falls evenly to 0 a year ahead. `usual_value` is NaN where unknown.
    """
    today = pd.Timestamp(day)
    months = ((today - pairs["silent_since"]).dt.days / MONTH_DAYS).clip(LEAST_MONTHS, MOST_MONTHS)
    months = np.fmax(months, MOST_MONTHS * pairs["probability"])
    worth = pairs["annual_value"] / usual_value
    nearness = 1 - ((pairs["renews_on"] - today).dt.days / YEAR_DAYS).clip(0, 1)
    return months.fillna(1) * worth.fillna(1) * (1 + nearness.fillna(0))
