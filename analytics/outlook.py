"""Who will go quiet? Of the series used in at least 3 of the last 12 weeks: how likely is no use in the next weeks?

The model is the mean of a logistic regression on quantile-normalised features and a histogram gradient boosting. Until
there is enough history for it, or where a back-test found it no better, the recency rule stands in: the longer
unused, the likelier quiet. Cancellation is another question: a series leaves with its cancellation, so it is not
asked about afterwards, and no window that its end cuts is learnt from.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import QuantileTransformer
from threadpoolctl import threadpool_limits

from analytics.outlook_features import RECENT, USUAL, YEAR_DAYS, History, Values, snapshots

STEP = 4  # weeks between origins
LEARNT_WEEKS = 260  # what is older is not learnt from
LEARNT_CASES = 30_000  # more are drawn from
ORIGIN_CASES = 2_000  # the same at one origin
LEAST_WEEKS = 26  # of history
LEAST_CASES, LEAST_OF_CLASS, LEAST_CALIBRATED = 200, 20, 50
REASONS = 3
_OUTCOME = ["silent", "seen"]


class Method(StrEnum):
    MODEL = "model"
    LOGISTIC = "logistic regression"
    BOOSTING = "gradient boosting"
    RECENCY = "recency rule"


class StandIn(StrEnum):
    """Why the recency rule stands in for the model."""

    NO_HISTORY = "no history"
    SHORT_HISTORY = "short history"
    ONE_CLASS = "one class only"
    FEW_CASES = "too few cases"
    RECENCY_AS_GOOD = "recency is as good"


class Family(StrEnum):
    """Features that one sentence tells together."""

    GAPS = "gaps"
    REGULARITY = "regularity"
    VOLUME = "volume"
    TREND = "trend"
    APPLICATIONS = "applications"
    AGE = "age"
    PEERS = "peers"
    SEASON = "season"


_FAMILIES = {
    Family.GAPS: ("recency", "recency_ratio", "mean_gap", "longest_gap"),
    Family.REGULARITY: ("share_", "active_"),
    Family.VOLUME: ("volume_12", "volume_26", "volume_per_week", "days_per_week", "users_per_week"),
    Family.TREND: ("trend_", "volume_4"),
    Family.APPLICATIONS: ("applications_per_week",),
    Family.AGE: ("age",),
    Family.PEERS: ("peers",),
    Family.SEASON: ("year_",),
}


@dataclass(frozen=True)
class Outlook:
    """What is expected of each series that is asked about, at the origin.

    `series`, by row of the history, likeliest first: probability (missing where the rule cannot be calibrated), rank
    (1: likeliest; equals share one), reason_1 … reason_3 (strongest first, missing where fewer speak for it).
    `base_rate`: the share that went quiet in the past, missing without one.
    """

    origin: int
    horizon: int
    method: Method
    stands_in_because: StandIn | None
    base_rate: float
    series: pd.DataFrame


def outlook(history: History, horizon: int = 8, is_better: bool = True, seed: int = 0) -> Outlook:
    """The outlook for the `horizon` weeks after the last complete one, learnt from the history itself.

    `is_better`: whether a back-test found the model better than the recency rule.
    """
    known = labelled(cases(history, range(history.weeks - horizon, RECENT - 1, -STEP), seed=seed), horizon)
    reason = shortcoming(known, history.weeks) or (None if is_better else StandIn.RECENCY_AS_GOOD)
    asked = cases(history, [history.weeks], per_origin=None).droplevel("origin")
    if reason:
        rule = RecencyRule.fit(known)
        found, method = rule.predictions(asked), Method.RECENCY
    else:
        found, method = Model.fit(known, seed).predictions(asked, history.series["group"]), Method.MODEL
    base_rate = known["quiet"].mean() if len(known) else np.nan
    return Outlook(history.weeks, horizon, method, reason, base_rate, found.sort_values("rank", kind="stable"))


def cases(
    history: History, origins: Collection[int], per_origin: int | None = ORIGIN_CASES, seed: int = 0
) -> pd.DataFrame:
    """What was known at each origin, and what came of it: a row per origin and eligible series, its index.

    Columns: the features of `snapshots`; silent: weeks without use from the origin to the next one, or to the end of
    what is known; seen: the weeks until that end (of the history or of the entitlement). Of more than `per_origin`
    series as many are drawn.
    """
    drawn = {}
    for origin, features in snapshots(history, origins):
        if per_origin and len(features) > per_origin:
            draw = np.random.default_rng([seed, origin]).choice(len(features), per_origin, replace=False)
            features = features.iloc[np.sort(draw)]
        drawn[origin] = features.assign(**_outcome(history, origin, features.index.to_numpy()))
    if not drawn:
        nowhere = pd.MultiIndex.from_arrays([[], []], names=["origin", "series"])
        return pd.DataFrame(columns=["recency", *_OUTCOME], index=nowhere, dtype="float64")
    return pd.concat(drawn, names=["origin", "series"])


def labelled(found: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The cases whose window of `horizon` weeks is closed, with `quiet`: no use in it."""
    closed = found[found["seen"] >= horizon]
    return closed.drop(columns=_OUTCOME).assign(quiet=closed["silent"] >= horizon)


