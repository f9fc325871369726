"""The frame of a card of Health whose chart stays while its words are drawn anew."""

from typing import Any

from dash import html

from layouts.controls import graph, skeleton
from layouts.markup import place


def chart_card(identity: str, label: str, height: int) -> html.Section:
    """Its head, with the actions, and its table are text; the chart stays."""
    return html.Section(
        [
            place(f"{identity}-head", skeleton(2)),
            graph(identity, f"{label}; a table of the same numbers follows", height),
            place(f"{identity}-table"),
        ],
        className="card",
        **{"aria-label": label},
    )


def head(identity: str, title: Any, finding: Any, actions: Any = None) -> html.Header:
    return html.Header(
        [
            html.Div([html.H2(title, id=f"{identity}-title"), html.P(finding, className="finding")]),
            html.Div(actions, className="card-actions"),
        ]
    )


def twin(rows: html.Div) -> html.Details:
    return html.Details([html.Summary("Show as a table"), rows], className="twin")
