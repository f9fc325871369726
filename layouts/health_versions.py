"""Health: what would another score say, before it is saved, and which versions were there?"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts import numbers
from layouts.accounts import account_link
from layouts.controls import Number, card, table
from layouts.forms import away
from layouts.health_bands import COMPONENTS, SCALING_HELP, SCALINGS, band_chip, moved, points
from layouts.health_cards import head
from layouts.links import Query

LONGEST_NOTE = 500
LARGEST_WEIGHT = 1_000
SHOWN = 30


def form(recipe: Any, may_save: bool) -> list[Any]:
    """`recipe`: the one in force, as the form begins. assets/health.js hands over every change of it."""
    weights = [
        _weight(name, words, weight) for (name, words), weight in zip(COMPONENTS.items(), recipe.weights, strict=True)
    ]
    scalings = [
        html.Option(words, value=key, selected=key == recipe.scaling, title=SCALING_HELP[key])
        for key, words in SCALINGS.items()
    ]
    rest = [
        html.Label(["Scaling", html.Select(scalings, name="scaling")]),
        html.Label(["Healthy from", _number("healthy", recipe.healthy, 100)]),
        html.Label(["At-Risk from", _number("at_risk", recipe.at_risk, 100)]),
    ]
    again = html.Button("Back to what is in force", type="reset", className="button")
    note = dcc.Input(type="text", name="note", required=True, maxLength=LONGEST_NOTE, autoComplete="off")
    saving = [
        html.Label(["Why it changes", note], className="grows"),
        html.Button("Save as new version", type="submit", className="button"),
    ]
    only = html.P(
        "Everybody may try other weights here. A new version is saved by leaders and administrators only.",
        className="finding wide",
    )
    return [
        head("health-what-if", "What if other weights counted?",
             "Nothing changes until a version is saved; who moves to another band is shown first"),
        html.Form(
            [
                html.Div([*weights, html.P(className="sum finding")], className="weights wide"),
                html.Div([*rest, again], className="limits wide"),
                *(saving if may_save else [only]),
            ],
            className="write what-if-form",
            **({"data-action": "score"} if may_save else {}),
        ),
    ]  # fmt: skip


def _weight(name: str, words: str, weight: float) -> html.Div:
    """A number and a slider for the same weight, and its share of the sum (filled in by assets/health.js)."""
    slider = dcc.Input(type="range", min=0, max=100, step=1, value=f"{weight:.15g}", className="slider")
    return html.Div(
        [
            html.Label([html.Span(words), _number(name, weight, LARGEST_WEIGHT)], className="typed"),
            html.Label([html.Span(f"{words}, as a slider", className="for-readers"), slider], className="slide"),
            html.Span(className="of-sum"),
        ],
        className="weight",
    )


def _number(name: str, value: float, most: int) -> dcc.Input:
    return dcc.Input(type="number", name=name, min=0, max=most, step="any", required=True, value=f"{value:.15g}")


def nothing_asked() -> html.P:
    return html.P("Move a weight, or change a limit, to see which accounts would change band.", className="finding")


def not_understood(why: str) -> html.P:
    return html.P(why, className="refused-words", role="status")


def preview(sentence: str, matrix: pd.DataFrame, rows: pd.DataFrame, query: Query) -> list[Any]:
    """`matrix`: accounts by band in force (rows) and as asked (columns).

    Columns of `rows`, those that would change: account_id, account, score_now, score_then, band_now, band_then.
    """
    listed = [
        [
            account_link(row.account, row.account_id, query),
            html.Span([band_chip(row.band_now), " → ", band_chip(row.band_then)], className="way"),
            Number(points(row.score_now)),
            Number(points(row.score_then)),
            Number(moved(row.score_then, row.score_now)),
        ]
        for row in rows.head(SHOWN).itertuples(index=False)
    ]
    more = len(rows) - SHOWN
    heads = ("Account", "Band, now and then", "Score now", "Score then", "Change")
    return [
        html.P(sentence, className="sentence"),
        html.Div(
            [
                _matrix(matrix),
                html.Div(
                    [
                        table(heads, listed) if listed else html.P("Nobody would change band.", className="finding"),
                        html.P(f"{numbers.full(more)} more would change.", className="finding note")
                        if more > 0
                        else None,
                    ]
                ),
            ],
            className="beside",
        ),
    ]


def _matrix(matrix: pd.DataFrame) -> html.Div:
    heads = ("In force ↓   As asked →", *map(str, matrix.columns))
    rows = [[band_chip(str(band)), *map(int, counts)] for band, counts in matrix.iterrows()]
    return table(heads, rows)


def versions(rows: Sequence[Any] | None) -> html.Section:
    """`rows`: the versions of the score, the newest first; None where they cannot be read now."""
    if rows is None:
        return card("Versions of the score", "", away(), identity="health-versions")
    cells = [
        [
            [f"Version {row.number}" if row.made_at else "As set up", " · in force" if place == 0 else ""],
            numbers.day(row.made_at) if row.made_at else "the beginning",
            row.made_by or numbers.NOTHING,
            html.Span(row.note, className="cut", title=row.note),
            " · ".join(f"{weight:g}" for weight in row.recipe.weights),
            SCALINGS[row.recipe.scaling],
            f"{row.recipe.healthy:g} and {row.recipe.at_risk:g}",
        ]
        for place, row in enumerate(rows)
    ]
    heads = ("Version", "In force from", "Saved by", "Why", "Weights", "Scaling", "Limits")
    names = ", ".join(words.lower().replace("csm", "CSM") for words in COMPONENTS.values())
    finding = f"Weights in the order of {names}"
    body = table(heads, cells)
    return card("Versions of the score", finding, body, identity="health-versions", class_name="versions")
