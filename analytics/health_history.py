"""How did health move? Scores every four weeks, smoothed, in bands that no wobble around a limit changes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from analytics.health import BANDS, UNKNOWN, Recipe, Values, band_numbers, weighted
from analytics.wilson import wilson

KEPT = 0.5  # of the score before, in the next one
MARGIN = 5.0  # points beyond a limit, to change the band


@dataclass(frozen=True)
class History:
    """Steps × accounts, the oldest step first: `raw` and smoothed `score` (missing without data), `band` (places in
    LABELS), `known` (share of the weight). `points`: accounts × components on the newest step; they sum to its score.
    """

    raw: Values
    score: Values
    band: Values
    known: Values
    points: Values


class Limits(NamedTuple):
    """From where a band begins; one of each account, or the same for all."""

    healthy: Values
    at_risk: Values


def history(scaled: Values, recipe: Recipe) -> History:
    """Of `scaled`: steps × accounts × components (0–100, missing where unknown), four weeks between steps.

    H_t = ½·H_(t−1) + ½·raw_t, of the points alike, so that they sum to H_t. Where nothing is known it is missing, and
    begins anew. A band changes where its limit is crossed by 5 points.
    """
    shape = scaled.shape[:2]
    raw, score, known = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape)
    band = np.full(shape, UNKNOWN, dtype=np.int8)
    points = np.full(scaled.shape[1:], np.nan)
    for step, values in enumerate(scaled):
        parts, raw[step], known[step] = weighted(values, recipe)
        before = score[step - 1] if step else np.full(shape[1], np.nan)
        points = _smoothed(np.where(np.isnan(before)[:, None], np.nan, points), parts, before, raw[step])
        score[step] = np.where(np.isnan(before), raw[step], KEPT * before + (1 - KEPT) * raw[step])
        limits = _limits(band[step - 1] if step else band[0], recipe)
        band[step] = band_numbers(score[step], limits.healthy, limits.at_risk)
    return History(raw, score, band, known, points)


def _smoothed(points: Values, parts: Values, before: Values, raw: Values) -> Values:
    """What is unknown now adds nothing now; missing only where it never did."""
    mixed = KEPT * np.nan_to_num(points) + (1 - KEPT) * np.nan_to_num(parts)
    known = np.where(np.isnan(points) & np.isnan(parts), np.nan, mixed)
    begun: Values = np.where(np.isnan(before)[:, None], parts, known)
    return np.where(np.isnan(raw)[:, None], np.nan, begun)


def _limits(band: Values, recipe: Recipe) -> Limits:
    """Lower for who is above, higher for who is below; as they are for who was in no band."""
    return Limits(
        *(
            limit + np.where(band == UNKNOWN, 0.0, np.where(band <= place, -_margin(limit), _margin(limit)))
            for place, limit in enumerate((recipe.healthy, recipe.at_risk))
        )
    )


def _margin(limit: float) -> float:
    """Less near the ends of the scale, or nobody could cross a limit there."""
    return min(MARGIN, limit / 2, (100 - limit) / 2)


def flips(band: Values) -> float:
    """Share of the account-steps in another band than the step before, of those in a band on both."""
    now, before = band[1:], band[:-1]
    is_known = (now != UNKNOWN) & (before != UNKNOWN)
    return float((now != before)[is_known].mean()) if is_known.any() else float("nan")


def outcomes(band: Values, went_quiet: Values) -> pd.DataFrame:
    """What became of each band: one row per band, BANDS. `went_quiet`: 1, 0, or missing where not (yet) known.

    Columns: band, accounts (account-steps of which it is known), went_quiet (how many of them), share (missing
    without any), and low and high, its Wilson interval at 95 %.
    """
    rows = []
    for number, name in enumerate(BANDS):
        own = went_quiet[(band == number) & ~np.isnan(went_quiet)]
        count, total = int(own.sum()), len(own)
        rows.append((name, total, count, count / total if total else np.nan, *wilson(count, total)))
    return pd.DataFrame(rows, columns=["band", "accounts", "went_quiet", "share", "low", "high"])


def auc(score: Values, went_quiet: Values) -> float:
    """How often, of one that went quiet and one that did not, the former has the lower score; equals count half."""
    is_known = ~np.isnan(score) & ~np.isnan(went_quiet)
    numbers, quiet = score[is_known], went_quiet[is_known] > 0
    if not len(quiet) or quiet.all() or not quiet.any():
        return float("nan")
    rank = pd.Series(numbers).rank().to_numpy()
    gone, there = quiet.sum(), (~quiet).sum()
    return float(1 - (rank[quiet].sum() - gone * (gone + 1) / 2) / (gone * there))
