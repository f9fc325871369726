"""Accounts by app: who uses each application most, and least?"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import card, change, empty, exports, graph, link, skeleton, sparkline, switch, to_rows
from layouts.grid import NAME, NUMBER, grid
from layouts.links import Query
from layouts.markup import place
from layouts.shell import MEASURES

RANKING_SIZES = (10, 20, 50)
ENTITLED_STATES = ("active", "low", "onboarding", "inactive", "never activated", "no data")
SUMMARY_STATES = (*ENTITLED_STATES, "cancelled")
MAP_HEIGHT = 460
WHY_LEFT_OUT = {
    "onboarding": "started less than 30 days ago",
    "no data": "whose feed is late",
    "not started": "not started",
    "cancelled": "cancelled",
}


class Ids(StrEnum):
    HEADING = "accounts-heading"
    RAIL = "accounts-rail"
    RANKING = "accounts-ranking"
    GRID = "accounts-grid"
    GRID_HEAD = "accounts-grid-head"
    GRID_EXPORTS = "accounts-grid-exports"
    MAP = "accounts-map"
    MAP_EXPORTS = "accounts-map-exports"
    MAP_TABLE = "accounts-map-table"
    MAP_FINDING = "accounts-map-finding"
    BREADTH = "accounts-breadth"


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            html.Div(
                [
                    html.Div(place(Ids.RAIL, skeleton(18)), className="slot"),
                    html.Div(
                        [
                            html.Div(place(Ids.RANKING, skeleton(10)), className="slot"),
                            html.Section(
                                [
                                    html.Header([place(Ids.GRID_HEAD), place(Ids.GRID_EXPORTS)]),
                                    grid(Ids.GRID, grid_columns("records", True), "430px",
                                         "No account matches. Take away a filter."),
                                ],
                                className="card joined",
                                **{"aria-label": "All accounts"},
                            ),
                        ],
                        className="main-column",
                    ),
                ],
                className="with-rail",
            ),
            html.Div(
                [
                    html.Div(place(Ids.BREADTH, skeleton(8)), className="slot"),
                    card(
                        "Accounts × application types",
                        place(Ids.MAP_FINDING),
                        html.Div([graph(Ids.MAP, "Heat map of use by account and application; a table of the same "
                                        "numbers follows", MAP_HEIGHT), place(Ids.MAP_TABLE)]),
                        identity="accounts-map",
                        actions=place(Ids.MAP_EXPORTS),
                    ),
                ],
                className="halves",
            ),
        ],
        className="page-accounts",
    )  # fmt: skip


def heading(subject: str, sentence: str) -> list[Any]:
    return [html.H1(f"Who uses {subject} most, and least?"), html.P(sentence, className="finding")]


def rail(
    totals: pd.DataFrame, trends: Mapping[str, list[float]], query: Query, measure: str, href: str
) -> html.Section:
    """A row per application type; a click drills into it, another leaves it."""
    chosen = query.all("app")
    rows = [
        link(
            [
                html.Span(row.application, className="name", title=row.application),
                sparkline(trends.get(row.application_id, [])),
                html.Span(numbers.short(row.value), className="number"),
                change(row.value, row.before),
            ],
            query.only("app", None if chosen == (row.application_id,) else row.application_id).search,
            "rail-row chosen" if row.application_id in chosen else "rail-row",
            title=f"{row.application}: {numbers.full(row.value)}; {numbers.full(row.in_use)} of "
            f"{numbers.plural(row.entitled, 'entitled account')} used it",
            **({"aria-current": "true"} if row.application_id in chosen else {}),
        )
        for row in _sorted_rail(totals, query.one("rail")).itertuples(index=False)
    ]
    return card(
        "Application types",
        _rail_sorting(query, measure),
        html.Div(rows, className="rail-rows"),
        identity="accounts-rail",
        actions=exports(f"{href}/applications", query.search, rows=links.rows("use", query.only("app", None))),
        class_name="rail",
    )


def _rail_sorting(query: Query, measure: str) -> html.Span:
    by = query.one("rail") or "value"
    options = {"value": MEASURES[measure], "name": "name", "change": "change"}
    parts: list[Any] = ["By "]
    for key, words in options.items():
        target = query.only("rail", None if key == "value" else key).search
        parts += [html.B(words.lower()) if key == by else link(words.lower(), target, "quiet"), ", "]
    return html.Span(parts[:-1])


def _sorted_rail(totals: pd.DataFrame, by: str | None) -> pd.DataFrame:
    if by == "name":
        return totals.sort_values("application", key=lambda names: names.str.lower())
    if by == "change":
        shares = (totals["value"] / totals["before"].where(totals["before"] > 0) - 1).rename("share")
        return totals.loc[shares.sort_values(na_position="last").index]
    return totals


def ranking(body: Any, title: str, finding: Any, query: Query, exports_href: str) -> html.Section:
    view = query.one("view") or "top"
    size = query.one("n") or "10"
    options = [
        (f"Top {size}", query.only("view", "top").search, view == "top"),
        (f"Bottom {size}", query.only("view", "bottom").search, view == "bottom"),
        ("Summary", query.only("view", "summary").search, view == "summary"),
    ]
    return card(
        title,
        finding,
        body,
        identity="accounts-ranking",
        actions=[switch("Ranking", options), exports(exports_href, query.search)],
        class_name="ranking",
    )


def ranking_rows(accounts: pd.DataFrame, trends: Mapping[str, list[float]], query: Query, measure: str) -> Any:
    if accounts.empty:
        return empty(
            f"No account has any {MEASURES[measure].lower()} here.",
            "Choose a longer period, or take away a filter above.",
        )
    highest = max(float(accounts["value"].max()), 1e-9)
    rows = [
        html.Tr(
            [
                html.Td(str(place), className="place"),
                html.Td(account_link(row.account, row.account_id, query), className="name"),
                html.Td(
                    link(
                        "",
                        query.only("account", row.account_id).search,
                        "mark",
                        tabIndex=-1,
                        title=f"Show {row.account} alone",
                        style={"width": f"{100 * row.value / highest:.2f}%"},
                    ),
                    className="bar-cell",
                    **{"aria-hidden": "true"},
                ),
                html.Td(to_rows(row.value, "use", query.only("account", row.account_id)), className="number"),
                html.Td(change(row.value, row.before), className="number"),
                html.Td(sparkline(trends.get(row.account_id, [])), className="spark-cell"),
            ]
        )
        for place, row in enumerate(accounts.itertuples(index=False), start=1)
    ]
    heads = ["Place", "Account", "Bar", MEASURES[measure], "Change", "Trend"]
    head = html.Thead(
        html.Tr([html.Th(text, scope="col") for text in heads]),
        className="for-readers",
    )
    sizes = [
        link(str(n), query.only("n", str(n)).search, "chosen" if str(n) == query.one("n") else "")
        for n in RANKING_SIZES
    ]
    return html.Div(
        [
            html.Table([head, html.Tbody(rows)], className="bars"),
            html.Div(["Show ", *sizes], className="sizes finding"),
        ]
    )


def account_link(name: str, account_id: str, query: Query) -> html.A:
    return link(name, links.account(account_id, query), "account", title=name)


def left_out(reasons: pd.DataFrame, query: Query) -> Any:
    """How many accounts the bottom leaves out, and why. Columns of `reasons`: state, accounts."""
    if reasons.empty:
        return "Every account with a subscription or use is considered."
    total = int(reasons["accounts"].sum())
    words: list[Any] = ["Leaves out ", to_rows(total, "left-out", query, numbers.plural(total, "account"))]
    for number, row in enumerate(reasons.itertuples(index=False)):
        kind = f"left-out-{row.state.replace(' ', '-')}"
        told = f"{numbers.full(row.accounts)} {WHY_LEFT_OUT[row.state]}"
        words += [", " if number else ": ", to_rows(row.accounts, kind, query, told)]
    return [*words, "."]


def summary_table(rows: pd.DataFrame, query: Query, measure: str) -> html.Div:
    """One row per application: how many pairs in which state, and how much use.

    Columns of `rows`: application_id, application, entitled, one per state,
    value, before, users, records.
    """
    extra = [name for name in ("users", "records") if name in rows and name != measure]
    heads = ["Application", "Entitled", *(s.capitalize() for s in SUMMARY_STATES), MEASURES[measure],
             *(MEASURES[name] for name in extra), "Change"]  # fmt: skip
    body = [
        html.Tr(
            [
                html.Th(link(row["application"], query.only("app", row["application_id"]).only("view", None).search),
                        scope="row"),
                *(html.Td(number, className="number")
                  for number in _summary_numbers(row, extra, query.only("app", row["application_id"]))),
                html.Td(change(row["value"], row["before"]), className="number"),
            ]
        )
        for row in rows.to_dict("records")
    ]  # fmt: skip
    head = html.Thead(
        html.Tr([html.Th(text, scope="col", className="" if i == 0 else "number") for i, text in enumerate(heads)])
    )
    return html.Div(html.Table([head, html.Tbody(body)], className="plain"), className="scroll", tabIndex=0)


def _summary_numbers(row: Mapping[str, Any], extra: list[str], of_it: Query) -> list[Any]:
    """The numbers of one application, each with the way to its rows."""
    return [
        to_rows(row["entitled"], "pairs", of_it.among("state", ENTITLED_STATES)),
        *(to_rows(row[state], "pairs", of_it.only("state", state)) for state in SUMMARY_STATES),
        to_rows(row["value"], "use", of_it),
        *(to_rows(row[name], "use", of_it.only("metric", name)) for name in extra),
    ]


def grid_head(count: int) -> list[Any]:
    return [
        html.H2(f"All {numbers.plural(count, 'account')}" if count != 1 else "1 account"),
        html.P("Sort by any column; filter by name in the column menu", className="finding"),
    ]


def grid_columns(measure: str, has_comparison: bool) -> list[dict[str, Any]]:
    """Column definitions; `field`s are columns of the accounts query."""
    columns = [
        {"field": "account", "headerName": "Account", "cellRenderer": "AccountLink", "pinned": "left", "width": 200,
         "tooltipField": "account", **NAME},
        {"field": "state", "headerName": "State", "cellRenderer": "StateChip", "width": 140},
        {"field": "trend", "headerName": "26 weeks", "cellRenderer": "Spark", "width": 110, "sortable": False},
        {"field": "value", "headerName": MEASURES[measure], "cellRenderer": "Number", "width": 150,
         "initialSort": "desc", **NUMBER, "cellRendererParams": {"rows": "use"}},
        {"field": "change", "headerName": "Change", "cellRenderer": "Change", "width": 115, **NUMBER},
        {"field": "users", "headerName": "Users", "cellRenderer": "OfTotal", "width": 95, **NUMBER,
         "cellRendererParams": {"rows": "users"}, "headerTooltip": "Different people in the period, of the seats"},
        {"field": "used", "headerName": "Apps", "cellRenderer": "OfTotal", "width": 90, **NUMBER,
         "cellRendererParams": {"rows": "used", "without": "app"},
         "headerTooltip": "Applications used in the period, of those entitled"},
        {"field": "last_use_on", "headerName": "Last use", "width": 115},
        {"field": "manager", "headerName": "Manager", "cellRenderer": "Segment", "width": 140},
        {"field": "contact", "headerName": "Main contact", "cellRenderer": "Contact", "width": 210},
        {"field": "plan", "headerName": "Plan", "cellRenderer": "Segment", "width": 110},
        {"field": "industry", "headerName": "Industry", "cellRenderer": "Segment", "width": 110},
        {"field": "region", "headerName": "Region", "cellRenderer": "Segment", "width": 130},
    ]  # fmt: skip
    return [column for column in columns if has_comparison or column["field"] != "change"]


def breadth(accounts: pd.DataFrame, missing: Mapping[str, list[str]], query: Query, exports_href: str) -> html.Section:
    every = query.only("app", None)
    rows = [
        html.Tr(
            [
                html.Td(account_link(row.account, row.account_id, query), className="name"),
                html.Td(_pips(row.used, row.entitled), className="pips", **{"aria-hidden": "true"}),
                html.Td(_in_use(row, every.only("account", row.account_id)), className="number"),
                html.Td(_could_buy(missing.get(row.account_id, [])), className="could-buy"),
            ]
        )
        for row in accounts.itertuples(index=False)
    ]
    head = html.Thead(html.Tr([
        html.Th("Account", scope="col"), html.Th("", className="pips", **{"aria-hidden": "true"}),
        html.Th("In use", scope="col", className="number"), html.Th("Not owned yet", scope="col"),
    ]))  # fmt: skip
    body = (
        html.Table([head, html.Tbody(rows)], className="plain fixed")
        if rows
        else empty("No entitled account used anything then.", "Choose a longer period, or take away a filter above.")
    )
    return card(
        "Most active across applications",
        "Applications used in the period, of those entitled; and what could still be offered",
        body,
        identity="accounts-breadth",
        actions=exports(exports_href, query.search),
    )


def _in_use(row: Any, of_it: Query) -> list[Any]:
    entitled = to_rows(row.entitled, "pairs", of_it.among("state", ENTITLED_STATES))
    return [to_rows(row.used, "used", of_it), " of ", entitled]


def _pips(used: int, entitled: int) -> list[Any]:
    shown = min(max(entitled, used), 24)
    return [html.Span(className="pip on" if place < used else "pip") for place in range(shown)]


def _could_buy(names: list[str]) -> html.Span:
    if not names:
        return html.Span("owns every application", className="finding")
    words = ", ".join(names)
    return html.Span(f"{len(names)}: {words}", title=words, className="finding")


def map_table(wide: pd.DataFrame, applications: Mapping[str, str], accounts: Mapping[str, str], query: Query) -> Any:
    """The heat map's numbers as a table. `wide`: a row per account id, a column per application id; the names by id."""
    head = html.Tr(
        [
            html.Th("Account", scope="col"),
            *(html.Th(applications[app], scope="col", className="number") for app in wide.columns),
        ]
    )
    body = [
        html.Tr(
            [
                html.Th(account_link(accounts[account], account, query), scope="row"),
                *(
                    html.Td(_use(v, query.only("app", app).only("account", account)), className="number")
                    for app, v in zip(wide.columns, values, strict=True)
                ),
            ]
        )
        for account, values in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return html.Details(
        [
            html.Summary("Show as a table"),
            html.Div(
                html.Table([html.Thead(head), html.Tbody(body)], className="plain"),
                className="scroll",
                tabIndex=0,
            ),
        ],
        className="twin",
    )


def _use(value: float, of_it: Query) -> Any:
    return "" if pd.isna(value) else to_rows(value, "use", of_it)
