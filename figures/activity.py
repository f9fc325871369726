"""Activity: the months of this year beside those of the year before."""

from collections.abc import Sequence
from dataclasses import dataclass

from figures.theme import TOKENS, Chart, Theme, layout, safe

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# The year before is grey, and as light as a mark may be.
FAINT = 0.72
FEW = 4


@dataclass(frozen=True, slots=True)
class Year:
    """Twelve months: their values, missing where nothing is known, what is said of each, and which are complete."""

    year: int
    values: Sequence[float]
    words: Sequence[str]
    is_complete: Sequence[bool]


def by_month(last: Year, this: Year, theme: Theme, height: int) -> Chart:
    """Bars side by side, last year's grey; an incomplete month is hollow."""
    colour = TOKENS[theme]
    highest = max((value for year in (last, this) for value in year.values if value == value), default=0)
    return {
        "data": [_bars(last, colour["muted"], FAINT, theme), _bars(this, colour["accent"], 1, theme)],
        "layout": layout(
            theme,
            height,
            margin={"b": 26},
            barmode="group",
            bargap=0.28,
            bargroupgap=0.08,
            hovermode="closest",
            xaxis={"type": "category", "showgrid": False, "tickangle": 0, "categoryarray": list(MONTHS)},
            yaxis={
                "range": [0, highest * 1.06 or 1], "tickformat": "~s" if highest >= 10_000 else ",",
                "automargin": True, **({"dtick": 1} if highest <= FEW else {"nticks": 5}),
            },
        ),
    }  # fmt: skip


def _bars(year: Year, colour: str, opacity: float, theme: Theme) -> Chart:
    surface = TOKENS[theme]["surface"]
    return {
        "type": "bar", "name": str(year.year), "x": list(MONTHS), "opacity": opacity,
        "y": [None if value != value else round(float(value), 2) for value in year.values],
        "marker": {
            "color": [colour if whole else surface for whole in year.is_complete],
            "line": {"color": colour, "width": [0 if whole else 1.5 for whole in year.is_complete]},
        },
        "customdata": [safe(words).replace("\n", "<br>") for words in year.words],
        "hovertemplate": f"<b>%{{x}} {year.year}</b><br>%{{customdata}}<extra></extra>",
    }  # fmt: skip
