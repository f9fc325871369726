"""Inactive & low: who needs a call, and who merely cancelled?"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from dash import Dash, Input, Output, get_relative_path
from flask import g

from analytics.cancellations import PAIR, WEEKS, use_before
from analytics.priority import priorities
from callbacks.outlook import update_outlook
from callbacks.query import filters, query
from callbacks.request import BadInput, page_callback
from callbacks.workspace import WRITTEN, from_workspace
from data_access import cancellations as gone
from data_access import inactive as data
from data_access.care import CARE, assignees, care_of
from data_access.filters import Filters, Period
from data_access.outlook import outlook_of_pairs
from data_access.workspace import WorkspaceUnavailable
from layouts import calls, cancellations, numbers
from layouts import inactive as view
from layouts.inactive import Ids
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

MONTHS_SHOWN = 24


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query)}
    page_callback(app, Output(Ids.HEADING, "html"), asked, update_heading)
    page_callback(app, Output(Ids.STATES, "html"), asked, update_states)
    page_callback(app, Output(Ids.REACTIVATED, "html"), asked, update_reactivated)
    cared = {**asked, "today": (url, today), "me": (url, whose), **WRITTEN}
    page_callback(app, Output(Ids.CALLS, "html"), cared, update_calls, reads_workspace=True)
    # Who may be assigned depends on who asks.
    page_callback(app, Output(Ids.FORMS, "html"), {"query": (url, query)}, update_forms, cached=False)
    page_callback(app, Output(Ids.OUTLOOK, "html"), asked, update_outlook)
    page_callback(app, Output(Ids.CANCELLATIONS, "html"), asked, update_cancellations)


def update_heading(filters: Filters, query: Query) -> str:
    quiet = data.pairs_to_call(filters)
    counts = quiet["state"].value_counts()
    parts = [
        f"{numbers.full(counts[state])} {words}"
        for state, words in (("never activated", "never activated"), ("inactive", "inactive"), ("low", "low"))
        if state in counts
    ]
    need = f"{numbers.plural(quiet['account_id'].nunique(), 'account')} to call: {', '.join(parts)} (pairs)."
    if quiet.empty:
        need = "Nobody needs a call here."
    return text(view.heading(f"{need} {_merely_cancelled(filters)}".strip()))


def update_states(filters: Filters, query: Query) -> str:
    feeds = data.late_feeds(filters)
    as_of, has_subscriptions = g.generation.as_of, g.generation.has_subscriptions
    return text(view.states(state_counts(filters), feeds, query, as_of, has_subscriptions, export_base()))


def update_reactivated(filters: Filters, query: Query) -> str:
    back = data.reactivated(filters, filters.comparison) if filters.comparison else None
    again = data.started_again(filters)
    return text(view.reactivated(back, again, query, filters.measure, _silent(filters.comparison), export_base()))


def update_calls(filters: Filters, query: Query, today: date, me: str | None, written: None) -> str:
    listed = work_list(filters)
    every = with_care(listed, known_care(listed), today)
    pairs = chosen(every, query, me)
    accounts = pairs["account_id"].unique()
    shown = tuple(accounts[: int(query.one("calls") or 20)])
    first = with_last_users(pairs[pairs["account_id"].isin(shown)], filters)
    people = {row.account_id: row for row in data.contacts_of(filters, shown).itertuples(index=False)}
    snoozed = every.loc[every["is_snoozed"], "account_id"].nunique()
    counts = calls.Counts(len(accounts), snoozed, is_known="workspace_is_away" not in g)
    return text(calls.work_list(first, people, assignees(filters.scope), counts, query, export_base()))


def update_forms(query: Query) -> str:
    return text(calls.forms(assignees(g.scope), query.one("care") or "all"))


def update_cancellations(filters: Filters, query: Query) -> str:
    if not g.generation.has_subscriptions:
        return text(cancellations.untold())
    href, measure = export_base(), filters.measure
    cancelled = gone.cancelled_pairs(filters)
    before = use_before_cancellation(filters, cancelled)
    trends = {key: list(row) for key, row in zip(before.index, before.fillna(0).to_numpy().tolist(), strict=True)}
    period, later = filters.period, gone.ending_later(filters, g.generation.as_of)
    span = _span(period)
    [churn] = gone.churn(filters).itertuples(index=False)
    cards = [
        cancellations.when(by_month(filters), churn, query, (period.start, period.last_day), later, href),
        cancellations.before(before.mean(), len(cancelled), query, measure, span, href),
        cancellations.gone(cancelled, trends, query, span, href),
        cancellations.by_application(gone.churn_by_application(filters), query, href),
        cancellations.reasons(reasons(cancelled), query, span, href),
        cancellations.cohorts(cohorts(filters), query, href),
        cancellations.afterwards(gone.use_after_cancellation(filters), query, href),
    ]
    return text(view.halves(cards))


def state_counts(filters: Filters) -> pd.DataFrame:
    """One row per state: pairs, and how many entered and left it in four weeks (missing where that is not known)."""
    then = data.four_weeks_before(g.generation.as_of)
    moves = data.state_moves(filters, then)
    moved = moves[moves["state"] != moves["before"].fillna("")]
    counts = pd.DataFrame(
        {
            "pairs": moves.groupby("state")["pairs"].sum(),
            "entered": moved.groupby("state")["pairs"].sum(),
            "left": moved.groupby("before")["pairs"].sum(),
        }
    )
    states = counts.reindex(list(view.MEANINGS)).fillna(0)
    if then < g.generation.first_day - timedelta(days=g.generation.first_day.weekday()):
        states[["entered", "left"]] = float("nan")
    return states


def work_list(filters: Filters) -> pd.DataFrame:
    """The pairs to call, the account with the highest priority first, and within it the pair that weighs most.

    Columns: those of CALLS, days_silent, days_to_renewal, probability and why (of the outlook), score.
    """
    pairs, as_of = data.pairs_to_call(filters), pd.Timestamp(g.generation.as_of)
    pairs["days_silent"] = (as_of - pairs["silent_since"]).dt.days
    pairs["days_to_renewal"] = (pairs["renews_on"] - as_of).dt.days
    pairs = pairs.merge(outlook_of_pairs(filters, tuple(pairs["account_id"].unique())), on=PAIR, how="left")
    pairs["score"] = priorities(pairs, g.generation.as_of, data.usual_value(filters))
    pairs["of_account"] = pairs.groupby("account_id")["score"].transform("sum")
    ordered = pairs.sort_values(
        ["of_account", "account", "account_id", "score", "application"], ascending=[False, True, True, False, True]
    )
    return ordered.drop(columns="of_account").reset_index(drop=True)


def known_care(pairs: pd.DataFrame) -> pd.DataFrame:
    """Columns CARE of the accounts of `pairs`; nothing of each where the workspace is away."""
    accounts = list(pairs["account_id"].unique())
    care = from_workspace(care_of, accounts)
    if care is not None:
        return care
    nothing = pd.DataFrame({"account_id": accounts}).reindex(columns=list(CARE))
    return nothing.fillna({"open_follow_ups": 0}).astype(CARE)


def with_care(pairs: pd.DataFrame, care: pd.DataFrame, today: date) -> pd.DataFrame:
    """What people wrote about the accounts, beside their pairs: the columns of CARE, and is_snoozed.

    A snooze that is over is left out.
    """
    is_over = care["snoozed_until"] <= pd.Timestamp(today)
    told = care.assign(**{name: care[name].mask(is_over) for name in ("snoozed_until", "snooze_reason")})
    return pairs.merge(told.assign(is_snoozed=told["snoozed_until"].notna()), on="account_id", how="left")


def chosen(pairs: pd.DataFrame, query: Query, me: str | None) -> pd.DataFrame:
    """Those of the address's `care`: not put aside, of these the ones of `me`, or those put aside.

    An account that is assigned to nobody is its manager's.
    """
    which = query.one("care")
    if which == "snoozed":
        return pairs[pairs["is_snoozed"]]
    waiting = pairs[~pairs["is_snoozed"]]
    return waiting[waiting["assigned_to"].fillna(waiting["manager_email"]) == me] if which == "mine" else waiting


def accounts_listed(filters: Filters, query: Query) -> tuple[str, ...]:
    """The accounts of the work list that the address shows, the first to call first. Raises BadInput.

    Unlike the page it is nothing without what people wrote, which decides who is on it.
    """
    pairs = work_list(filters)
    try:
        care = care_of(g.workspace, filters.scope, list(pairs["account_id"].unique()))
    except WorkspaceUnavailable:
        raise BadInput(
            "Who is put aside or assigned cannot be read now, so the list has no rows.", "Try again in a minute."
        ) from None
    listed = chosen(with_care(pairs, care, today(None)), query, filters.scope.user)
    return tuple(listed["account_id"].unique())


def today(_raw: Any) -> date:
    """Where the source is; it ends a snooze, also where no new data came."""
    return datetime.now(ZoneInfo(g.generation.reporting_timezone)).date()


def whose(raw: Any) -> str | None:
    """Who asks, where the answer depends on it."""
    return g.scope.user if query(raw).one("care") == "mine" else None


def with_last_users(pairs: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    accounts = tuple(pairs["account_id"].unique())
    return pairs.merge(data.last_users(filters, accounts), on=PAIR, how="left")


def by_month(filters: Filters) -> pd.DataFrame:
    """Every one of the last two years' months with data: cancelled pairs, and their annual value."""
    last = g.generation.as_of.replace(day=1)
    months = pd.date_range(end=last, periods=MONTHS_SHOWN, freq="MS")
    months = months[months >= pd.Timestamp(g.generation.first_day.replace(day=1))]
    span = Period(months[0].date(), g.generation.as_of + timedelta(days=1))
    found = gone.cancellations_by_month(filters, span).set_index("month")
    every = found.reindex(months)
    return every.assign(pairs=every["pairs"].fillna(0).astype(int)).rename_axis("month").reset_index()


