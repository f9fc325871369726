"""Engagement: how many people are active, when, over which channels, and where do they drop out?"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dash import html

from layouts.controls import filter_chip, link, menu, skeleton
from layouts.engagement_parts import chart_card
from layouts.links import Query
from layouts.markup import place

QUESTION = "How many people are active, when, over which channels, and where do they drop out?"
HEIGHT, MAP_HEIGHT, SMALL_HEIGHT = 280, 250, 220
# Where the page can be entered: the anchor of each part, and its words.
ANCHORS = {
    "people": "People", "active": "Daily to monthly", "when": "When", "channels": "Channels", "funnel": "Funnel",
    "adoption": "Features", "sessions": "Sessions", "cohorts": "Cohorts", "tickets": "Tickets",
}  # fmt: skip


class Ids(StrEnum):
    HEADING = "engagement-heading"
    PEOPLE = "engagement-people"
    REGISTRATIONS = "engagement-registrations"
    ACTIVE = "engagement-active"
    HOURS = "engagement-hours"
    CHARGED = "engagement-charged"
    CHANNELS = "engagement-channels"
    REASONS = "engagement-reasons"
    FUNNEL = "engagement-funnel"
    DROPPED = "engagement-dropped"
    ADOPTION = "engagement-adoption"
    FEATURES = "engagement-features"
    SESSIONS = "engagement-sessions"
    LENGTHS = "engagement-lengths"
    COHORTS = "engagement-cohorts"
    TICKETS = "engagement-tickets"
    PRIORITIES = "engagement-priorities"
    NOT_LOADED = "engagement-not-loaded"


def layout() -> html.Div:
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(2)), className="heading", **{"aria-live": "polite"}),
            _part(
                "people",
                chart_card(Ids.PEOPLE, "Registered, active and transacting people over time", HEIGHT),
                chart_card(Ids.REGISTRATIONS, "New registrations over time", HEIGHT),
            ),
            _part("active", chart_card(Ids.ACTIVE, "People active on each day, in 7 days and in a month", HEIGHT)),
            _part(
                "when",
                chart_card(Ids.HOURS, "Active people by weekday and hour", MAP_HEIGHT),
                chart_card(Ids.CHARGED, "Charged messages by weekday and hour", MAP_HEIGHT),
            ),
            _part("channels", _slot(Ids.CHANNELS, 12, "wide"), _slot(Ids.REASONS, 12)),
            _part("funnel", _slot(Ids.FUNNEL, 8), _slot(Ids.DROPPED, 8, "wider")),
            _part("adoption", _slot(Ids.ADOPTION, 12), _slot(Ids.FEATURES, 12)),
            _part(
                "sessions",
                chart_card(Ids.SESSIONS, "How long sessions last", SMALL_HEIGHT),
                _slot(Ids.LENGTHS, 8),
            ),
            _part("cohorts", _slot(Ids.COHORTS, 12)),
            _part(
                "tickets", chart_card(Ids.TICKETS, "Tickets opened by month", SMALL_HEIGHT), _slot(Ids.PRIORITIES, 8)
            ),
            html.Div(place(Ids.NOT_LOADED), className="slot"),
        ],
        className="page-engagement",
    )


def _part(anchor: str, *cards: Any) -> html.Div:
    """A row of the page, that a link may lead to."""
    return html.Div(cards, id=anchor, className="row")


def _slot(identity: str, bones: int, class_name: str = "") -> html.Div:
    return html.Div(place(identity, skeleton(bones)), className=f"slot {class_name}".strip())


def heading(
    sentence: str, anchors: Sequence[str], channels: Sequence[str], categories: Sequence[str], query: Query
) -> list[Any]:
    """The question and its answer; the ways to the parts there are; what narrows messages."""
    ways = html.Nav(
        [html.A(ANCHORS[anchor], href=f"#{anchor}") for anchor in anchors],
        className="anchors",
        **{"aria-label": "On this page"},
    )
    menus = [_among("Channel", "channel", channels, query), _among("Category", "category", categories, query)]
    # A reason or a priority comes along from the rows of a number.
    chips = [
        _chip(words, key, value, query)
        for words, key in (("Channel", "channel"), ("Category", "category"), ("Reason", "reason"),
                           ("Priority", "priority"))
        for value in query.all(key)
    ]  # fmt: skip
    narrowed = [*(menus if channels else []), *chips]
    return [
        html.H1(QUESTION),
        html.P(sentence, className="finding"),
        html.Div([ways, html.Div(narrowed, className="narrowed") if narrowed else None], className="ways"),
    ]


def _among(words: str, key: str, values: Sequence[str], query: Query) -> html.Details | None:
    if len(values) < 2:
        return None
    chosen = query.all(key)
    shown = "All" if not chosen else chosen[0] if len(chosen) == 1 else f"{len(chosen)} chosen"
    items = [
        link(value, query.toggled(key, value).search, "check chosen" if value in chosen else "check")
        for value in values
    ]
    return menu([f"{words} of messages ", html.B(shown)], items, "long")


def _chip(words: str, key: str, value: str, query: Query) -> html.A:
    return filter_chip(f"{words}: {value}", query.toggled(key, value))


def not_loaded(lacking: Sequence[tuple[str, str]]) -> html.Section | None:
    """What the sources do not tell: the block, and what it needs."""
    if not lacking:
        return None
    lines = [html.Li([html.B(block), f": {needs}"]) for block, needs in lacking]
    return html.Section(
        [
            html.H2("Not loaded", id="engagement-not-loaded-title"),
            html.P("Would be shown here if the mapping named these tables and columns; docs/connect.md says how."),
            html.Ul(lines),
        ],
        className="not-loaded",
        **{"aria-labelledby": "engagement-not-loaded-title"},
    )
