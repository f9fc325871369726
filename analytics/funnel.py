"""What share came from each step to the next, and from the first?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """People who reached a step; `of_before` and `of_first` are shares, missing where nobody could reach it."""

    name: str
    people: int
    lost: int  # reached the step before, and not this one
    of_before: float
    of_first: float


def funnel(names: Sequence[str], counts: Sequence[int]) -> list[Step]:
    """Step rate n_i ÷ n_(i−1), overall n_i ÷ n_1. `counts`: people who reached each of the steps, in order."""
    before = [counts[0], *counts[:-1]]
    return [
        Step(name, people, earlier - people, _share(people, earlier), _share(people, counts[0]))
        for name, people, earlier in zip(names, counts, before, strict=True)
    ]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
