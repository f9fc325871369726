"""The lines of Usage over time: their points, what is said of them, what was expected, and what nobody expected."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from textwrap import wrap

from figures.theme import CATEGORIES, TOKENS, Chart, Theme, safe

ALONE = 8  # pixels of a point without neighbours
# Letters in a line of what is said on hover.
HOVER_WIDTH = 46
SYMBOLS, MEANINGS = {1: "triangle-up", -1: "triangle-down"}, {1: "rise", -1: "fall"}
DAYS = {"day": "%-d %b %Y", "week": "Week of %-d %b %Y", "month": "%B %Y"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A bucket that nobody expected: more (1) or less (-1), and why."""

    place: int
    direction: int
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """`values` and what is said of each on hover; `colour`: the place of a category, a token, or grey where empty.

    `band`: between what each value should lie; missing where that is not known.
    """

    name: str
    application: str
    values: Sequence[float]
    words: Sequence[str]
    colour: str | int = ""
    has_label: bool = False
    last_year: Sequence[float] = field(default=())
    band: Sequence[tuple[float, float]] = field(default=())
    marks: Sequence[Mark] = field(default=())


@dataclass(frozen=True, slots=True)
class Axis:
    """The buckets: first and last day of each, which are complete, and from which to which the period goes."""

    by: str
    starts: Sequence[str]
    ends: Sequence[str]
    is_complete: Sequence[bool]
    period: tuple[int, int] | None = None
    notes: Sequence[tuple[int, str, str]] = field(default=())  # place of the bucket, label, all that is said
    marks: Sequence[Mark] = field(default=())  # of all lines together, at the foot


def colour_of(line: Line, theme: Theme) -> str:
    if isinstance(line.colour, int):
        return CATEGORIES[theme][line.colour]
    return TOKENS[theme][line.colour or "muted"]


def points(line: Line, axis: Axis, measure: str, theme: Theme) -> list[Chart]:
    colour, is_grey = colour_of(line, theme), line.colour == ""
    common = {
        "type": "scatter", "x": list(axis.starts), "meta": {"app": line.application},
        "hovertemplate": _template(line, axis, measure),
        "customdata": [[end, _said(line, place)] for place, end in enumerate(axis.ends)],
    }  # fmt: skip
    values = [number(value) for value in line.values]
    complete = [value if whole else None for value, whole in zip(values, axis.is_complete, strict=True)]
    few = sum(axis.is_complete) <= 60 and not is_grey
    traces = [{
        **common, "y": complete, "mode": "lines+markers", "opacity": 0.5 if is_grey else 1,
        "line": {"color": colour, "width": 1.2 if is_grey else 2.2},
        "marker": {"color": colour, "size": _sizes(axis, complete, is_grey, few)},
    }]  # fmt: skip
    if not all(axis.is_complete):
        traces.append({
            **common, "y": _beside_incomplete(values, axis.is_complete), "mode": "lines+markers",
            "opacity": 0.5 if is_grey else 1, "connectgaps": False,
            "line": {"color": colour, "width": 1.2 if is_grey else 2.2, "dash": "dot"},
            "marker": {"color": TOKENS[theme]["surface"], "line": {"color": colour, "width": 1.5},
                       "size": [0 if whole else 7 for whole in axis.is_complete]},
        })  # fmt: skip
    if line.last_year:
        traces.insert(0, {
            "type": "scatter", "x": list(axis.starts), "y": [number(value) for value in line.last_year],
            "mode": "lines", "line": {"color": TOKENS[theme]["muted"], "width": 1.5, "dash": "dash"}, "opacity": 0.7,
            "hovertemplate": f"{safe(line.name)}, a year before<br>%{{y:,}} {measure.lower()}<extra></extra>",
        })  # fmt: skip
    return traces


