"""Health: how healthy is each account, why, and what moved?"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import dcc, html

from layouts import health_upload, numbers
from layouts.controls import card, exports, filter_chip, graph, link, skeleton, switch, table
from layouts.health_bands import BANDS, KEY_OF, SCALING_HELP, SCALINGS, band_chip, share_of
from layouts.health_cards import chart_card, head
from layouts.links import Query
from layouts.markup import place

DONUT_HEIGHT, HEIGHT, PARTS_HEIGHT = 210, 270, 320
MEANINGS = {
    "healthy": "At or above the upper limit",
    "at-risk": "Between the limits",
    "critical": "Below the lower limit",
    "insufficient": "Less than 60 % of the weight is known: not scored",
}


class Ids(StrEnum):
    HEADING = "health-heading"
    BANDS = "health-bands"
    DONUT = "health-donut"
    SCORES = "health-scores"
    SCORES_HEAD = "health-scores-head"
    SCORES_TABLE = "health-scores-table"
    ACCOUNTS = "health-accounts"
    MOVES = "health-moves"
    HISTORY = "health-history"
    HISTORY_HEAD = "health-history-head"
    HISTORY_TABLE = "health-history-table"
    SEGMENTS = "health-segments"
    COMPONENT = "health-component"
    COMPONENT_HEAD = "health-component-head"
    COMPONENT_TABLE = "health-component-table"
    PAIR = "health-pair"
    PAIR_HEAD = "health-pair-head"
    PAIR_TABLE = "health-pair-table"
    CORRELATIONS = "health-correlations"
    CORRELATIONS_HEAD = "health-correlations-head"
    CORRELATIONS_TABLE = "health-correlations-table"
    ENGAGEMENT = "health-engagement"
    ENGAGEMENT_HEAD = "health-engagement-head"
    ENGAGEMENT_TABLE = "health-engagement-table"
    OUTCOMES = "health-outcomes"
    WHAT_IF = "health-what-if"
    WHAT_IF_ASKED = "health-what-if-asked"
    PREVIEW = "health-preview"
    VERSIONS = "health-versions"
    FILE = "health-file"
    FILE_FORM = "health-file-form"
    FILE_MATCHED = "health-file-matched"
    FILE_SCORED = "health-file-scored"
    FILE_WANTED = "health-file-wanted"
    FILE_DOWNLOAD = "health-file-download"


def layout() -> html.Div:
    """What needs a score takes no space where no account has one (assets/zz-health.css)."""
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            html.Div(
                [
                    html.Section(
                        [
                            place(Ids.BANDS, skeleton(6)),
                            graph(Ids.DONUT, "Share of each band; the counts stand beside it", DONUT_HEIGHT),
                        ],
                        className="card bands",
                        **{"aria-label": "Accounts by band"},
                    ),
                    chart_card(Ids.SCORES, "Accounts by score", HEIGHT),
                ],
                className="halves of-scores",
            ),
            html.Div(place(Ids.ACCOUNTS, skeleton(20)), className="slot of-scores"),
            html.Div(
                [
                    html.Div(place(Ids.MOVES, skeleton(10)), className="slot"),
                    chart_card(Ids.HISTORY, "Share of each band at every step", PARTS_HEIGHT),
                ],
                className="halves of-scores",
            ),
            html.Div(place(Ids.SEGMENTS, skeleton(10)), className="slot of-scores"),
            html.Div(
                [
                    chart_card(Ids.COMPONENT, "One component: how often each value occurs, and its quartiles",
                                PARTS_HEIGHT),
                    chart_card(Ids.ENGAGEMENT, "CSM engagement against the score, a point an account", PARTS_HEIGHT),
                    chart_card(Ids.PAIR, "Two components against each other, a point an account", PARTS_HEIGHT),
                    chart_card(Ids.CORRELATIONS, "How each component goes with each other, and with the score",
                                PARTS_HEIGHT),
                ],
                className="halves of-scores",
            ),
            html.Div(place(Ids.OUTCOMES, skeleton(6)), className="slot of-scores"),
            html.Div(
                [
                    place(Ids.WHAT_IF, skeleton(8)),
                    html.Div(place(Ids.PREVIEW), className="preview", **{"aria-live": "polite"}),
                    place(Ids.VERSIONS),
                    dcc.Store(id=Ids.WHAT_IF_ASKED),
                ],
                className="card what-if",
            ),
            html.Div(
                [
                    place(Ids.FILE_FORM, health_upload.form()),
                    html.Div(place(Ids.FILE_MATCHED), className="read"),
                    html.Div(place(Ids.FILE_SCORED), className="scored", **{"aria-live": "polite"}),
                    *(dcc.Store(id=store) for store in (Ids.FILE, Ids.FILE_WANTED)),
                    dcc.Download(id=Ids.FILE_DOWNLOAD),
                ],
                className="card own-file",
            ),
        ],
        className="page-health",
    )  # fmt: skip


def heading(sentence: str, remarks: Sequence[Any], query: Query) -> list[Any]:
    """With what is chosen on this page, each to be taken away again."""
    chips = [filter_chip(f"Health: {BANDS[band]}", query.toggled("band", band)) for band in query.all("band")]
    if was := query.one("was"):
        chips.append(filter_chip(f"A month ago: {BANDS[was]}", query.only("was", None)))
    return [
        html.H1("How healthy is each account, why, and what moved?"),
        html.P(sentence, className="finding"),
        *(html.P(remark, className="finding remark") for remark in remarks),
        html.Div(chips, className="chosen-bands") if chips else None,
    ]


def no_scores(sentence: str, known: str = "", lacking: Sequence[str] = ()) -> list[Any]:
    """`known`: how much of the weight is; `lacking`: what each missing component needs, in words."""
    return [
        html.H1("How healthy is each account, why, and what moved?"),
        html.P(sentence, className="finding"),
        html.Div(
            [
                *([html.P(f"{known} Missing:"), html.Ul([html.Li(words) for words in lacking])] if lacking else []),
                html.P("A workbook of your own can be scored below, with nothing loaded.", className="finding"),
            ],
            className="card lacking",
            **{"data-none": "true"},
        ),
    ]


def bands(
    counts: pd.DataFrame, title: str, finding: str, query: Query, scaling: str, in_force: str, href: str
) -> list[Any]:
    """`counts`, indexed by band: accounts, before (a month ago; missing where there was no score yet).

    `scaling`: the one that is shown, `in_force` that of the newest version.
    """
    total = int(counts["accounts"].sum())
    heads = [("Band", ""), ("Accounts", "number"), ("Share", "number"), ("Change", "number")]
    head_row = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    rows = [_band_row(str(band), row, total, query) for band, row in counts.iterrows()]
    all_of_them = html.Tr(
        [html.Th("All", scope="row"), html.Td(numbers.full(total), className="number"),
         html.Td("100 %" if total else numbers.NOTHING, className="number"), html.Td("")],
        className="total",
    )  # fmt: skip
    body = html.Table([html.Thead(head_row), html.Tbody([*rows, all_of_them])], className="plain band-counts")
    scalings = [
        (html.Span(words, title=SCALING_HELP[key]),
         query.only("scaling", None if key == in_force else key).search, key == scaling)
        for key, words in SCALINGS.items()
    ]  # fmt: skip
    actions = [switch("Scaling", scalings), exports(f"{href}/bands", query.search)]
    return [head("health-bands", title, finding, actions), body]


def alone(key: str, query: Query) -> str:
    """Where a click on a band leads, in the table as in the ring: it alone; every band again where it is chosen."""
    return query.only("band", None if key in query.all("band") else key).only("was", None).search


def _band_row(band: str, row: Any, total: int, query: Query) -> html.Tr:
    key = KEY_OF[band]
    is_chosen = key in query.all("band")
    hint = "Show every band again" if is_chosen else f"Show {band} alone"
    target = alone(key, query)
    change = row["accounts"] - row["before"]
    return html.Tr(
        [
            html.Th(link(band_chip(band), target, "of-band", title=f"{MEANINGS[key]}. {hint}"), scope="row"),
            html.Td(link(numbers.full(row["accounts"]), target, title=hint) if row["accounts"] else "0",
                    className="number"),
            html.Td(share_of(row["accounts"], total), className="number"),
            html.Td(numbers.NOTHING if pd.isna(change) else signed(change), className="number"),
        ],
        className="chosen" if is_chosen else "",
        **({"aria-current": "true"} if is_chosen else {}),
    )  # fmt: skip


def signed(change: float) -> str:
    return f"{'+' if change > 0 else '−' if change < 0 else '±'}{numbers.full(abs(change))}"


def outcomes(rows: pd.DataFrame, auc: float, title: str, finding: str, query: Query, href: str) -> html.Section:
    """Columns of `rows`: band, accounts, went_quiet, low, high (the interval of the share)."""
    cells = [
        [
            band_chip(row.band),
            int(row.accounts),
            int(row.went_quiet),
            share_of(row.went_quiet, row.accounts),
            _interval(row),
        ]
        for row in rows.itertuples(index=False)
    ]
    heads = ("Band", "Scores looked at", "Went quiet", "Share", "95 % interval of the share")
    ranking = (
        "Too few went quiet, or stayed, to say how well the score ranks."
        if pd.isna(auc)
        else f"Of two accounts, one that went quiet and one that did not, the score was lower for the one that went "
        f"quiet in {100 * auc:.0f} % of the cases (ROC AUC {auc:.3f}; 50 % is a coin)."
    )
    return card(
        title,
        finding,
        [table(heads, cells), html.P(ranking, className="finding note")],
        identity="health-outcomes",
        actions=exports(f"{href}/outcomes", query.search),
        class_name="outcomes",
    )


def _interval(row: Any) -> Any:
    """From low to high on a line from 0 to 100 %, and in words."""
    if not row.accounts:
        return numbers.NOTHING
    share, low, high = 100 * row.went_quiet / row.accounts, 100 * row.low, 100 * row.high
    return html.Div(
        [
            html.Span(
                [
                    html.Span(className="within", style={"left": f"{low:.1f}%", "width": f"{high - low:.1f}%"}),
                    html.Span(className="at", style={"left": f"{share:.1f}%"}),
                ],
                className="scale",
                **{"aria-hidden": "true"},
            ),
            f"{low:.1f} to {high:.1f} %",
        ],
        className="quiet-share",
    )
