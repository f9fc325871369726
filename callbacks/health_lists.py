"""Health: which accounts are listed, which moved, and how many are in each band."""

from dataclasses import replace
from typing import cast

import pandas as pd
from flask import g

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT, Recipe, Scaling
from callbacks.health_versions import Version
from data_access.account import profile
from data_access.filters import Filters
from layouts.health_bands import BANDS as KEYS
from layouts.links import Query

EVERY = [*BANDS, INSUFFICIENT]


def recipe_of(query: Query, versions: tuple[Version, ...]) -> Recipe:
    """The one in force; with another scaling where the address asks for it."""
    recipe, scaling = versions[-1].recipe, query.one("scaling")
    return recipe if scaling is None else replace(recipe, scaling=cast(Scaling, scaling))


def weights(recipe: Recipe) -> dict[str, float]:
    """Of 100."""
    total = sum(recipe.weights)
    return {name: 100 * weight / total for name, weight in zip(COMPONENTS, recipe.weights, strict=True)}


def bands_now(accounts: pd.DataFrame) -> pd.DataFrame:
    """Indexed by band: accounts now, and before: of the same accounts four weeks ago (missing without a step then)."""
    now = accounts["band"].value_counts().reindex(EVERY, fill_value=0)
    before = accounts["band_month_ago"].value_counts().reindex(EVERY, fill_value=0)
    if accounts["band_month_ago"].isna().all():
        before = before.astype(float) * float("nan")
    return pd.DataFrame({"accounts": now, "before": before}).rename_axis("band")


def listed(accounts: pd.DataFrame, query: Query) -> pd.DataFrame:
    """Those of the chosen bands, the critical ones where none is chosen, in the order that the address asks for."""
    bands = [KEYS[key] for key in query.all("band") or ("critical",)]
    chosen = accounts[accounts["band"].isin(bands)]
    if was := query.one("was"):
        chosen = chosen[chosen["band_month_ago"] == KEYS[was]]
    order = query.one("order")
    if order == "value":
        by, ascending = chosen["annual_value"], False
    elif order == "fallen":
        by, ascending = chosen["score"] - chosen["score_month_ago"], True
    else:
        by, ascending = chosen["score"], True
    by = by.round(9)  # equal ones stay in the order of their names
    return chosen.loc[by.sort_values(ascending=ascending, kind="stable", na_position="last").index]


def with_renewals(shown: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """With renews_on, the next one, and the annual value of the subscriptions where the account has none itself."""
    if shown.empty:
        return shown.assign(renews_on=pd.NaT)
    own = replace(filters, account=None, accounts=tuple(shown["account_id"]))
    told = profile(own, g.generation.as_of).set_index("account_id")[["renews_on", "annual_value"]]
    found = shown.join(told.rename(columns={"annual_value": "of_subscriptions"}), on="account_id")
    return found.assign(annual_value=found["annual_value"].fillna(found["of_subscriptions"]))


def matrix(accounts: pd.DataFrame) -> pd.DataFrame:
    """Accounts by band four weeks ago (rows) and now (columns), of those that were customers on both days."""
    found = pd.crosstab(accounts["band_month_ago"], accounts["band"])
    return found.reindex(index=EVERY, columns=EVERY, fill_value=0)


def fallers(accounts: pd.DataFrame) -> pd.DataFrame:
    """Those in a worse band than four weeks ago, the deepest fall of bands first, then of points."""
    fall = _bands_fallen(accounts)
    points = accounts["score"] - accounts["score_month_ago"]
    fallen = accounts.assign(fall=fall, points=points)[fall > 0]
    return fallen.sort_values(["fall", "points"], ascending=[False, True], kind="stable").drop(
        columns=["fall", "points"]
    )


def risers(accounts: pd.DataFrame) -> pd.DataFrame:
    """Those in a better band than four weeks ago."""
    return accounts[_bands_fallen(accounts) < 0]


def _bands_fallen(accounts: pd.DataFrame) -> pd.Series:
    """By how many bands each fell; missing where it was not scored on both days."""
    place = {band: number for number, band in enumerate(BANDS)}
    return accounts["band"].map(place) - accounts["band_month_ago"].map(place)
