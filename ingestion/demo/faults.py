"""What goes wrong on the way to the log? Events delivered twice, and rows that lack what they need."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo.dice import Bools, Ints, Topic, dice

TWICE_A_WEEK = 2.0  # events that are delivered twice, in a common week
REDELIVERED_EVERY = 13  # weeks: then a whole batch comes again, in a file of its own
BATCH = 12, 32
# Rows a week, on average.
BROKEN = {"no account": 1.2, "no valid time": 0.8, "no application": 0.3, "unknown application": 0.5, "no user": 0.8}
REJECTED = ("no account", "no valid time", "no application")
UNKNOWN_APPLICATION = "legacy-portal"  # no table knows it
MOST_BROKEN = 0.02  # of a week, however few events it has


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which of a week's events arrive, by number: those of the first file, those that a second one repeats."""

    rows: Ints
    again: Ints
    broken: dict[str, Ints]  # events by what is wrong with them

    def counts(self) -> dict[str, int]:
        """Rows written, by what a careful reader makes of each."""
        everything = np.concatenate([self.rows, self.again])
        rejected = np.isin(everything, np.concatenate([self.broken[kind] for kind in REJECTED]))
        good = everything[~rejected]
        within = len(self.rows) - len(np.unique(self.rows))
        counts = {
            "rows": len(everything),
            "rows kept": len(np.unique(good)),
            "duplicates": len(good) - len(np.unique(good)),
            "duplicates within a file": within,
        }
        return counts | {kind: int(np.isin(everything, events).sum()) for kind, events in self.broken.items()}


def delivered(
    seed: int, week: int, weeks_to_go: int, arrives: Bools, can_break: Bools, fits: dict[str, Bools]
) -> Delivery:
    """One element of the arrays per event of the week; `fits` limits what can be wrong with which."""
    rng = dice(seed, Topic.FAULTS, week)
    rows = np.flatnonzero(arrives)
    broken = _broken(rng, np.flatnonzero(arrives & can_break), fits)
    sound = np.setdiff1d(rows, np.concatenate(list(broken.values())))
    twice = rng.choice(sound, min(int(rng.poisson(TWICE_A_WEEK)), len(sound) // 50), replace=False)
    again = np.empty(0, dtype=np.int64)
    if weeks_to_go % REDELIVERED_EVERY == 1 and len(sound) > 10 * BATCH[1]:
        first = rng.integers(0, len(sound) - BATCH[1])
        again = sound[first : first + rng.integers(*BATCH)]
    return Delivery(np.sort(np.concatenate([rows, twice])), again, broken)


def _broken(rng: np.random.Generator, candidates: Ints, fits: dict[str, Bools]) -> dict[str, Ints]:
    broken = {}
    left = int(len(candidates) * MOST_BROKEN)
    for kind, mean in BROKEN.items():
        some = candidates[fits[kind][candidates]] if kind in fits else candidates
        broken[kind] = rng.choice(some, min(int(rng.poisson(mean)), left, len(some)), replace=False)
        left -= len(broken[kind])
        candidates = np.setdiff1d(candidates, broken[kind])
    return broken
