"""Usage over time: what was expected of the lines drawn, and which of their weeks did nobody expect?"""

from collections.abc import Sequence

import pandas as pd
from flask import g

from analytics.flag import WARM_UP, sentence
from callbacks.usage_span import Span
from data_access.buckets import By
from data_access.expected import FLAGGED, expected_band, flagged_weeks, is_of_all_accounts
from data_access.filters import Filters, Period

MOST_BANDS = 3
AS_A_WHOLE = "All applications"


def bands(filters: Filters, drawn: Span) -> dict[str, pd.DataFrame]:
    """Of each application chosen, where they are few and weeks are drawn. Columns: expected, low, high.

    A row per bucket drawn, named by its first day; missing where it is incomplete or was not judged.
    """
    if drawn.by is not By.WEEK or not 0 < len(filters.applications) <= MOST_BANDS:
        return {}
    rows = expected_band(filters.during(_reach(drawn)))
    starts = pd.DatetimeIndex([bucket.whole.start for bucket in drawn.shown])
    is_complete = pd.Series([drawn.is_complete(bucket) for bucket in drawn.shown], starts)
    by_week = {
        str(key): own.set_index("week")[["expected", "low", "high"]].reindex(starts)
        for key, own in rows.groupby("application_id")
    }
    return {key: table.where(is_complete) for key, table in by_week.items() if table.notna().any(axis=None)}


def flagged(filters: Filters, drawn: Span, keys: Sequence[str]) -> pd.DataFrame:
    """One row per complete week drawn that was flagged, of the applications `keys` or of an account as a whole.

    Columns: place (of the bucket), application_id (empty of an account as a whole), application, direction, week,
    sentence.
    """
    places = {
        pd.Timestamp(bucket.whole.start): place
        for place, bucket in enumerate(drawn.shown)
        if drawn.by is By.WEEK and drawn.is_complete(bucket)
    }
    rows = flagged_weeks(filters.during(_reach(drawn))) if places else pd.DataFrame(columns=list(FLAGGED))
    rows = rows[rows["week"].isin(list(places))]
    rows = rows[rows["application_id"].isna() | rows["application_id"].isin(keys)].reset_index(drop=True)
    if rows.empty:
        return pd.DataFrame(columns=["place", "application_id", "application", "direction", "week", "sentence"])
    return pd.DataFrame(
        {
            "place": rows["week"].map(places),
            "application_id": rows["application_id"].fillna(""),
            "application": rows["application"].fillna(AS_A_WHOLE),
            "direction": rows["direction"],
            "week": rows["week"],
            "sentence": _sentences(rows),
        }
    )


def hint(filters: Filters, drawn: Span, is_drawn: bool) -> str:
    """What the band is, or how to see one; empty where there is none to be seen."""
    is_too_short = drawn.known.days <= 7 * WARM_UP
    if drawn.by is not By.WEEK or is_too_short or not is_of_all_accounts(filters):
        return ""
    if is_drawn:
        return "Shaded: between what 19 of 20 weeks should lie, by what was known before each."
    if len(filters.applications) > MOST_BANDS:
        return "Choose three applications or fewer to see what was expected of them."
    return "" if filters.applications else "Choose an application to see what was expected of it."


def _sentences(rows: pd.DataFrame) -> list[str]:
    """In the unit that flags count, whatever is drawn; peers are others of the application, and so known of pairs."""
    unit = g.generation.watched.capitalize()
    return [
        f"{unit}: "
        + sentence(row.kind, row.expected, row.saw, row.peers, row.p, row.application if row.level == "pair" else None)
        for row in rows.itertuples(index=False)
    ]


def _reach(drawn: Span) -> Period:
    return Period(drawn.shown[0].whole.start, drawn.shown[-1].whole.end)
