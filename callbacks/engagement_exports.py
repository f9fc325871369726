"""Engagement, as tables to download: the same rows as on the page, and those that it leaves off."""

import pandas as pd

from callbacks import engagement_lists as lists
from callbacks import engagement_messages, engagement_people, engagement_when, engagement_work
from callbacks.tables import Tables
from data_access import adoption, messages, session_lengths, ticket_load
from data_access.filters import Filters
from layouts.engagement_sessions import BINS
from layouts.engagement_when import DAYS
from layouts.links import Query


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=lambda name: str(name).replace("_", " ").capitalize())


def _people(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(engagement_people.by_bucket(filters, query).drop(columns=["new"], errors="ignore"))


def _registrations(filters: Filters, query: Query) -> pd.DataFrame:
    table = engagement_people.by_bucket(filters, query)
    return _in_words(table[[name for name in ("bucket", "first", "last", "new") if name in table]])


def _active(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(engagement_people.active_days(filters, query))


def _hours(filters: Filters, query: Query) -> pd.DataFrame:
    return _by_weekday(engagement_when.people_by_hour(filters))


def _charged(filters: Filters, query: Query) -> pd.DataFrame:
    return _by_weekday(engagement_when.wide(messages.charged_by_hour(filters)))


def _by_weekday(hours: pd.DataFrame) -> pd.DataFrame:
    named = hours.rename(index=lambda day: DAYS[day - 1], columns=lambda hour: f"{hour} to {hour + 1}")
    return named.rename_axis("Weekday").reset_index()


def _channels(filters: Filters, query: Query) -> pd.DataFrame:
    table = engagement_messages.by_channel(filters).drop(columns="is_total")
    table.insert(1, "category", table.pop("category"))
    return _in_words(table)


def _reasons(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(messages.failure_reasons(filters))


def _funnel(filters: Filters, query: Query) -> pd.DataFrame:
    steps = lists.steps(filters)
    columns = ("name", "people", "lost", "of_before", "of_first")
    table = pd.DataFrame([{name: getattr(step, name) for name in columns} for step in steps])
    words = {"name": "Step", "lost": "Dropped out", "of_before": "Of the step before", "of_first": "Of those invited"}
    return _in_words(table.rename(columns=words))


def _dropped(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(lists.dropped(filters, lists.step_of(query, lists.steps(filters))))


def _adoption(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(engagement_work.by_application(filters))


def _features(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(adoption.by_feature(filters))


def _sessions(filters: Filters, query: Query) -> pd.DataFrame:
    return pd.DataFrame({"Length": list(BINS), "Sessions": engagement_work.session_bins(filters)})


def _lengths(filters: Filters, query: Query) -> pd.DataFrame:
    table = session_lengths.by_application(filters)
    return _in_words(table.rename(columns={"median": "median_seconds", "long": "90th_percentile_seconds"}))


def _cohorts(filters: Filters, query: Query) -> pd.DataFrame:
    active = lists.cohorts(filters, lists.who_of(query))
    named = active.rename(columns=lambda later: f"Active {later} months later" if later else "Members")
    return named.rename_axis("First use").reset_index()


def _tickets(filters: Filters, query: Query) -> pd.DataFrame:
    return _ticket_words(engagement_work.tickets_by_month(filters).drop(columns="last"))


def _priorities(filters: Filters, query: Query) -> pd.DataFrame:
    return _ticket_words(ticket_load.by_priority(filters))


def _ticket_words(table: pd.DataFrame) -> pd.DataFrame:
    words = {"hours": "Median hours to resolve", "first_hours": "Median hours to the first answer",
             "responses": "Answers a ticket"}  # fmt: skip
    return _in_words(table.rename(columns=words))


EXPORTS: Tables = {
    "people": _people,
    "registrations": _registrations,
    "active": _active,
    "hours": _hours,
    "charged": _charged,
    "channels": _channels,
    "reasons": _reasons,
    "funnel": _funnel,
    "dropped": _dropped,
    "adoption": _adoption,
    "features": _features,
    "sessions": _sessions,
    "lengths": _lengths,
    "cohorts": _cohorts,
    "tickets": _tickets,
    "priorities": _priorities,
}
