"""Everything about one account: its use week by week, in all and by application."""

import pandas as pd

from figures.theme import TOKENS, Chart, Theme, layout, safe, short

NAMED = 4
LABEL_WIDTH = 176


def weekly_use(
    wide: pd.DataFrame, total: pd.Series, measure: str, period: tuple[str, str] | None, theme: Theme, height: int
) -> Chart:
    """A line for all, and a quiet one for each application; the leading ones are named at their ends.

    `wide`: a row per Monday, a column per application, most use first. `total` has the same index. `period`: first and
    last Monday of what the rest of the page is about, where the chart shows more.
    """
    colour = TOKENS[theme]
    weeks = [week.strftime("%Y-%m-%d") for week in total.index]
    lines = [
        _line(weeks, values, safe(str(name)), measure, colour["muted"], 1)
        for name, values in reversed(list(wide.items()))
    ]
    lines.append(_line(weeks, total, "All", measure, colour["accent"], 2.5))
    band = [{
        "type": "rect", "xref": "x", "yref": "paper", "x0": period[0], "x1": period[1], "y0": 0, "y1": 1,
        "fillcolor": colour["accent-soft"], "opacity": 0.14, "line": {"width": 0}, "layer": "below",
    }] if period else []  # fmt: skip
    return {
        "data": lines if weeks else [],
        "layout": layout(
            theme,
            height,
            hovermode="x",
            margin={"l": 8, "r": LABEL_WIDTH, "t": 8, "b": 8},
            shapes=band,
            annotations=_labels(wide, total, weeks, colour, height) if weeks else [],
            xaxis={
                "type": "date",
                "range": [weeks[0], weeks[-1]] if len(weeks) > 1 else None,
                "showgrid": False,
                "tickformat": "%-d %b %Y",
                "nticks": 7,
                "automargin": True,
            },
            yaxis={
                "rangemode": "tozero",
                "tickformat": "~s" if total.max() >= 10_000 else ",~r",
                "nticks": 5,
                "automargin": True,
            },
        ),
    }


def _line(weeks: list[str], values: pd.Series, name: str, measure: str, colour: str, width: float) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines" if len(weeks) > 1 else "markers",
        "x": weeks,
        "y": [round(float(value), 1) for value in values],
        "name": name,
        "opacity": 1 if width > 1 else 0.5,
        "line": {"color": colour, "width": width},
        "marker": {"color": colour, "size": 4 + 2 * width},
        "hovertemplate": f"{name}: %{{y:,}} {measure.lower()}<extra></extra>",
    }


def _labels(wide: pd.DataFrame, total: pd.Series, weeks: list[str], colour: dict[str, str], height: int) -> list[Chart]:
    """Names beside the last values, apart from each other."""
    ends = [("All", float(total.iloc[-1]), colour["accent"])]
    ends += [(name, float(wide.iloc[-1, place]), colour["muted"]) for place, name in enumerate(wide.columns[:NAMED])]
    highest = max(float(total.max()), 1.0)
    step = 16 * highest / (height - 40)
    placed, floor = [], -step / 2
    for name, value, shade in sorted(ends, key=lambda end: (end[1], end[0] == "All")):
        floor = max(value, floor + step)
        placed.append({
            "x": weeks[-1], "y": floor, "xanchor": "left", "xshift": 6, "showarrow": False, "align": "left",
            "text": short(name),
            "font": {"color": shade, "size": 12},
        })  # fmt: skip
    return placed
