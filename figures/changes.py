"""Changes: the steps from then to now, and records by month."""

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from figures.theme import TOKENS, Chart, Theme, layout, safe, short

CUT_FROM = 0.5  # share of the highest level below which no step goes: the axis then need not begin at zero
MOST_LABELS = 6
LINE_HEIGHT = 15  # pixels


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the change. `key`: what a click on it chooses."""

    key: str
    words: str
    amount: float


def axis_start(before: float, steps: Sequence[Step]) -> float:
    """Where the axis of the steps begins: zero, or a round number under all of them where they are small beside it."""
    levels = _levels(before, steps)
    lowest, highest = min(levels), max(levels)
    if lowest < CUT_FROM * highest:
        return 0
    room = max(highest - lowest, 0.02 * highest)
    unit = 10.0 ** (len(str(int(max(room, 1)))) - 1)
    return max(0.0, (lowest - 0.6 * room) // unit * unit)


def waterfall(
    before: float,
    steps: Sequence[Step],
    ends: tuple[str, str],
    written: Sequence[str],
    chosen: str | None,
    theme: Theme,
    height: int,
) -> Chart:
    """From `before` in `steps` to now. `ends`: what the first and last bar are called; `written`: the labels of all.

    Steps rise or fall from where the one before ended; with one `chosen` the others fade.
    """
    colour = TOKENS[theme]
    start, levels = axis_start(before, steps), _levels(before, steps)
    lows = [start, *(min(pair) for pair in itertools.pairwise(levels)), start]
    highs = [levels[0], *(max(pair) for pair in itertools.pairwise(levels)), levels[-1]]
    keys = [None, *(step.key for step in steps), None]
    fills = [colour["muted"], *(colour["rise" if step.amount > 0 else "fall"] for step in steps), colour["muted"]]
    names = [ends[0], *(step.words for step in steps), ends[1]]
    bars = {
        "type": "bar",
        "x": list(range(len(names))),
        "y": [round(high - low, 6) for low, high in zip(lows, highs, strict=True)],
        "base": [round(low, 6) for low in lows],
        "width": 0.68,
        "text": list(written),
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        "customdata": [key or "" for key in keys],
        "hovertext": [f"{safe(name)}: {label}" for name, label in zip(names, written, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": fills, "opacity": [1 if chosen in (None, key) else 0.3 for key in keys]},
    }
    top = max(highs) + 0.12 * (max(highs) - start or 1)
    # A step of a few pixels is hard to hit: its whole column answers, unseen.
    columns = {
        **{name: bars[name] for name in ("type", "x", "customdata", "hovertext", "hovertemplate")},
        "y": [top - start] * len(names),
        "base": start,
        "width": 1,
        "marker": {"color": colour["surface"], "opacity": 0},
    }
    lines = [
        {"type": "line", "layer": "below", "x0": place + 0.34, "x1": place + 0.66, "y0": level, "y1": level,
         "line": {"color": colour["line"], "width": 1}}
        for place, level in enumerate(levels)
    ]  # fmt: skip
    return {
        "data": [bars, columns],
        "layout": layout(
            theme,
            height,
            shapes=lines,
            barmode="overlay",
            hovermode="closest",
            xaxis={"tickvals": bars["x"], "ticktext": [_wrapped(name) for name in names], "showgrid": False,
                   "range": [-0.5, len(names) - 0.5], "automargin": True},
            yaxis={"visible": False, "range": [start, top]},
        ),
    }  # fmt: skip


def monthly(rows: pd.DataFrame, lit: Collection[str], last_is_partial: bool, theme: Theme, height: int) -> Chart:
    """A line per application, those in `lit` coloured and the rest grey; a partial last month is dashed.

    `rows`: application_id, application, and a column per month (timestamps, ascending).
    """
    colour = TOKENS[theme]
    months = [column for column in rows.columns if isinstance(column, pd.Timestamp)]
    whole = len(months) - last_is_partial
    spans = [(0, whole, "solid")] if whole else []
    if last_is_partial:
        spans.append((max(whole - 1, 0), len(months), "dot"))
    traces: list[Chart] = []
    labels: list[Chart] = []
    labelled = _labelled(rows, lit, months)
    # What is lit is drawn last, over the rest.
    for row in sorted(rows.to_dict("records"), key=lambda row: row["application_id"] in lit):
        is_lit = row["application_id"] in lit
        tint = colour["accent" if is_lit else "muted"]
        values = [round(float(row[month]), 3) for month in months]
        for first, end, dash in spans:
            traces.append({
                "type": "scatter", "mode": "lines" if end - first > 1 else "markers",
                "x": [f"{month:%Y-%m-%d}" for month in months[first:end]], "y": values[first:end],
                "line": {"color": tint, "width": 2 if is_lit else 1, "dash": dash}, "opacity": 1 if is_lit else 0.45,
                "marker": {"color": tint, "symbol": "circle" if dash == "solid" else "circle-open"},
                "hovertemplate": f"{safe(row['application'])}<br>%{{x|%b %Y}}: %{{y:,}}<extra></extra>",
            })  # fmt: skip
        if row["application_id"] in labelled:
            labels.append({"y": values[-1], "text": short(row["application"]), "font": {"color": tint}})
    return {
        "data": traces,
        "layout": layout(
            theme,
            height,
            hovermode="closest",
            annotations=_apart(labels, float(rows[months].to_numpy().max(initial=1)), height),
            margin={"l": 8, "r": 150, "t": 8, "b": 8},
            xaxis={"type": "date", "showgrid": False, "tickformat": "%b\n%Y", "automargin": True},
            yaxis={"rangemode": "tozero", "tickformat": "~s", "automargin": True, "nticks": 6},
        ),
    }


def _levels(before: float, steps: Sequence[Step]) -> list[float]:
    """Before the first step, and after each."""
    amounts = [step.amount for step in steps]
    return [math.fsum([before, *amounts[:count]]) for count in range(len(steps) + 1)]


def _wrapped(words: str) -> str:
    """In two lines, broken at the space nearest to the middle."""
    spaces = [place for place, letter in enumerate(words) if letter == " "]
    if len(words) < 10 or not spaces:
        return safe(words)
    middle = min(spaces, key=lambda place: abs(place - len(words) / 2))
    return f"{safe(words[:middle])}<br>{safe(words[middle + 1 :])}"


def _labelled(rows: pd.DataFrame, lit: Collection[str], months: Sequence[pd.Timestamp]) -> set[str]:
    """What is lit, or else what is largest: as many as have room for a label."""
    wanted = rows[rows["application_id"].isin(lit)] if lit else rows
    largest = wanted[list(months)].sum(axis=1).nlargest(MOST_LABELS).index
    return set(wanted.loc[largest, "application_id"])


def _apart(labels: list[Chart], highest: float, height: int) -> list[Chart]:
    """Labels at the right end, each at its line, or under the one above where that is too near."""
    gap = highest * LINE_HEIGHT / height
    placed: list[Chart] = []
    for label in sorted(labels, key=lambda label: -label["y"]):
        y = min(label["y"], placed[-1]["y"] - gap) if placed else label["y"]
        placed.append({**label, "y": y, "x": 1, "xref": "paper", "xanchor": "left", "showarrow": False, "xshift": 4})
    # Pushed under the axis they would be cut off: all move up together.
    below = min([0, *(label["y"] for label in placed)])
    return [{**label, "y": round(label["y"] - below, 6)} for label in placed]
