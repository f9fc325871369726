"""What the blocks of Engagement are made of: a card around a chart, tiles, shares and lengths in words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from layouts import numbers
from layouts.controls import change, graph, skeleton
from layouts.markup import place, text

RECENT = 180  # rows of a table that has one for each day or week
PARTS = ("head", "actions", "above", "below")


@dataclass(frozen=True, slots=True)
class Block:
    """What a callback says around a chart. Without a title there is no card."""

    title: Any = None
    finding: Any = None
    actions: Any = None
    above: Any = None
    below: Any = None

    @property
    def texts(self) -> tuple[str, ...]:
        """One for each of PARTS."""
        head = [html.H2(self.title), html.P(self.finding, className="finding")] if self.title else None
        return tuple(map(text, (head, self.actions, self.above, self.below)))


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its name, how it moved, and what it is. `before` is missing where nothing is compared."""

    name: str
    shown: Any
    value: float = math.nan
    before: float = math.nan
    meaning: str = field(default="")


def part(identity: str, name: str) -> str:
    return f"{identity}-{name}"


def chart_card(identity: str, label: str, height: int) -> html.Section:
    """A card that a callback fills with its Block and figure."""
    return html.Section(
        [
            html.Header(
                [
                    place(part(identity, "head"), skeleton(2)),
                    html.Div(place(part(identity, "actions")), className="card-actions"),
                ]
            ),
            place(part(identity, "above")),
            graph(identity, f"{label}; a table of the same numbers follows", height),
            place(part(identity, "below")),
        ],
        className="card",
        **{"aria-label": label},
    )


def tiles(shown: Sequence[Tile]) -> html.Dl:
    return html.Dl([html.Div(_tile(tile), title=tile.meaning or None) for tile in shown], className="tiles")


def _tile(tile: Tile) -> list[Any]:
    moved = change(tile.value, tile.before) if tile.before == tile.before else None
    return [html.Dt(tile.name), html.Dd([html.B(tile.shown), " ", moved])]


def twin(table: Any, rows: int = 0) -> html.Details:
    """`rows`: how many there are, where the table has only the last of them."""
    words = f"Show as a table, the last {RECENT} of {numbers.full(rows)}; the file has all"
    return html.Details([html.Summary(words if rows > RECENT else "Show as a table"), table], className="twin")


def percent(share: float, decimals: int = 1) -> str:
    """32.4 %; – where nothing is known."""
    return numbers.NOTHING if share is None or math.isnan(share) else f"{100 * share:.{decimals}f} %"


def exact(share: float) -> str:
    """50 %, 32.38 %: two decimals, where they say something."""
    written = percent(share, 2)
    return f"{written[:-2].rstrip('0').rstrip('.')} %" if share == share else written


def length(seconds: float) -> str:
    """45 s, 9.2 min, 1.5 h, 3.2 days."""
    if seconds is None or math.isnan(seconds):
        return numbers.NOTHING
    for limit, unit, size in ((60, "s", 1), (3600, "min", 60), (48 * 3600, "h", 3600)):
        if seconds < limit:
            return f"{numbers.full(round(seconds / size, 1 if size > 1 else 0))} {unit}"
    return f"{numbers.full(round(seconds / 86_400, 1))} days"


def bar(share: float, class_name: str = "mark") -> html.Span:
    """As wide as `share` of its cell."""
    return html.Span(className=class_name, style={"width": f"{100 * share:.2f}%"}, **{"aria-hidden": "true"})


def money(amount: float) -> str:
    """Charges, in whatever they are counted: 62.73, 8,210."""
    if amount is None or math.isnan(amount):
        return numbers.NOTHING
    return f"{amount:,.2f}" if abs(amount) < 1000 else f"{amount:,.0f}"
