"""What is flagged in a week: of pairs, and of the accounts and applications that they add up to?

The count of an account or application is the sum of its pairs. A pair that begins or is cancelled is no change in
behaviour: what is known of a sum is carried over to the pairs that are in it this week, in proportion to their levels.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.changes import Groups, State, Truths, Values, Week, advance, discoveries, start

PAIR, ACCOUNT, APPLICATION = "pair", "account", "application"
LEAST_TO_COMPARE = 5  # sums: of fewer, one alone would move the index of the others
LEVELS = (PAIR, ACCOUNT, APPLICATION)


@dataclass(frozen=True)
class Watch:
    """All that is known before a week. `is_counted`: which pairs were in the sums of the last week."""

    pairs: State
    is_counted: Truths
    accounts: State
    applications: State


def beginning(pairs: int, accounts: int, applications: int) -> Watch:
    return Watch(start(pairs), np.zeros(pairs, bool), start(accounts), start(applications))


def step(watch: Watch, counts: Values, account: Groups, application: Groups) -> tuple[Watch, dict[str, Week]]:
    """One week of every level. `account` and `application` of the pairs, by their places from 0.

    `counts` of the pairs: missing where not started, cancelled or without data. Peers of a pair are the others of its
    application; of an account all others, and likewise of an application, where there are enough of them.
    """
    is_counted = np.isfinite(counts) & np.isfinite(watch.pairs.level)
    pairs, weeks = advance(watch.pairs, counts, application)
    found = {PAIR: weeks}
    totals = {}
    for level, state, key in ((ACCOUNT, watch.accounts, account), (APPLICATION, watch.applications, application)):
        carried = _carried_over(state, watch.pairs.level, watch.is_counted, is_counted, key)
        size = len(carried.level)
        sums = np.bincount(key[is_counted], counts[is_counted], minlength=size)
        is_there = np.bincount(key[is_counted], minlength=size) > 0
        peers = np.zeros(size, dtype=np.int64) if size >= LEAST_TO_COMPARE else np.arange(size)
        totals[level], found[level] = advance(carried, np.where(is_there, sums, np.nan), peers)
    return Watch(pairs, is_counted, totals[ACCOUNT], totals[APPLICATION]), found


def _carried_over(state: State, level: Values, before: Truths, now: Truths, key: Groups) -> State:
    """What is known of sums of other pairs than last week's: by the ratio of the levels of both."""
    size = len(state.level)
    then, here = (np.bincount(key[chosen], level[chosen], minlength=size) for chosen in (before, now))
    changed = np.bincount(key[before != now], minlength=size) > 0
    ratio = np.where(changed & (then > 0) & (here > 0), here / np.where(then > 0, then, 1), 1.0)
    # What was expected and seen in the last weeks stays as it was: it is told, and its rows are shown.
    return replace(state, level=state.level * ratio, level_variance=state.level_variance * ratio**2)


def flags(found: dict[str, Week], q: float = 0.05) -> pd.DataFrame:
    """What is worth a look, of all levels: `changes.discoveries` with `level`; `series` is the place in its level."""
    return pd.concat([discoveries(found[level], q).assign(level=level) for level in LEVELS], ignore_index=True)
