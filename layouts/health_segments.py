"""Health: the bands within each industry and each plan."""

from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import card, empty, exports, link
from layouts.health_bands import KEY_OF, MARKS, share_of
from layouts.links import Query

TITLES = {"industry": "industries", "plan": "plans"}


def segments(segment: str, counts: pd.DataFrame, finding: str, query: Query, href: str) -> html.Section:
    """A bar of 100 % for each value of `segment`, the largest critical share first.

    `counts`: one row per value, a column of accounts per band, in the order they are drawn.
    """
    nothing = empty(
        f"No account has {'an' if segment == 'industry' else 'a'} {segment}.",
        f"Add a column {segment} to the accounts table.",
    )
    return card(
        f"Which {TITLES[segment]} are critical?",
        finding,
        [_legend(counts), _table(segment, counts, query)] if len(counts) else nothing,
        identity=f"health-{segment}",
        actions=exports(f"{href}/{segment}", query.search),
        class_name="segments",
    )


def _legend(counts: pd.DataFrame) -> html.P:
    keys = [
        html.Span([html.Span(className=f"key {KEY_OF[band]}", **{"aria-hidden": "true"}), f"{MARKS[band]} {band}"])
        for band in counts.columns
        if counts[band].any()
    ]
    return html.P(keys, className="finding legend")


def _table(segment: str, counts: pd.DataFrame, query: Query) -> html.Div:
    heads = [(segment.capitalize(), ""), ("Share of its accounts", "bar-cell"), ("Critical", "number"),
             ("Accounts", "number")]  # fmt: skip
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    rows = [_row(segment, str(value), row, query) for value, row in counts.iterrows()]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plain stacked")
    return html.Div(table, className="scroll", tabIndex=0)


def _row(segment: str, value: str, counts: Any, query: Query) -> html.Tr:
    total, critical = int(counts.sum()), int(counts.get("Critical", 0))
    is_chosen = value in query.all(segment)
    search = query.toggled(segment, value).search
    said = ", ".join(f"{band} {numbers.full(count)}" for band, count in counts.items())
    hint = f"{value}: {said}. {'Show every ' + segment if is_chosen else 'Show it alone'}"
    parts = [
        html.Span(className=f"mark {KEY_OF[band]}", style={"width": f"{100 * count / total:.2f}%"})
        for band, count in counts.items()
        if count
    ]
    return html.Tr(
        [
            html.Th(link(value, search, title=hint), scope="row", className="name"),
            html.Td(link(parts, search, "whole", title=hint, tabIndex=-1, **{"aria-hidden": "true"}),
                    className="bar-cell"),
            html.Td([numbers.full(critical), html.Span(f" · {share_of(critical, total)}",
                                                       className="finding")], className="number"),
            html.Td(numbers.full(total), className="number"),
        ],
        className="chosen" if is_chosen else "",
    )  # fmt: skip


def side_by_side(cards: list[html.Section]) -> html.Div:
    return html.Div(cards, className="halves")
