"""Which series did something this week that nobody expected? Spikes, drops and shifts of level, few and with reasons.

A series is a pair, an account or an application; all are judged at once, one week after another, each by what was
known before it. A week is negative binomial, with mean μ = l·g and variance μ + φμ² + what l and g are uncertain by:

- l, the level: an exponentially weighted mean of y/g, whose steps are clipped at 3 standard deviations;
- g, what the others of the group did this week relative to their levels, the series itself left out. It takes up
  holidays, outages and seasons without a second year of history. Levels follow it slowly, so that 1 remains "as usual";
- φ, by moments, shrunk toward that of all series.

A shift of level is the sum of the last four z, over its own usual spread, for real weeks are not independent. Where
the four agree, the level follows faster: what has lasted is flagged once, and then is usual.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, ndtr, ndtri

from analytics.flag import WARM_UP, Kind

Values = npt.NDArray[np.float64]  # one per series; missing: NaN
# One per series, from 0: the application; one of its own where nobody is to compare with.
Groups = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

FOLLOWING = 0.15  # weight of the last week in a level
REMEMBERING = 0.98  # weight of what was known of φ, each week
CLIP = 3.0  # standard deviations that one week may move a level, an index or a shift by
USUAL_WEIGHT = 20.0  # events by which "others are as usual" is believed beforehand
PRIOR_PHI, PRIOR_SPREAD, PRIOR_WEEKS = 0.1, 1.0, 8.0  # the weeks that a series counts for as much as all do
LEAST_PHI, LEAST_LEVEL, LEAST_EXPECTED = 1e-3, 0.02, 0.05
EXACT_FROM = 1.5  # |z| above which the exact tail is computed
ENOUGH_TO_JUDGE = 2.0  # expected events a week
LEAST_SHARE, LEAST_DIFFERENCE = 0.25, 3.0  # of what was expected; events a week


@dataclass(frozen=True)
class State:
    """All that is known of n series before a week. `last_…` have a row for each of 3 weeks, the oldest first."""

    level: Values
    level_variance: Values
    weeks: Values  # seen
    phi_sum: Values
    phi_weight: Values
    spread_sum: Values  # of squares of the sum of four z
    spread_weight: Values
    last_z: Values
    last_expected: Values
    last_saw: Values

    def to_frame(self) -> pd.DataFrame:
        """One row per series, in order; columns of floats."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        flat = {name: values for name, values in columns.items() if values.ndim == 1}
        lags = {
            f"{name}_{lag}": row for name, rows in columns.items() if rows.ndim == 2 for lag, row in enumerate(rows)
        }
        return pd.DataFrame(flat | lags)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> "State":
        """What `to_frame` gave. A row that is missing altogether is a new series."""
        is_new = frame["weeks"].isna().to_numpy()
        known = frame.reset_index(drop=True)
        known[is_new] = start(int(is_new.sum())).to_frame().set_axis(np.flatnonzero(is_new))
        values = {
            field.name: known[field.name].to_numpy()
            if field.name in known
            else known[[f"{field.name}_{lag}" for lag in range(WARM_UP - 1)]].to_numpy().T
            for field in fields(cls)
        }
        return cls(**values)


@dataclass(frozen=True)
class Week:
    """One week of n series. Missing: `z…`, `p…` where not judged, `expected` before the second week seen."""

    expected: Values
    variance: Values  # of what is seen, around `expected`
    saw: Values
    peers: Values  # 0.88: the others are 12 % under their usual
    z1: Values
    p1: Values
    expected4: Values  # the sums of the last four weeks
    saw4: Values
    z4: Values
    p4: Values

    @property
    def is_judged(self) -> Truths:
        """False also where there was not enough activity to judge."""
        return np.isfinite(self.p1)


def start(series: int) -> State:
    """The state of as many series of which nothing was seen yet."""
    nothing, lags = np.zeros(series), np.zeros((WARM_UP - 1, series))
    return State(np.full(series, np.nan), *[nothing] * 6, *[lags] * 3)


