"""Engagement: channels and categories, delivery and failures."""

import pandas as pd

from analytics.wilson import wilson
from callbacks.engagement_blocks import export_base, told_here
from data_access import messages as data
from data_access.filters import Filters
from data_access.sources import Told
from layouts import engagement_messages as view
from layouts.links import Query
from layouts.markup import text

COUNTED = ["messages", "charged", "charges", *data.OUTCOMES]
ALL = "All"


def update_channels(filters: Filters, query: Query) -> tuple[str, str]:
    known = told_here()
    if Told.MESSAGES not in known:
        return "", ""
    rows, href = by_channel(filters), export_base()
    return (
        text(view.channels(rows, data.unjudged(filters), Told.CHARGES in known, query, href)),
        text(view.reasons(data.failure_reasons(filters), query, href)),
    )


def by_channel(filters: Filters) -> pd.DataFrame:
    """A row for all together, and one per channel, most messages first, each followed by its categories.

    Columns: channel, category (empty: none), is_total, COUNTED, success (missing where none is judged), low, high.
    """
    found = data.by_channel(filters)
    found["category"] = found["category"].where(found["category"].notna(), "")
    channels = found.groupby("channel", as_index=False)[COUNTED].sum().pipe(_most_first)
    total = pd.DataFrame([{"channel": ALL, **found[COUNTED].sum()}])
    parts = [total.assign(category="", is_total=True, order=-1)]
    for place, row in (
        channels.sort_values("messages", ascending=False, kind="stable").reset_index(drop=True).iterrows()
    ):
        own = found[found["channel"] == row["channel"]].sort_values("messages", ascending=False, kind="stable")
        parts.append(pd.DataFrame([row]).assign(category="", is_total=True, order=place))
        if len(own) > 1 or own["category"].iloc[0]:
            parts.append(own.assign(is_total=False, order=place))
    return _with_success(pd.concat(parts, ignore_index=True).drop(columns="order"))


def _most_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values("messages", ascending=False, kind="stable", ignore_index=True)


def _with_success(rows: pd.DataFrame) -> pd.DataFrame:
    """Delivered ÷ (sent − still pending), of those whose status says what became of them."""
    judged = rows["delivered"] + rows["failed"]
    bounds = [wilson(delivered, cases) for delivered, cases in zip(rows["delivered"], judged, strict=True)]
    return rows.assign(
        success=rows["delivered"] / judged.where(judged > 0),
        low=[low for low, _ in bounds],
        high=[high for _, high in bounds],
    )
