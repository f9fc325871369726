"""What a download is made of: the rows of a card, in the words of its page."""

from collections.abc import Callable, Mapping

import pandas as pd

from data_access.filters import Filters
from layouts.links import Query
from layouts.shell import MEASURES

# For each card of a page that can be downloaded: its rows.
Tables = Mapping[str, Callable[[Filters, Query], pd.DataFrame]]


def compared(rows: pd.DataFrame, filters: Filters, first: str) -> pd.DataFrame:
    """In the words of the page, names first; the change as a share."""
    table = rows.drop(columns=["change"], errors="ignore")
    if "before" in table:
        table["change"] = table["value"] / table["before"].where(table["before"] > 0) - 1
        if filters.comparison is None:
            table = table.drop(columns=["before", "change"])
    ordered = [first, *(name for name in table.columns if name != first)]
    words = {"value": MEASURES[filters.measure], "used": "applications in use", "entitled": "entitled"}
    named = table[ordered].rename(columns=words)
    return named.rename(columns=lambda name: str(name).replace("_", " ").capitalize())
