"""Activity, as tables to download: the same numbers as on the page, and what is not rounded there."""

from collections.abc import Callable

import pandas as pd

from callbacks.activity_blocks import PEAKS, block, columns, peak_block
from callbacks.activity_calendar import calendar
from callbacks.activity_series import HOURS, LOGINS, PEOPLE, activity, told
from callbacks.activity_span import whole_years
from callbacks.activity_years import stretches, total_rows
from callbacks.tables import Tables
from data_access.filters import Filters
from layouts.links import Query


def _of(measure: str) -> Callable[[Filters, Query], pd.DataFrame]:
    def rows(filters: Filters, query: Query) -> pd.DataFrame:
        if measure not in columns():
            return pd.DataFrame(columns=["Month"])
        asked = whole_years(filters)
        months = peak_block(asked, calendar(asked)) if measure == PEAKS else block(activity(asked)[0], measure)
        return _days(months).join(_told(measure, months)).join(months["note"].rename("Note"))

    return rows


def _months(filters: Filters, query: Query) -> pd.DataFrame:
    found, _ = activity(whole_years(filters))
    blocks = {name: block(found, name) for name in told()}
    first = next(iter(blocks.values()))
    table = _days(first)
    for name, months in blocks.items():
        table = table.join(_told(name, months))
    return table.join(first["note"].rename("Note"))


def _years(filters: Filters, query: Query) -> pd.DataFrame:
    asked = whole_years(filters)
    found, years = activity(asked)
    heads = [days.head for days in stretches(years, found.calendar.applications)]
    rows = total_rows(years)
    table = pd.DataFrame([[row.column.title, *row.values] for row in rows], columns=["Measure", *heads])
    now, before = (pd.Series([getattr(row, side) for row in rows]) for side in ("now", "before"))
    return table.assign(Change=_change(now, before))


def _days(months: pd.DataFrame) -> pd.DataFrame:
    has_begun = months["first"] <= months["last"]
    days = pd.DataFrame({"First day": months["first"], "Last day": months["last"].where(has_begun, None)})
    complete = months["is_complete"].map({True: "yes", False: "no"})
    return days.assign(Complete=complete.where(months["value"].notna(), "nothing known"))


def _told(measure: str, months: pd.DataFrame) -> pd.DataFrame:
    title = columns()[measure].title
    table = {
        title: months["value"],
        f"{title}: on the month before": _change(months["now_month"], months["before_month"]),
        f"{title}: on the year before": _change(months["now_year"], months["before_year"]),
    }
    # As text: in a file, a time of its own is a day.
    reached = months["reached_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    return pd.DataFrame({**table, "First reached": reached} if measure == PEAKS else table)


def _change(now: pd.Series, before: pd.Series) -> pd.Series:
    """As a share; missing where nothing came before."""
    return now / before.where(before > 0) - 1


EXPORTS: Tables = {
    **{name: _of(name) for name in (LOGINS, PEOPLE, HOURS, PEAKS)},
    "years": _years,
    "months": _months,
}