def cohorts(filters: Filters) -> pd.DataFrame:
    """Every month from the first start to the last: pairs started, and of them cancelled today."""
    found = gone.cohorts(filters).set_index("month")
    if found.empty:
        return found.reset_index()
    months = pd.date_range(found.index.min(), found.index.max(), freq="MS")
    return found.reindex(months, fill_value=0).rename_axis("month").reset_index()


def use_before_cancellation(filters: Filters, cancelled: pd.DataFrame) -> pd.DataFrame:
    """One row per pair cancelled in the period, one column per week before: −26 … −1."""
    first_week = _monday(g.generation.first_day)
    span = Period(_monday(filters.period.start) - timedelta(weeks=WEEKS), filters.period.end)
    return use_before(cancelled, gone.weekly_use_of_cancelled(filters, span), first_week)


def reasons(cancelled: pd.DataFrame) -> pd.DataFrame:
    """One row per reason, most pairs first. Columns: reason, pairs, value."""
    named = cancelled.assign(reason=cancelled["reason"].fillna(cancellations.UNKNOWN_REASON))
    grouped = named.groupby("reason").agg(
        pairs=("reason", "size"), value=("annual_value", lambda values: values.sum(min_count=1))
    )
    return grouped.reset_index().sort_values(["pairs", "reason"], ascending=[False, True])


def export_base() -> str:
    return str(get_relative_path("/export/inactive"))


def _merely_cancelled(filters: Filters) -> str:
    if not g.generation.has_subscriptions:
        return "Cancellations cannot be told: the source has no subscriptions."
    cancelled = len(gone.cancelled_pairs(filters))
    if not cancelled:
        return f"Nobody cancelled from {_span(filters.period)}."
    return (
        f"{numbers.plural(cancelled, 'pair')} merely cancelled in the period, and none of them is among those to call."
    )


def _silent(comparison: Period | None) -> str:
    return f"from {_span(comparison)}" if comparison else ""


def _span(period: Period) -> str:
    return f"{numbers.day(period.start)} to {numbers.day(period.last_day)}"


def _monday(day: date) -> Any:
    return day - timedelta(days=day.weekday())
