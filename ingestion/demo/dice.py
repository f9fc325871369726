"""Where does chance come from? One independent stream per topic and week, so that none disturbs another."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class Topic(IntEnum):
    """What is drawn. The values are part of the seed: never renumber them."""

    AGENCIES = 0
    CONTACTS = 1
    CONTRACTS = 2
    PEOPLE = 3
    HABITS = 4
    WEEK = 5
    STORIES = 6
    FAULTS = 7
    USERS = 8
    SUPPORT = 9
    MESSAGES = 10
    SERVICE = 11
    FEATURES = 12


def dice(seed: int, topic: Topic, number: int = 0) -> np.random.Generator:
    """The stream of `topic`, or of its part `number`: the same for the same three values."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=(topic, number))))


def choose_weighted(rng: np.random.Generator, weights: Floats) -> Ints:
    """Columns of `weights` (rows × choices), each row in the order of a weighted draw without replacement.

    Sorting log-weights plus Gumbel noise is such a draw: Efraimidis and Spirakis (2006).
    """
    return np.argsort(-(np.log(weights) + rng.gumbel(size=weights.shape)), axis=-1)
