"""Usage over time: how does use of each application move, and where are spikes?"""

from typing import Any

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, get_relative_path
from flask import g

from callbacks import usage_words as words
from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from callbacks.usage_flags import bands, flagged, hint
from callbacks.usage_lines import category_marks, lines, marks_of, notes
from callbacks.usage_series import TOTAL, Series, asked, in_focus, series, without_data, year_to_focus
from callbacks.usage_span import Span, span, vs
from callbacks.usage_table import by_application, every, focused, lines_drawn, trends
from callbacks.workspace import WRITTEN, from_workspace
from data_access import accounts as accounts_data
from data_access import rows as rows_data
from data_access import usage as data
from data_access.choices import application_names
from data_access.filters import Filters, Measure
from data_access.notes import notes_on_axis
from data_access.scope import Role
from figures import usage as figures
from figures.theme import Chart, Theme
from figures.usage_lines import Axis
from layouts import numbers
from layouts import usage as view
from layouts.links import Query
from layouts.markup import text
from layouts.shell import MEASURES
from layouts.shell import Ids as Shell
from layouts.usage import Ids, bucket_words

EXPORTS = "/export/usage"
BEHIND = 12


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    question = {"filters": (url, filters), "query": (url, query)}
    theme = {"theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    # What rests on the same numbers is drawn together: they are asked for once.
    page_callback(
        app,
        [Output(Ids.HEADING, "html"), Output(Ids.FIGURE, "data"), Output(Ids.CHART_HEAD, "html"),
         Output(Ids.CHART_ACTIONS, "html"), Output(Ids.CHART_TABLE, "html")],
        {**question, **theme, **WRITTEN},
        update_chart,
        reads_workspace=True,
    )  # fmt: skip
    # Who may delete a note depends on who asks.
    page_callback(app, Output(Ids.NOTES, "html"), {**question, **WRITTEN}, update_notes, cached=False)
    page_callback(app, Output(Ids.NOTE_FORM, "html"), question, update_note_form)
    page_callback(app, [Output(Ids.RAIL, "html"), Output(Ids.APPLICATIONS, "html")], question, update_applications)
    page_callback(app, Output(Ids.BEHIND, "html"), question, update_behind)
    # Where the screen is narrow, the chart is made to fit it.
    app.clientside_callback(
        ClientsideFunction("usage", "fit"), Output(Ids.CHART, "figure"), Input(Ids.FIGURE, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("usage", "open"), Output(Ids.CHART, "clickData"), Input(Ids.CHART, "clickData"),
        prevent_initial_call=True,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("usage", "light"), Output(Ids.CHART, "className"), Input(Ids.CHART, "hoverData"),
        prevent_initial_call=True,
    )  # fmt: skip


def update_chart(filters: Filters, query: Query, theme: Theme, written: None) -> tuple[str, Chart, str, str, str]:
    found = series(filters, query)
    unexpected = flagged(filters, found.span, list(lines_drawn(filters, query)))
    drawn = lines(found, filters, query, unexpected)
    axis = _axis(found.span, notes_shown(filters, found.span), unexpected)
    return (
        text(view.heading(words.subject(filters), words.sentence(found, filters, query))),
        figures.trend(drawn, axis, MEASURES[filters.measure], theme, view.HEIGHT),
        text(view.chart_head(f"{MEASURES[filters.measure]} by {axis.by}", words.chart_finding(found, filters, query))),
        text(view.chart_actions(axis.by, query, f"{export_base()}/series")),
        text(_below(found, filters, query, unexpected)),
    )


def _axis(drawn: Span, kept: pd.DataFrame | None, unexpected: pd.DataFrame) -> Axis:
    """With the flags of an account as a whole where its applications are drawn, and no line of all together."""
    return Axis(
        drawn.by,
        [bucket.whole.start.isoformat() for bucket in drawn.shown],
        [bucket.days.last_day.isoformat() for bucket in drawn.shown],
        [drawn.is_complete(bucket) for bucket in drawn.shown],
        drawn.surrounded,
        notes(drawn, kept),
        marks_of(unexpected, TOTAL),
    )


def _below(found: Series, filters: Filters, query: Query, unexpected: pd.DataFrame) -> list[Any]:
    """What stands below the chart: what its band is, the weeks that are marked, and all of it as a table."""
    drawn, names, expected = found.span, lines_drawn(filters, query), bands(filters, found.span)
    ends = [bucket.days.last_day for bucket in drawn.shown]
    is_complete = [drawn.is_complete(bucket) for bucket in drawn.shown]
    table = view.chart_table(found.values[list(names)], names, expected, ends, is_complete, query, drawn.by)
    return [view.hint(hint(filters, drawn, bool(expected))), view.flagged(unexpected, query), table]


def update_notes(filters: Filters, query: Query, written: None) -> str:
    kept = notes_shown(filters, span(filters, query))
    return text(view.notes(kept, g.scope.user, g.scope.role is Role.ADMINISTRATOR))


def update_note_form(filters: Filters, query: Query) -> str:
    """For those who see all accounts: what is kept here, everybody reads."""
    if filters.scope.portfolio is not None:
        return ""
    about = filters.applications[0] if len(filters.applications) == 1 else None
    name = application_names(filters.scope)[about] if about else None
    return text(view.note_adder(span(filters, query).focus.days.start, about, name))


def notes_shown(filters: Filters, drawn: Span) -> pd.DataFrame | None:
    """Those of the buckets drawn, about the applications chosen or about all; None where they cannot be read."""
    first, last = drawn.shown[0].days.start, drawn.shown[-1].days.last_day
    return from_workspace(notes_on_axis, first, last, filters.applications)


def update_behind(filters: Filters, query: Query) -> str:
    drawn = span(filters, query)
    if drawn.chosen is None:
        return ""
    narrow, lacking = in_focus(filters, query), without_data(filters, query)
    is_known = set(lacking) != set(asked(filters))
    rows = data.accounts_behind(narrow, BEHIND, query.one("behind") == "moved")
    totals = accounts_data.total(narrow).iloc[0]
    count = data.count_accounts_behind(narrow)
    has_people = "users" in g.generation.measures
    people = rows_data.rows(narrow, rows_data.Kind.USERS, limit=BEHIND) if has_people else None
    panel = view.behind(
        rows,
        people,
        when=bucket_words(drawn.focus.days.start, drawn.by),
        finding=words.behind_finding(narrow, float(totals.value), float(totals.before), drawn, query, lacking)
        if is_known
        else f"{words.nothing_known(filters, lacking)} then.",
        rest=(count - len(rows), float(totals.value - rows["value"].sum())),
        people_count=int(rows_data.number(narrow, rows_data.Kind.USERS)) if has_people else 0,
        query=query,
        of_it=view.narrowed(query, narrow.period.start, narrow.period.last_day),
        exports_href=export_base(),
        measure=filters.measure,
        against=words.against(drawn, query) if narrow.comparison else "",
        has_logins=Measure.LOGINS in g.generation.measures,
        is_known=is_known,
    )
    return text(panel)


def update_applications(filters: Filters, query: Query) -> tuple[str, str]:
    found = series(every(filters), query)
    drawn, bucket, sparks = found.span, found.span.focus, trends(found)
    rail = view.rail(
        focused(found, filters),
        sparks,
        query,
        category_marks(filters),
        f"{MEASURES[filters.measure]}, {bucket_words(bucket.days.start, drawn.by)}",
    )
    reach = len(year_to_focus(found))
    table = view.applications(
        by_application(found, filters),
        sparks,
        query,
        finding=f"Highest and lowest of {numbers.plural(reach, f'complete {drawn.by}')} up to then"
        if reach
        else f"No {drawn.by} is complete yet",
        by=drawn.by,
        when=words.short_words(bucket.days.start, drawn.by),
        against=words.against(drawn, query) if drawn.earlier(bucket, vs(query)) else "",
        of_it=view.narrowed(query.only("app", None), bucket.days.start, bucket.days.last_day),
        exports_href=export_base(),
    )
    return text(rail), text(table)


def export_base() -> str:
    return str(get_relative_path(EXPORTS))
