"""The address → Filters: read once, checked once, before any query."""

import re
from datetime import date, timedelta
from typing import Any

from flask import g

from analytics.health import COMPONENTS, SCALINGS
from callbacks.detail import DETAILS, detail
from callbacks.request import BadInput, NotAllowed
from data_access.choices import SEGMENTS, STATES, account_name, application_names, segment_values
from data_access.engine import Generation
from data_access.filters import Filters, Measure, Period
from data_access.rows import Kind
from data_access.scope import Scope
from layouts.links import Query
from layouts.shell import COMPARISONS, PERIODS

LONGEST = 4000
_CUSTOM = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_ONE_OF = {
    "state": STATES,
    "view": ("top", "bottom", "summary"),  # accounts
    "n": ("10", "20", "50"),
    "rail": ("name", "change"),
    "by": ("day", "week", "month"),  # usage
    "behind": ("moved",),
    "part": ("new", "reactivated", "users", "intensity", "lapsed", "cancelled", "missing"),  # changes
    "pairs": ("same",),
    "movers": ("percent",),
    "flags": ("open", "all"),
    "flagged": ("20", "200"),
    "calls": ("20", "50", "100", "200"),  # inactive
    "care": ("all", "mine", "snoozed"),
    "of": ("pairs", "accounts"),
    "ahead": ("8", "4"),
    "rows": tuple(Kind),
    "people": ("active", "new", "stopped"),  # account
    "band": ("healthy", "at-risk", "critical", "insufficient"),  # health
    "was": ("healthy", "at-risk", "critical", "insufficient"),
    "order": ("worst", "value", "fallen"),
    "listed": ("20", "50", "100", "200"),
    "component": COMPONENTS,
    "against": (*COMPONENTS, "score"),
    "scaling": SCALINGS,
    "mau": ("28", "30"),  # engagement
    "step": ("activated", "transacted"),
    "who": ("people", "accounts"),
}
_KNOWN = {"app", "period", "vs", "account", "metric", *SEGMENTS, *DETAILS, *_ONE_OF}


def query(raw: Any) -> Query:
    """The address itself, for links that lead on from it; unknown fields are dropped."""
    if raw is None:
        raw = ""
    if not isinstance(raw, str) or len(raw) > LONGEST or any(ord(character) < 32 for character in raw):
        raise BadInput("The address cannot be read. Open the page again from its tab.")
    try:
        parsed = Query.parse(raw)
        parsed.search.encode()
    except ValueError:
        raise BadInput("The address has too many fields, or characters that are none.") from None
    known = Query(tuple(pair for pair in parsed.pairs if pair[0] in _KNOWN))
    for key, accepted in _ONE_OF.items():
        for value in known.all(key):
            if value not in accepted:
                raise BadInput(f"'{value[:40]}' is no {key}. Accepted: {', '.join(accepted)}.")
    return known


def filters(raw: Any) -> Filters:
    """Everything in the address that a query depends on, as the person who asks may see it."""
    asked = query(raw)
    return filters_of(asked, g.scope, g.generation)


def filters_of(asked: Query, scope: Scope, generation: Generation) -> Filters:
    period = _period(asked.one("period") or "13w", generation)
    chosen = _accounts(asked, scope)
    return Filters(
        scope=scope,
        generation=generation.number,
        period=period,
        comparison=_comparison(asked.one("vs") or "before", asked.one("period"), period, generation),
        measure=_measure(asked.one("metric"), generation),
        applications=_applications(asked, scope),
        segments=_segments(asked, scope),
        states=asked.all("state"),
        account=chosen[0] if len(chosen) == 1 else None,
        accounts=chosen if len(chosen) > 1 else (),
        detail=detail(asked, scope),
    )


def _measure(asked: str | None, generation: Generation) -> Measure:
    if asked is None:
        # What shows work done says more than clicks: records first, where the log tells of them.
        return Measure("records" if "records" in generation.measures else generation.measures[0])
    if asked not in generation.measures:
        raise BadInput(f"'{asked[:40]}' is not in this log. It has: {', '.join(generation.measures)}.")
    return Measure(asked)


def _period(asked: str, generation: Generation) -> Period:
    """Whole weeks count back from the last complete one; other periods end with the last day of data."""
    after_last = generation.as_of + timedelta(days=1)
    if asked in ("4w", "13w", "52w"):
        end = after_last - timedelta(days=after_last.weekday())
        return Period(end - timedelta(weeks=int(asked[:-1])), end)
    if asked == "ytd":
        return Period(date(generation.as_of.year, 1, 1), after_last)
    if asked == "all":
        return Period(generation.first_day, after_last)
    match = _CUSTOM.fullmatch(asked)
    if not match:
        raise BadInput(f"'{asked[:40]}' is no period. Accepted: {', '.join(PERIODS)} or 2026-01-05..2026-02-01.")
    try:
        first, last = date.fromisoformat(match[1]), date.fromisoformat(match[2])
        end = last + timedelta(days=1)
    except (ValueError, OverflowError):
        raise BadInput(f"'{asked}' holds a day that does not exist.") from None
    if first > last:
        raise BadInput(f"'{asked}': the first day must not come after the last.")
    if first >= after_last or end <= generation.first_day:
        raise BadInput(
            f"There is no usage from {first} to {last}: it goes from {generation.first_day} to {generation.as_of}."
        )
    # Days without data yet must not look like a fall.
    return Period(max(first, generation.first_day), min(end, after_last))


def _comparison(asked: str, name: str | None, period: Period, generation: Generation) -> Period | None:
    """The stretch as long just before, or 52 weeks (whole weeks) or a year earlier; None before all data."""
    if asked not in COMPARISONS:
        raise BadInput(f"'{asked[:40]}' is no comparison. Accepted: {', '.join(COMPARISONS)}.")
    if asked == "none" or name == "all":
        return None
    if asked == "before":
        earlier = Period(period.start - timedelta(days=period.days), period.start)
    elif period.is_whole_weeks:
        earlier = Period(period.start - timedelta(weeks=52), period.end - timedelta(weeks=52))
    else:
        earlier = Period(_a_year_before(period.start), _a_year_before(period.end))
    return earlier if earlier.start >= _first_monday(generation.first_day) else None


def _first_monday(day: date) -> date:
    """The Monday of the first week: logs begin on a working day, not at midnight of a Monday."""
    return day - timedelta(days=day.weekday())


def _a_year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _applications(asked: Query, scope: Scope) -> tuple[str, ...]:
    chosen = asked.all("app")
    known = application_names(scope) if chosen else {}
    for application in chosen:
        if application not in known:
            raise BadInput(f"There is no application '{application[:60]}'. Choose one from the list.")
    return chosen


def _segments(asked: Query, scope: Scope) -> tuple[tuple[str, tuple[str, ...]], ...]:
    chosen = {segment: asked.all(segment) for segment in SEGMENTS if asked.all(segment)}
    known = segment_values(scope) if chosen else {}
    for segment, values in chosen.items():
        if not set(values) <= set(known.get(segment, ())):
            raise BadInput(f"There is no such {segment}. Choose one from the list.")
    return tuple(chosen.items())


def _accounts(asked: Query, scope: Scope) -> tuple[str, ...]:
    chosen = asked.all("account")
    if any(account_name(scope, account) is None for account in chosen):
        raise NotAllowed("There is no such account among those you may see.")
    return chosen
