"""Health: the parts of the score: one by itself, two against each other, all with all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from figures.health import TOKEN_OF, bar_fill, colour_of, counted
from figures.theme import TOKENS, Chart, Theme, layout, safe

SYMBOL_OF = {"Healthy": "circle", "At-Risk": "diamond-open", "Critical": "square", "Insufficient data": "x-thin-open"}
LETTERS_A_LINE = 14


@dataclass(frozen=True, slots=True)
class Box:
    """The quartiles of a component, and the last values within 1.5 times their distance."""

    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float


def spread(
    starts: Sequence[float],
    width: float,
    counts: Mapping[str, Sequence[int]],
    box: Box,
    words: str,
    theme: Theme,
    height: int,
) -> Chart:
    """How often each value of a component occurs, by band; over it the box of its quartiles."""
    colour = TOKENS[theme]
    bars = [
        {
            "type": "bar", "x": [start + width / 2 for start in starts], "y": list(counts[band]), "width": width * 0.94,
            "marker": bar_fill(band, theme),
            "customdata": [[f"{start:,.4g}", f"{start + width:,.4g}"] for start in starts],
            "hovertemplate": f"{band}, %{{customdata[0]}} to %{{customdata[1]}}: %{{y:,}}<extra></extra>",
        }
        for band in TOKEN_OF
        if band in counts
    ]  # fmt: skip
    quartiles = {
        "type": "box", "orientation": "h", "y": [0], "yaxis": "y2", "lowerfence": [box.low],
        "q1": [box.lower_quartile], "median": [box.median], "q3": [box.upper_quartile], "upperfence": [box.high],
        "line": {"color": colour["accent"], "width": 1.5}, "fillcolor": colour["accent-soft"], "width": 0.6,
        "hoverinfo": "x", "name": "",
    }  # fmt: skip
    return {
        "data": [*bars, quartiles],
        "layout": layout(
            theme,
            height,
            barmode="stack",
            hovermode="closest",
            xaxis={"showgrid": False, "automargin": True, "nticks": 8, "title": _title(words), "tickformat": ",~g"},
            yaxis={**counted(counts), "domain": [0, 0.8]},
            yaxis2={"domain": [0.84, 1], "visible": False, "fixedrange": True, "range": [-0.6, 0.6]},
        ),
    }


def against(points: pd.DataFrame, words: tuple[str, str], theme: Theme, height: int) -> Chart:
    """A point an account. Columns: x, y, account, band, href (where a click leads). `words`: of the axes."""
    colour = TOKENS[theme]
    across, up = (safe(word) for word in words)
    traces = [
        {
            "type": "scatter", "mode": "markers", "x": of_band["x"].round(4).tolist(),
            "y": of_band["y"].round(4).tolist(), "text": [safe(name) for name in of_band["account"]],
            "customdata": of_band["href"].tolist(), "opacity": 0.75,
            "marker": {"color": colour_of(band, theme), "symbol": SYMBOL_OF[band], "size": 7,
                       "line": {"width": 1.2, "color": colour_of(band, theme)}},
            "hovertemplate": f"%{{text}} ({band})<br>{across}: %{{x:,.4~g}}<br>{up}: %{{y:,.4~g}}<extra></extra>",
        }
        for band, of_band in points.groupby("band", sort=False)
    ]  # fmt: skip
    return {
        "data": traces,
        "layout": layout(
            theme,
            height,
            hovermode="closest",
            xaxis={"automargin": True, "nticks": 7, "title": _title(words[0]), "tickformat": ",~g",
                   "gridcolor": colour["line"]},
            yaxis={"automargin": True, "nticks": 6, "title": _title(words[1]), "tickformat": ",~g"},
        ),
    }  # fmt: skip


def correlations(
    matrix: pd.DataFrame,
    accounts: pd.DataFrame,
    short_names: Sequence[str],
    hrefs: Sequence[Sequence[str]],
    theme: Theme,
    height: int,
) -> Chart:
    """Each with each; what cannot be told stays blank. Rows and columns are named in words.

    `accounts`: on how many each rests; `short_names` stand under the columns; `hrefs`: where a click on a cell leads.
    """
    colour = TOKENS[theme]
    names = [_wrapped(str(name)) for name in matrix.columns]
    known = [[None if pd.isna(value) else round(float(value), 4) for value in row] for row in matrix.to_numpy()]
    said = [
        [
            f"{safe(str(row))} with {safe(str(column))}: "
            + ("not known" if pd.isna(matrix.loc[row, column]) else f"{matrix.loc[row, column]:+.2f}")
            + f"<br>{int(accounts.loc[row, column]):,} accounts"
            for column in matrix.columns
        ]
        for row in matrix.index
    ]
    cells = {
        "type": "heatmap", "z": known, "zmin": -1, "zmax": 1, "xgap": 2, "ygap": 2,
        "x": list(range(len(names))), "y": list(range(len(names))), "showscale": False,
        "colorscale": [[0, colour["fall"]], [0.5, colour["surface"]], [1, colour["rise"]]],
        "customdata": [list(row) for row in hrefs], "hovertext": said, "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    return {
        "data": [cells],
        "layout": layout(
            theme,
            height,
            hovermode="closest",
            annotations=_cell_words(matrix, theme),
            xaxis={"tickvals": cells["x"], "ticktext": list(short_names), "showgrid": False, "automargin": True,
                   "side": "bottom", "autotickangles": [0, -45]},
            yaxis={"tickvals": cells["y"], "ticktext": names, "showgrid": False, "automargin": True,
                   "autorange": "reversed"},
        ),
    }  # fmt: skip


def _cell_words(matrix: pd.DataFrame, theme: Theme) -> list[Chart]:
    """The coefficient in each cell, in the colour that stands out from it."""
    colour = TOKENS[theme]
    return [
        {"x": column, "y": row, "showarrow": False, "text": f"{value:.2f}".replace("-", "−"),
         "font": {"size": 12, "color": colour["surface" if abs(value) > 0.6 else "text"]}}
        for row, values in enumerate(matrix.to_numpy(dtype=float))
        for column, value in enumerate(values)
        if value == value
    ]  # fmt: skip


def _wrapped(words: str) -> str:
    """In two lines where it is long."""
    if len(words) <= LETTERS_A_LINE or " " not in words:
        return safe(words)
    spaces = [place for place, letter in enumerate(words) if letter == " "]
    middle = min(spaces, key=lambda place: abs(place - len(words) / 2))
    return f"{safe(words[:middle])}<br>{safe(words[middle + 1 :])}"


def _title(words: str) -> Chart:
    return {"text": safe(words), "standoff": 4, "font": {"size": 12}}
