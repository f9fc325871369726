"""Usage over time: which lines are drawn, in which colours, and what is said of their points?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from callbacks.usage_flags import bands
from callbacks.usage_series import TOTAL, Series, last_year, moved_most
from callbacks.usage_span import Span, vs
from callbacks.usage_table import lines_drawn
from callbacks.usage_words import compared
from data_access.choices import application_names
from data_access.filters import Filters
from figures.theme import CATEGORIES
from figures.usage_lines import Line, Mark
from layouts import numbers
from layouts.forms import NOTE_KINDS
from layouts.links import Query

LABELLED = 6


def lines(found: Series, filters: Filters, query: Query, flagged: pd.DataFrame) -> list[Line]:
    """`flagged`: callbacks.usage_flags.flagged."""
    chosen, places = filters.applications, _places(filters)
    years = last_year(found) if vs(query) == "year" else None
    lit = moved_most(found) if not chosen else None
    expected = bands(filters, found.span)
    return [
        Line(
            name=name,
            application=key,
            values=found.values[key].tolist(),
            words=_words(found, key, query),
            colour=_colour(key, places, lit),
            has_label=key in (lit, TOTAL) or (bool(chosen) and len(chosen) <= LABELLED),
            last_year=years[key].tolist() if years is not None else (),
            band=_pairs(expected[key]) if key in expected else (),
            marks=marks_of(flagged, key),
        )
        for key, name in lines_drawn(filters, query).items()
    ]


def marks_of(flagged: pd.DataFrame, key: str) -> list[Mark]:
    own = flagged[flagged["application_id"] == key]
    return [Mark(int(row.place), int(row.direction), row.sentence) for row in own.itertuples(index=False)]


def _pairs(expected: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(expected["low"], expected["high"], strict=True))


def notes(drawn: Span, rows: pd.DataFrame | None) -> list[tuple[int, str, str]]:
    """At the bucket of each day: place, what kind it is, what is written. Of several in one bucket all is said."""
    if rows is None:
        return []
    found: dict[int, list[Any]] = {}
    for row in rows.itertuples(index=False):
        day = row.day.date()
        place = next(place for place, bucket in enumerate(drawn.shown) if day < bucket.days.end)
        found.setdefault(place, []).append(row)
    return [
        (
            place,
            NOTE_KINDS[some[0].kind] + (f" +{len(some) - 1}" if len(some) > 1 else ""),
            "; ".join(row.text for row in some),
        )
        for place, some in found.items()
    ]


def _colour(key: str, places: Mapping[str, int], lit: str | None) -> str | int:
    if key in (lit, TOTAL) or len(places) == 1:
        return "accent"
    return places.get(key, "")


def _places(filters: Filters) -> dict[str, int]:
    """A category for each application chosen: its own, the next free one where another has that."""
    chosen = filters.applications
    if not 0 < len(chosen) <= len(CATEGORIES["light"]):
        return {}
    order = list(application_names(filters.scope))
    taken: dict[str, int] = {}
    for key in chosen:
        place = order.index(key) % len(CATEGORIES["light"])
        while place in taken.values():
            place = (place + 1) % len(CATEGORIES["light"])
        taken[key] = place
    return taken


def category_marks(filters: Filters) -> dict[str, str]:
    places = _places(filters)
    return {key: f"category-{place}" for key, place in places.items()} if len(places) > 1 else {}


def _words(found: Series, key: str, query: Query) -> list[str]:
    against = compared(found.span.by, query)
    return [
        f"{numbers.change(value, before)} {against}"
        if before == before
        else ("" if found.span.is_complete(bucket) else f"Not a complete {found.span.by}")
        for bucket, value, before in zip(found.span.shown, found.values[key], found.before[key], strict=True)
    ]
