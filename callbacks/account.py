"""Everything about one account: it comes from the path, everything else from the address as on every page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote

import pandas as pd
from dash import Dash, Input, Output, State, get_relative_path, html
from dash.exceptions import PreventUpdate
from flask import g

from callbacks import account_health, account_notes, flags, outlook
from callbacks.account_words import sentences
from callbacks.health_versions import VERSIONS, Version
from callbacks.query import LONGEST, filters_of, query
from callbacks.request import NotAllowed, one_of, page_callback
from callbacks.request import text as short_text
from callbacks.workspace import WRITTEN
from data_access import account as data
from data_access import account_events as events
from data_access import account_people as persons
from data_access.account_people import Mark
from data_access.choices import SEGMENTS, account_name, application_names
from data_access.filters import Filters, Period
from data_access.outlook import outlook_of_pairs
from figures import account as figures
from figures.theme import Chart, Theme
from layouts import account as view
from layouts import account_notes as notes
from layouts import account_timeline as timeline
from layouts import numbers
from layouts.account import Ids
from layouts.controls import empty, exports
from layouts.links import Query
from layouts.markup import text
from layouts.shell import MEASURES
from layouts.shell import Ids as Shell

WEEKS = 52
TICKET_MONTHS = 12
SHOWN = {
    None: tuple(Mark), "active": (Mark.ACTIVE, Mark.NEW), "new": (Mark.NEW,), "stopped": (Mark.STOPPED,),
}  # fmt: skip
# What a table beside the log would tell, in the order of the page.
TABLES = ("subscriptions", "contacts", "users", "tickets", "touchpoints")


def register(app: Dash) -> None:
    # A path draws its page anew, and that asks; a trigger would ask again for a page that is about to go.
    path, url = State(Shell.URL, "pathname"), Input(Shell.URL, "search")
    asked = {"account": (path, account), "filters": (url, other_filters), "query": (url, query)}
    theme = {"theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    page_callback(
        app,
        _slots(Ids.HEADING, Ids.NOTES_ACTIONS, Ids.MISSING),
        {**asked, **VERSIONS},
        _about_one(update_frame),
        reads_workspace=True,
    )
    account_health.register(app, {**asked, **theme, **VERSIONS}, _about_one)
    page_callback(app, Output(Ids.WORDS, "html"), {**asked, **WRITTEN}, _about_one(update_words), reads_workspace=True)
    page_callback(
        app,
        [Output(Ids.CHART, "figure"), *_slots(Ids.CHART_TABLE, Ids.CHART_FINDING, Ids.CHART_EXPORTS)],
        {**asked, **theme},
        _about_one(update_chart),
    )
    said = {**asked, "me": (url, flags.asker), **WRITTEN}
    page_callback(app, Output(Ids.FLAGS, "html"), said, _about_one(update_flags), reads_workspace=True)
    page_callback(app, Output(Ids.APPLICATIONS, "html"), asked, _about_one(update_applications))
    page_callback(app, Output(Ids.OUTLOOK, "html"), asked, _about_one(update_outlook))
    page_callback(app, Output(Ids.PEOPLE, "html"), asked, _about_one(update_people))
    page_callback(app, _slots(Ids.CONTACTS, Ids.TICKETS), asked, _about_one(update_records))
    lived = {**asked, **WRITTEN}
    page_callback(app, Output(Ids.TIMELINE, "html"), lived, _about_one(update_timeline), reads_workspace=True)
    account_notes.register(app, path, account)


def _slots(*identities: str) -> list[Output]:
    return [Output(identity, "html") for identity in identities]


def account(raw: object) -> str:
    """The id in the path of the page, of an account that this person may see."""
    start = str(get_relative_path("/account/"))
    if raw is None or not str(raw).startswith(start):
        raise PreventUpdate  # another page is about to be drawn
    wanted = str(short_text(LONGEST)(unquote(str(raw).removeprefix(start), errors="strict")))
    if account_name(g.scope, wanted) is None:
        raise NotAllowed("There is no such account among those you may see.")
    return wanted


def other_filters(raw: Any) -> Filters:
    """Those of the address that one account can be asked with."""
    return filters_of(_unnarrowed(query(raw)), g.scope, g.generation)


def _unnarrowed(query: Query) -> Query:
    """Without what chooses among accounts, or among their pairs by state."""
    for key in ("account", "state", *SEGMENTS):
        query = query.only(key, None)
    return query


def of_account(query: Query, account: str) -> Query:
    """The address that asks other pages about this account alone."""
    return _unnarrowed(query).only("account", account)


def _about_one(function: Callable[..., Any]) -> Callable[..., Any]:
    def update(account: str, filters: Filters, written: None = None, **asked: Any) -> Any:
        return function(filters=replace(filters, account=account, accounts=()), **asked)

    return update


def update_frame(filters: Filters, query: Query, versions: tuple[Version, ...]) -> tuple[str, str, str]:
    account = next(data.profile(filters, g.generation.as_of).itertuples(index=False))
    standing = data.standing_of(replace(filters, applications=()))
    of_it, told = of_account(query, account.account_id), data.datasets(filters.scope)
    return (
        text(
            view.heading(
                account, standing, filters.applications, _monday(g.generation.first_day), of_it,
                _unnarrowed(query) != query, account_health.chip(filters, of_it, versions),
            )
        ),
        text(notes.actions(of_it, export_base())),
        text(view.missing([table for table in TABLES if table not in told])),
    )  # fmt: skip


def update_words(filters: Filters, query: Query) -> str:
    month = _unnarrowed(query).only("period", "4w").only("vs", None).only("account", filters.account)
    return text(view.words(sentences(filters_of(month, g.scope, g.generation), month)))


def update_chart(filters: Filters, query: Query, theme: Theme) -> tuple[Chart, str, str, str]:
    wide, total = named_weeks(filters)
    shown = weeks_shown(filters)
    measure = MEASURES[filters.measure]
    band = None
    if filters.period.start > shown.start:
        band = (filters.period.start.isoformat(), filters.period.last_day.isoformat())
    chart = figures.weekly_use(wide, total, measure, band, theme, view.CHART_HEIGHT)
    table = view.chart_table(wide, total) if total.any() else empty(
        f"No {measure.lower()} in these weeks.", "Choose a longer period or another measure, or take away a filter."
    )  # fmt: skip
    href = f"{export_base()}/weeks"
    return chart, text(table), _finding(total, measure, band), text(exports(href, _of(filters, query).search))


def with_outlook(filters: Filters, rows: pd.DataFrame) -> pd.DataFrame:
    """With probability, of no use in the next 8 weeks, and why; missing where it is not asked."""
    foreseen = outlook_of_pairs(filters, (filters.account or "",)).drop(columns="account_id")
    return rows.merge(foreseen, on="application_id", how="left")


def update_applications(filters: Filters, query: Query) -> str:
    wide, _ = weekly_use(filters, year_of(filters))
    trends = {str(key): values.round(1).tolist() for key, values in wide.items()}
    rows = with_outlook(filters, data.applications_of(filters))
    generation = g.generation
    return text(
        view.applications(
            rows, trends, query, _of(filters, query), filters.measure, generation.has_subscriptions,
            "users" in generation.measures, export_base(),
        )
    )  # fmt: skip


def update_flags(filters: Filters, query: Query, me: str) -> str:
    return text(flags.card(filters, query, me, export_base(), _of(filters, query)))


def update_outlook(filters: Filters, query: Query) -> str:
    return outlook.of_account(filters, _of(filters, query), export_base())


def update_people(filters: Filters, query: Query) -> str:
    if "users" not in g.generation.measures:
        return ""
    rows = persons.people(filters, SHOWN[query.one("people")], view.PEOPLE_SHOWN)
    used = persons.applications_used(filters, tuple(rows["user_id"])).groupby("user_id")["application"].apply(list)
    return text(
        view.people(
            rows, used.to_dict(), people_counts(filters), query, _of(filters, query),
            "logins" in g.generation.measures, filters.comparison is not None, export_base(),
        )
    )  # fmt: skip


def update_records(filters: Filters, query: Query) -> tuple[str, str]:
    """What tables beside the log tell: whom to call, and what was asked."""
    told, of_it = data.datasets(filters.scope), _of(filters, query)
    return (
        text(view.contacts(data.contacts_of(filters), of_it, export_base())) if "contacts" in told else "",
        text(_tickets(filters, of_it)) if "tickets" in told else "",
    )


def update_timeline(filters: Filters, query: Query) -> str:
    rows = history(filters, timeline.SHOWN + 1)
    return text(timeline.timeline(rows, _of(filters, query), export_base()))


def history(filters: Filters, limit: int | None = None) -> pd.DataFrame:
    """What the source tells (its last `limit` events) and what people wrote, the last first. Columns: EVENTS."""
    told = events.history(filters, g.generation.as_of, limit)
    both = pd.concat([account_notes.written_events(filters.account or ""), told], ignore_index=True)
    return both.sort_values("day", ascending=False, kind="stable", ignore_index=True)


def _tickets(filters: Filters, of_it: Query) -> html.Section:
    totals = next(events.ticket_totals(filters).itertuples(index=False))
    months = events.ticket_months(filters, _months_ago(g.generation.as_of, TICKET_MONTHS - 1))
    return view.tickets(events.tickets_of(filters, view.TICKETS_SHOWN), totals, months, of_it, export_base())


def people_counts(filters: Filters) -> dict[str, int]:
    """Of all, and as the switch offers them: who is new is active too."""
    counts = persons.people_counts(filters).set_index("mark")["people"]
    return {key or "all": int(counts.reindex(marks, fill_value=0).sum()) for key, marks in SHOWN.items()}


def weekly_use(filters: Filters, shown: Period) -> tuple[pd.DataFrame, pd.Series]:
    """A row per Monday and a column per application id, most use first; and of all together. Zero: no use."""
    mondays = pd.date_range(shown.start, shown.last_day, freq="W-MON")
    during = filters.during(shown)
    rows = data.weekly_use(during)
    wide = rows.pivot_table(index="week", columns="application_id", values="value", aggfunc="sum", sort=False)
    total = data.weekly_total(during).set_index("week")["value"]
    return wide.reindex(mondays).fillna(0), total.reindex(mondays).fillna(0)


def named_weeks(filters: Filters) -> tuple[pd.DataFrame, pd.Series]:
    """Of the weeks of the chart, with the names of applications."""
    wide, total = weekly_use(filters, weeks_shown(filters))
    return wide.rename(columns=application_names(filters.scope)), total


def weeks_shown(filters: Filters) -> Period:
    """The complete weeks of the period, but those of a year where it is shorter."""
    year = year_of(filters)
    return Period(max(min(year.start, _monday(filters.period.start)), _first_week(year.end)), year.end)


def year_of(filters: Filters) -> Period:
    """Up to 52 complete weeks that end with the period."""
    end = _monday(filters.period.end)
    return Period(max(end - timedelta(weeks=WEEKS), _first_week(end)), end)


def _first_week(end: date) -> date:
    return min(_monday(g.generation.first_day), end)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def export_base() -> str:
    return str(get_relative_path("/export/account"))


def _of(filters: Filters, query: Query) -> Query:
    return of_account(query, filters.account or "")


def _months_ago(day: date, months: int) -> date:
    """The first of that month."""
    years, month = divmod(day.month - 1 - months, 12)
    return date(day.year + years, month + 1, 1)


def _finding(total: pd.Series, measure: str, band: tuple[str, str] | None) -> str:
    if not total.any():
        return "Complete weeks, by their Monday"
    highest = total.idxmax()
    marked = "; the period is shaded" if band else ""
    most = f"most in the week of {numbers.day(highest)}: {numbers.full(total[highest])}"
    return f"{measure} by complete week, {most}{marked}"
