"""CSV and XLSX of exactly what a card shows: the same query, the same filters, as a plain download."""

import json
from collections.abc import Callable

import pandas as pd
from dash import Dash
from flask import Response, abort, g, request

from callbacks import accounts
from callbacks.query import filters, query
from callbacks.request import BadInput
from data_access import accounts as data
from data_access import data as data_page
from data_access.choices import account_name, application_names
from data_access.filters import Filters, Period
from layouts import numbers
from layouts.links import Query
from layouts.shell import MEASURE_HELP, MEASURES, SEGMENT_WORDS
from reports.tables import csv_bytes, xlsx_bytes

MIMETYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
Rows = Callable[[Filters, Query], pd.DataFrame]


def register(app: Dash) -> None:
    prefix = app.config.requests_pathname_prefix
    app.server.add_url_rule(f"{prefix}export/<page>/<card>.<kind>", "export", export)


def export(page: str, card: str, kind: str) -> Response:
    rows = EXPORTS.get((page, card))
    if rows is None or kind not in MIMETYPES:
        abort(404)
    search = request.query_string.decode("utf-8", "replace")
    asked, wanted = query(search), filters(search)
    table = rows(wanted, asked)
    title = f"{page} {card}"
    content = csv_bytes(table) if kind == "csv" else xlsx_bytes(table, title, notes(wanted))
    answer = Response(content, mimetype=MIMETYPES[kind])
    name = f"{page}-{card}-{wanted.period.last_day.isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def notes(filters: Filters) -> list[tuple[str, str]]:
    """What the rows are: printed beside them, since a file travels without its page."""
    names = application_names(filters.scope)
    lines = [
        ("Source", g.generation.source),
        ("As of", numbers.day(g.generation.as_of)),
        ("Period", _days(filters.period)),
        ("Compared with", _days(filters.comparison) if filters.comparison else "nothing"),
        ("Measure", f"{MEASURES[filters.measure]}. {MEASURE_HELP[filters.measure]}"),
        ("Applications", ", ".join(names[key] for key in filters.applications) or "all"),
        *((SEGMENT_WORDS[segment], ", ".join(values)) for segment, values in filters.segments),
        ("Days are cut in", g.generation.reporting_timezone),
    ]
    if filters.account:
        lines.append(("Account", account_name(filters.scope, filters.account) or filters.account))
    return lines


def _days(period: Period) -> str:
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    return _compared(data.application_totals(filters), filters, "application")


def _ranking(filters: Filters, query: Query) -> pd.DataFrame:
    return _compared(accounts.ranked(filters, query), filters, "account")


def _top(filters: Filters, query: Query) -> pd.DataFrame:
    return _ranking(filters, query.only("view", "top"))


def _bottom(filters: Filters, query: Query) -> pd.DataFrame:
    return _ranking(filters, query.only("view", "bottom"))


def _summary(filters: Filters, query: Query) -> pd.DataFrame:
    return _compared(accounts.summary(filters), filters, "application")


def _breadth(filters: Filters, query: Query) -> pd.DataFrame:
    return _compared(accounts.broadest(filters), filters, "account")


def _map(filters: Filters, query: Query) -> pd.DataFrame:
    return accounts.map_values(filters).rename_axis("Account").reset_index()


def _all(filters: Filters, query: Query) -> pd.DataFrame:
    """Every row of the grid, in its order and with its own filters."""
    given = request.args.get("grid")
    block = accounts.grid_block({"startRow": 0, "endRow": 1, **_model(given)}) if given else None
    rows = (
        data.account_rows(filters, block.order, block.descending, name_contains=block.name, state=block.state)
        if block
        else data.account_rows(filters)
    )
    return _compared(rows, filters, "account")


def _model(given: str) -> dict[str, object]:
    try:
        model = json.loads(given)
    except ValueError:
        model = None
    if not isinstance(model, dict):
        raise BadInput("The order of the grid cannot be read. Load the page again.")
    return {"sortModel": model.get("sortModel"), "filterModel": model.get("filterModel")}


def _compared(rows: pd.DataFrame, filters: Filters, first: str) -> pd.DataFrame:
    """In the words of the page, names first; the change as a share."""
    table = rows.drop(columns=["change"], errors="ignore")
    if "before" in table:
        table["change"] = table["value"] / table["before"].where(table["before"] > 0) - 1
        if filters.comparison is None:
            table = table.drop(columns=["before", "change"])
    ordered = [first, *(name for name in table.columns if name != first)]
    words = {"value": MEASURES[filters.measure], "used": "applications in use", "entitled": "entitled"}
    named = table[ordered].rename(columns=words)
    return named.rename(columns=lambda name: str(name).replace("_", " ").capitalize())


EXPORTS: dict[tuple[str, str], Rows] = {
    ("accounts", "applications"): _applications,
    ("accounts", "top"): _top,
    ("accounts", "bottom"): _bottom,
    ("accounts", "summary"): _summary,
    ("accounts", "breadth"): _breadth,
    ("accounts", "map"): _map,
    ("accounts", "all"): _all,
    ("data", "rejected"): lambda filters, _: data_page.rejected(filters.scope),
    ("data", "unmatched"): lambda filters, _: data_page.unmatched_accounts(filters.scope),
    ("data", "exceptions"): lambda filters, _: data_page.use_outside_subscription(filters.scope),
}