def advance(state: State, counts: Values, groups: Groups) -> tuple[State, Week]:
    """The state after a week, and what the week was. Missing counts (not started, cancelled, no data) change nothing.

    Series may be added anywhere between weeks, the order of the others kept: then the result equals to the last bit
    that of having had them, missing, from the beginning.
    """
    phi = np.maximum(_shrunk(state.phi_sum, state.phi_weight, PRIOR_PHI), LEAST_PHI)
    is_expected = np.isfinite(counts) & np.isfinite(state.level)
    peers, peers_variance = _peers(np.where(is_expected, state.level, 0), phi, np.where(is_expected, counts, 0), groups)
    expected = np.maximum(state.level * peers, LEAST_EXPECTED)
    own = expected + phi * expected**2
    variance = own + peers**2 * state.level_variance + state.level**2 * peers_variance
    z, p = surprise(counts, expected, variance)
    z = np.where(is_expected & (state.weeks >= WARM_UP / 2), z, 0)
    four = (np.clip(z, -CLIP, CLIP) + state.last_z.sum(axis=0)) / np.sqrt(WARM_UP)
    week = _week(state, counts, expected, variance, peers, z, p, four)
    return _learned(state, week, phi, own, z, four), week


def weeks(counts: Values, groups: Groups, state: State | None = None) -> Iterable[tuple[State, Week]]:
    """`advance` through all columns of `counts` (series × weeks)."""
    state = start(len(counts)) if state is None else state
    for saw in counts.T:
        state, week = advance(state, saw, groups)
        yield state, week


def surprise(saw: Values, expected: Values, variance: Values) -> tuple[Values, Values]:
    """z and two-sided p of what was seen, of any shape, if it is negative binomial.

    z = 2/√φ·[asinh√(φ(y + ⅜)) − asinh√(φ(μ + ⅜))] (Anscombe 1948). Where it is over 1.5, p is twice the exact tail,
    and z the normal quantile of that, for the tails of a negative binomial are not alike.
    """
    phi = np.maximum((variance - expected) / expected**2, LEAST_PHI)
    difference = np.arcsinh(np.sqrt(phi * (saw + 0.375))) - np.arcsinh(np.sqrt(phi * (expected + 0.375)))
    z = np.asarray(2 / np.sqrt(phi) * difference)
    p = np.asarray(2 * ndtr(-np.abs(z)))
    tail = np.abs(z) > EXACT_FROM
    p[tail] = _exact(saw[tail], expected[tail], phi[tail])
    z[tail] = -np.sign(z[tail]) * ndtri(p[tail] / 2)
    return z, p


def discoveries(week: Week, q: float = 0.05) -> pd.DataFrame:
    """What of a week is worth a look: one row per series and kind, by series.

    Of all p of the week, for one week and for four, those that Benjamini and Hochberg (1995) let pass at a false
    discovery rate of `q`, and among them those of a least size. Columns: series (its place), kind, direction (1, −1),
    expected, saw, expected4, saw4, peers, p.
    """
    p = np.stack([week.p1, week.p4])
    expected, saw = np.stack([week.expected, week.expected4]), np.stack([week.saw, week.saw4])
    least = np.maximum(LEAST_SHARE * expected, [[LEAST_DIFFERENCE], [LEAST_DIFFERENCE * WARM_UP]])
    is_found = benjamini_hochberg(p.ravel(), q).reshape(p.shape) & (np.abs(saw - expected) >= least)
    series, kind = np.nonzero(is_found.T)
    columns = {
        "series": series,
        "kind": np.array([str(name) for name in Kind], dtype=object)[kind],
        "direction": np.where(saw > expected, 1, -1)[kind, series],
        **{name: getattr(week, name)[series] for name in ("expected", "saw", "expected4", "saw4", "peers")},
        "p": p[kind, series],
    }
    return pd.DataFrame(columns)


def benjamini_hochberg(p: Values, q: float) -> Truths:
    """Which of the known p pass at the false discovery rate `q`; missing ones do not count."""
    known = np.sort(p[np.isfinite(p)])
    passing = np.flatnonzero(known <= q * np.arange(1, len(known) + 1) / max(len(known), 1))
    return np.asarray(p <= (known[passing[-1]] if len(passing) else -1.0))


def _sums(values: Values, groups: Groups) -> Values:
    """Sums by group, at each series. One after another: a zero in between does not change the last bit."""
    return np.asarray(np.bincount(groups, values)[groups])


def _shrunk(sums: Values, weights: Values, prior: float) -> Values:
    """The mean of each series, shrunk toward that of all, which is shrunk toward `prior` a little."""
    everyone = np.zeros(len(sums), dtype=np.int64)
    common = (prior + _sums(sums, everyone)) / (1 + _sums(weights, everyone))
    return np.asarray((sums + PRIOR_WEEKS * common) / (weights + PRIOR_WEEKS))


