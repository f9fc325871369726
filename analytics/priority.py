"""Whom to call first: who is silent for long, worth much, and due for renewal soon?

A stand-in for an outlook model: it orders, and forecasts nothing.
"""

from datetime import date

import pandas as pd

MONTH_DAYS = 30
LEAST_MONTHS, MOST_MONTHS = 0.5, 6  # low use counts like half a month of silence; beyond half a year nothing is added
YEAR_DAYS = 365


def priorities(pairs: pd.DataFrame, day: date, usual_value: float) -> pd.Series:
    """Months silent × value ÷ usual value × (1 + nearness of the renewal); index as `pairs`. What is unknown counts 1.

    Columns of `pairs`: silent_since, renews_on (dates or missing), annual_value (missing where unknown). The
    nearness is 1 at the renewal and after it, and falls evenly to 0 a year ahead. `usual_value` is NaN where unknown.
    """
    today = pd.Timestamp(day)
    months = ((today - pairs["silent_since"]).dt.days / MONTH_DAYS).clip(LEAST_MONTHS, MOST_MONTHS)
    worth = pairs["annual_value"] / usual_value
    nearness = 1 - ((pairs["renews_on"] - today).dt.days / YEAR_DAYS).clip(0, 1)
    return months.fillna(1) * worth.fillna(1) * (1 + nearness.fillna(0))
