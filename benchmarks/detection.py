"""How long does the detection of changes take? 20,000 series × 104 weeks on one core, beside a groupby of the same."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from analytics.change_backtest import simulation
from analytics.changes import advance, discoveries, weeks

SERIES, WEEKS = 20_000, 104


def main() -> None:
    counts, groups, _ = simulation(SERIES, WEEKS)
    series, week = np.indices(counts.shape)
    rows = pd.DataFrame({"series": series.ravel(), "week": week.ravel(), "count": counts.ravel()})
    *_, (state, _) = weeks(counts, groups)
    seconds = {
        "groupby of series and week": _seconds(lambda: rows.groupby(["series", "week"])["count"].sum()),
        "all weeks": _seconds(lambda: [discoveries(week) for _, week in weeks(counts, groups)]),
        "one weekly step": _seconds(lambda: discoveries(advance(state, counts[:, -1], groups)[1])),
    }
    print(f"\n{SERIES:,} series × {WEEKS} weeks      seconds   × groupby")
    for what, taken in seconds.items():
        print(f"  {what:28} {taken:8.3f} {taken / seconds['groupby of series and week']:11.2f}")


def _seconds(run: Callable[[], object]) -> float:
    """The best of three."""
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        run()
        taken.append(time.perf_counter() - started)
    return min(taken)


if __name__ == "__main__":
    main()
