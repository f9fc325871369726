"""Engagement: lines of people, bars of what was counted, and maps of hours."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from figures.theme import TOKENS, Chart, Theme, layout, safe

LABEL_SHARE = 0.07  # of the height: what a label at the end of a line takes
LETTER_WIDTH = 6.6  # pixels


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its name at the end; missing values are gaps. `token`: its colour (figures/theme.py)."""

    name: str
    values: Sequence[float]
    token: str
    width: float = 2


def lines(days: Sequence[str], drawn: Sequence[Line], is_complete: Sequence[bool], theme: Theme, height: int) -> Chart:
    """`days`: ISO dates, ascending. Points that are not complete are hollow, and the line to them dotted."""
    traces = [trace for line in drawn for trace in _traces(days, line, is_complete, theme)]
    highest = max((value for line in drawn for value in line.values if value == value), default=0) or 1
    room = 16 + round(LETTER_WIDTH * max((len(line.name) for line in drawn), default=0))
    return {
        "data": traces,
        "layout": layout(
            theme,
            height,
            hovermode="x unified",
            margin={"l": 8, "r": room, "t": 10, "b": 8},
            xaxis={"type": "date", "showgrid": False, "automargin": True, "tickformat": "%-d %b\n%Y", "tickangle": 0},
            yaxis={"range": [0, highest * 1.06], "tickformat": "~s" if highest >= 10_000 else ",", "nticks": 5,
                   "automargin": True},
            annotations=_ends(drawn, highest, theme),
        ),
    }  # fmt: skip


def _traces(days: Sequence[str], line: Line, is_complete: Sequence[bool], theme: Theme) -> list[Chart]:
    """All of it dotted under the complete part of it solid: where both are, the solid one is seen."""
    colour = TOKENS[theme][line.token]
    values = [None if value != value else round(float(value), 3) for value in line.values]
    whole = [value if complete else None for value, complete in zip(values, is_complete, strict=True)]
    has_points = len(days) <= 40
    symbols = ["circle" if complete else "circle-open" for complete in is_complete]
    shared = {"type": "scatter", "x": list(days), "connectgaps": False}
    dotted = {
        **shared, "y": values, "mode": "lines+markers" if has_points else "lines", "name": safe(line.name),
        "line": {"color": colour, "width": line.width, "dash": "dot"},
        "marker": {"color": colour, "size": 5, "symbol": symbols},
        "hovertemplate": f"%{{y:,}} {safe(line.name[:1].lower() + line.name[1:])}<extra></extra>",
    }  # fmt: skip
    solid = {**shared, "y": whole, "mode": "lines", "hoverinfo": "skip", "line": {"color": colour, "width": line.width}}
    return [{**dotted, "line": solid["line"]}] if all(is_complete) else [dotted, solid]


def _ends(drawn: Sequence[Line], highest: float, theme: Theme) -> list[Chart]:
    """The name at the end of each line, moved apart where lines end together."""
    ends = sorted((_last(line), line.name, line.token) for line in drawn)
    labels: list[Chart] = []
    floor = 0.0
    for height, name, token in ends:
        at = max(height, floor)
        floor = at + LABEL_SHARE * highest
        labels.append({
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6, "y": round(at, 4), "showarrow": False,
            "text": safe(name), "font": {"size": 12, "color": TOKENS[theme][token]}, "name": "end",
        })  # fmt: skip
    return labels


def _last(line: Line) -> float:
    return next((float(value) for value in reversed(line.values) if value == value), 0.0)


def bars(
    labels: Sequence[str], values: Sequence[float], hover: Sequence[str], is_lit: Sequence[bool], theme: Theme,
    height: int, is_complete: Sequence[bool] | None = None,
) -> Chart:  # fmt: skip
    """Bars from zero, in their own order; what is not lit is pale, not complete hollow. A label may have lines."""
    colour = TOKENS[theme]
    complete = is_complete or [True] * len(values)
    fills = [
        colour["surface"] if not whole else colour["accent"] if lit else colour["accent-soft"]
        for lit, whole in zip(is_lit, complete, strict=True)
    ]
    edges = [colour["accent"] if lit else colour["accent-soft"] for lit in is_lit]
    trace = {
        "type": "bar", "x": list(range(len(values))), "y": [round(float(value), 3) for value in values],
        "hovertext": [safe(words) for words in hover], "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": fills, "line": {"color": edges, "width": 1}},
    }  # fmt: skip
    step = -(-len(labels) // 12) or 1
    shown = [place for place in range(len(labels)) if place % step == 0]
    return {
        "data": [trace],
        "layout": layout(
            theme,
            height,
            bargap=0.25,
            hovermode="closest",
            xaxis={"tickvals": shown, "ticktext": [_in_lines(labels[place]) for place in shown], "showgrid": False,
                   "automargin": True, "tickangle": 0},
            yaxis={"rangemode": "tozero", "tickformat": "~s" if max(values, default=0) >= 10_000 else ",", "nticks": 5,
                   "automargin": True},
        ),
    }  # fmt: skip


def _in_lines(label: str) -> str:
    return "<br>".join(map(safe, label.split("\n")))


def hour_map(wide: pd.DataFrame, days: Sequence[str], noun: str, theme: Theme, height: int) -> Chart:
    """A cell per weekday and hour, darker for more. `wide`: a row per weekday (Monday first), a column per hour."""
    colour = TOKENS[theme]
    values = [[round(float(value), 2) for value in row] for row in wide.to_numpy()]
    heat = {
        "type": "heatmap",
        "z": values,
        "x": list(range(24)),
        "y": list(range(len(days))),
        "text": [[f"{day} {hour}–{hour + 1} o'clock" for hour in range(24)] for day in days],
        "hovertemplate": f"%{{text}}: %{{z:,.1~f}} {safe(noun)}<extra></extra>",
        "zmin": 0,
        "colorscale": [[0, colour["line"]], [1, colour["accent"]]],
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    ticks = list(range(0, 24, 3))
    return {
        "data": [heat],
        "layout": layout(
            theme,
            height,
            xaxis={"tickvals": ticks, "ticktext": [f"{hour}" for hour in ticks], "showgrid": False, "automargin": True},
            yaxis={"tickvals": heat["y"], "ticktext": [day[:3] for day in days], "autorange": "reversed",
                   "showgrid": False, "automargin": True},
        ),
    }  # fmt: skip


def blank(theme: Theme, height: int) -> Chart:
    hidden = {"visible": False}
    return {"data": [], "layout": layout(theme, height, xaxis=hidden, yaxis=hidden)}
