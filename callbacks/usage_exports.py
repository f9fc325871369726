"""Usage over time, as tables to download: the same numbers as on the page."""

import pandas as pd

from callbacks import usage
from callbacks.tables import Tables, compared
from callbacks.usage_series import in_focus, last_year, series
from data_access import rows
from data_access import usage as data
from data_access.filters import Filters
from layouts.links import Query
from layouts.shell import MEASURES


def _series(filters: Filters, query: Query) -> pd.DataFrame:
    """A row per bucket and line."""
    found = series(filters, query)
    years = last_year(found)
    return pd.DataFrame(
        [
            {
                "First day": bucket.days.start,
                "Last day": bucket.days.last_day,
                "Complete": "yes" if found.span.is_complete(bucket) else "no",
                "Application": name,
                MEASURES[filters.measure]: found.values[key].iloc[place],
                "A year before": years[key].iloc[place],
            }
            for key, name in usage.lines_drawn(filters, query).items()
            for place, bucket in enumerate(found.span.shown)
        ]
    )


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    found = series(usage.every(filters), query)
    table = usage.by_application(found, filters).drop(columns="application_id")
    return compared(table, in_focus(filters, query), "application")


def _accounts(filters: Filters, query: Query) -> pd.DataFrame:
    narrow = in_focus(filters, query)
    return compared(data.accounts_behind(narrow, by_movement=query.one("behind") == "moved"), narrow, "account")


def _people(filters: Filters, query: Query) -> pd.DataFrame:
    return compared(rows.rows(in_focus(filters, query), rows.Kind.USERS), filters, "person")


EXPORTS: Tables = {
    "series": _series,
    "applications": _applications,
    "accounts": _accounts,
    "people": _people,
}
