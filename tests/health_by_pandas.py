"""What health is made from, once more: in pandas, from raw rows, one account after another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

COLUMNS = ["usage_frequency", "logins", "feature_adoption", "ticket_responses", "csm_engagement", "went_quiet"]


@dataclass
class Raw:
    """`events`: account, application, day, feature, is_human, and logins (of this row). `pairs`: account, application,
    started_on, cancelled_on; missing of what was used without a subscription. Tickets: account, opened_at, responses;
    touchpoints: account, occurred_at, attended; None where not loaded. `offered`: pairs of application and feature
    that are listed. `counted`: what stands for logins, of the human rows of a window.
    """

    events: pd.DataFrame
    pairs: pd.DataFrame
    tickets: pd.DataFrame | None = None
    touchpoints: pd.DataFrame | None = None
    offered: frozenset[tuple[str, str]] = frozenset()
    counted: Callable[[pd.DataFrame], float] = lambda rows: rows["logins"].sum()


def inputs_of(raw: Raw, day: date, last_day: date) -> pd.DataFrame:
    """One row per customer on `day`, by account. Columns: COLUMNS."""
    events = raw.events[raw.events["day"] <= last_day]
    human = events[events["is_human"]]
    fed, fed_after = (_fed(events, when - timedelta(days=1)) for when in (day, day + timedelta(weeks=8)))
    near = human[(human["day"] >= day - timedelta(weeks=60)) & (human["day"] < day + timedelta(weeks=8))]
    by_account = dict(tuple(near.groupby("account")))
    seen = human[["application", "feature"]].dropna().drop_duplicates()
    offered = set(raw.offered) | set(seen.itertuples(index=False, name=None))
    is_over = day + timedelta(weeks=8) <= last_day + timedelta(days=1)
    rows = {}
    for account, pairs in _known(raw.pairs, human).groupby("account"):
        if account not in by_account and pairs["started_on"].isna().all():
            continue
        own = by_account.get(account, near.iloc[:0])
        begun, entitled = _entitled(pairs, own, day)
        if len(entitled):
            age = (day - begun["since"].min()).days
            judged = entitled[entitled["application"].isin(fed) & (age >= 30)]
            weeks = min(age, (day - _monday(events["day"].min())).days, 84) / 7
            quiet = _went_quiet(own, pairs, entitled, fed, fed_after, day) if is_over else None
            rows[account] = [*_by_use(raw, own, judged, offered, weeks, day), *_by_care(raw, account, day), quiet]
    return pd.DataFrame.from_dict(rows, orient="index", dtype="float64", columns=COLUMNS).sort_index()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _entitled(pairs, own, day):
    """Those that began, and those of them that are entitled; where no subscription tells, used within 52 weeks."""
    used = {(row.application, _monday(row.day)) for row in own.itertuples()}
    recent = {application for application, week in used if day - timedelta(weeks=52) <= week < day}
    begun = pairs[pairs["since"] <= day]
    is_there = pd.Series([pd.isna(end) or end > day for end in begun["cancelled_on"]], begun.index, dtype=bool)
    return begun, begun[is_there & (begun["started_on"].notna() | begun["application"].isin(recent))]


def _known(pairs: pd.DataFrame, human: pd.DataFrame) -> pd.DataFrame:
    used = human.groupby(["account", "application"])["day"].min().rename("first_use").reset_index()
    both = pairs.merge(used, how="outer", on=["account", "application"])
    both["since"] = both["started_on"].where(both["started_on"].notna(), both["first_use"])
    return both[both["since"].notna()]


def _fed(events: pd.DataFrame, sunday: date) -> set[str]:
    """Applications that are silent for no longer than a week, or than they ever were."""
    fed = set()
    for application, days in events[events["day"] <= sunday].groupby("application")["day"]:
        seen = sorted(set(days))
        longest = max(((later - day).days for day, later in pairwise(seen)), default=0)
        if (sunday - seen[-1]).days <= max(longest, 7):
            fed.add(application)
    return fed


def _window(own, pairs, days, day):
    """Use of these pairs since they began, in the days before."""
    rows = own.merge(pairs[["application", "since"]], on="application")
    return rows[(rows["day"] >= day - timedelta(days=days)) & (rows["day"] < day) & (rows["day"] >= rows["since"])]


def _by_use(raw, own, judged, offered, weeks, day):
    if judged.empty:
        return None, None, None
    rows = _window(own, judged, 84, day)
    applications = set(judged["application"])
    features = {pair for pair in offered if pair[0] in applications}
    tried = set(rows.dropna(subset="feature")[["application", "feature"]].itertuples(index=False, name=None))
    has_features = raw.events["feature"].notna().any()
    return (
        rows["day"].nunique() / weeks,
        raw.counted(_window(own, judged, 30, day)),
        len(tried) / len(features) if features and has_features else None,
    )


def _by_care(raw, account, day):
    since = pd.Timestamp(day) - timedelta(days=90)
    responses = touchpoints = None
    if raw.tickets is not None:
        own = raw.tickets[raw.tickets["account"] == account]
        responses = own[(own["opened_at"] >= since) & (own["opened_at"] < pd.Timestamp(day))]["responses"].mean()
    if raw.touchpoints is not None and raw.touchpoints["occurred_at"].min() < pd.Timestamp(day):
        own = raw.touchpoints[raw.touchpoints["account"] == account]
        own = own[(own["occurred_at"] >= since) & (own["occurred_at"] < pd.Timestamp(day))]
        touchpoints = sum(attended is not False and attended != 0 for attended in own["attended"])
    return responses, touchpoints


def _went_quiet(own, pairs, entitled, fed, fed_after, day):
    arrived = entitled[entitled["application"].isin(fed)]
    if _window(own, arrived, 56, day).empty:
        return None
    rows = own.merge(pairs[["application", "cancelled_on"]], on="application")
    rows = rows[(rows["day"] >= day) & (rows["day"] < day + timedelta(days=56))]
    if any(
        pd.isna(cancelled) or used < cancelled
        for used, cancelled in zip(rows["day"], rows["cancelled_on"], strict=True)
    ):
        return 0
    stays = [pd.isna(end) or end >= day + timedelta(days=56) for end in entitled["cancelled_on"]]
    is_dark = not set(entitled["application"]) <= fed_after
    return 1 if any(stays) and not is_dark else None
