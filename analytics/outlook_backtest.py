"""How often was the outlook right? Past origins are judged again, each by what was known at it.

The origins roll forward: a model learns from windows that had closed by the origin from which it is used, never from
a random split. Beside the model stand its two parts and the rule "weeks since last use".
"""

from dataclasses import dataclass

import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from analytics.outlook import (
    LEARNT_WEEKS,
    STEP,
    Method,
    Model,
    RecencyRule,
    StandIn,
    cases,
    labelled,
    shortcoming,
)
from analytics.outlook_features import RECENT, History, Values

SPAN_WEEKS = 156  # of the past that is judged
REFIT_WEEKS = 26  # a model is used for so long
QUARTER = 13
FLAGGED = 50  # likeliest; at most a tenth
TOP_SHARE = 0.1
BINS = 10
LEAST_GAIN = 0.01  # in ROC AUC, to be better than the rule


@dataclass(frozen=True)
class BackTest:
    """`figures`: a row per method: method, origins, cases, base_rate, roc_auc, pr_auc (average precision), lift (among
    the tenth with the highest risk, ÷ base rate), calibration_error. `reliability`: method, predicted, observed,
    cases, by tenths of the predictions. `track_record`: method, origin, flagged, went_quiet, for the model and the
    rule. All empty where there was nothing to judge by, for which `stand_in` gives the reason.
    """

    horizon: int
    figures: pd.DataFrame
    reliability: pd.DataFrame
    track_record: pd.DataFrame
    is_better: bool  # the model than the recency rule
    stand_in: StandIn | None


def backtest(
    history: History, horizon: int = 8, span_weeks: int = SPAN_WEEKS, refit_weeks: int = REFIT_WEEKS, seed: int = 0
) -> BackTest:
    """Judges the origins of the last `span_weeks`, every four weeks, one of them a quarter before the end."""
    found = labelled(cases(history, _origins(history, horizon, span_weeks), seed=seed), horizon)
    first = history.weeks - span_weeks
    judged, reason = _judged(found, horizon, first, refit_weeks, seed)
    figures = _figures(judged)
    track = _track_record(history, found, horizon, seed)
    return BackTest(horizon, figures, _reliability(judged), track, is_better(figures), reason)


def is_better(figures: pd.DataFrame) -> bool:
    """Whether the model beats the recency rule: in ROC AUC by 0.01 at least, and in PR-AUC."""
    by_method = figures.set_index("method")
    if str(Method.MODEL) not in by_method.index:
        return False
    gain = by_method.loc[Method.MODEL] - by_method.loc[Method.RECENCY]
    return bool(gain["roc_auc"] >= LEAST_GAIN and gain["pr_auc"] > 0)


def _origins(history: History, horizon: int, span_weeks: int) -> list[int]:
    """Those judged and those learnt from, in steps from a quarter before the end."""
    first = max(RECENT, history.weeks - span_weeks - LEARNT_WEEKS)
    quarter_ago = history.weeks - QUARTER
    return [o for o in range(first, history.weeks - horizon + 1) if (o - quarter_ago) % STEP == 0]


def closed(found: pd.DataFrame, origin: int, horizon: int) -> pd.DataFrame:
    """The labelled cases whose windows had closed by the origin."""
    at = found.index.get_level_values("origin")
    return found[(at + horizon <= origin) & (at >= origin - LEARNT_WEEKS)]


def _judged(
    found: pd.DataFrame, horizon: int, first: int, refit_weeks: int, seed: int
) -> tuple[pd.DataFrame, StandIn | None]:
    """The cases from `first` on with what each method said: quiet, recency, and a probability per method."""
    learnt: tuple[Model, RecencyRule] | None = None
    learnt_at, reason, parts = 0, StandIn.NO_HISTORY, []
    for origin, asked in found[found.index.get_level_values("origin") >= first].groupby(level="origin"):
        if learnt is None or origin - learnt_at >= refit_weeks:
            known = closed(found, origin, horizon)
            lacking = shortcoming(known, origin)
            if lacking:
                reason = lacking
                continue
            learnt, learnt_at = (Model.fit(known, seed), RecencyRule.fit(known)), origin
        parts.append(_said(asked, *learnt))
    judged = pd.concat(parts) if parts else found[["quiet", "recency"]].iloc[:0]
    if parts and judged["quiet"].nunique() < 2:
        return judged.iloc[:0], StandIn.ONE_CLASS
    return judged, None if parts else reason


