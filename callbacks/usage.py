"""Usage over time: how does use of each application move, and where are spikes?"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, get_relative_path
from flask import g

from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from callbacks.usage_series import (
    MOST_DAYS,
    TOTAL,
    Series,
    Span,
    in_focus,
    last_year,
    series,
    span,
    year_to_focus,
)
from callbacks.workspace import WRITTEN, from_workspace
from data_access import accounts as accounts_data
from data_access import rows as rows_data
from data_access import usage as data
from data_access.buckets import By
from data_access.choices import application_names
from data_access.filters import Filters, Measure
from data_access.notes import notes_on_axis
from data_access.scope import Role
from figures import usage as figures
from figures.theme import CATEGORIES, Chart, Theme
from figures.usage import Axis, Line
from layouts import numbers
from layouts import usage as view
from layouts.forms import NOTE_KINDS
from layouts.links import Query
from layouts.markup import text
from layouts.shell import MEASURES
from layouts.shell import Ids as Shell
from layouts.usage import Ids, bucket_words

EXPORTS = "/export/usage"
LABELLED = 6
BEHIND = 12
SPARK = 60
EVERYTHING = "All applications"


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query)}
    theme = {"theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    # What rests on the same numbers is drawn together: they are asked for once.
    page_callback(
        app,
        [Output(Ids.HEADING, "html"), Output(Ids.CHART, "figure"), Output(Ids.CHART_HEAD, "html"),
         Output(Ids.CHART_ACTIONS, "html"), Output(Ids.CHART_TABLE, "html")],
        {**asked, **theme, **WRITTEN},
        update_chart,
        reads_workspace=True,
    )  # fmt: skip
    # Who may delete a note depends on who asks.
    page_callback(app, Output(Ids.NOTES, "html"), {**asked, **WRITTEN}, update_notes, cached=False)
    page_callback(app, Output(Ids.NOTE_FORM, "html"), asked, update_note_form)
    page_callback(app, [Output(Ids.RAIL, "html"), Output(Ids.APPLICATIONS, "html")], asked, update_applications)
    page_callback(app, Output(Ids.BEHIND, "html"), asked, update_behind)
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
    lines, drawn = _lines(found, filters, query), found.span
    axis = Axis(
        drawn.by,
        [bucket.whole.start.isoformat() for bucket in drawn.shown],
        [bucket.days.last_day.isoformat() for bucket in drawn.shown],
        [drawn.is_complete(bucket) for bucket in drawn.shown],
        drawn.surrounded,
        _notes(drawn, notes_shown(filters, drawn)),
    )
    chart = figures.trend(lines, axis, MEASURES[filters.measure], theme, view.HEIGHT)
    table = found.values[[line.application for line in lines]].set_axis([line.name for line in lines], axis=1)
    ends = [bucket.days.last_day for bucket in drawn.shown]
    title = f"{MEASURES[filters.measure]} by {drawn.by}"
    return (
        text(view.heading(_subject(filters), _sentence(found, filters, query))),
        chart,
        text(view.chart_head(title, _chart_finding(found, filters, query))),
        text(view.chart_actions(drawn.by, query, f"{export_base()}/series")),
        text(view.chart_table(table, ends, axis.is_complete, query, drawn.by)),
    )


def update_notes(filters: Filters, query: Query, written: None) -> str:
    notes = notes_shown(filters, span(filters, query))
    return text(view.notes(notes, g.scope.user, g.scope.role is Role.ADMINISTRATOR))


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
    narrow = in_focus(filters, query)
    rows = data.accounts_behind(narrow, BEHIND, query.one("behind") == "moved")
    totals = accounts_data.total(narrow).iloc[0]
    count = data.count_accounts_behind(narrow)
    has_people = "users" in g.generation.measures
    people = rows_data.rows(narrow, rows_data.Kind.USERS, limit=BEHIND) if has_people else None
    panel = view.behind(
        rows,
        people,
        when=bucket_words(drawn.focus.days.start, drawn.by),
        finding=_behind_finding(narrow, float(totals.value), float(totals.before), drawn, query),
        rest=(count - len(rows), float(totals.value - rows["value"].sum())),
        people_count=int(rows_data.number(narrow, rows_data.Kind.USERS)) if has_people else 0,
        query=query,
        of_it=view.narrowed(query, narrow.period.start, narrow.period.last_day),
        exports_href=export_base(),
        measure=filters.measure,
        against=_against(drawn, query) if narrow.comparison else "",
        has_logins=Measure.LOGINS in g.generation.measures,
    )
    return text(panel)


def update_applications(filters: Filters, query: Query) -> tuple[str, str]:
    found = series(every(filters), query)
    drawn, bucket, trends = found.span, found.span.focus, _trends(found)
    rail = view.rail(
        focused(found, filters),
        trends,
        query,
        _marks(filters),
        f"{MEASURES[filters.measure]}, {bucket_words(bucket.days.start, drawn.by)}",
    )
    reach = len(year_to_focus(found))
    table = view.applications(
        by_application(found, filters),
        trends,
        query,
        finding=f"Highest and lowest of {numbers.plural(reach, f'complete {drawn.by}')} up to then"
        if reach
        else f"No {drawn.by} is complete yet",
        by=drawn.by,
        when=_short_words(bucket.days.start, drawn.by),
        against=_against(drawn, query) if drawn.earlier(bucket, _vs(query)) else "",
        of_it=view.narrowed(query.only("app", None), bucket.days.start, bucket.days.last_day),
        exports_href=export_base(),
    )
    return text(rail), text(table)


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
    for name, place in (("high", year.idxmax()), ("low", year.idxmin())) if len(year) else ():
        rows[name] = [year[key][place[key]] for key in rows["application_id"]]
        rows[f"{name}_on"] = [place[key].date() for key in rows["application_id"]]
    return rows if len(year) else rows.assign(high=float("nan"), high_on=None, low=float("nan"), low_on=None)


def lines_drawn(filters: Filters, query: Query) -> dict[str, str]:
    """Name by id: the applications chosen; without a choice all, or their total where last year stands beside it."""
    names = application_names(filters.scope)
    if filters.applications:
        return {key: names[key] for key in filters.applications}
    return {TOTAL: EVERYTHING} if _vs(query) == "year" else names


def export_base() -> str:
    return str(get_relative_path(EXPORTS))


def _lines(found: Series, filters: Filters, query: Query) -> list[Line]:
    chosen, places = filters.applications, _places(filters)
    years = last_year(found) if _vs(query) == "year" else None
    lit = _lit(found) if not chosen else None
    return [
        Line(
            name=name,
            application=key,
            values=found.values[key].tolist(),
            words=_words(found, key, query),
            colour=_colour(key, places, lit),
            has_label=key in (lit, TOTAL) or (bool(chosen) and len(chosen) <= LABELLED),
            last_year=years[key].tolist() if years is not None else (),
        )
        for key, name in lines_drawn(filters, query).items()
    ]


def _notes(drawn: Span, rows: pd.DataFrame | None) -> list[tuple[int, str, str]]:
    """At the bucket of each day: place, what kind it is, what is written. Of several in one bucket all is said."""
    if rows is None:
        return []
    found: dict[int, list[Any]] = {}
    for row in rows.itertuples(index=False):
        day = row.day.date()
        place = next(place for place, bucket in enumerate(drawn.shown) if day < bucket.days.end)
        found.setdefault(place, []).append(row)
    return [
        (
            place,
            NOTE_KINDS[some[0].kind] + (f" +{len(some) - 1}" if len(some) > 1 else ""),
            "; ".join(row.text for row in some),
        )
        for place, some in found.items()
    ]


def _colour(key: str, places: Mapping[str, int], lit: str | None) -> str | int:
    if key in (lit, TOTAL) or len(places) == 1:
        return "accent"
    return places.get(key, "")


def _places(filters: Filters) -> dict[str, int]:
    """A category for each application chosen: its own, the next free one where another has that."""
    chosen = filters.applications
    if not 0 < len(chosen) <= len(CATEGORIES["light"]):
        return {}
    order = list(application_names(filters.scope))
    taken: dict[str, int] = {}
    for key in chosen:
        place = order.index(key) % len(CATEGORIES["light"])
        while place in taken.values():
            place = (place + 1) % len(CATEGORIES["light"])
        taken[key] = place
    return taken


def _marks(filters: Filters) -> dict[str, str]:
    places = _places(filters)
    return {key: f"category-{place}" for key, place in places.items()} if len(places) > 1 else {}


def _lit(found: Series) -> str | None:
    """The application that moved most in the bucket in focus."""
    start = pd.Timestamp(found.span.focus.whole.start)
    moved = (found.values.loc[start] - found.before.loc[start]).drop(TOTAL).abs().dropna()
    return str(moved.idxmax()) if len(moved) and moved.max() > 0 else None


def _words(found: Series, key: str, query: Query) -> list[str]:
    against = _compared(found.span.by, query)
    return [
        f"{numbers.change(value, before)} {against}"
        if before == before
        else ("" if found.span.is_complete(bucket) else f"Not a complete {found.span.by}")
        for bucket, value, before in zip(found.span.shown, found.values[key], found.before[key], strict=True)
    ]


def _trends(found: Series) -> dict[str, list[float]]:
    return {str(key): [round(value, 1) for value in found.values[key].tail(SPARK)] for key in found.values}


def _vs(query: Query) -> str:
    return query.one("vs") or "before"


def _against(drawn: Span, query: Query) -> str:
    return "A year before" if _vs(query) == "year" else view.BEFORE[drawn.by].capitalize()


def _compared(by: By, query: Query) -> str:
    return f"on {'a year before' if _vs(query) == 'year' else view.BEFORE[by]}"


def _short_words(start: date, by: By) -> str:
    words = bucket_words(start, by).removeprefix("the ")
    return words[0].upper() + words[1:]


def _subject(filters: Filters) -> str:
    names = application_names(filters.scope)
    if not filters.applications:
        return "each application"
    if len(filters.applications) <= 2:
        return " and ".join(names[key] for key in filters.applications)
    return f"{len(filters.applications)} applications"


def _sentence(found: Series, filters: Filters, query: Query) -> str:
    """How much in the bucket in focus, how that compares, and which was highest."""
    drawn, bucket = found.span, found.span.focus
    start = pd.Timestamp(bucket.whole.start)
    value, before = float(found.values[TOTAL][start]), float(found.before[TOTAL][start])
    noun = MEASURES[filters.measure].lower()
    when = f"{'on' if drawn.by is By.DAY else 'in'} {bucket_words(bucket.days.start, drawn.by)}"
    first = f"{numbers.full(value)} {noun} {when}"
    if before == before:
        first += f", {numbers.change(value, before)} {_compared(drawn.by, query)}"
    complete = found.values[TOTAL][[drawn.is_complete(one) for one in drawn.shown]]
    if len(complete) < 2 or complete.max() == 0:
        return f"{first}."
    high, low = complete.idxmax().date(), complete.idxmin().date()
    return (
        f"{first}. Of {len(complete)} complete {view.BUCKETS[drawn.by]} {bucket_words(high, drawn.by)} was highest "
        f"({numbers.full(complete.max())}), {bucket_words(low, drawn.by)} lowest ({numbers.full(complete.min())})."
    )


def _chart_finding(found: Series, filters: Filters, query: Query) -> str:
    parts = [_year_finding(found, filters) if _vs(query) == "year" else _lit_finding(found, filters, query)]
    if query.one("by") == "day" and found.span.by is not By.DAY:
        parts.append(f"Weeks, since {numbers.full(filters.period.days)} days are more than the {MOST_DAYS} a line can "
                     "show: choose a shorter period for days.")  # fmt: skip
    if found.span.surrounded:
        parts.append(f"The period is marked among the {view.BUCKETS[found.span.by]} around it.")
    if found.values.to_numpy().any():
        parts.append("Click a point for who was behind it.")
    else:
        parts.append("No use on the days shown. Choose a longer period, or take away a filter above.")
    return " ".join(filter(None, parts))


def _year_finding(found: Series, filters: Filters) -> str:
    """The complete buckets that last year has too, and no others, against it."""
    now, then = found.values[TOTAL], last_year(found)[TOTAL]
    both = then.notna()
    count, unit = int(both.sum()), found.span.by
    if not count:
        return f"The log does not reach back to a year before any {unit} shown."
    noun = MEASURES[filters.measure]
    over = numbers.plural(count, f"complete {unit}")
    amount, earlier = float(now[both].sum()), float(then[both].sum())
    # Of people, buckets do not add up: the mean of them is what compares.
    if filters.measure is Measure.USERS:
        amount, earlier, noun = amount / count, earlier / count, f"{noun} of a {unit}, on average,"
    change = numbers.change(amount, earlier)
    return f"{noun} over {over}: {numbers.full(amount)}, {change} on the {numbers.full(earlier)} of a year before."


def _lit_finding(found: Series, filters: Filters, query: Query) -> str:
    key = None if filters.applications else _lit(found)
    if key is None:
        return ""
    start = pd.Timestamp(found.span.focus.whole.start)
    value, before = float(found.values[key][start]), float(found.before[key][start])
    return (
        f"{application_names(filters.scope)[key]} moved most: {numbers.full(value)}, {numbers.change(value, before)} "
        f"{_compared(found.span.by, query)}."
    )


def _behind_finding(narrow: Filters, value: float, before: float, drawn: Span, query: Query) -> str:
    noun = MEASURES[narrow.measure].lower()
    sentence = f"{numbers.full(value)} {noun}"
    if narrow.comparison is None or not before > 0:
        return f"{sentence}."
    sentence += f", {numbers.change(value, before)} {_compared(drawn.by, query)}"
    mover = accounts_data.largest_mover(narrow, falling=value < before)
    if mover.empty or narrow.account or value == before:
        return f"{sentence}."
    verb = "fell" if value < before else "rose"
    moved = abs(float(mover["value"][0] - mover["before"][0]))
    return f"{sentence}; {mover['account'][0]} {verb} most, by {numbers.full(moved)}."
