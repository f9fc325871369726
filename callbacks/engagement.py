"""Engagement: how many people are active, when, over which channels, and where do they drop out?"""

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output
from flask import g

from callbacks import engagement_lists as lists
from callbacks import engagement_messages as channels
from callbacks import engagement_people as people
from callbacks import engagement_when as when
from callbacks import engagement_work as work
from callbacks.engagement_blocks import told_here
from callbacks.query import filters, query
from callbacks.request import one_of, page_callback
from data_access.filters import Filters
from data_access.sources import Told, message_categories, message_channels
from figures.theme import Theme
from layouts import engagement as view
from layouts import numbers
from layouts.engagement import Ids
from layouts.engagement_parts import PARTS, part
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

# What a block needs of the tables, and how that is said where it is not there.
NEEDS: tuple[tuple[str, frozenset[Told], str, str], ...] = (
    ("people", frozenset({Told.PEOPLE}), "Active people", "usage.columns: user"),
    ("people", frozenset({Told.REGISTERED}), "Registered people and new registrations", "users: registered_on"),
    ("people", frozenset({Told.RECEIVERS}), "Transacting people", "messages: user, charge"),
    ("active", frozenset({Told.DAYS}), "People by day, week and month",
     "usage.columns: user, and occurred_at with days"),
    ("when", frozenset({Told.HOURS}), "Active hours", "usage.columns: user, and occurred_at with a time of day"),
    ("when", frozenset({Told.CHARGES}), "Charged messages by hour", "messages: sent_at, charge"),
    ("channels", frozenset({Told.MESSAGES}), "Channels, delivery and failures",
     "messages: account, sent_at, channel, status; and category, failure_reason, charge"),
    ("funnel", frozenset({Told.INVITED, Told.ACTIVATED}), "Funnel and who dropped out",
     "users: account, invited_on, activated_on, transacted_on"),
    ("adoption", frozenset({Told.FEATURE_USE}), "Features used of those offered",
     "usage.columns: feature; features: application, feature"),
    ("sessions", frozenset({Told.SESSIONS}), "Length of sessions",
     "usage.columns: user, and occurred_at of each event"),
    ("cohorts", frozenset({Told.PEOPLE}), "Cohorts of people (those of accounts are shown)", "usage.columns: user"),
    ("tickets", frozenset({Told.TICKETS}), "Tickets",
     "tickets: ticket, account, opened_at; and resolved_at, first_response_at, responses, priority"),
)  # fmt: skip


def register(app: Dash) -> None:
    """Few callbacks: the browser asks a dozen at a time, and those that wait miss a page that was left."""
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query)}
    themed = {**asked, "theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    charts: tuple[tuple[list[Output], Callable[..., Any]], ...] = (
        (_texts(Ids.HEADING, Ids.NOT_LOADED) + _charts(Ids.PEOPLE, Ids.REGISTRATIONS), update_first),
        (_charts(Ids.ACTIVE, Ids.HOURS, Ids.CHARGED), update_times),
        (_charts(Ids.SESSIONS) + _texts(Ids.LENGTHS), work.update_sessions),
        (_charts(Ids.TICKETS) + _texts(Ids.PRIORITIES), work.update_tickets),
    )
    texts: tuple[tuple[list[Output], Callable[..., Any]], ...] = (
        (_texts(Ids.CHANNELS, Ids.REASONS), channels.update_channels),
        (_texts(Ids.FUNNEL, Ids.DROPPED), lists.update_funnel),
        (_texts(Ids.ADOPTION, Ids.FEATURES), work.update_adoption),
        (_texts(Ids.COHORTS), lists.update_cohorts),
    )
    for outputs, function in charts:
        page_callback(app, outputs, themed, function)
    for outputs, function in texts:
        page_callback(app, outputs, asked, function)


def _texts(*places: str) -> list[Output]:
    return [Output(place, "html") for place in places]


def _charts(*places: str) -> list[Output]:
    """Of each the figure, and the texts around it in the order of Block.texts."""
    return [
        output
        for place in places
        for output in (Output(place, "figure"), *_texts(*(part(place, name) for name in PARTS)))
    ]


def update_first(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    return (*update_heading(filters, query), *people.update_people(filters, query, theme))


def update_times(filters: Filters, query: Query, theme: Theme) -> tuple[Any, ...]:
    maps = (when.update_hours(filters, query, theme), when.update_charged(filters, query, theme))
    return (*people.update_active(filters, query, theme), *maps[0], *maps[1])


def update_heading(filters: Filters, query: Query) -> tuple[str, str]:
    known = told_here()
    lacking = [(block, needs) for _, wanted, block, needs in NEEDS if not wanted <= known]
    has = {anchor for anchor, wanted, _, _ in NEEDS if wanted <= known} | {"cohorts"}
    anchors = [anchor for anchor in view.ANCHORS if anchor in has]
    head = view.heading(
        _sentence(filters, query), anchors, message_channels(g.scope), message_categories(g.scope), query
    )
    return text(head), text(view.not_loaded(lacking))


def _sentence(filters: Filters, query: Query) -> str:
    """The answer in figures, of what is told."""
    known = told_here()
    parts = []
    if Told.PEOPLE in known:
        parts.append(f"{numbers.counted(people.active_people(filters), 'people')} active in the period")
    if Told.DAYS in known:
        days = people.active_days(filters, query)
        parts.append(f"{numbers.full(days.iloc[-1]['average'])} a day on average at its end")
    if Told.MESSAGES in known:
        total = channels.by_channel(filters).iloc[0]
        parts.append(f"{numbers.counted(total['messages'], 'messages')} sent")
    if {Told.INVITED, Told.ACTIVATED} <= known:
        first, *_, last = lists.steps(filters)
        reached = f"{numbers.full(last.people)} of {numbers.full(first.people)} invited came to the last step"
        parts.append(reached if first.people else "nobody was invited")
    return f"{'; '.join(parts)}." if parts else "The source names nobody: what it tells of accounts follows."