def _said(asked: pd.DataFrame, model: Model, rule: RecencyRule) -> pd.DataFrame:
    probabilities = model.probabilities(asked.drop(columns="quiet"))
    return asked[["quiet", "recency"]].join(probabilities.assign(**{str(Method.RECENCY): rule.probabilities(asked)}))


def _order(judged: pd.DataFrame, method: Method) -> Values:
    """What a method sorts by: the rule by the recency itself, of which its probabilities are steps."""
    order: Values = judged["recency" if method == Method.RECENCY else str(method)].to_numpy()
    return order


def _figures(judged: pd.DataFrame) -> pd.DataFrame:
    quiet, origins = judged["quiet"].to_numpy(float), judged.index.get_level_values(0).nunique()
    rows = [
        {
            "method": str(method),
            "origins": origins,
            "cases": len(judged),
            "base_rate": quiet.mean(),
            "roc_auc": roc_auc_score(quiet, _order(judged, method)),
            "pr_auc": average_precision_score(quiet, _order(judged, method)),
            "lift": lift(quiet, _order(judged, method)),
            "calibration_error": calibration_error(reliability(quiet, judged[str(method)].to_numpy())),
        }
        for method in (Method if len(judged) else ())
    ]
    columns = ["method", "origins", "cases", "base_rate", "roc_auc", "pr_auc", "lift", "calibration_error"]
    return pd.DataFrame(rows, columns=columns)


def lift(quiet: Values, order: Values, share: float = TOP_SHARE) -> float:
    """How many times the base rate the `share` of cases highest in order holds; among equals, as on average."""
    ranked = pd.DataFrame({"quiet": quiet, "order": order}).sort_values("order", ascending=False)
    expected = ranked.groupby("order")["quiet"].transform("mean")
    return float(expected.iloc[: max(int(len(ranked) * share), 1)].mean() / quiet.mean())


def reliability(quiet: Values, probability: Values, bins: int = BINS) -> pd.DataFrame:
    """By tenths of the predictions, equals together: predicted (mean), observed (share that went quiet), cases."""
    said = pd.DataFrame({"predicted": probability, "observed": quiet})
    place = (said["predicted"].rank(method="average") - 0.5) * bins // len(said)
    by_place = said.groupby(place)
    return by_place.mean().assign(cases=by_place.size()).reset_index(drop=True)


def calibration_error(curve: pd.DataFrame) -> float:
    """Mean |predicted − observed| over the rows of `reliability`, weighted by cases (expected calibration error)."""
    off = (curve["predicted"] - curve["observed"]).abs()
    return float((off * curve["cases"]).sum() / curve["cases"].sum())


def _reliability(judged: pd.DataFrame) -> pd.DataFrame:
    curves = [
        reliability(judged["quiet"].to_numpy(float), judged[str(method)].to_numpy()).assign(method=str(method))
        for method in (Method if len(judged) else ())
    ]
    columns = ["method", "predicted", "observed", "cases"]
    return pd.concat(curves, ignore_index=True)[columns] if curves else pd.DataFrame(columns=columns)


def _track_record(history: History, found: pd.DataFrame, horizon: int, seed: int) -> pd.DataFrame:
    """Of the series flagged a quarter ago, how many went quiet; equals are flagged in their order."""
    origin = history.weeks - QUARTER
    columns = ["method", "origin", "flagged", "went_quiet"]
    asked = labelled(cases(history, [origin] if origin >= RECENT else [], per_origin=None), horizon)
    known = closed(found, origin, horizon)
    if asked.empty or shortcoming(known, origin):
        return pd.DataFrame(columns=columns)
    flagged = min(FLAGGED, max(len(asked) // 10, 1))
    orders = {
        Method.MODEL: Model.fit(known, seed).probabilities(asked.drop(columns="quiet"))[Method.MODEL],
        Method.RECENCY: asked["recency"],
    }
    top = {
        method: order.sort_values(ascending=False, kind="stable").index[:flagged] for method, order in orders.items()
    }
    rows = [(str(method), origin, flagged, int(asked.loc[index, "quiet"].sum())) for method, index in top.items()]
    return pd.DataFrame(rows, columns=columns)
