"""Would it have found what happened, and how often would it have cried wolf? Changes injected into a history.

The history is series × weeks: events, missing before the start, after the cancellation and where there are no data.
What follows holds for every method alike, and is seeded:

- A series-week is eligible where there are data, the mean of the 8 weeks before it (of at least 4 with data) is at
  least `least` events, and every method judges it. That leaves out the first weeks of a series, and no others.
- The threshold of a method is the one that 5 in 1,000 of all eligible series-weeks exceed, pooled, as they were. What
  really happened in them counts as a false alarm.
- One week: each eligible series-week in turn is multiplied by 3, by 5, by 0 and by 0.3, and rounded; nothing else of
  the history changes. Recall is the share that exceeds the threshold, its mean that of the four.
- Lasting: in one of twenty series at a time, each week from a random eligible one on is multiplied by 0.3. It is
  found if one of its first four weeks exceeds the threshold. Its later levels, and its peers', see the drop.
- Simulation: see there.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.changes import Groups, Truths, discoveries, surprise, weeks

Matrix = npt.NDArray[np.float64]  # series × weeks
Mask = npt.NDArray[np.bool_]  # series × weeks
Places = npt.NDArray[np.int64]
Score = Callable[[Matrix], Matrix]  # of what was seen instead, each week on its own

INJECTIONS = {"× 3": 3.0, "× 5": 5.0, "to 0": 0.0, "to 30 %": 0.3}
LASTING, WITHIN = 0.3, 4  # weeks to find it in
ROLLING, ROLLING_LEAST = 8, 4  # weeks
ALARMS = 5.0  # in 1,000
SHARE, ROUNDS = 0.05, 25  # of series with a lasting drop at a time, and how many times at most


def surprise_scores(counts: Matrix, groups: Groups) -> Score:
    """−log p of one week; missing where not judged."""
    judged = [week for _, week in weeks(counts, groups)]
    expected = np.column_stack([np.where(week.is_judged, week.expected, np.nan) for week in judged])
    variance = np.column_stack([week.variance for week in judged])
    return lambda saw: np.asarray(-np.log(surprise(saw, expected, variance)[1]))


def rolling_z_scores(counts: Matrix, _: Groups) -> Score:
    """|y − mean| ÷ standard deviation of the 8 weeks before, which is taken as 1 at least."""
    mean, deviation = _rolling(counts)
    return lambda saw: np.asarray(np.abs(saw - mean) / np.maximum(deviation, 1))


def percentage_scores(counts: Matrix, _: Groups) -> Score:
    """|y ÷ mean of the 8 weeks before − 1|."""
    mean = _rolling(counts)[0]
    return lambda saw: np.asarray(np.abs(saw / np.where(mean > 0, mean, np.nan) - 1))


def lasting_scores(counts: Matrix, groups: Groups) -> Matrix:
    """−log of the smaller p, of one week and of four."""
    return np.asarray(-np.log(np.column_stack([np.fmin(week.p1, week.p4) for _, week in weeks(counts, groups)])))


METHODS = {"surprise": surprise_scores, "rolling z": rolling_z_scores, "± %": percentage_scores}
LASTING_METHODS: dict[str, Callable[[Matrix, Groups], Matrix]] = {
    "surprise or shift": lasting_scores,
    "surprise of one week": lambda counts, groups: surprise_scores(counts, groups)(counts),
    "rolling z": lambda counts, groups: rolling_z_scores(counts, groups)(counts),
}


def one_week_recall(counts: Matrix, groups: Groups, least: float = 5, alarms: float = ALARMS) -> pd.DataFrame:
    """Recall of injected changes of one week. A row per method; columns: the injections, mean, alarms per 1,000, n.

    Nothing where no series-week is eligible.
    """
    if counts.shape[1] <= ROLLING_LEAST:
        return pd.DataFrame()
    scores = {name: method(counts, groups) for name, method in METHODS.items()}
    usual = {name: score(counts) for name, score in scores.items()}
    eligible = _eligible(counts, least, usual)
    rows: dict[str, dict[str, float]] = {}
    if not eligible.any():
        return pd.DataFrame()
    for name, score in scores.items():
        threshold = _threshold(usual[name][eligible], alarms)
        recall = {
            injection: float(np.mean(score(np.rint(counts * factor))[eligible] > threshold))
            for injection, factor in INJECTIONS.items()
        }
        rows[name] = (
            recall | {"mean": float(np.mean(list(recall.values())))} | _alarms(usual[name][eligible], threshold)
        )
    return pd.DataFrame.from_dict(rows, orient="index")


def lasting_drop_recall(
    counts: Matrix, groups: Groups, least: float = 20, alarms: float = ALARMS, seed: int = 0
) -> pd.DataFrame:
    """Recall, within four weeks, of a drop to 30 % that lasts. A row per method; columns: recall, alarms, n.

    Nothing where no series-week is eligible.
    """
    if counts.shape[1] <= ROLLING_LEAST:
        return pd.DataFrame()
    usual = {name: method(counts, groups) for name, method in LASTING_METHODS.items()}
    eligible = _eligible(counts, least, usual)
    if not eligible[:, : eligible.shape[1] - WITHIN + 1].any():
        return pd.DataFrame()
    thresholds = {name: _threshold(scores[eligible], alarms) for name, scores in usual.items()}
    found: dict[str, list[Truths]] = {name: [] for name in usual}
    for series, onset in _onsets(eligible, np.random.default_rng(seed)):
        dropped = _dropped(counts, series, onset)
        ahead = onset[:, None] + np.arange(WITHIN)
        for name, method in LASTING_METHODS.items():
            found[name].append((method(dropped, groups)[series[:, None], ahead] > thresholds[name]).any(axis=1))
    rows = {
        name: {"recall": float(np.concatenate(found[name]).mean())} | _alarms(scores[eligible], thresholds[name])
        for name, scores in usual.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def simulation(pairs: int = 5000, length: int = 104, seed: int = 0) -> tuple[Matrix, Groups, Mask]:
    """Counts of pairs in 20 applications, the applications, and where the truth is an anomaly: in 1 % of the weeks.

    Levels are log-normal around 20 a week, φ gamma around 0.1; a pair drifts by some 1 % a week, an application moves
    by some 10 %, and two weeks at the middle and the end of each year are holidays, × 0.4. Anomalous weeks are drawn
    anew with the mean multiplied by one of the injections, from the 13th week on.
    """
    random = np.random.default_rng(seed)
    groups = random.integers(0, 20, pairs)
    level = np.exp(random.normal(np.log(20), 1, (pairs, 1)) + random.normal(0, 0.01, (pairs, length)).cumsum(axis=1))
    season = np.exp(random.normal(0, 0.1, (20, length))) * np.where(
        np.isin(np.arange(length) % 52, [25, 26, 50, 51]), 0.4, 1
    )
    truth = (random.random((pairs, length)) < 0.01) & (np.arange(length) >= 12)
    factor = np.where(truth, random.choice(list(INJECTIONS.values()), (pairs, length)), 1)
    size = 1 / random.gamma(2, 0.05, (pairs, 1)).clip(0.01)
    mean = level * season[groups] * factor
    return random.negative_binomial(size, size / (size + mean)).astype(float), groups, truth


def false_discoveries(counts: Matrix, groups: Groups, truth: Mask, q: float = 0.05) -> pd.DataFrame:
    """How many flags are wrong where the truth is known, and how much of it is found.

    A flag, of whichever kind, is right if its week is anomalous for its series. A row per method; columns: false
    discovery rate, recall, flags.
    """
    found, uncorrected = np.zeros_like(truth), np.zeros_like(truth)
    for place, (_, week) in enumerate(weeks(counts, groups)):
        found[discoveries(week, q)["series"], place] = True
        uncorrected[:, place] = week.p1 < 0.01
    flagged = {f"q = {q}": found, "p < 0.01": uncorrected}
    rows = {
        name: {
            "false discovery rate": float((mask & ~truth).sum() / max(mask.sum(), 1)),
            "recall": float((mask & truth).sum() / truth.sum()),
            "flags": int(mask.sum()),
        }
        for name, mask in flagged.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _rolling(counts: Matrix) -> tuple[Matrix, Matrix]:
    """Mean and standard deviation of the 8 weeks before each; missing with fewer than 4 of them known."""
    before = pd.DataFrame(counts.T).shift().rolling(ROLLING, min_periods=ROLLING_LEAST)
    return before.mean().to_numpy().T, before.std().to_numpy().T


def _eligible(counts: Matrix, least: float, scores: dict[str, Matrix]) -> Mask:
    is_judged = np.logical_and.reduce([np.isfinite(score) for score in scores.values()])
    return np.asarray(is_judged & (_rolling(counts)[0] >= least))


def _threshold(scores: Matrix, alarms: float) -> float:
    """The lowest that at most `alarms` in 1,000 exceed."""
    return float(np.quantile(scores, 1 - alarms / 1000, method="higher")) if scores.size else np.inf


def _alarms(scores: Matrix, threshold: float) -> dict[str, float]:
    return {"alarms per 1,000": float(1000 * np.mean(scores > threshold)), "n": scores.size}


def _onsets(eligible: Mask, random: np.random.Generator) -> Iterator[tuple[Places, Places]]:
    """Series and the week in which each drops, for each round: those with an eligible one and three weeks after it."""
    candidates = eligible[:, : eligible.shape[1] - WITHIN + 1]
    possible = np.flatnonzero(candidates.any(axis=1))
    for _ in range(ROUNDS):
        series = np.sort(random.choice(possible, int(np.ceil(SHARE * len(possible))), replace=False))
        onset = [random.choice(np.flatnonzero(candidates[one])) for one in series]
        yield series, np.array(onset, dtype=np.int64)


def _dropped(counts: Matrix, series: Places, onset: Places) -> Matrix:
    dropped = counts.copy()
    is_after = np.arange(counts.shape[1]) >= onset[:, None]
    dropped[series] = np.where(is_after, np.rint(counts[series] * LASTING), counts[series])
    return dropped
