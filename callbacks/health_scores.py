"""How healthy is each account under a recipe, how did that come about, and what became of each band?

A cached callback that asks is registered with `reads_workspace=True` and VERSIONS among its inputs.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from threading import Lock

import numpy as np
import pandas as pd
from flask import g

from analytics.health import COMPONENTS, LABELS, Recipe
from analytics.health_history import History, auc, flips, history, outcomes
from callbacks.health_steps import Steps, Trail, of_account, step_counts, trail
from callbacks.health_versions import VERSIONS, Version, recipe_in_force, versions
from data_access import health as data
from data_access.filters import Filters, Measure, Period
from data_access.scope import Role, Scope

__all__ = [
    "VERSIONS", "Scored", "Version", "account_history", "recipe_in_force", "scored",
    "versions", "what_if",
]  # fmt: skip

REMEMBERED = 4  # by a process: some 25 MB each with 50,000 accounts
_TURN = Lock()


@dataclass(frozen=True)
class Scored:
    """Health under one recipe. Not to be changed: all cards of a page share it.

    `accounts`: one row per account that is a customer on the newest step, by name: account_id, account, industry,
    plan, region, manager, annual_value, state, seats; COMPONENTS as they are; `{component}_points`, which sum to
    score; score (smoothed), raw_score (of this step alone), band, known (share of the weight that is known, 0–1);
    score_month_ago and band_month_ago: four weeks before, under the same recipe; missing where it was no customer.
    `steps`: one row per step, the oldest first: day, version (number; missing of a recipe that is none), a count per
    band (BANDS, INSUFFICIENT), mean (score). Each step is scored whole by the version in force on its day, the newest
    by the recipe asked for: a jump where the version changes is the recipe's, and none of behaviour.
    `outcomes`: one row per band, of all steps under the recipe: band, accounts (account-steps of which the next 8
    weeks are known), went_quiet (count), share, low, high (Wilson, 95 %).
    `loaded`: the components known of any account of the store on its newest step, None where there is no step yet.
    `auc`: how often, of one account that went quiet and one that did not, the former had the lower score; missing
    where there are none. `flips`: share of account-steps in another band than four weeks before.
    """

    accounts: pd.DataFrame
    steps: pd.DataFrame
    outcomes: pd.DataFrame
    auc: float
    flips: float
    loaded: frozenset[str] | None
    trail: Trail


def scored(filters: Filters, recipe: Recipe) -> Scored:
    """Of the accounts that the filters ask for; period, comparison and measure do not matter."""
    with _TURN:  # The cards of a page ask at the same time; the first computes it.
        return _scored(g.generation.identity, _asked(filters), recipe, versions())


def account_history(filters: Filters, recipe: Recipe, account_id: str) -> pd.DataFrame:
    """One row per step on which it was a customer, the oldest first: day, score, band, raw_score, version.

    Empty where it never was, or the filters do not ask for it.
    """
    return of_account(scored(filters, recipe).trail, account_id)


def what_if(filters: Filters, now: Recipe, then: Recipe) -> pd.DataFrame:
    """One row per account that would change its band, the largest change of score first.

    Columns: account_id, account, band_now, band_then, score_now, score_then.
    """
    before, after = scored(filters, now).accounts, scored(filters, then).accounts
    found = before[["account_id", "account"]].assign(
        band_now=before["band"], band_then=after["band"], score_now=before["score"], score_then=after["score"]
    )
    moved = found[found["band_now"] != found["band_then"]]
    size = (moved["score_then"] - moved["score_now"]).abs()
    return moved.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _asked(filters: Filters) -> Filters:
    """What health depends on: another period, or another person who sees the same, asks nothing anew."""
    scope = Scope("", Role.MANAGER, filters.scope.portfolio)
    always = Period(date.min, date.max)
    return replace(filters, scope=scope, period=always, comparison=None, measure=Measure.LOGINS)


@lru_cache(maxsize=REMEMBERED)
def _scored(_generation: str, asked: Filters, recipe: Recipe, known: tuple[Version, ...]) -> Scored:
    every = _every_step(_generation, asked.scope)
    steps = Steps(asked, data.health_accounts(asked), pd.DatetimeIndex(every["day"]))
    own = history(steps.scaled(recipe.scaling), recipe)
    said = trail(steps, own, recipe, known)
    quiet = steps.went_quiet
    return Scored(
        _accounts(steps, own),
        step_counts(said),
        outcomes(own.band, quiet),
        auc(own.score, quiet),
        flips(own.band),
        _loaded(every),
        said,
    )


@lru_cache(maxsize=REMEMBERED)
def _every_step(_generation: str, scope: Scope) -> pd.DataFrame:
    """The same whatever is asked for; over many accounts it takes a while."""
    return data.health_steps(scope)


def _loaded(every: pd.DataFrame) -> frozenset[str] | None:
    return frozenset(name for name in COMPONENTS if every[name].iloc[-1]) if len(every) else None


def _accounts(steps: Steps, own: History) -> pd.DataFrame:
    count = len(steps.accounts)
    is_customer = steps.is_customer[-1] if steps.days else np.zeros(count, dtype=np.bool_)
    raw = data.health_inputs(steps.asked, newest_only=True).set_index("account_key")[list(COMPONENTS)]
    found = steps.accounts.join(raw, on="account_key")
    found[[f"{name}_points" for name in COMPONENTS]] = own.points
    for ago, suffix in ((1, ""), (2, "_month_ago")):
        is_there = len(steps.days) >= ago
        found[f"score{suffix}"] = own.score[-ago] if is_there else np.nan
        bands = pd.Series(LABELS[own.band[-ago]] if is_there else [None] * count, dtype="str")
        found[f"band{suffix}"] = bands.where(steps.is_customer[-ago]) if is_there else bands
    found["raw_score"] = own.raw[-1] if steps.days else np.nan
    found["known"] = own.known[-1] if steps.days else np.nan
    return found[is_customer].drop(columns="account_key").reset_index(drop=True)
