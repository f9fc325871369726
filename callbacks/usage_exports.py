"""Usage over time, as tables to download: the same numbers as on the page."""

import pandas as pd

from callbacks.tables import Tables, compared
from callbacks.usage_flags import bands, flagged
from callbacks.usage_series import in_focus, last_year, series
from callbacks.usage_table import by_application, every, lines_drawn
from data_access import rows
from data_access import usage as data
from data_access.filters import Filters
from layouts.links import Query
from layouts.shell import MEASURES


def _series(filters: Filters, query: Query) -> pd.DataFrame:
    """A row per bucket and line; with what was expected, and why it is marked, where that is drawn."""
    found, names = series(filters, query), lines_drawn(filters, query)
    shown, years, expected = found.span.shown, last_year(found), bands(filters, found.span)
    unexpected = flagged(filters, found.span, list(names))
    said = {(row.place, row.application_id): row.sentence for row in unexpected.itertuples(index=False)}
    return pd.DataFrame(
        [
            {
                "First day": bucket.days.start,
                "Last day": bucket.days.last_day,
                "Complete": _completeness(found.span.is_complete(bucket), found.values[key].iloc[place]),
                "Application": name,
                MEASURES[filters.measure]: found.values[key].iloc[place],
                "A year before": years[key].iloc[place],
                **(expected[key].iloc[place].rename(str.capitalize).to_dict() if key in expected else {}),
                **({"Flagged": said.get((place, key), said.get((place, ""), ""))} if said else {}),
            }
            for key, name in names.items()
            for place, bucket in enumerate(shown)
        ]
    )


def _completeness(is_complete: bool, value: float) -> str:
    return "no data" if value != value else "yes" if is_complete else "no"


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    found = series(every(filters), query)
    table = by_application(found, filters).drop(columns="application_id")
    return compared(table, in_focus(every(filters), query), "application")


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
