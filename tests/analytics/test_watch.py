import numpy as np
import pandas as pd
import pytest

from analytics import watch
from analytics.watch import ACCOUNT, APPLICATION, PAIR

WEEKS = 30


def flagged(counts, account, application, weeks=WEEKS):
    """(week, level, place, direction) of every flag of the last eight weeks, and what the last week was by level."""
    account, application = np.array(account), np.array(application)
    now = watch.beginning(len(account), account.max() + 1, application.max() + 1)
    told = []
    for week in range(weeks):
        now, found = watch.step(now, counts[:, week].astype(float), account, application)
        told.append(watch.flags(found).assign(week=week))
    rows = pd.concat(told)
    rows = rows[rows["week"] >= weeks - 8]
    return list(rows[["week", "level", "series", "direction"]].itertuples(index=False, name=None)), found


def steady(pairs, mean=40.0, seed=1):
    return np.random.default_rng(seed).poisson(mean, (pairs, WEEKS)).astype(float)


def test_an_account_is_the_sum_of_its_pairs_and_so_is_an_application():
    _, found = flagged(np.full((4, WEEKS), 10.0), [0, 0, 1, 1], [0, 1, 0, 1])
    assert found[PAIR].expected == pytest.approx([10] * 4, rel=0.02)
    assert found[ACCOUNT].expected == pytest.approx([20, 20], rel=0.02)
    assert found[APPLICATION].saw.tolist() == [20, 20]


def test_a_fall_of_one_pair_is_flagged_for_it_and_for_its_account():
    counts = steady(40)
    counts[0, -1] = 2
    told, _ = flagged(counts, np.arange(40) // 2, np.arange(40) % 2)
    assert told == [(29, PAIR, 0, -1), (29, ACCOUNT, 0, -1)]


def test_a_cancelled_pair_is_no_fall_of_its_account():
    counts = steady(40)
    counts[0, 24:] = np.nan
    told, found = flagged(counts, np.arange(40) // 2, np.arange(40) % 2)
    assert told == []
    assert found[ACCOUNT].expected[0] == pytest.approx(40, rel=0.2)


def test_what_was_seen_before_a_pair_left_is_told_as_it_was():
    counts = np.full((40, WEEKS), 10.0)
    counts[0, 28:] = np.nan
    _, found = flagged(counts, np.arange(40) // 2, np.arange(40) % 2)
    assert found[ACCOUNT].saw4[0] == 20 + 20 + 10 + 10
    assert found[ACCOUNT].expected4[0] == pytest.approx(60, rel=0.02)


def test_the_same_left_in_as_zeros_is_one():
    counts = steady(40)
    counts[0, 24:] = 0
    told, _ = flagged(counts, np.arange(40) // 2, np.arange(40) % 2)
    assert (24, ACCOUNT, 0, -1) in told


def test_a_pair_that_begins_is_no_rise_of_its_account():
    counts = steady(40)
    counts[0, :23] = np.nan
    told, _ = flagged(counts, np.arange(40) // 2, np.arange(40) % 2)
    assert told == []


def test_an_outage_is_one_flag_of_the_application_and_none_of_its_hundred_pairs():
    counts = steady(200)
    counts[::2, -1] = np.random.default_rng(2).poisson(1, 100)
    told, found = flagged(counts, np.arange(200) // 2, np.arange(200) % 2)
    assert (29, APPLICATION, 0, -1) in told
    assert not [flag for flag in told if flag[1] == PAIR]
    assert found[PAIR].peers[0] < 0.1
