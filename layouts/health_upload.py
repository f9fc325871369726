"""Health: a workbook of one's own, scored on the spot."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts import numbers
from layouts.controls import Number, table
from layouts.health_bands import COMPONENTS, SCALING_HELP, SCALINGS, band_chip, points
from layouts.health_cards import head

SHOWN = 100
NONE = "– none –"


def form() -> list[Any]:
    """Drawn once; assets/health.js reads the file and hands it over."""
    file = dcc.Input(type="file", name="workbook", id="health-workbook")
    return [
        head(
            "health-file",
            "Score a workbook of your own",
            "XLSX or CSV, a row a customer. It is scored and forgotten: nothing of it is stored",
        ),
        html.Div(html.Label(["Workbook", file]), className="write"),
    ]


def nothing_chosen(most: int, needed: Mapping[str, str]) -> html.Div:
    """`most`: bytes of a file that can be sent; assets/health.js reads it here."""
    listed = ", ".join(words[0].lower() + words[1:] if not words.startswith("CSM") else words
                       for words in needed.values())  # fmt: skip
    return html.Div(
        html.P(f"Columns that are looked for, by their names: {listed}. Up to {most / 1e6:,.1f} MB.",
               className="finding"),
        className="limits-of-file",
        **{"data-most": str(most)},
    )  # fmt: skip


def refused(error: str, remedy: str) -> html.Div:
    return html.Div([html.P(error), html.P(remedy, className="finding")], className="empty refused-words", role="alert")


def matched(
    name: str,
    columns: Sequence[str],
    targets: Mapping[str, str],
    matching: Mapping[str, str | None],
    examples: Mapping[str, Sequence[str]],
    scaling: str,
    most: int,
) -> html.Div:
    """Which column is read as what, to be corrected. `targets`: words by what is needed; `examples` by column."""
    rows = [
        html.Tr(
            [
                html.Th(html.Label(words, htmlFor=f"match-{target}"), scope="row"),
                html.Td(_choice(target, columns, matching.get(target))),
                html.Td(_first(target, examples, matching.get(target)), className="finding"),
            ]
        )
        for target, words in targets.items()
    ]
    head_row = html.Tr([html.Th(words, scope="col") for words in ("Needed", "Column of the file", "First values")])
    scalings = [
        html.Option(words, value=key, selected=key == scaling, title=SCALING_HELP[key])
        for key, words in SCALINGS.items()
    ]
    return html.Div(
        [
            html.H3(f"How the columns of {name} are read"),
            html.Div(
                html.Table([html.Thead(head_row), html.Tbody(rows)], className="plain matching"),
                className="sideways",
                tabIndex=0,
            ),
            html.Div(html.Label(["Scaling", html.Select(scalings, name="scaling")]), className="write"),
        ],
        className="matched",
        **{"data-most": str(most)},
    )


def _choice(target: str, columns: Sequence[str], chosen: str | None) -> html.Select:
    options = [html.Option(NONE, value="", selected=chosen is None)]
    options += [html.Option(column, value=column, selected=column == chosen) for column in columns]
    return html.Select(options, id=f"match-{target}", name=target)


def _first(target: str, examples: Mapping[str, Sequence[str]], column: str | None) -> str:
    if column:
        return ", ".join(examples.get(column, ()))
    if target == "customer":
        return "Choose the column that names the customer"
    return "Not scored: the other weights count more instead" if target in COMPONENTS else "Not needed"


def scored(
    counts: Mapping[str, int], figures: Mapping[str, float], rows: pd.DataFrame, remarks: Sequence[str]
) -> list[Any]:
    """`counts` by band; `figures`: of the scores; columns of `rows`: customer, score, band, a column of points each."""
    shown = [
        [row.customer, band_chip(row.band), Number(html.B(points(row.score))),
         *(Number(points(getattr(row, f"{name}_points"))) for name in COMPONENTS)]
        for row in rows.head(SHOWN).itertuples(index=False)
    ]  # fmt: skip
    more = len(rows) - SHOWN
    return [
        html.Dl(
            [
                *(html.Div([html.Dt(band_chip(band)), html.Dd(numbers.full(count))]) for band, count in counts.items()),
                *(html.Div([html.Dt(words), html.Dd(numbers.NOTHING if pd.isna(value) else f"{value:.4f}")])
                  for words, value in figures.items()),
            ],
            className="totals",
        ),
        *(html.P(remark, className="finding note") for remark in remarks),
        html.Div(
            [
                html.Button("Download CSV", className="button", **{"data-file-as": "csv"}),
                html.Button("Download XLSX", className="button", **{"data-file-as": "xlsx"}),
            ],
            className="write",
        ),
        table(("Customer", "Band", "Score", *COMPONENTS.values()), shown),
        html.P(f"{numbers.full(more)} more in the file", className="finding note") if more > 0 else None,
    ]  # fmt: skip
