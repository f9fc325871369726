"""How long do detection and outlook take at load? On one core, beside a groupby of the same rows."""

import time
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from analytics.change_backtest import simulation
from analytics.changes import advance, discoveries, weeks
from analytics.outlook import outlook
from analytics.outlook_backtest import backtest
from analytics.outlook_features import History

SERIES, WEEKS = 20_000, 104
ACCOUNTS, APPLICATIONS = 5_000, 20


def main() -> None:
    counts, groups, _ = simulation(SERIES, WEEKS)
    *_, (state, _) = weeks(counts, groups)
    detection = {
        "all weeks": _seconds(lambda: [discoveries(week) for _, week in weeks(counts, groups)]),
        "one weekly step": _seconds(lambda: discoveries(advance(state, counts[:, -1], groups)[1])),
    }
    _report(f"Changes: {SERIES:,} series × {WEEKS} weeks", counts, detection)
    for title, volume in (
        (f"Outlook: {ACCOUNTS:,} accounts × {APPLICATIONS} applications", _use(ACCOUNTS * APPLICATIONS)),
        (f"Outlook: {ACCOUNTS:,} accounts as a whole", _use(ACCOUNTS)),
    ):
        history = _history(volume)
        learning = {
            "trained and scored": _seconds(lambda history=history: outlook(history), 1),  # type: ignore[misc]
            "judged on the past": _seconds(lambda history=history: backtest(history), 1),  # type: ignore[misc]
        }
        _report(f"{title} × {WEEKS} weeks", volume, learning)


def _use(series: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Poisson use of various rates; now and then a series pauses for some weeks."""
    random = np.random.default_rng(0)
    rate = np.exp(random.normal(0, 1.5, (series, 1)))
    starts = random.random((series, WEEKS)) < 0.01
    pauses = np.maximum.accumulate(np.where(starts, np.arange(WEEKS), -99), axis=1) > np.arange(WEEKS) - 12
    return np.where(pauses, 0, random.poisson(rate, (series, WEEKS))).astype(float)


def _history(volume: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> History:
    series, week = np.nonzero(volume)
    use = pd.DataFrame({"series": series, "week": week, "volume": volume[series, week]})
    about = pd.DataFrame({"group": np.arange(len(volume)) % APPLICATIONS, "first_week": None, "end_week": None})
    return History(use.assign(days=1, users=1), about, WEEKS, date(2024, 1, 1))


def _report(title: str, counts: np.ndarray[tuple[int, int], np.dtype[np.float64]], seconds: dict[str, float]) -> None:
    series, week = np.indices(counts.shape)
    rows = pd.DataFrame({"series": series.ravel(), "week": week.ravel(), "count": counts.ravel()})
    groupby = _seconds(lambda: rows.groupby(["series", "week"])["count"].sum(), 1)
    print(f"\n{title}".ljust(62) + "seconds   × groupby")
    for what, taken in ({"groupby of series and week": groupby} | seconds).items():
        print(f"  {what:58} {taken:8.3f} {taken / groupby:11.2f}", flush=True)


def _seconds(run: Callable[[], object], times: int = 3) -> float:
    """The best of so many."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return min(taken)


if __name__ == "__main__":
    main()
