"""Health: how many accounts are in each band, how do their scores lie, and how did the bands move?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from figures.theme import TOKENS, Chart, Theme, layout, safe

# Worst last, as they are stacked and listed.
TOKEN_OF = {"Healthy": "good", "At-Risk": "fair", "Critical": "poor", "Insufficient data": "muted"}
# Told apart without their colours.
PATTERN_OF = {"Healthy": "", "At-Risk": "/", "Critical": "", "Insufficient data": "."}
FADED = 0.3
FILL, AREA = 0.82, 0.4  # of a bar, of an area between lines


@dataclass(frozen=True, slots=True)
class Band:
    """A band, and where a click on it leads."""

    name: str
    accounts: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """From when a version of the score counts."""

    day: str
    label: str
    words: str


def colour_of(band: str, theme: Theme) -> str:
    return TOKENS[theme][TOKEN_OF[band]]


def soft(colour: str, share: float) -> str:
    """The same colour, partly transparent: large areas are quiet, and what is drawn on them stays in sight."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def bar_fill(band: str, theme: Theme) -> Chart:
    return {
        "color": soft(colour_of(band, theme), FILL),
        "pattern": {"shape": PATTERN_OF[band], "fillmode": "overlay", "fgcolor": TOKENS[theme]["surface"],
                    "fgopacity": 0.35, "size": 6},
    }  # fmt: skip


def donut(bands: Sequence[Band], chosen: Sequence[str], theme: Theme, height: int) -> Chart:
    """The share of each band; their words and counts stand beside it."""
    shown = [band for band in bands if band.accounts]
    total = sum(band.accounts for band in shown)
    words = [f"{band.name}: {band.accounts:,} of {total:,} ({band.accounts / total:.0%})" for band in shown]
    fills = [soft(colour_of(band.name, theme), FILL) for band in shown]
    ring: Chart = {
        "type": "pie", "hole": 0.64, "sort": False, "direction": "clockwise",
        "labels": [band.name for band in shown], "values": [band.accounts for band in shown],
        "customdata": [band.href for band in shown],
        "textinfo": "none",
        "hovertext": words, "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {
            "colors": fills, "line": {"color": TOKENS[theme]["surface"], "width": 2},
            "pattern": {"shape": [PATTERN_OF[band.name] for band in shown], "fillmode": "overlay",
                        "fgcolor": TOKENS[theme]["surface"], "fgopacity": 0.35, "size": 6},
        },
        "pull": [0.06 if band.name in chosen else 0 for band in shown],
    }  # fmt: skip
    middle = {
        "text": f"<b>{total:,}</b><br>account{'' if total == 1 else 's'}", "showarrow": False, "x": 0.5, "y": 0.5,
        "font": {"size": 14, "color": TOKENS[theme]["text"]},
    }  # fmt: skip
    return {"data": [ring] if shown else [], "layout": layout(theme, height, annotations=[middle] if shown else [])}


def distribution(
    starts: Sequence[float],
    width: float,
    counts: Mapping[str, Sequence[int]],
    limits: Mapping[str, float],
    chosen: Sequence[str],
    theme: Theme,
    height: int,
) -> Chart:
    """Accounts by score, a bar of `width` points from each of `starts`, coloured by band; `limits` as lines.

    With some `chosen` the other bands fade. A score may lie past a limit and not be in that band yet: a band changes
    when crossed by some points.
    """
    centres = [start + width / 2 for start in starts]
    bars = [
        {
            "type": "bar", "x": centres, "y": list(counts[band]), "width": width * 0.92, "name": band,
            "opacity": 1 if not chosen or band in chosen else FADED,
            "marker": bar_fill(band, theme),
            "customdata": [[f"{start:g}", f"{start + width:g}"] for start in starts],
            "hovertemplate": f"{band}, %{{customdata[0]}} to %{{customdata[1]}} points: %{{y:,}}<extra></extra>",
        }
        for band in TOKEN_OF
        if band in counts
    ]  # fmt: skip
    return {
        "data": bars,
        "layout": layout(
            theme,
            height,
            barmode="stack",
            margin={"l": 8, "r": 12, "t": 22, "b": 8},
            shapes=[_line_at(value, theme) for value in limits.values()],
            annotations=_limit_labels(limits, theme),
            xaxis={"range": [0, 100], "showgrid": False, "nticks": 11, "automargin": True, "title": _title("Score")},
            yaxis=counted(counts),
        ),
    }


