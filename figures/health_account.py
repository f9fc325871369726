"""Health of one account: its score every four weeks, in the band that it had then."""

from collections.abc import Mapping, Sequence

from figures.health import Version, colour_of, mark, mark_label
from figures.health_parts import SYMBOL_OF
from figures.theme import TOKENS, Chart, Theme, layout, safe


def scores(
    days: Sequence[str],
    values: Sequence[float | None],
    bands: Sequence[str],
    limits: Mapping[str, float],
    versions: Sequence[Version],
    theme: Theme,
    height: int,
) -> Chart:
    """A point a step, in the mark of its band; limits dashed, versions of the score dotted."""
    colour = TOKENS[theme]
    line = {
        "type": "scatter", "mode": "lines+markers", "x": list(days), "y": list(values), "connectgaps": False,
        "line": {"color": colour["muted"], "width": 1.5},
        "marker": {"size": 8, "color": [colour_of(band, theme) for band in bands],
                   "symbol": [SYMBOL_OF[band] for band in bands],
                   "line": {"width": 1.2, "color": [colour_of(band, theme) for band in bands]}},
        "text": list(bands), "hovertemplate": "%{x|%-d %b %Y}: %{y:.1f}, %{text}<extra></extra>",
    }  # fmt: skip
    lines = [_limit(value, theme) for value in limits.values()]
    marks = [mark(version, theme) for version in versions]
    names = [
        {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": value, "showarrow": False,
         "text": safe(f"{name} from {value:g}"), "font": {"size": 12, "color": colour["muted"]}}
        for name, value in limits.items()
    ]  # fmt: skip
    labels = [mark_label(version, theme) for version in versions]
    return {
        "data": [line] if days else [],
        "layout": layout(
            theme,
            height,
            hovermode="closest",
            margin={"l": 8, "r": 112, "t": 22 if versions else 10, "b": 8},
            shapes=[*lines, *marks],
            annotations=[*names, *labels],
            xaxis={
                "type": "date",
                "showgrid": False,
                "tickformat": "%-d %b\n%Y",
                "nticks": 5,
                "automargin": True,
                "tickangle": 0,
            },
            yaxis={"range": [0, 102], "tickvals": [0, 25, 50, 75, 100], "automargin": True},
        ),
    }


def _limit(value: float, theme: Theme) -> Chart:
    return {
        "type": "line", "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": value, "y1": value,
        "line": {"color": TOKENS[theme]["muted"], "width": 1, "dash": "dash"}, "layer": "below",
    }  # fmt: skip
