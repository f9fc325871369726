"""Accounts by app: who uses each application most, and least?"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, get_relative_path
from flask import g

from analytics.decomposition import is_offsetting
from callbacks.grid import NO_ROWS, Block, answer, register_grid
from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from data_access import accounts as data
from data_access.choices import account_name, application_names
from data_access.filters import Filters, Measure, Period
from figures import accounts as figures
from figures.theme import Chart, Theme
from layouts import accounts as view
from layouts import numbers
from layouts.accounts import Ids
from layouts.controls import empty, exports
from layouts.links import Query
from layouts.markup import text
from layouts.shell import MEASURES, PERIODS
from layouts.shell import Ids as Shell

MAP_ACCOUNTS = 15
BROADEST = 14
TREND_WEEKS = 26
GRID_FIELDS = (
    "account",
    "state",
    "value",
    "change",
    "users",
    "used",
    "last_use_on",
    "manager",
    "contact",
    "plan",
    "industry",
    "region",
)
EXPORTS = "/export/accounts"


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query)}
    theme = {"theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    page_callback(app, Output(Ids.HEADING, "html"), asked, update_heading)
    page_callback(app, Output(Ids.RAIL, "html"), asked, update_rail)
    page_callback(app, Output(Ids.RANKING, "html"), asked, update_ranking)
    page_callback(app, Output(Ids.BREADTH, "html"), asked, update_breadth)
    page_callback(
        app,
        [
            Output(Ids.GRID_HEAD, "html"),
            Output(Ids.GRID_EXPORTS, "html"),
            Output(Ids.GRID, "columnDefs"),
        ],
        asked,
        update_grid_head,
    )
    register_grid(app, Ids.GRID, GRID_FIELDS, {"filters": (State(Shell.URL, "search"), filters)}, update_grid_rows)
    page_callback(
        app,
        [Output(Ids.MAP, "figure"), Output(Ids.MAP_TABLE, "html"), Output(Ids.MAP_FINDING, "html"),
         Output(Ids.MAP_EXPORTS, "html")],
        {**asked, **theme},
        update_map,
    )  # fmt: skip


def update_heading(filters: Filters, query: Query) -> str:
    return text(view.heading(_subject(filters), _sentence(filters, query)))


def update_rail(filters: Filters, query: Query) -> Any:
    totals = data.application_totals(filters)
    trends = weekly_values(data.application_trend(_trend(filters)), filters)
    return text(view.rail(totals, trends, query, filters.measure, export_base()))


def update_ranking(filters: Filters, query: Query) -> Any:
    title = _subject(filters, "All applications")
    shown = query.one("view")
    href = f"{export_base()}/{shown}"
    if shown == "summary":
        body = view.summary_table(summary(filters), query, filters.measure)
        finding = "Pairs of account and application by their state today, and their use"
        return text(view.ranking(body, title, finding, query, href))
    rows = ranked(filters, query)
    trends = weekly_values(data.account_trend(_trend(filters), tuple(rows["account_id"])), filters)
    finding = view.left_out(data.left_out_of_bottom(filters), query) if shown == "bottom" else _ranking_finding(filters)
    body = view.ranking_rows(rows, trends, query, filters.measure)
    return text(view.ranking(body, title, finding, query, href))


def update_breadth(filters: Filters, query: Query) -> Any:
    rows = broadest(filters)
    missing = data.applications_not_owned(filters, tuple(rows["account_id"]))
    names = missing.groupby("account_id")["application"].apply(list).to_dict()
    return text(view.breadth(rows, names, query, f"{export_base()}/breadth"))


def update_grid_head(filters: Filters, query: Query) -> tuple[Any, Any, Any]:
    return (
        text(view.grid_head(data.account_count(filters))),
        text(exports(f"{export_base()}/all", query.search, grid=Ids.GRID)),
        view.grid_columns(filters.measure, filters.comparison is not None),
    )


def update_grid_rows(filters: Filters, block: Block | None) -> dict[str, Any]:
    if block is None:
        return NO_ROWS
    rows = data.account_rows(filters, block.order or "value", block.descending, block.first, block.limit, block.name)
    trends = weekly_values(data.account_trend(_trend(filters), tuple(rows["account_id"])), filters)
    rows["trend"] = [trends.get(account, []) for account in rows["account_id"]]
    return answer(rows, data.account_count(filters, block.name))


def update_map(filters: Filters, query: Query, theme: Theme) -> tuple[Chart, Any, Any, Any]:
    wide, applications, accounts = map_values(filters)
    named = wide.rename(index=accounts, columns=applications)
    chart = figures.account_map(named, MEASURES[filters.measure], theme, view.MAP_HEIGHT)
    finding = (
        f"{MEASURES[filters.measure]} of the {numbers.plural(len(wide), 'account')} with most; "
        "grey = entitled and unused, blank = not subscribed"
    )
    table = view.map_table(wide, applications, accounts, query) if len(wide) else empty(
        "No account used anything in this period.", "Choose a longer period, or take away a filter above."
    )  # fmt: skip
    return chart, text(table), text(finding), text(exports(f"{export_base()}/map", query.search))


def map_values(filters: Filters) -> tuple[pd.DataFrame, dict[str, str], dict[str, str]]:
    """A row per account id with most use, a column per application id; missing where not subscribed.

    And the names of the applications and of the accounts by id.
    """
    cells = data.account_application_matrix(filters, MAP_ACCOUNTS)
    live = cells[(cells["state"] != "cancelled") | cells["value"].notna()]
    wide = live.assign(value=live["value"].fillna(0)).pivot_table(
        index="account_id", columns="application_id", values="value", aggfunc="sum", sort=False
    )
    chosen = [key for key in wide.columns if key in filters.applications]
    others = wide.drop(columns=chosen).sum().sort_values(ascending=False).index
    accounts = dict(zip(cells["account_id"], cells["account"], strict=True))
    return wide.reindex(columns=[*chosen, *others]), application_names(filters.scope), accounts


def broadest(filters: Filters) -> pd.DataFrame:
    """Breadth is across applications, so the choice of one does not narrow it."""
    return data.broadest_accounts(replace(filters, applications=()), BROADEST)


def ranked(filters: Filters, query: Query) -> pd.DataFrame:
    limit = int(query.one("n") or 10)
    return data.bottom_accounts(filters, limit) if query.one("view") == "bottom" else data.top_accounts(filters, limit)


def summary(filters: Filters) -> pd.DataFrame:
    """One row per application: pairs by state, the measure now and before, people, records."""
    totals = data.application_totals(filters)
    if filters.applications:
        totals = totals[totals["application_id"].isin(filters.applications)]
    counts = data.state_counts(filters).pivot_table(
        index="application_id", columns="state", values="pairs", aggfunc="sum", fill_value=0
    )
    states = counts.reindex(columns=list(view.SUMMARY_STATES), fill_value=0).reset_index()
    rows = totals.merge(states, on="application_id", how="left").fillna(dict.fromkeys(view.SUMMARY_STATES, 0))
    for measure in ("users", "records"):
        if measure in g.generation.measures and measure != filters.measure:
            amounts = data.application_measure(filters, Measure(measure)).rename(columns={"value": measure})
            rows = rows.merge(amounts, on="application_id", how="left").fillna({measure: 0})
    return rows


def weekly_values(trend: pd.DataFrame, filters: Filters) -> dict[str, list[float]]:
    """Per id a value for every week of the trend, zero where there was no use."""
    period = _trend(filters).period
    weeks = pd.date_range(period.start, period.last_day, freq="W-MON")
    wide = trend.pivot_table(index="id", columns="week", values="value", aggfunc="sum").reindex(columns=weeks)
    return {
        str(key): [round(v, 1) for v in row] for key, row in zip(wide.index, wide.fillna(0).to_numpy(), strict=True)
    }


def export_base() -> str:
    return str(get_relative_path(EXPORTS))


def _trend(filters: Filters) -> Filters:
    """The half year that ends with the period, in weeks that the log holds whole: part of one looks like a fall."""
    after = min(filters.period.end, g.generation.as_of + timedelta(days=1))
    end = after - timedelta(days=after.weekday())
    start = max(end - timedelta(weeks=TREND_WEEKS), _first_whole_week())
    return filters.during(Period(min(start, end), end))


def _first_whole_week() -> date:
    day: date = g.generation.first_day
    return day + timedelta(days=-day.weekday() % 7)


def _subject(filters: Filters, everything: str = "each application") -> str:
    if not filters.applications:
        return everything
    names = application_names(filters.scope)
    if len(filters.applications) <= 2:
        return " and ".join(names[key] for key in filters.applications)
    return f"{len(filters.applications)} applications"


def _ranking_finding(filters: Filters) -> str:
    used, entitled = data.breadth_totals(filters)
    words = f"Accounts by {MEASURES[filters.measure].lower()}"
    if not entitled:
        return words
    return f"{words}; " + (f"{numbers.full(entitled - used)} without any" if used < entitled else "every one has some")


def _sentence(filters: Filters, query: Query) -> str:
    """Who used it, how that changed, and who had the largest part in it."""
    totals = data.total(filters).iloc[0]
    used, entitled = data.breadth_totals(filters)
    when = PERIODS.get(query.one("period") or "", "").lower()
    when = (
        f"over the {when}"
        if when.startswith("last")
        else f"from {numbers.day(filters.period.start)} to {numbers.day(filters.period.last_day)}"
    )
    noun = "entitled account" if g.generation.has_subscriptions else "account"
    amount = f"{numbers.counted(totals.value, MEASURES[filters.measure].lower())} {when}."
    if filters.account:
        start = f"{account_name(filters.scope, filters.account)}: {amount}"
    elif entitled:
        start = f"{numbers.full(used)} of {numbers.plural(entitled, noun)} {_did(filters)} {when}."
    else:
        start = f"No {noun} here; {amount}"
    return f"{start} {_movement(filters, float(totals.value), float(totals.before))}".strip()


def _did(filters: Filters) -> str:
    """What an account did that has any of the measure."""
    verb, preposition = {
        Measure.LOGINS: ("logged in", "to"),
        Measure.USERS: ("were active", "in"),
        Measure.HOURS: ("spent time", "in"),
        Measure.CLICKS: ("clicked", "in"),
        Measure.RECORDS: ("created records", "in"),
    }[filters.measure]
    return f"{verb} {preposition} it" if filters.applications else verb


def _movement(filters: Filters, value: float, before: float) -> str:
    if not before > 0:
        return ""
    difference = value - before
    noun = MEASURES[filters.measure]
    if difference == 0:
        return f"{noun} did not change."
    verb = "fell" if difference < 0 else "rose"
    sentence = f"{noun} {verb} {abs(difference) / before:.1%}"
    mover = data.largest_mover(filters, falling=difference < 0)
    # People are not added up, so no account has a share in how their number changed.
    if mover.empty or filters.account or filters.measure is Measure.USERS:
        return f"{sentence}."
    moved = float(mover["value"][0] - mover["before"][0])
    share, account = moved / difference, mover["account"][0]
    rose, fell = data.account_movement(filters).iloc[0]
    if is_offsetting([rose, fell]):
        return (
            f"{sentence}: rises of {numbers.full(rose)} and falls of {numbers.full(-fell)} offset each other; "
            f"{account} {verb} most, by {numbers.full(abs(moved))}."
        )
    if 0.05 <= share <= 1:
        return f"{sentence}; {share:.0%} of that is {account}."
    return f"{sentence}; {account} {verb} most."
