"""Inactive & low, as tables to download: the same rows as on the page, and those that it leaves off."""

import pandas as pd
from flask import g

from callbacks import inactive, outlook
from callbacks.tables import Tables
from data_access import cancellations
from data_access import inactive as data
from data_access.filters import Filters
from data_access.outlook import likeliest, outlook_curve
from layouts.links import Query
from layouts.shell import MEASURES


def _states(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(inactive.state_counts(filters).reset_index(names="state"))


def _calls(filters: Filters, query: Query) -> pd.DataFrame:
    pairs = inactive.work_list(filters)
    every = inactive.with_care(pairs, inactive.known_care(pairs), inactive.today(None))
    listed = inactive.chosen(every, query, g.scope.user).drop(columns="is_snoozed")
    pairs = inactive.with_last_users(listed, filters)
    people = data.contacts_of(filters, tuple(pairs["account_id"].unique()))
    return _in_words(pairs.merge(people, on="account_id", how="left"))


def _reactivated(filters: Filters, query: Query) -> pd.DataFrame:
    found = data.reactivated(filters, filters.comparison or filters.period)
    return _in_words(found.rename(columns={"value": MEASURES[filters.measure]}))


def _months(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(inactive.by_month(filters))


def _before(filters: Filters, query: Query) -> pd.DataFrame:
    cancelled = cancellations.cancelled_pairs(filters)
    weeks = inactive.use_before_cancellation(filters, cancelled)
    weeks = weeks.rename(columns=lambda week: f"{-week} weeks before").reset_index()
    return _in_words(cancelled.merge(weeks, on=["account_id", "application_id"]))


def _cancelled(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(cancellations.cancelled_pairs(filters))


def _applications(filters: Filters, query: Query) -> pd.DataFrame:
    churn = cancellations.churn_by_application(filters)
    return _in_words(churn.drop(columns=["accounts", "accounts_lost"]))


def _reasons(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(inactive.reasons(cancellations.cancelled_pairs(filters)))


def _cohorts(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(inactive.cohorts(filters))


def _afterwards(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(cancellations.use_after_cancellation(filters))


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=lambda name: str(name).replace("_", " ").capitalize())


def _outlook(filters: Filters, query: Query) -> pd.DataFrame:
    level, weeks = outlook.asked(query)
    return _in_words(likeliest(filters, outlook.LEVELS[level], weeks))


def _record(filters: Filters, query: Query) -> pd.DataFrame:
    level, weeks = outlook.asked(query)
    return _in_words(outlook_curve(filters.scope, outlook.LEVELS[level], weeks))


EXPORTS: Tables = {
    "outlook": _outlook,
    "record": _record,
    "states": _states,
    "calls": _calls,
    "reactivated": _reactivated,
    "months": _months,
    "before": _before,
    "cancelled": _cancelled,
    "applications": _applications,
    "reasons": _reasons,
    "cohorts": _cohorts,
    "afterwards": _afterwards,
}
