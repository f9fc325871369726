"""Activity: how do one customer's, or all customers', logins and hours compare month by month and year by year?"""

from typing import Any

import pandas as pd
from dash import Dash, Input, Output, get_relative_path
from flask import g

from callbacks import activity_words as words
from callbacks.activity_blocks import PEAKS, block, columns, peak_block
from callbacks.activity_calendar import calendar
from callbacks.activity_series import HOURS, LOGINS, PEOPLE, TOLD_BY, activity, told
from callbacks.activity_span import asked
from callbacks.activity_years import stretches, total_rows
from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from callbacks.search import wanted
from data_access.choices import account_names
from data_access.filters import Filters
from data_access.search import accounts_like
from figures import activity as figures
from figures.theme import Chart, Theme
from layouts import activity as view
from layouts import activity_tables as tables
from layouts.activity import BLOCKS, Ids, Part, part
from layouts.controls import exports
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

OFFERED = 8
BY_MONTH = (LOGINS, PEOPLE, HOURS)
EMPTY: Chart = {"data": [], "layout": {}}


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    question = {
        "filters": (url, asked),
        "query": (url, query),
        "theme": (Input(Shell.THEME, "data"), one_of("light", "dark")),
    }
    heads = [Output(identity, "html") for identity in (Ids.HEADING, Ids.YEARS, Ids.MONTHS, Ids.LACKING)]
    # What rests on the same numbers is drawn together: they are asked for once.
    page_callback(app, [*heads, *(one for name in BY_MONTH for one in _outputs(name))], question, update_months)
    # Of some customers it is counted anew, and takes longer.
    page_callback(app, _outputs(PEAKS), question, update_peaks)
    page_callback(app, Output(Ids.CHOSEN, "html"), {"filters": (url, filters), "query": (url, query)}, update_chosen)
    typed = {"wanted": (Input(Ids.FIND, "value"), wanted), "query": (url, query)}
    page_callback(app, Output(Ids.FOUND, "html"), typed, update_found)


def update_months(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    found, years = activity(filters)
    blocks = {name: (columns()[name], block(found, name)) for name in told()}
    year_table = tables.years(
        total_rows(years), stretches(years, found.calendar.applications), words.years_finding(years),
        words.years_note(years), query, _exports("years", filters, query),
    )  # fmt: skip
    month_table = tables.months(blocks, words.months_finding(found), query, _exports("months", filters, query))
    return (
        text(view.heading(words.subject(filters), words.sentence(found, years))),
        text(year_table),
        text(month_table),
        text(tables.lacking(words.lacking(columns()))),
        *(
            drawn
            for name in BY_MONTH
            for drawn in (_drawn(name, blocks[name][1], filters, query, theme) if name in blocks else _nothing())
        ),
    )


def update_peaks(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    if PEAKS not in columns():
        return _nothing()
    return _drawn(PEAKS, peak_block(filters, calendar(filters)), filters, query, theme)


def update_chosen(filters: Filters, query: Query) -> str:
    return text(view.chosen(account_names(filters), query))


def update_found(wanted: str, query: Query) -> str:
    return text(view.found(accounts_like(g.scope, wanted, OFFERED), query, wanted)) if wanted else ""


def _outputs(name: str) -> list[Output]:
    drawn = {Part.HEAD: "html", Part.ACTIONS: "html", Part.CHART: "figure", Part.TABLE: "html"}
    return [Output(part(name, one), property) for one, property in drawn.items()]


def _nothing() -> tuple[str, str, Chart, str]:
    return text(view.nothing()), "", EMPTY, ""


def _drawn(
    name: str, months: pd.DataFrame, filters: Filters, query: Query, theme: Theme
) -> tuple[str, str, Chart, str]:
    """One block: head, actions, chart and table."""
    last, this = months.iloc[:12], months.iloc[12:]
    return (
        text(view.head(BLOCKS[name], words.block_finding(name, months), words.keys(months))),
        text(_exports(name, filters, query)),
        figures.by_month(_bars(name, last), _bars(name, this), theme, view.HEIGHT),
        text(tables.twin(months, columns()[name], query)),
    )


def _bars(name: str, months: pd.DataFrame) -> figures.Year:
    said = [words.on_hover(name, month) for month in months.itertuples()]
    return figures.Year(months.index[0].year, list(months["value"]), said, list(months["is_complete"]))


def _exports(card: str, filters: Filters, query: Query) -> Any:
    """A file says of which days it is: of both years, not of the period of other pages."""
    first, last = filters.period.start.replace(year=filters.period.start.year + 1, month=1), filters.period.last_day
    whole = query.only("period", f"{first}..{last}").only("vs", "none")
    measure = TOLD_BY.get(card)
    return exports(f"{export_base()}/{card}", (whole.only("metric", measure) if measure else whole).search)


def export_base() -> str:
    return str(get_relative_path("/export/activity"))