def shortcoming(known: pd.DataFrame, weeks: int) -> StandIn | None:
    """Why no model can be learnt from the labelled cases of a history of so many weeks, if so."""
    quiet = known["quiet"].sum()
    rules = {
        StandIn.NO_HISTORY: weeks < RECENT,
        StandIn.SHORT_HISTORY: weeks < LEAST_WEEKS,
        StandIn.ONE_CLASS: len(known) > 0 and quiet in (0, len(known)),
        StandIn.FEW_CASES: len(known) < LEAST_CASES or min(quiet, len(known) - quiet) < LEAST_OF_CLASS,
    }
    return next((reason for reason, holds in rules.items() if holds), None)


@dataclass(frozen=True)
class Model:
    """The mean of two classifiers. `centre`: mean of the normalised features of the cases learnt from."""

    logistic: Pipeline
    boosting: HistGradientBoostingClassifier
    centre: Values

    @classmethod
    def fit(cls, known: pd.DataFrame, seed: int = 0) -> "Model":
        """Learns from labelled cases of both classes; from 30,000 at most, drawn."""
        known = known.sample(LEARNT_CASES, random_state=seed) if len(known) > LEARNT_CASES else known
        features, quiet = known.drop(columns="quiet"), known["quiet"].to_numpy()
        logistic = make_pipeline(
            QuantileTransformer(n_quantiles=min(200, len(known)), subsample=LEARNT_CASES, random_state=seed),
            LogisticRegression(C=0.3, max_iter=500),
        )
        boosting = HistGradientBoostingClassifier(
            learning_rate=0.05, max_iter=100, max_leaf_nodes=8, min_samples_leaf=50, l2_regularization=1.0,
            early_stopping=False, random_state=seed,
        )  # fmt: skip
        with _one_thread():
            logistic.fit(features, quiet)
            boosting.fit(features, quiet)
        return cls(logistic, boosting, logistic[0].transform(features).mean(axis=0))

    def probabilities(self, features: pd.DataFrame) -> pd.DataFrame:
        """Of going quiet, by model, logistic regression and gradient boosting (the columns), a row per case."""
        with _one_thread():
            parts = {
                Method.LOGISTIC: self.logistic.predict_proba(features)[:, 1],
                Method.BOOSTING: self.boosting.predict_proba(features)[:, 1],
            }
        both = pd.DataFrame({str(method): values for method, values in parts.items()}, index=features.index)
        return both.assign(**{str(Method.MODEL): both.mean(axis=1)})

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """What each family of features (the columns) adds to the log odds, against the mean of the cases learnt from.

        They are those of the logistic part, coefficient × (normalised value − its mean), summed by family: cheap and
        exact for that half of the model, which orders series much as the other does; the other has no such parts.
        """
        parts = (self.logistic[0].transform(features) - self.centre) * self.logistic[1].coef_[0]
        families = np.array([_family(name) for name in features.columns])
        sums = {str(family): parts[:, families == family].sum(axis=1) for family in dict.fromkeys(families)}
        return pd.DataFrame(sums, index=features.index)

    def predictions(self, asked: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
        """Columns of `Outlook.series`. The reasons speak for the side of the mean on which the series lies."""
        features = asked.drop(columns=_OUTCOME)
        if features.empty:
            return _predictions(features, np.zeros(0), np.zeros(0), np.full((0, REASONS), None))
        probability = self.probabilities(features)[Method.MODEL].to_numpy()
        told = features.assign(group=groups.loc[features.index])
        return _predictions(features, probability, probability, _reasons(told, self.contributions(features)))


@dataclass(frozen=True)
class RecencyRule:
    """The longer unused, the likelier quiet; `curve` gives the share that went quiet, if it could be learnt."""

    curve: IsotonicRegression | None

    @classmethod
    def fit(cls, known: pd.DataFrame) -> "RecencyRule":
        """Learns the share by weeks without use, never falling, where there are 50 cases and both classes."""
        if len(known) < LEAST_CALIBRATED or known["quiet"].nunique() < 2:
            return cls(None)
        curve = IsotonicRegression(out_of_bounds="clip")
        return cls(curve.fit(known["recency"].to_numpy(), known["quiet"].to_numpy(float)))

    def probabilities(self, features: pd.DataFrame) -> Values:
        """One per case, missing where nothing was learnt."""
        if self.curve is None or features.empty:
            return np.full(len(features), np.nan)
        found: Values = self.curve.predict(features["recency"].to_numpy())
        return found

    def predictions(self, asked: pd.DataFrame) -> pd.DataFrame:
        """Columns of `Outlook.series`; the only reason is the recency."""
        reasons = np.full((len(asked), REASONS), None)
        if len(asked):
            reasons[:, 0] = _gaps(asked)
        return _predictions(asked, self.probabilities(asked), asked["recency"].to_numpy(), reasons)


def _one_thread() -> threadpool_limits:
    """Several threads that wait for each other on busy cores take many times as long as one."""
    return threadpool_limits(1)


def _outcome(history: History, origin: int, rows: Values) -> dict[str, Values]:
    """`silent` and `seen` of `cases`, up to half a year."""
    seen = np.minimum(history.end_week[rows], min(history.weeks, origin + USUAL)) - origin
    following = np.full(len(history.series), np.inf)
    use = history.between(origin, origin + USUAL)
    np.minimum.at(following, use["series"].to_numpy(), use["week"].to_numpy(float))
    return {"silent": np.minimum(following[rows] - origin, seen), "seen": seen}


def _predictions(features: pd.DataFrame, probability: Values, order: Values, reasons: Values) -> pd.DataFrame:
    rank = pd.Series(order, features.index).rank(ascending=False, method="min").astype("int64")
    texts = {f"reason_{place + 1}": reasons[:, place] for place in range(REASONS)}
    return pd.DataFrame({"probability": probability, "rank": rank, **texts}, index=features.index)


# Reasons


def _family(feature: str) -> Family:
    return next(family for family, names in _FAMILIES.items() if feature.startswith(names))


def _reasons(told: pd.DataFrame, added: pd.DataFrame) -> Values:
    """Cases × 3: the sentences of the families that add most, toward the side on which their sum lies."""
    is_likelier = added.sum(axis=1).to_numpy() > 0
    toward = np.where(is_likelier[:, None], added, -added)
    strongest = np.argsort(-toward, axis=1, kind="stable")[:, :REASONS]
    reasons = np.full(strongest.shape, None, dtype=object)
    for place, family in enumerate(added.columns):
        row, rank = np.nonzero((strongest == place) & (toward[:, [place]] > 0))
        if len(row):
            reasons[row, rank] = SENTENCES[Family(family)](told.iloc[row])
    return reasons


def _number(values: pd.Series) -> pd.Series:
    return values.map("{:,.1f}".format).str.removesuffix(".0")


def _count(values: pd.Series, noun: str) -> pd.Series:
    number = _number(values)
    return number + np.where(number == "1", f" {noun}", f" {noun}s")


def _gaps(told: pd.DataFrame) -> pd.Series:
    since = ("not used for " + _count(told["recency"], "week")).mask(told["recency"] == 0, "used last week")
    usual = _count(told["mean_gap"], "week").replace("1 week", "week")
    return since + ", on average every " + usual + ", longest gap " + _count(told["longest_gap"], "week")


def _regularity(told: pd.DataFrame) -> pd.Series:
    short, long = (told["age"].clip(upper=weeks) for weeks in (8, USUAL))
    recent = "active in " + _number(told["active_8"]) + " of the last " + _count(short, "week")
    return recent + (", " + _number(told[f"active_{USUAL}"]) + " of the last " + _number(long)).where(long > short, "")


def _volume(told: pd.DataFrame) -> pd.Series:
    weeks = _count(told["age"].clip(upper=RECENT), "week")
    weekly = _count(np.expm1(told[f"volume_{RECENT}"]), "event") + " a week in the last " + weeks
    if "users_per_week" not in told:
        return weekly
    return weekly + ", by " + _count(np.expm1(told["users_per_week"]), "user") + " in a week with use"


def _trend(told: pd.DataFrame) -> pd.Series:
    now = (
        _count(np.expm1(told["volume_4"]), "event") + " a week in the last " + _count(told["age"].clip(upper=4), "week")
    )
    usual, longer = _number(np.expm1(told[f"volume_{USUAL}"])), _number(told["age"].clip(upper=USUAL))
    return now + ", " + usual + " in the last " + longer


def _peers(told: pd.DataFrame) -> pd.Series:
    change = np.expm1(told["peers"]) * 100
    others = "others" + (" on " + told["group"].astype("str")).where(told["group"].notna(), "")
    amount = change.abs().map("{:.0f} %".format)
    return others + ": " + amount + np.where(change < 0, " fewer", " more") + " active than in half a year"


def _applications(told: pd.DataFrame) -> pd.Series:
    return _count(np.expm1(told["applications_per_week"]), "application") + " in a week with use"


def _season(told: pd.DataFrame) -> pd.Series:
    day = np.arctan2(told["year_sin"], told["year_cos"]) % (2 * np.pi) / (2 * np.pi) * YEAR_DAYS
    return "the time of year (week " + _number(day // 7 + 1) + ")"


SENTENCES: dict[Family, Callable[[pd.DataFrame], pd.Series]] = {
    Family.GAPS: _gaps,
    Family.REGULARITY: _regularity,
    Family.VOLUME: _volume,
    Family.TREND: _trend,
    Family.APPLICATIONS: lambda told: (
        _count(np.expm1(told["applications_per_week"]), "application") + " in a week with use"
    ),
    Family.AGE: lambda told: "in use for " + _count(told["age"], "week"),
    Family.PEERS: _peers,
    Family.SEASON: _season,
}
