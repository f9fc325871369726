"""When did a version of the score come into force, among the steps that are drawn?"""

from collections.abc import Sequence
from itertools import groupby

import pandas as pd

from callbacks.health_versions import Version
from figures.health import Version as Mark
from layouts import numbers


def marks(steps: pd.DataFrame, versions: tuple[Version, ...]) -> list[Mark]:
    """Those after the first step; one that came after the last is marked there, since that is scored by it.

    Several that fall on one day are one mark: the last of them is what counts.
    """
    if steps.empty:
        return []
    first, last = steps["day"].iloc[0].date(), steps["day"].iloc[-1].date()
    after = [version for version in versions if version.made_at and version.since > first]
    return [
        Mark(day.isoformat(), label([version.number for version in of_day]), "; ".join(map(words, of_day)))
        for day, found in groupby(after, key=lambda version: min(version.since, last))
        for of_day in [list(found)]
    ]


def label(of_day: Sequence[int]) -> str:
    """Version 3; Versions 3–5."""
    return f"Version {of_day[0]}" if len(of_day) == 1 else f"Versions {of_day[0]}–{of_day[-1]}"


def words(version: Version) -> str:
    since = numbers.day(version.since)
    return f"Version {version.number}, in force from {since}, saved by {version.made_by}: {version.note}"
