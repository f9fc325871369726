"""Usage over time: how much is it of each application, and when was it most and least?"""

from dataclasses import replace

import pandas as pd

from callbacks.usage_series import TOTAL, Series, year_to_focus
from callbacks.usage_span import vs
from data_access.choices import application_names
from data_access.filters import Filters
from layouts.links import Query

EVERYTHING = "All applications"
SPARK = 60  # buckets of a trend


def lines_drawn(filters: Filters, query: Query) -> dict[str, str]:
    """Name by id: the applications chosen; without a choice all, or their total where last year stands beside it."""
    names = application_names(filters.scope)
    if filters.applications:
        return {key: names[key] for key in filters.applications}
    return {TOTAL: EVERYTHING} if vs(query) == "year" else names


def every(filters: Filters) -> Filters:
    """The applications stand beside each other, whichever are chosen."""
    return replace(filters, applications=())


def focused(found: Series, filters: Filters) -> pd.DataFrame:
    """Everything, then the applications with most use in the bucket in focus.

    Columns: application_id (empty of everything), application, value, before.
    """
    names = {TOTAL: EVERYTHING, **application_names(filters.scope)}
    start = pd.Timestamp(found.span.focus.whole.start)
    rows = pd.DataFrame(
        {
            "application_id": list(names),
            "application": list(names.values()),
            "value": found.values.loc[start].reindex(list(names)).to_numpy(),
            "before": found.before.loc[start].reindex(list(names)).to_numpy(dtype=float),
        }
    )
    ordered = rows.iloc[1:].sort_values("value", ascending=False, kind="stable")
    return pd.concat([rows.iloc[:1], ordered], ignore_index=True)


def by_application(found: Series, filters: Filters) -> pd.DataFrame:
    """The rows of `focused` with the highest and lowest complete bucket of the year up to it, and when they were."""
    rows, year = focused(found, filters), year_to_focus(found)
    known = [year[key].dropna() for key in rows["application_id"]]
    for name, place in (("high", pd.Series.idxmax), ("low", pd.Series.idxmin)):
        days = [place(values) if len(values) else None for values in known]
        rows[name] = [values[day] if day is not None else float("nan") for values, day in zip(known, days, strict=True)]
        rows[f"{name}_on"] = [day.date() if day is not None else None for day in days]
    return rows


def trends(found: Series) -> dict[str, list[float]]:
    return {str(key): [round(value, 1) for value in found.values[key].tail(SPARK).dropna()] for key in found.values}