def counted(counts: Mapping[str, Sequence[int]]) -> Chart:
    """An axis for stacked counts: whole numbers only, each once."""
    highest = max((sum(row) for row in zip(*counts.values(), strict=True)), default=0)
    steps: Chart = {"dtick": 1} if highest <= 4 else {"nticks": 5}
    return {"rangemode": "tozero", "tickformat": ",d", "automargin": True, **steps}


def history(
    days: Sequence[str],
    counts: Mapping[str, Sequence[int]],
    versions: Sequence[Version],
    theme: Theme,
    height: int,
) -> Chart:
    """The share of each band at every step, as areas that fill the whole; the names stand at their ends."""
    totals = [sum(row) for row in zip(*counts.values(), strict=True)]
    areas = [_area(band, days, counts[band], totals, theme) for band in TOKEN_OF if band in counts]
    return {
        "data": areas if days else [],
        "layout": layout(
            theme,
            height,
            hovermode="x unified",
            margin={"l": 8, "r": 112, "t": 22 if versions else 10, "b": 8},
            shapes=[mark(version, theme) for version in versions],
            annotations=[*_ends(days, counts, totals, theme), *(mark_label(version, theme) for version in versions)],
            xaxis={
                "type": "date",
                "showgrid": False,
                "tickformat": "%-d %b\n%Y",
                "nticks": 5,
                "automargin": True,
                "tickangle": 0,
                "range": [days[0], days[-1]] if len(days) > 1 else None,
            },
            yaxis={"range": [0, 100], "ticksuffix": " %", "nticks": 5, "automargin": True},
        ),
    }


def _area(band: str, days: Sequence[str], counts: Sequence[int], totals: Sequence[int], theme: Theme) -> Chart:
    shares = [round(100 * count / total, 2) if total else 0 for count, total in zip(counts, totals, strict=True)]
    colour = colour_of(band, theme)
    return {
        "type": "scatter", "mode": "lines" if len(days) > 1 else "lines+markers", "name": band, "x": list(days),
        "y": shares, "stackgroup": "bands", "line": {"color": colour, "width": 1.5}, "fillcolor": soft(colour, AREA),
        "fillpattern": {"shape": PATTERN_OF[band], "fgcolor": colour, "bgcolor": soft(colour, AREA), "size": 8,
                        "solidity": 0.15},
        "customdata": list(counts), "hovertemplate": f"{band}: %{{customdata:,}} (%{{y:.0f}} %)<extra></extra>",
    }  # fmt: skip


def _ends(days: Sequence[str], counts: Mapping[str, Sequence[int]], totals: Sequence[int], theme: Theme) -> list[Chart]:
    """The name of each band at the height where its area ends; none where it is too thin for a word."""
    labels: list[Chart] = []
    below = 0.0
    for band in TOKEN_OF:
        if band not in counts or not days or not totals[-1]:
            continue
        share = 100 * counts[band][-1] / totals[-1]
        if share >= 5:
            labels.append({
                "x": days[-1], "y": round(below + share / 2, 2), "xanchor": "left", "xshift": 6, "showarrow": False,
                "text": band, "font": {"size": 12, "color": colour_of(band, theme)},
            })  # fmt: skip
        below += share
    return labels


def _line_at(value: float, theme: Theme) -> Chart:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": value, "x1": value, "y0": 0, "y1": 1,
        "line": {"color": TOKENS[theme]["text"], "width": 1, "dash": "dash"},
    }  # fmt: skip


def _limit_labels(limits: Mapping[str, float], theme: Theme) -> list[Chart]:
    """Over their lines, the lower to the left and the upper to the right: so they never meet."""
    upper = max(limits.values())
    return [
        {"x": value, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom", "showarrow": False,
         "xanchor": "left" if value == upper and value < 85 else "right", "text": safe(f"{name} ≥ {value:g}"),
         "font": {"size": 12, "color": TOKENS[theme]["muted"]}}
        for name, value in limits.items()
    ]  # fmt: skip


def mark(version: Version, theme: Theme) -> Chart:
    return {
        "type": "line", "xref": "x", "yref": "paper", "x0": version.day, "x1": version.day, "y0": 0, "y1": 1,
        "line": {"color": TOKENS[theme]["text"], "width": 1, "dash": "dot"},
    }  # fmt: skip


def mark_label(version: Version, theme: Theme) -> Chart:
    return {
        "x": version.day, "y": 1, "xref": "x", "yref": "paper", "yanchor": "bottom", "showarrow": False,
        "text": safe(version.label), "hovertext": safe(version.words),
        "font": {"size": 12, "color": TOKENS[theme]["muted"]},
    }  # fmt: skip


def _title(words: str) -> Chart:
    return {"text": words, "standoff": 4, "font": {"size": 12}}
