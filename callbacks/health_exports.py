"""Health, as tables to download: the same rows as on the page, and those that it leaves off."""

import pandas as pd
from flask import g

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT
from callbacks import account_health, health, health_parts
from callbacks.health_lists import bands_now, fallers, listed, matrix, recipe_of
from callbacks.health_scores import Scored, scored
from callbacks.health_versions import versions
from callbacks.request import BadInput
from callbacks.tables import Tables
from data_access.account import profile
from data_access.filters import Filters
from layouts.health_bands import COMPONENTS as WORDS
from layouts.health_parts import AXES
from layouts.links import Query


def _scored(filters: Filters, query: Query) -> Scored:
    return scored(filters, recipe_of(query, versions()))


def _bands(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(bands_now(_scored(filters, query).accounts).reset_index())


def _scores(filters: Filters, query: Query) -> pd.DataFrame:
    starts, counts = health.distribution(_scored(filters, query).accounts)
    ends = [start + health.BIN for start in starts]
    return pd.DataFrame({"Score from": starts, "to": ends, **counts})


def _accounts(filters: Filters, query: Query) -> pd.DataFrame:
    """Every account of the list, in its order."""
    rows = listed(_scored(filters, query).accounts, query)
    told = profile(filters, g.generation.as_of).set_index("account_id")[["renews_on", "annual_value"]]
    rows = rows.join(told.rename(columns={"annual_value": "of_subscriptions"}), on="account_id")
    rows["annual_value"] = rows["annual_value"].fillna(rows.pop("of_subscriptions"))
    return _in_words(rows.rename(columns={f"{name}_points": f"{WORDS[name]}, points" for name in COMPONENTS}))


def _moves(filters: Filters, query: Query) -> pd.DataFrame:
    accounts = _scored(filters, query).accounts
    counts = matrix(accounts).stack().rename("accounts").reset_index()
    counts.columns = pd.Index(["Band four weeks ago", "Band now", "Accounts"])
    return counts


def _fallers(filters: Filters, query: Query) -> pd.DataFrame:
    columns = ["account_id", "account", "manager", "band_month_ago", "band", "score_month_ago", "score"]
    return _in_words(fallers(_scored(filters, query).accounts)[columns])


def _history(filters: Filters, query: Query) -> pd.DataFrame:
    return _in_words(_scored(filters, query).steps)


def _industry(filters: Filters, query: Query) -> pd.DataFrame:
    return _segment(filters, query, "industry")


def _plan(filters: Filters, query: Query) -> pd.DataFrame:
    return _segment(filters, query, "plan")


def _segment(filters: Filters, query: Query, segment: str) -> pd.DataFrame:
    return _in_words(health.of_segment(_scored(filters, query).accounts, segment).rename_axis(segment).reset_index())


def _component(filters: Filters, query: Query) -> pd.DataFrame:
    name = query.one("component") or COMPONENTS[0]
    accounts = health_parts.chosen(filters, query, versions())
    if accounts[name].isna().all():
        return pd.DataFrame(columns=["From", "to below", *BANDS, INSUFFICIENT])
    starts, width, counts = health_parts.spread(accounts, name)
    return pd.DataFrame({"From": starts, "to below": [start + width for start in starts], **counts})


def _pair(filters: Filters, query: Query) -> pd.DataFrame:
    return _points(filters, query, *health_parts.axes(query))


def _engagement(filters: Filters, query: Query) -> pd.DataFrame:
    return _points(filters, query, "csm_engagement", "score")


def _points(filters: Filters, query: Query, across: str, up: str) -> pd.DataFrame:
    rows = health_parts.points(health_parts.chosen(filters, query, versions()), across, up)
    return _in_words(rows.rename(columns={"x": AXES[across], "y": AXES[up]}))


def _correlations(filters: Filters, query: Query) -> pd.DataFrame:
    found, count = health_parts.correlations(health_parts.chosen(filters, query, versions()))
    rows = [
        (AXES[str(one)], AXES[str(other)], found.loc[one, other], count.loc[one, other])
        for place, one in enumerate(found)
        for other in found.columns[place + 1 :]
    ]
    return pd.DataFrame(rows, columns=["One", "Other", "Rank correlation", "Accounts"])


def _outcomes(filters: Filters, query: Query) -> pd.DataFrame:
    found = _scored(filters, query)
    return _in_words(found.outcomes.assign(roc_auc=found.auc))


def _of_account(filters: Filters, query: Query) -> pd.DataFrame:
    if filters.account is None:
        raise BadInput("Say which account: the address needs account=….")
    return _in_words(account_health.history(filters, versions()))


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=lambda name: WORDS.get(name, str(name).replace("_", " ").capitalize()))


EXPORTS: Tables = {
    "bands": _bands,
    "scores": _scores,
    "accounts": _accounts,
    "moves": _moves,
    "fallers": _fallers,
    "history": _history,
    "industry": _industry,
    "plan": _plan,
    "component": _component,
    "pair": _pair,
    "engagement": _engagement,
    "correlations": _correlations,
    "outcomes": _outcomes,
    "of-account": _of_account,
}
