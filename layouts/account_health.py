"""The health of one account: its band, the parts of its score, and how it moved."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import Number, exports, graph, link, table
from layouts.health_bands import COMPONENTS, band_chip, part_bar, points, weights_of
from layouts.health_cards import head, twin
from layouts.markup import place

CHART, HEIGHT = "account-health", 240
HEAD, PARTS, TABLE = f"{CHART}-head", f"{CHART}-parts", f"{CHART}-table"


def block() -> html.Section:
    """It takes no space where nothing is known of the account's health (assets/zz-health.css)."""
    label = "The score of this account every four weeks; a table of the same numbers follows"
    return html.Section(
        [
            place(HEAD),
            html.Div([place(PARTS), html.Div([graph(CHART, label, HEIGHT), place(TABLE)])], className="beside"),
        ],
        className="card health",
        **{"aria-label": "Health"},
    )


def chip(row: Any, href: str) -> html.P:
    """For the header of the page. `row`: an account of Scored."""
    score = "" if pd.isna(row.score) else f" {points(row.score)}"
    return html.P(["Health: ", link(band_chip(row.band, f"{row.band}{score}"), href)], className="finding of-health")


def title(row: Any, finding: str, href: str, search: str) -> html.Header:
    words = "Too little is known to score its health" if pd.isna(row.score) else f"How healthy is it? {row.band}"
    return head(CHART, words, finding, exports(href, search))


def former(steps: pd.DataFrame, as_of: str, href: str, search: str) -> html.Header:
    """Of an account that is no customer on the newest step. Columns of `steps`: as of `history`."""
    last = steps.iloc[-1]
    finding = f"No customer now. Last looked at as of {as_of}: {last.band}"
    score = "" if pd.isna(last.score) else f", {points(last.score)}"
    return head(CHART, "How healthy was it while it was a customer?", f"{finding}{score}", exports(href, search))


def no_parts() -> html.P:
    return html.P("The parts of a score are told of customers only.", className="finding note")


def parts(row: Any, weights: Mapping[str, float], said: Mapping[str, str]) -> html.Div:
    """`said`: the value of each component in words."""
    own = weights_of(row, weights)
    rows = [
        [
            words,
            said[name],
            Number([points(getattr(row, f"{name}_points")), part_bar(name, row, own.get(name, 0))]),
            Number(f"of {own[name]:.3g}" if name in own else numbers.NOTHING),
        ]
        for name, words in COMPONENTS.items()
    ]
    rows.append([html.B("Score"), "", Number(html.B(points(row.score))), Number("of 100")])
    return table(("Component", "Now", "Points", "Weight"), rows)


def history(rows: pd.DataFrame) -> html.Details:
    """Columns: day, score, band, raw_score, version; the last step first."""
    cells = [
        [numbers.day(row.day), band_chip(row.band), Number(points(row.score)), Number(points(row.raw_score)),
         Number(numbers.NOTHING if pd.isna(row.version) else str(row.version))]
        for row in rows[::-1].itertuples(index=False)
    ]  # fmt: skip
    return twin(table(("Scored on", "Band", "Score", "Of these weeks alone", "Version"), cells))