def _sizes(axis: Axis, values: Sequence[float | None], is_grey: bool, few: bool) -> list[int]:
    """A mark at each point where there are few, at those of the period, and at those that no line leads to."""
    first, last = axis.period or (0, -1)
    usual = 5 if few else 0
    sizes = [9 if first <= place <= last and not is_grey else usual for place in range(len(values))]
    padded = [None, *values, None]
    return [
        max(size, ALONE) if padded[place] is None and padded[place + 2] is None else size
        for place, size in enumerate(sizes)
    ]


def _beside_incomplete(values: Sequence[float | None], is_complete: Sequence[bool]) -> list[float | None]:
    """The incomplete values and their neighbours, so that the dashes join the line."""
    padded = [True, *is_complete, True]
    return [value if not all(padded[place : place + 3]) else None for place, value in enumerate(values)]


def expected_band(line: Line, axis: Axis, theme: Theme) -> Chart:
    """A soft area for each stretch of buckets of which the range is known, with a gap between them."""
    x: list[str | None] = []
    y: list[float | None] = []
    places = range(len(line.band))
    for is_known, some in groupby(places, lambda place: line.band[place][1] == line.band[place][1]):
        stretch = list(some)
        if is_known:
            there_and_back = [(place, 1) for place in stretch] + [(place, 0) for place in reversed(stretch)]
            x += [*(axis.starts[place] for place, _ in there_and_back), None]
            y += [*(number(line.band[place][end]) for place, end in there_and_back), None]
    return {
        "type": "scatter", "x": x, "y": y, "mode": "lines", "fill": "toself", "hoverinfo": "skip",
        "line": {"width": 0}, "fillcolor": _clear(colour_of(line, theme), 0.14),
    }  # fmt: skip


def _clear(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def marks_on(line: Line, axis: Axis, measure: str, theme: Theme) -> list[Chart]:
    """On the points of the line, and saying what these say: whichever is hovered."""
    known = [mark for mark in line.marks if line.values[mark.place] == line.values[mark.place]]
    at = [number(line.values[mark.place]) for mark in known]
    return [_triangles(known, at, axis, theme) | {
        "meta": {"app": line.application}, "hovertemplate": _template(line, axis, measure),
        "customdata": [[axis.ends[mark.place], _said(line, mark.place)] for mark in known],
    }]  # fmt: skip


def foot_marks(axis: Axis, theme: Theme) -> list[Chart]:
    if not axis.marks:
        return []
    return [_triangles(axis.marks, [0.0] * len(axis.marks), axis, theme) | {
        "meta": {"app": ""}, "cliponaxis": False,
        "hovertemplate": f"<b>All together</b><br>%{{x|{DAYS[axis.by]}}}<br>%{{customdata[1]}}<extra></extra>",
        "customdata": [[axis.ends[mark.place], _wrapped(mark.words)] for mark in axis.marks],
    }]  # fmt: skip


def _triangles(marks: Sequence[Mark], at: Sequence[float | None], axis: Axis, theme: Theme) -> Chart:
    return {
        "type": "scatter", "mode": "markers", "x": [axis.starts[mark.place] for mark in marks], "y": list(at),
        "marker": {
            "symbol": [SYMBOLS[mark.direction] for mark in marks], "size": 13, "opacity": 1,
            "color": [TOKENS[theme][MEANINGS[mark.direction]] for mark in marks],
            "line": {"color": TOKENS[theme]["surface"], "width": 1.5},
        },
    }  # fmt: skip


def _said(line: Line, place: int) -> str:
    reasons = [_wrapped(mark.words) for mark in line.marks if mark.place == place]
    return "<br>".join(filter(None, [line.words[place], *reasons]))


def _wrapped(words: str) -> str:
    return "<br>".join(safe(part) for part in wrap(words, HOVER_WIDTH))


def _template(line: Line, axis: Axis, measure: str) -> str:
    return (
        f"<b>{safe(line.name)}</b><br>%{{x|{DAYS[axis.by]}}}<br>%{{y:,}} {measure.lower()}"
        "<br>%{customdata[1]}<extra></extra>"
    )


def number(value: float) -> float | None:
    return None if value != value else round(float(value), 1)
