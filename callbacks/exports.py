"""CSV and XLSX of exactly what a card shows: the same query, the same filters, as a plain download."""

from dash import Dash
from flask import Response, abort, g, request

from callbacks import (
    account_exports,
    accounts_exports,
    activity_exports,
    changes_exports,
    data,
    engagement_exports,
    health_exports,
    inactive_exports,
    usage_exports,
)
from callbacks import rows as rows_page
from callbacks.query import filters, query
from callbacks.tables import Tables
from data_access.choices import account_names, application_names
from data_access.filters import Detail, Filters, Period
from layouts import numbers
from layouts.shell import MEASURE_HELP, MEASURES, SEGMENT_WORDS
from reports.tables import csv_bytes, xlsx_bytes

MIMETYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def register(app: Dash) -> None:
    prefix = app.config.requests_pathname_prefix
    app.server.add_url_rule(f"{prefix}export/<page>/<card>.<kind>", "export", export)


def export(page: str, card: str, kind: str) -> Response:
    rows = EXPORTS.get(page, {}).get(card)
    if rows is None or kind not in MIMETYPES:
        abort(404)
    search = request.query_string.decode("utf-8", "replace")
    asked, wanted = query(search), filters(search)
    table = rows(wanted, asked)
    title = f"{page} {card}"
    about = [*notes(wanted), *(health_exports.notes(wanted, asked) if page == "health" else ())]
    content = csv_bytes(table) if kind == "csv" else xlsx_bytes(table, title, about)
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
    if filters.states:
        lines.append(("States on the as-of day", ", ".join(filters.states)))
    if chosen := account_names(filters):
        lines.append(("Account" if filters.account else "Accounts", ", ".join(chosen.values())))
    return [*lines, *_narrower(filters.detail)]


def _narrower(detail: Detail) -> list[tuple[str, str]]:
    """What only some pages narrow, where it is chosen."""
    told = {
        "Channels": ", ".join(detail.channels), "Categories": ", ".join(detail.categories),
        "Failed because": detail.reason, "Feature": detail.feature, "Priority of tickets": detail.priority,
        "First used in": detail.cohort and f"{detail.cohort:%B %Y}", "Months later": str(detail.later or ""),
    }  # fmt: skip
    return [(name, value) for name, value in told.items() if value]


def _days(period: Period) -> str:
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


EXPORTS: dict[str, Tables] = {
    "account": account_exports.EXPORTS,
    "accounts": accounts_exports.EXPORTS,
    "activity": activity_exports.EXPORTS,
    "changes": changes_exports.EXPORTS,
    "data": data.EXPORTS,
    "engagement": engagement_exports.EXPORTS,
    "health": health_exports.EXPORTS,
    "inactive": inactive_exports.EXPORTS,
    "rows": rows_page.EXPORTS,
    "usage": usage_exports.EXPORTS,
}
