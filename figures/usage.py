"""Usage over time: a line per application."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from figures.theme import TOKENS, Chart, Theme, layout, safe, short
from figures.usage_lines import Axis, Line, colour_of, expected_band, foot_marks, marks_on, points

MOST_TICKS = 14
# Of the width of the chart: what the label of a note takes.
NOTE_SHARE = 0.08
# Of the height of the chart: what a label at the end of a line takes.
LABEL_SHARE = 0.055
LETTER_WIDTH = 6.6  # pixels
# A band may rise so far above the highest line before it is cut.
BAND_ROOM = 1.6
TICKS = {"day": "%-d %b\n%Y", "week": "%-d %b\n%Y", "month": "%b\n%Y"}


def trend(lines: Sequence[Line], axis: Axis, measure: str, theme: Theme, height: int) -> Chart:
    """The chosen over grey ones; incomplete buckets hollow at the end of a dashed line, last year dotted."""
    colour = TOKENS[theme]
    highest = _highest(lines)
    labelled = [line for line in lines if line.has_label]
    drawn = [line for line in lines if not line.has_label] + labelled
    bands = [expected_band(line, axis, theme) for line in drawn if line.band]
    traces = [trace for line in drawn for trace in points(line, axis, measure, theme)]
    marks = [trace for line in drawn if line.marks for trace in marks_on(line, axis, measure, theme)]
    data = [*bands, *traces, *marks, *foot_marks(axis, theme)]
    return {
        "data": data,
        "layout": layout(
            theme,
            height,
            margin={"l": 8, "r": _room(labelled), "t": 22 if axis.notes else 10, "b": 8},
            hovermode="closest",
            hoverdistance=40,
            xaxis={
                "type": "date", "showgrid": False, "tickformat": TICKS[axis.by], "automargin": True, "tickangle": 0,
                "ticks": "outside", "tickcolor": colour["line"], "ticklen": 4, **_few_ticks(axis),
                "range": _range(axis),
            },
            yaxis={
                "range": [0, highest * 1.06 or 1], "tickformat": "~s" if highest >= 10_000 else ",", "nticks": 6,
                "automargin": True,
            },
            shapes=[*_band(axis, theme), *(_hairline(axis.starts[place], theme) for place, _, _ in axis.notes)],
            annotations=[*_labels(labelled, axis, highest, theme), *_note_labels(axis, theme)],
        ),
    }  # fmt: skip


def _highest(lines: Sequence[Line]) -> float:
    """Of what is drawn; a band that is far above all lines does not press them down."""
    values = max((value for line in lines for value in (*line.values, *line.last_year) if value == value), default=0)
    bands = max((high for line in lines for _, high in line.band if high == high), default=0)
    return max(values, min(bands, values * BAND_ROOM))


def _few_ticks(axis: Axis) -> dict[str, Any]:
    """Each bucket has its tick where they are few: an axis of its own choice would mark days between them."""
    if len(axis.starts) > MOST_TICKS:
        return {}
    days = [pd.Timestamp(start) for start in axis.starts]
    years = [None, *(day.year for day in days[:-1])]
    words = [f"{day:%b}" if axis.by == "month" else f"{day.day} {day:%b}" for day in days]
    texts = [
        f"{word}<br>{day.year}" if day.year != year else word
        for word, day, year in zip(words, days, years, strict=True)
    ]
    return {"tickvals": list(axis.starts), "ticktext": texts}


def _range(axis: Axis) -> list[str]:
    """A little room on both sides, so that no mark is cut."""
    first, last = pd.Timestamp(axis.starts[0]), pd.Timestamp(axis.starts[-1])
    room = max((last - first) * 0.02, pd.Timedelta(hours=12))
    return [(first - room).isoformat(), (last + room).isoformat()]


def _band(axis: Axis, theme: Theme) -> list[Chart]:
    if axis.period is None:
        return []
    start, end = (pd.Timestamp(axis.starts[place]) for place in axis.period)
    half = (pd.Timestamp(axis.ends[axis.period[1]]) - end + pd.Timedelta(days=1)) / 2
    return [{
        "type": "rect", "xref": "x", "yref": "paper",
        "x0": (start - half).isoformat(), "x1": (end + half).isoformat(),
        "y0": 0, "y1": 1, "fillcolor": TOKENS[theme]["accent"], "opacity": 0.1, "line": {"width": 0}, "layer": "below",
    }]  # fmt: skip


def _hairline(day: str, theme: Theme) -> Chart:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": day, "x1": day, "y0": 0, "y1": 1,
        "line": {"color": TOKENS[theme]["muted"], "width": 1, "dash": "dot"}, "layer": "below",
    }  # fmt: skip


def _note_labels(axis: Axis, theme: Theme) -> list[Chart]:
    """Above their hairlines, but for those that would stand on the label before."""
    labels: list[Chart] = []
    free_from = 0.0
    for place, label, words in sorted(axis.notes):
        if place < free_from:
            continue
        free_from = place + NOTE_SHARE * len(axis.starts)
        labels.append({
            "x": axis.starts[place], "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom", "showarrow": False,
            "text": safe(label), "hovertext": safe(words), "captureevents": False,
            "font": {"size": 12, "color": TOKENS[theme]["muted"]},
        })  # fmt: skip
    return labels


def _labels(lines: Sequence[Line], axis: Axis, highest: float, theme: Theme) -> list[Chart]:
    """The name at the end of each line, moved apart where lines end together."""
    ends = sorted(((_last_known(line.values), line) for line in lines), key=lambda end: end[0])
    heights = _apart([value for value, _ in ends], highest * LABEL_SHARE, highest)
    return [{
        "x": axis.starts[-1], "y": round(height, 4), "xanchor": "left", "xshift": 10, "showarrow": False,
        "text": short(line.name), "font": {"size": 12, "color": colour_of(line, theme)}, "name": "end",
    } for (_, line), height in zip(ends, heights, strict=True)]  # fmt: skip


def _last_known(values: Sequence[float]) -> float:
    return next((round(float(value), 1) for value in reversed(values) if value == value), 0)


def _room(lines: Sequence[Line]) -> int:
    """Pixels beside the chart for the longest label."""
    return 20 + round(LETTER_WIDTH * max((len(short(line.name)) for line in lines), default=0))


def _apart(heights: Sequence[float], gap: float, highest: float) -> list[float]:
    """`heights`, ascending, moved as little as keeps them `gap` from each other and none above the highest."""
    moved: list[float] = []
    for height in heights:
        moved.append(max(height, moved[-1] + gap) if moved else height)
    over = max(moved[-1] - highest, 0) if moved else 0
    for place in range(len(moved) - 1, -1, -1):
        ceiling = highest if place == len(moved) - 1 else moved[place + 1] - gap
        moved[place] = min(moved[place], ceiling) if over else moved[place]
    return moved
