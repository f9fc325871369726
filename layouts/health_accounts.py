"""Health: the accounts with their scores and parts, and who moved from one band to another since last month."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.accounts import account_link
from layouts.controls import card, empty, exports, link, state_chip, switch
from layouts.health_bands import COMPONENTS, KEY_OF, SAID, SHORT, band_chip, moved, part_cell, points, weights_of
from layouts.links import Query

SIZES = (20, 50, 100, 200)
FALLERS_SHOWN = 8
ORDERS = {"worst": "Worst first", "value": "By annual value", "fallen": "Largest fall first"}


def accounts(
    rows: pd.DataFrame, count: int, weights: Mapping[str, float], title: str, finding: str, query: Query, href: str
) -> html.Section:
    """`rows`: the first of `count` accounts of Scored, and renews_on; `weights`: of the components, as they are set."""
    has_value = bool(rows["annual_value"].notna().any()) or not len(rows) or query.one("order") == "value"
    options = [
        (words, query.only("order", key).search, key == query.one("order"))
        for key, words in ORDERS.items()
        if has_value or key != "value"
    ]
    nobody = empty("No account here is in this band.", "Choose another band above, or take away a filter.")
    return card(
        title,
        finding,
        [_table(rows, weights, query), _sizes(count, query)] if len(rows) else nobody,
        identity="health-accounts",
        actions=[switch("Order", options), exports(f"{href}/accounts", query.search)],
        class_name="scores",
    )


def _table(rows: pd.DataFrame, weights: Mapping[str, float], query: Query) -> html.Div:
    has = {name: bool(rows[name].notna().any()) for name in ("annual_value", "renews_on", "state")}
    heads: list[tuple[Any, str]] = [
        ("Account", ""), ("Band", ""), ("Score", "number"),
        *((_part_head(name, weight), "part number") for name, weight in weights.items()),
        ("Since last month", "number"), *([("State", "")] if has["state"] else []),
        *([("Annual value", "number")] if has["annual_value"] else []),
        *([("Renews on", "")] if has["renews_on"] else []),
    ]  # fmt: skip
    body = [_row(row, weights, has, query) for row in rows.itertuples(index=False)]
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    return html.Div(
        html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll wide", tabIndex=0
    )


def _part_head(component: str, weight: float) -> html.Span:
    return html.Span(
        [SHORT[component], html.Span(f" of {weight:.3g}", className="weight")],
        title=f"Points of {COMPONENTS[component].lower()}; the parts of a row add up to its score",
    )


def _row(row: Any, weights: Mapping[str, float], has: Mapping[str, bool], query: Query) -> html.Tr:
    own = weights_of(row, weights)
    return html.Tr(
        [
            html.Th(
                [
                    account_link(row.account, row.account_id, query),
                    html.Div(row.manager, className="finding") if pd.notna(row.manager) else None,
                ],
                scope="row",
                className="name",
            ),
            html.Td(band_chip(row.band)),
            html.Td(html.B(points(row.score)), className="number"),
            *(part_cell(name, row, own.get(name, 0)) for name in weights),
            html.Td(moved(row.score, row.score_month_ago), className="number"),
            *([html.Td(state_chip(row.state) if pd.notna(row.state) else numbers.NOTHING)] if has["state"] else []),
            *([html.Td(numbers.full(row.annual_value), className="number")] if has["annual_value"] else []),
            *([html.Td(numbers.day(row.renews_on), className="day")] if has["renews_on"] else []),
        ]
    )


def _sizes(count: int, query: Query) -> html.Div | None:
    shown = query.one("listed")
    if count <= SIZES[0]:
        return None
    choices = [
        link(f"Show {size}", query.only("listed", str(size)).search, "chosen" if str(size) == shown else "")
        for place, size in enumerate(SIZES)
        if place == 0 or SIZES[place - 1] < count
    ]
    return html.Div([*choices, f"of {numbers.full(count)}; the file has all"], className="sizes finding")


def moves(
    matrix: pd.DataFrame, fallers: pd.DataFrame, title: str, finding: str, query: Query, href: str
) -> html.Section:
    """`matrix`: accounts by band a month ago (rows) and now (columns), by name; None where nothing is known of then.

    Columns of `fallers`: account_id, account, band, band_month_ago, score, score_month_ago; the worst first.
    """
    body: Any = (
        [_matrix(matrix, query), *_fallers(fallers, query, href)]
        if matrix.to_numpy().sum()
        else empty("Nothing is known of a month ago.", "Scores are kept from the second step of four weeks on.")
    )
    return card(title, finding, body, identity="health-moves", actions=exports(f"{href}/moves", query.search))


def _matrix(matrix: pd.DataFrame, query: Query) -> html.Div:
    head = html.Tr(
        [html.Th("A month ago ↓   Now →", scope="col"),
         *(html.Th(band_chip(band), scope="col", className="number") for band in matrix.columns)]
    )  # fmt: skip
    rows = [
        html.Tr(
            [
                html.Th(band_chip(str(then)), scope="row"),
                *(_move(str(then), str(now), int(count), query) for now, count in counts.items()),
            ]
        )
        for then, counts in matrix.iterrows()
    ]
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="plain moves")
    return html.Div(table, className="sideways", tabIndex=0)


def _move(then: str, now: str, count: int, query: Query) -> html.Td:
    """A count that shows its accounts in the list; up and down are coloured, and said in the hint."""
    order = list(KEY_OF)
    scored = "Insufficient data" not in (then, now)
    way = "stayed" if then == now or not scored else "up" if order.index(now) < order.index(then) else "down"
    target = query.only("band", KEY_OF[now]).only("was", KEY_OF[then])
    is_chosen = query.all("band") == (KEY_OF[now],) and query.one("was") == KEY_OF[then]
    words = numbers.full(count)
    if not count:
        return html.Td(html.Span("0", className="finding"), className=f"number {way}")
    hint = f"{numbers.plural(count, 'account')}: {then} a month ago, {now} now. Show them in the list"
    search = (query.only("band", None).only("was", None) if is_chosen else target).search
    return html.Td(
        link(words, search, "to-list", title=hint, **{"data-to": "health-accounts-title"}),
        className=f"number {way}{' chosen' if is_chosen else ''}",
    )


def _fallers(rows: pd.DataFrame, query: Query, href: str) -> Sequence[Any]:
    if rows.empty:
        return [html.P("Nobody fell to a worse band.", className="finding note")]
    items = [
        html.Li(
            [
                account_link(row.account, row.account_id, query),
                html.Span([band_chip(row.band_month_ago), " → ", band_chip(row.band)], className="way"),
                moved(row.score, row.score_month_ago),
            ]
        )
        for row in rows.head(FALLERS_SHOWN).itertuples(index=False)
    ]
    rest = len(rows) - FALLERS_SHOWN
    return [
        html.H3("Who fell, from the best band to the worst first"),
        html.Ul(items, className="fallers"),
        html.P(
            [
                html.A(
                    f"Download all {numbers.full(len(rows))} (CSV)",
                    href=f"{href}/fallers.csv{query.search}",
                    download="",
                )
            ],
            className="note",
        )
        if rest > 0
        else None,
    ]


def band_words(query: Query) -> str:
    """The bands that are listed, as they stand before "accounts": critical, or at-risk."""
    return " or ".join(words for band, words in SAID.items() if band in query.all("band"))
