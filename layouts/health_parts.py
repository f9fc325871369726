"""Health: the heads and tables beside the charts about components."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.accounts import account_link
from layouts.controls import Number, exports, link, menu, table
from layouts.health_bands import COMPONENTS, band_chip
from layouts.health_cards import head, twin
from layouts.links import Query

SCORE = "score"
AXES = {**COMPONENTS, SCORE: "Score"}
UNITS = {
    "usage_frequency": "days a week",
    "logins": "in 30 days",
    "ticket_responses": "a ticket",
    "feature_adoption": "% of those offered",
    "csm_engagement": "touchpoints in 90 days",
    SCORE: "points",
}
LISTED = 50


def component_head(component: str, finding: str, definition: str, query: Query, href: str) -> html.Header:
    title = f"How is {_lower(component)} spread?"
    actions = [
        _choice("Component", "component", COMPONENTS, component, query),
        exports(f"{href}/component", query.search),
    ]
    return head("health-component", html.Span(title, title=definition), finding, actions)


def pair_head(across: str, up: str, finding: str, query: Query, href: str) -> html.Header:
    options = [
        _choice("Across", "component", COMPONENTS, across, query),
        _choice("Up", "against", AXES, up, query),
    ]
    title = f"{AXES[up]} against {_lower(across)}"
    return head("health-pair", title, finding, [*options, exports(f"{href}/pair", query.search)])


def engagement_head(finding: str, query: Query, href: str) -> html.Header:
    title = "Do the accounts we talk to score higher?"
    return head("health-engagement", title, finding, exports(f"{href}/engagement", query.search))


def correlations_head(finding: str, query: Query, href: str) -> html.Header:
    title = "Which components go together?"
    return head("health-correlations", title, finding, exports(f"{href}/correlations", query.search))


def axis_title(axis: str) -> str:
    return f"{AXES[axis]} ({UNITS[axis]})"


def _lower(axis: str) -> str:
    words = AXES[axis]
    return words if words.startswith("CSM") else f"{words[0].lower()}{words[1:]}"


def _choice(label: str, key: str, options: Mapping[str, str], chosen: str, query: Query) -> html.Details:
    items = [
        link(words, query.only(key, value).search, "chosen" if value == chosen else "")
        for value, words in options.items()
    ]
    return menu([f"{label} ", html.B(options[chosen])], items, "right")


def spread_table(starts: Sequence[float], width: float, counts: Mapping[str, Sequence[int]]) -> html.Details:
    rows = [
        [f"{start:,.4g} to {start + width:,.4g}", *(int(counts[band][place]) for band in counts)]
        for place, start in enumerate(starts)
    ]
    return twin(table(("From, to below", *counts), rows))


def points_table(rows: pd.DataFrame, words: tuple[str, str], query: Query) -> html.Details:
    """The first of the points, the largest across first. Columns: account_id, account, band, x, y."""
    cells = [
        [
            account_link(row.account, row.account_id, query),
            band_chip(row.band),
            *(Number(f"{value:,.4g}") for value in (row.x, row.y)),
        ]
        for row in rows.head(LISTED).itertuples(index=False)
    ]
    more = html.P(f"The first {LISTED} of {numbers.full(len(rows))}; the file has all", className="finding")
    return twin(html.Div([table(("Account", "Band", *words), cells), more if len(rows) > LISTED else None]))


def correlations_table(matrix: pd.DataFrame, accounts: pd.DataFrame) -> html.Details:
    cells = [
        [str(name), *(_coefficient(matrix.loc[name, other], accounts.loc[name, other]) for other in matrix.columns)]
        for name in matrix.index
    ]
    return twin(table(("Rank correlation (accounts)", *map(str, matrix.columns)), cells))


def _coefficient(value: float, accounts: float) -> Any:
    words = numbers.NOTHING if pd.isna(value) else f"{value:+.2f}".replace("-", "−")
    return Number(f"{words} ({numbers.full(accounts)})")
