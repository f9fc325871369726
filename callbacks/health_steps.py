"""The history of all accounts at once: steps × accounts, and which version of the score each step is by."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.health import BANDS, COMPONENTS, INSUFFICIENT, LABELS, Recipe, Scaling, min_max
from analytics.health_history import History, history
from callbacks.health_versions import Version
from data_access import health as data
from data_access.filters import Filters
from data_access.health import Scale

NO_CUSTOMER = -1  # in place of a band

Values = npt.NDArray[Any]


@dataclass
class Steps:
    """The components of `accounts` (as of data_access.health) on every step, the oldest first; read when asked for.

    `every`: the days of all steps of the store. `days`: of them those since one of the accounts was a customer, up to
    the newest, whether or not any of them still is. Arrays are steps × accounts, in the order of both.
    """

    asked: Filters
    accounts: pd.DataFrame
    every: pd.DatetimeIndex
    days: list[pd.Timestamp] = field(init=False)
    went_quiet: Values = field(init=False)
    is_customer: Values = field(init=False)
    _cubes: dict[Scale, Values] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._read("percentile")

    def scaled(self, scaling: Scaling) -> Values:
        """Steps × accounts × components, 0–100; `min-max` over these accounts, step by step.

        A choice of single accounts is none of what they are compared with.
        """
        if scaling == "percentile":
            return self._cubes["percentile"]
        if self.asked.account or self.asked.accounts:
            return self._among_all(scaling)
        if "raw" not in self._cubes:
            self._read("raw")
        raw = self._cubes["raw"]
        scaled = np.empty_like(raw)
        for step, component in np.ndindex(len(raw), len(COMPONENTS)):
            scaled[step, :, component] = min_max(raw[step, :, component])
        return scaled

    def _among_all(self, scaling: Scaling) -> Values:
        asked = replace(self.asked, account=None, accounts=())
        whole = Steps(asked, data.health_accounts(asked), self.every)
        places = pd.Index(whole.accounts["account_key"]).get_indexer(self.accounts["account_key"])
        return whole.scaled(scaling)[len(whole.days) - len(self.days) :, places]

    def _read(self, scale: Scale) -> None:
        rows = data.health_inputs(self.asked, scale)
        days = self.every[self.every >= rows["day"].min()]
        number = days.get_indexer(rows["day"])
        keys = self.accounts["account_key"].to_numpy()
        column = np.zeros(keys.max(initial=0) + 1, dtype=np.int64)
        column[keys] = np.arange(len(keys))
        place = number, column[rows["account_key"].to_numpy()]
        shape = len(days), len(keys)
        self.days = list(days)
        self.is_customer, self.went_quiet = np.zeros(shape, dtype=np.bool_), np.full(shape, np.nan)
        self.is_customer[place], self.went_quiet[place] = True, rows["went_quiet"].to_numpy()
        self._cubes[scale] = np.full((*shape, len(COMPONENTS)), np.nan)
        self._cubes[scale][place] = rows[list(COMPONENTS)].to_numpy()


@dataclass(frozen=True)
class Trail:
    """What was said on each step, by the version of that step; in half the memory, since a process keeps several.

    `place`: the column of each account, by account_id. `band`: places in LABELS, NO_CUSTOMER where it was none then.
    `versions`: numbers; None of a recipe that is no version.
    """

    days: list[pd.Timestamp]
    versions: list[int | None]
    place: dict[str, int]
    score: Values
    raw: Values
    band: Values


def trail(steps: Steps, own: History, recipe: Recipe, known: tuple[Version, ...]) -> Trail:
    """Each step whole by the version in force on its day, as if that had always been; the newest by `recipe`, `own`."""
    in_force = [_on(day, known) for day in steps.days[:-1]]
    by_recipe = {recipe: own}
    for version in in_force:
        if version.recipe not in by_recipe:
            by_recipe[version.recipe] = history(steps.scaled(version.recipe.scaling), version.recipe)
    score, raw, band = own.score.astype(np.float32), own.raw.astype(np.float32), own.band.copy()
    for step, version in enumerate(in_force):
        found = by_recipe[version.recipe]
        score[step], raw[step], band[step] = found.score[step], found.raw[step], found.band[step]
    band[~steps.is_customer] = NO_CUSTOMER
    newest = known[-1].number if known[-1].recipe == recipe else None
    numbers = [*(version.number for version in in_force), newest][: len(steps.days)]
    place = {account: column for column, account in enumerate(steps.accounts["account_id"])}
    return Trail(steps.days, numbers, place, score, raw, band)


def _on(day: pd.Timestamp, known: tuple[Version, ...]) -> Version:
    return [version for version in known if version.since <= day.date()][-1]


def step_counts(trail: Trail) -> pd.DataFrame:
    """One row per step: day, version, how many accounts in each of BANDS and INSUFFICIENT, mean (score)."""
    found = pd.DataFrame({"day": pd.Series(trail.days, dtype="datetime64[s]")})
    found["version"] = pd.array(trail.versions, dtype="Int64")
    for number, name in enumerate(LABELS):
        found[name] = (trail.band == number).sum(axis=1)
    known = ~np.isnan(trail.score)
    total = np.where(known, trail.score, 0).sum(axis=1, dtype=np.float64)
    count = known.sum(axis=1)
    found["mean"] = np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
    return found[["day", "version", *BANDS, INSUFFICIENT, "mean"]]


def of_account(trail: Trail, account_id: str) -> pd.DataFrame:
    """One row per step on which it was a customer: day, score, band, raw_score, version."""
    column = trail.place.get(account_id)
    if column is None:
        return pd.DataFrame(columns=["day", "score", "band", "raw_score", "version"])
    found = pd.DataFrame(
        {
            "day": pd.Series(trail.days, dtype="datetime64[s]"),
            "score": trail.score[:, column].astype(np.float64),
            "band": LABELS[trail.band[:, column]],
            "raw_score": trail.raw[:, column].astype(np.float64),
            "version": pd.array(trail.versions, dtype="Int64"),
        }
    )
    return found[trail.band[:, column] != NO_CUSTOMER].reset_index(drop=True)
