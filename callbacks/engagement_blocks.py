"""What the blocks of Engagement share: what is told, where files are, and how a chart and its words are answered."""

from datetime import timedelta
from typing import Any

from dash import get_relative_path
from flask import g

from data_access.buckets import Bucket, By, buckets
from data_access.filters import Filters, Period
from data_access.sources import Told, told
from figures.engagement import blank
from figures.theme import Chart, Theme
from layouts.engagement import HEIGHT
from layouts.engagement_parts import Block
from layouts.links import Query


def told_here() -> frozenset[Told]:
    return told(g.scope)


def export_base() -> str:
    return str(get_relative_path("/export/engagement"))


def drawn(figure: Chart, block: Block) -> tuple[Any, ...]:
    return (figure, *block.texts)


def absent(theme: Theme) -> tuple[Any, ...]:
    """In place of a chart whose source was not loaded: its card is not shown."""
    return drawn(blank(theme, HEIGHT), Block())


def by_of(query: Query) -> By:
    """Weeks, unless months are asked for."""
    return By.MONTH if query.one("by") == By.MONTH else By.WEEK


def buckets_of(filters: Filters, query: Query) -> tuple[Bucket, ...]:
    return buckets(filters.period, by_of(query))


def is_complete(bucket: Bucket) -> bool:
    """Whether the period and the log hold it whole; the first week of a log counts as such."""
    first_day = g.generation.first_day
    first = first_day - timedelta(days=first_day.weekday()) if bucket.whole.days == 7 else first_day
    log = Period(first, g.generation.as_of + timedelta(days=1))
    return not bucket.is_cut and log.start <= bucket.whole.start and bucket.whole.end <= log.end
