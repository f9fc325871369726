"""How healthy is an account? Five components, each scaled to 0–100, and their weighted mean with its parts."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[Any]
Scaling = Literal["percentile", "min-max"]

# In the order of the weights.
COMPONENTS = ("usage_frequency", "logins", "ticket_responses", "feature_adoption", "csm_engagement")
SCALINGS: tuple[Scaling, ...] = get_args(Scaling)
BANDS = ("Healthy", "At-Risk", "Critical")
INSUFFICIENT = "Insufficient data"
LABELS = np.array([*BANDS, INSUFFICIENT], dtype=object)  # a band as a number is its place here
UNKNOWN = len(BANDS)

LEAST_KNOWN = 0.6  # of the weight: less, and there is no score
PRIOR = 20  # accounts: so much does the whole weigh against a segment
MIDDLE = 50.0  # of a component in which all are alike
NOISE = 9  # decimals: what lies beyond is none of a score's, only of its arithmetic


@dataclass(frozen=True, slots=True)
class Recipe:
    """How components become a score and a band. Weights in the order of COMPONENTS, of any sum; limits are points.

    ValueError, in words for who set it, where it cannot be one.
    """

    scaling: Scaling = "percentile"
    weights: tuple[float, ...] = (25, 20, 15, 25, 15)
    healthy: float = 75  # from here on Healthy
    at_risk: float = 50  # from here on At-Risk, below Critical

    def __post_init__(self) -> None:
        if self.scaling not in SCALINGS:
            raise ValueError(f"The scaling is one of {', '.join(SCALINGS)}.")
        if len(self.weights) != len(COMPONENTS):
            raise ValueError(f"There are {len(COMPONENTS)} weights, one for each component.")
        if not all(0 <= weight < np.inf for weight in self.weights):
            raise ValueError("A weight is a number, and not below 0.")
        if sum(self.weights) <= 0:
            raise ValueError("At least one weight is above 0.")
        if not 0 <= self.at_risk < self.healthy <= 100:
            raise ValueError("The limits lie between 0 and 100, that of Healthy above that of At-Risk.")


def min_max(values: Any) -> Values:
    """0 for the least of `values`, 100 for the most, missing where missing; 50 where all are alike."""
    known = np.asarray(values, dtype=np.float64)
    if np.isnan(known).all():
        return known
    least, most = np.nanmin(known), np.nanmax(known)
    if least == most:
        return np.where(np.isnan(known), np.nan, MIDDLE)
    scaled: Values = 100 * (known - least) / (most - least)
    return scaled


def percentile(values: Any, segment: Any = None) -> Values:
    """Mid-rank percentile (0–100) of each value within its segment, shrunk to that among all; missing where missing.

    s = (n·p + 20·q)/(n + 20), with p among the n known values of the segment and q among all known ones: no single
    account moves everybody else's. `segment`: a label per value; where it is missing, q alone counts.
    """
    numbers = np.asarray(values, dtype=np.float64)
    scaled = np.full(len(numbers), np.nan)
    rows = np.flatnonzero(~np.isnan(numbers))
    place = np.unique(numbers[rows], return_inverse=True)[1]
    codes = np.full(len(numbers), -1) if segment is None else pd.factorize(pd.Series(segment))[0]
    own = codes[rows]
    overall, _ = _mid_ranks(place, np.zeros(len(rows), dtype=np.int64))
    within, count = _mid_ranks(place, own + 1)
    count = np.where(own >= 0, count, 0)
    scaled[rows] = (count * within + PRIOR * overall) / (count + PRIOR)
    return scaled


def _mid_ranks(place: Values, group: Values) -> tuple[Values, Values]:
    """Of each place among those of its group, 0–100, equals in the middle of theirs; and the size of the group."""
    if not len(place):
        return np.zeros(0), np.zeros(0)
    width = place.max() + 1
    cells, cell, alike = np.unique(group * width + place, return_inverse=True, return_counts=True)
    size = np.bincount(group)
    before_group = np.cumsum(size) - size
    below = np.cumsum(alike) - alike - before_group[cells // width]
    total = size[group]
    return 100 * (below + alike / 2)[cell] / total, total


def weighted(scaled: Values, recipe: Recipe) -> tuple[Values, Values, Values]:
    """Points (… × 5, missing where the component is), their sum (missing under 60 % known), and the share known."""
    weights = np.asarray(recipe.weights, dtype=np.float64)
    is_known = ~np.isnan(scaled)
    total = is_known @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = scaled * weights
        known = total / weights.sum()
        # One division for the whole: parts that are each divided would not meet a limit exactly.
        score = np.where(is_known, parts, 0).sum(axis=-1) / total
        points = parts / total[..., None]
    is_enough = known >= LEAST_KNOWN - 10**-NOISE
    return np.where(is_enough[..., None], points, np.nan), np.where(is_enough, score, np.nan), known


def band_numbers(score: Values, healthy: Any, at_risk: Any) -> Values:
    """Places in LABELS; the limits may differ from account to account."""
    exact = np.round(score, NOISE)
    numbers = (exact < healthy).astype(np.int8) + (exact < at_risk)
    return np.where(np.isnan(score), UNKNOWN, numbers).astype(np.int8)


def scores(scaled: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """One row per row of `scaled` (columns COMPONENTS, 0–100), with its index.

    Columns: COMPONENTS in points, which sum to score (missing where unknown); score, 0–100; band; known, the share of
    the weight that is known. Under 60 % known: INSUFFICIENT, and no score. Bands by the score as it is, not rounded.
    """
    points, score, known = weighted(scaled[list(COMPONENTS)].to_numpy(dtype=np.float64), recipe)
    found = pd.DataFrame(points, index=scaled.index, columns=list(COMPONENTS))
    band = LABELS[band_numbers(score, recipe.healthy, recipe.at_risk)]
    return found.assign(score=score, band=pd.Series(band, index=scaled.index, dtype="str"), known=known)


def scaled_by(recipe: Recipe, raw: pd.DataFrame, segment: Any = None) -> pd.DataFrame:
    """The components of `raw` on the scale that the recipe names. Columns: COMPONENTS, 0–100."""
    scale = {
        name: min_max(raw[name]) if recipe.scaling == "min-max" else percentile(raw[name], segment)
        for name in COMPONENTS
    }
    return pd.DataFrame(scale, index=raw.index)
