"""Health: how healthy is each account, why, and what moved?"""

from typing import Any

import numpy as np
import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output

from analytics.health import BANDS, INSUFFICIENT
from callbacks import health_file, health_parts, health_what_if
from callbacks import health_words as words
from callbacks.health_lists import bands_now, fallers, listed, matrix, recipe_of, weights, with_renewals
from callbacks.health_marks import marks
from callbacks.health_scores import scored
from callbacks.health_versions import VERSIONS, Version
from callbacks.health_words import export_base
from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from data_access.filters import Filters
from figures import health as figures
from figures.theme import Chart, Theme
from layouts import health as view
from layouts import health_accounts as lists
from layouts import health_segments as segments
from layouts.controls import exports, table
from layouts.health import DONUT_HEIGHT, HEIGHT, PARTS_HEIGHT, Ids
from layouts.health_bands import BANDS as KEYS
from layouts.health_cards import head, twin
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

BIN = 5  # points
SEGMENTS = ("industry", "plan")
# Clicks on marks lead to the address that they carry (assets/health.js).
CLICKED = (Ids.DONUT, Ids.PAIR, Ids.ENGAGEMENT, Ids.CORRELATIONS)


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query), **VERSIONS}
    drawn = {**asked, "theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    # What rests on the same numbers is drawn together: they are asked for once.
    page_callback(
        app,
        [Output(Ids.HEADING, "html"), Output(Ids.BANDS, "html"), Output(Ids.DONUT, "figure"),
         *chart(Ids.SCORES)],
        drawn,
        update_bands,
        reads_workspace=True,
    )  # fmt: skip
    page_callback(app, Output(Ids.ACCOUNTS, "html"), asked, update_accounts, reads_workspace=True)
    page_callback(
        app,
        [*(Output(place, "html") for place in (Ids.MOVES, Ids.SEGMENTS, Ids.OUTCOMES)), *chart(Ids.HISTORY)],
        drawn,
        update_moves,
        reads_workspace=True,
    )
    page_callback(
        app,
        [output for card in (Ids.COMPONENT, Ids.ENGAGEMENT, Ids.PAIR, Ids.CORRELATIONS) for output in chart(card)],
        drawn,
        health_parts.update_parts,
        reads_workspace=True,
    )
    for place in CLICKED:
        app.clientside_callback(
            ClientsideFunction("health", "follow"), Output(place, "clickData"), Input(place, "clickData"),
            prevent_initial_call=True,
        )  # fmt: skip
    health_what_if.register(app)
    health_file.register(app)


def chart(identity: str) -> list[Output]:
    """Of a card: its chart, and what stands over and under it."""
    return [Output(identity, "figure"), Output(f"{identity}-head", "html"), Output(f"{identity}-table", "html")]


def update_bands(
    filters: Filters, query: Query, versions: tuple[Version, ...], theme: Theme
) -> tuple[str, str, Chart, Chart, str, str]:
    recipe = recipe_of(query, versions)
    found = scored(filters, recipe)
    counts = bands_now(found.accounts)
    starts, by_band = distribution(found.accounts)
    limits = {"At-Risk": recipe.at_risk, "Healthy": recipe.healthy}
    chosen = [KEYS[key] for key in query.all("band")]
    slices = [
        figures.Band(band, int(row["accounts"]), view.alone(key, query))
        for key, band, row in ((key, band, counts.loc[band]) for key, band in KEYS.items())
    ]
    return (
        text(words.heading(found, counts, filters, query, versions)),
        text(
            view.bands(
                counts, words.bands_title(counts), words.bands_finding(found), query, recipe.scaling,
                versions[-1].recipe.scaling, export_base(),
            )
        ),
        figures.donut(slices, chosen, theme, DONUT_HEIGHT),
        figures.distribution(starts, BIN, by_band, limits, chosen, theme, HEIGHT),
        text(
            head(
                Ids.SCORES, "How do the scores lie?", words.distribution(found.accounts),
                exports(f"{export_base()}/scores", query.search),
            )
        ),
        text(twin(table(("Score", *by_band), score_rows(starts, by_band)))),
    )  # fmt: skip


def score_rows(starts: list[float], counts: dict[str, list[int]]) -> list[list[Any]]:
    return [
        [f"{start:g} to {start + BIN:g}", *(counts[band][place] for band in counts)]
        for place, start in enumerate(starts)
    ]


def distribution(accounts: pd.DataFrame) -> tuple[list[float], dict[str, list[int]]]:
    """Where each bar begins, and by band how many scores lie in it; 100 belongs to the last."""
    edges = np.arange(0, 100 + BIN, BIN)
    counts = {
        band: np.histogram(accounts.loc[accounts["band"] == band, "score"].dropna(), edges)[0].tolist()
        for band in BANDS
    }
    return edges[:-1].tolist(), counts


def update_accounts(filters: Filters, query: Query, versions: tuple[Version, ...]) -> str:
    recipe = recipe_of(query, versions)
    chosen = listed(scored(filters, recipe).accounts, query)
    shown = chosen.head(int(query.one("listed") or lists.SIZES[0]))
    return text(
        lists.accounts(
            with_renewals(shown, filters), len(chosen), weights(recipe), words.list_title(chosen, query),
            words.list_finding(recipe), query, export_base(),
        )
    )  # fmt: skip


def update_moves(
    filters: Filters, query: Query, versions: tuple[Version, ...], theme: Theme
) -> tuple[str, str, str, Chart, str, str]:
    recipe = recipe_of(query, versions)
    found, href = scored(filters, recipe), export_base()
    fallen = fallers(found.accounts)
    cards = [
        segments.segments(name, of_segment(found.accounts, name), words.segment(found.accounts, name), query, href)
        for name in SEGMENTS
    ]
    steps = found.steps
    bands = [*BANDS, INSUFFICIENT]
    counts = {band: steps[band].tolist() for band in bands if steps[band].any()}
    days = [day.strftime("%Y-%m-%d") for day in steps["day"]]
    return (
        text(lists.moves(matrix(found.accounts), fallen, *words.moves(found, fallen), query, href)),
        text(segments.side_by_side(cards)),
        text(
            view.outcomes(
                found.outcomes, found.auc, words.outcomes_title(found.outcomes), words.outcomes_finding(found), query,
                href,
            )
        ),
        figures.history(days, counts, marks(steps, versions), theme, PARTS_HEIGHT),
        text(
            head(
                Ids.HISTORY, "How did the bands move?", words.history(steps, versions),
                exports(f"{href}/history", query.search),
            )
        ),
        text(twin(table(("Scored on", "Version", *bands, "Mean score"), words.step_rows(steps, bands)))),
    )  # fmt: skip


def of_segment(accounts: pd.DataFrame, segment: str) -> pd.DataFrame:
    """A row per value of the segment, the largest critical share first; columns: accounts in each band, worst first."""
    named = accounts[accounts[segment].notna()]
    if named.empty:
        return pd.DataFrame()
    bands = [*BANDS[::-1], *([INSUFFICIENT] if (named["band"] == INSUFFICIENT).any() else [])]
    counts = pd.crosstab(named[segment], named["band"]).reindex(columns=bands, fill_value=0)
    share, size = counts["Critical"] / counts.sum(axis=1), counts.sum(axis=1)
    order = pd.DataFrame({"share": share, "size": size, "name": counts.index})
    return counts.loc[order.sort_values(["share", "size", "name"], ascending=[False, False, True]).index]