def _peers(level: Values, phi: Values, saw: Values, groups: Groups) -> tuple[Values, Values]:
    """The index of the others, and its variance. A first index says from where on another's count is an outlier."""
    weight = 1 / (1 + phi * level)
    usual = _sums(weight * level, groups) - weight * level + USUAL_WEIGHT
    events = weight * saw
    for is_last in (False, True):
        index = (_sums(events, groups) - events + USUAL_WEIGHT) / usual
        if not is_last:
            expected = level * index
            events = weight * np.minimum(saw, expected + CLIP * np.sqrt(expected + phi * expected**2) + 1)
    has_others = usual > USUAL_WEIGHT + LEAST_LEVEL
    return index, np.where(has_others, 1 / usual, 0)


def _exact(saw: Values, expected: Values, phi: Values) -> Values:
    """Twice the tail of a negative binomial beyond what was seen, through the incomplete beta function."""
    size = 1 / phi
    success = size / (size + expected)
    is_more = saw > expected
    first, second = np.where(is_more, saw, size), np.where(is_more, size, saw + 1)
    return np.asarray(np.clip(2 * betainc(first, second, np.where(is_more, 1 - success, success)), 1e-300, 1))


def _week(
    state: State, saw: Values, expected: Values, variance: Values, peers: Values, z: Values, p: Values, four: Values
) -> Week:
    is_judged = (state.weeks >= WARM_UP) & (expected >= ENOUGH_TO_JUDGE) & np.isfinite(saw)
    spread = _shrunk(state.spread_sum, state.spread_weight, PRIOR_SPREAD)
    shift = four / np.sqrt(np.maximum(spread, 1))

    def judged(values: Values) -> Values:
        return np.where(is_judged, values, np.nan)

    return Week(
        expected=expected, variance=variance, saw=saw, peers=peers, z1=judged(z), p1=judged(p),
        expected4=expected + state.last_expected.sum(axis=0), saw4=saw + state.last_saw.sum(axis=0),
        z4=judged(shift), p4=judged(2 * ndtr(-np.abs(shift))),
    )  # fmt: skip


def _learned(state: State, week: Week, phi: Values, own: Values, z: Values, four: Values) -> State:
    """The state after a week: what was seen moves it, and where nothing was, it stays."""
    is_seen, is_known = np.isfinite(week.saw), np.isfinite(week.expected) & np.isfinite(week.saw)
    level, level_variance = _level(state, week, own, four)
    is_first = is_seen & ~is_known
    # The square of an error is clipped too; φ is what noise, level and index do not explain of it.
    error = np.minimum((week.saw - week.expected) ** 2, CLIP**2 * week.variance)
    excess = np.maximum((error - week.variance) / week.expected**2 + phi, -1)
    weight = week.expected / (1 + week.expected)

    def moved(value: Values, before: Values, where: Truths = is_known) -> Values:
        return np.where(where, value, before)

    def summed(value: Values, before: Values, where: Truths) -> Values:
        return np.where(where, REMEMBERING * before + value, before)

    def lagged(value: Values, before: Values) -> Values:
        return np.where(is_known, np.vstack([before[1:], value]), before)

    is_scored = is_known & (state.weeks >= WARM_UP / 2)
    return State(
        level=moved(level, moved(np.maximum(week.saw, LEAST_LEVEL), state.level, is_first)),
        level_variance=moved(level_variance, moved(1 + week.saw + phi * week.saw**2, state.level_variance, is_first)),
        weeks=state.weeks + is_seen,
        phi_sum=summed(excess * weight, state.phi_sum, is_scored),
        phi_weight=summed(weight, state.phi_weight, is_scored),
        spread_sum=summed(np.minimum(four**2, CLIP**2), state.spread_sum, week.is_judged),
        spread_weight=summed(np.ones_like(four), state.spread_weight, week.is_judged),
        last_z=lagged(np.clip(z, -CLIP, CLIP), state.last_z),
        last_expected=lagged(week.expected, state.last_expected),
        last_saw=lagged(week.saw, state.last_saw),
    )


def _level(state: State, week: Week, own: Values, four: Values) -> tuple[Values, Values]:
    """Level and its variance after a week with data. `own`: the variance of counts whose mean is exactly known."""
    follow = FOLLOWING * np.clip(np.abs(four) - 1, 1, 2 * CLIP)
    step = np.maximum(follow, 1 / (state.weeks + 1))
    reach = CLIP * np.sqrt(week.variance)
    seen = np.clip(week.saw, week.expected - reach, week.expected + reach) / week.peers
    drift = 1 + FOLLOWING * (week.peers - 1)
    level = np.maximum((state.level + step * (seen - state.level)) * drift, LEAST_LEVEL)
    return level, ((1 - step) ** 2 * state.level_variance + step**2 * own / week.peers**2) * drift**2
