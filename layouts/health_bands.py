"""Bands of the health score and its components: their words and marks, the same on every page."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers

# Worst last, by the value that stands in the address.
BANDS = {
    "healthy": "Healthy",
    "at-risk": "At-Risk",
    "critical": "Critical",
    "insufficient": "Insufficient data",
}
KEY_OF = {name: key for key, name in BANDS.items()}
# As they stand in a sentence.
SAID = {**{key: name.lower() for key, name in BANDS.items()}, "insufficient": "not scored"}
MARKS = {"Healthy": "✓", "At-Risk": "◇", "Critical": "◆", "Insufficient data": "?"}
COMPONENTS = {
    "usage_frequency": "Usage frequency",
    "logins": "Logins",
    "ticket_responses": "Ticket responses",
    "feature_adoption": "Feature adoption",
    "csm_engagement": "CSM engagement",
}
SHORT = {
    "usage_frequency": "Usage",
    "logins": "Logins",
    "ticket_responses": "Tickets",
    "feature_adoption": "Features",
    "csm_engagement": "CSM",
}
SCALINGS = {"percentile": "Percentile", "min-max": "Min–max"}
SCALING_HELP = {
    "percentile": "Each component by its rank within the segment: no single customer moves the others.",
    "min-max": "Each component between the lowest and the highest of the accounts shown.",
}


def band_chip(band: str, words: str | None = None) -> html.Span:
    """A band with its mark, so that it is told without its colour."""
    return html.Span(f"{MARKS[band]} {words or band}", className=f"state band {KEY_OF[band]}")


def points(value: float) -> str:
    """A score or its part with one decimal; – where it is not known."""
    return numbers.NOTHING if pd.isna(value) else f"{value:.1f}"


def share_of(count: float, total: float) -> str:
    """31 %, 0 %; – of nothing."""
    if not total:
        return numbers.NOTHING
    return numbers.share(count / total) if count else "0 %"


def moved(now: float, before: float) -> html.Span:
    """By how many points a score changed: ▲ 3.2, ▼ 11.0."""
    if pd.isna(now) or pd.isna(before):
        return html.Span(numbers.NOTHING, className="change flat")
    change = round(now, 1) - round(before, 1)
    if abs(change) < 0.05:
        return html.Span("= 0.0", className="change flat")
    return html.Span(
        f"{'▲' if change > 0 else '▼'} {abs(change):.1f}", className=f"change {'rise' if change > 0 else 'fall'}"
    )


def part_cell(component: str, row: Any, weight: float) -> html.Td:
    """The points of one component beside those it could give, as a number and a bar. `row`: an account of Scored."""
    value = getattr(row, f"{component}_points")
    if pd.isna(value):
        words = f"{COMPONENTS[component]}: not known; the other weights count more instead"
        return html.Td(numbers.NOTHING, className="part number", title=words)
    words = f"{COMPONENTS[component]}: {points(value)} points; weight {weight:.3g} of 100"
    return html.Td([html.Span(points(value)), part_bar(component, row, weight)], className="part number", title=words)


def part_bar(component: str, row: Any, weight: float) -> html.Span:
    """How much of its weight a component gives."""
    value = getattr(row, f"{component}_points")
    share = min(max(value / weight, 0), 1) if weight and pd.notna(value) else 0
    return html.Span(html.Span(style={"width": f"{100 * share:.0f}%"}), className="track", **{"aria-hidden": "true"})


def weights_of(row: Any, weights: Mapping[str, float]) -> dict[str, float]:
    """What each known component could give an account: its weight of the sum of those known, of 100."""
    known = {name: weight for name, weight in weights.items() if pd.notna(getattr(row, f"{name}_points"))}
    total = sum(known.values())
    return {name: 100 * weight / total for name, weight in known.items()} if total else {}
