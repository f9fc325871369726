"""Health, as tables to download: the same rows as on the page, and those that it leaves off."""

from typing import Any

import pandas as pd
from flask import g

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT
from callbacks import account_health, health, health_parts
from callbacks.health_lists import bands_now, fallers, listed, matrix, recipe_of, weights
from callbacks.health_scores import Scored, scored
from callbacks.health_versions import versions
from callbacks.request import BadInput
from callbacks.tables import Tables
from data_access.account import profile
from data_access.filters import Filters
from layouts.health_bands import BANDS as BAND_WORDS
from layouts.health_bands import COMPONENTS as WORDS
from layouts.health_bands import SCALINGS
from layouts.health_parts import AXES
from layouts.links import Query


def _scored(filters: Filters, query: Query) -> Scored:
    return scored(filters, recipe_of(query, versions()))


def notes(filters: Filters, query: Query) -> list[tuple[str, str]]:
    """What the numbers are scored by."""
    recipe, newest = recipe_of(query, versions()), versions()[-1]
    is_in_force = recipe == newest.recipe
    scored_by = f"Version {newest.number} of the score" if newest.made_at else "The score as it was set up"
    said = ", ".join(f"{WORDS[name]} {weight:.3g}" for name, weight in weights(recipe).items())
    bands = [BAND_WORDS[key] for key in query.all("band")]
    return [
        ("Health", f"{scored_by}{'' if is_in_force else ', with another scaling'}; period and measure do not matter"),
        ("Scaling", SCALINGS[recipe.scaling]),
        ("Weights, of 100", said),
        ("Limits", f"Healthy from {recipe.healthy:g}, Critical below {recipe.at_risk:g}"),
        *([("Bands chosen", ", ".join(bands))] if bands else []),
        *([("Band a month ago", BAND_WORDS[was])] if (was := query.one("was")) else []),
    ]


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
    accounts = health_parts.chosen(_scored(filters, query), query)
    if accounts[name].isna().all():
        return pd.DataFrame(columns=["From", "to below", *BANDS, INSUFFICIENT])
    starts, width, counts = health_parts.spread(accounts, name)
    return pd.DataFrame({"From": starts, "to below": [start + width for start in starts], **counts})


def _pair(filters: Filters, query: Query) -> pd.DataFrame:
    return _points(filters, query, *health_parts.axes(query))


def _engagement(filters: Filters, query: Query) -> pd.DataFrame:
    return _points(filters, query, "csm_engagement", "score")


def _points(filters: Filters, query: Query, across: str, up: str) -> pd.DataFrame:
    rows = health_parts.points(health_parts.chosen(_scored(filters, query), query), across, up)
    return _in_words(rows.rename(columns={"x": AXES[across], "y": AXES[up]}))


def _correlations(filters: Filters, query: Query) -> pd.DataFrame:
    found, count = health_parts.correlations(health_parts.chosen(_scored(filters, query), query))
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
    return table.rename(columns=_words)


def _words(name: Any) -> str:
    """Names of bands, and what is in words already, stay as they are."""
    said = WORDS.get(name) or str(name).replace("_", " ")
    return f"{said[:1].upper()}{said[1:]}"


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
