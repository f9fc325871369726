"""When did a version of the score come into force, among the steps that are drawn?"""

import pandas as pd

from callbacks.health_versions import Version
from figures.health import Version as Mark
from layouts import numbers


def marks(steps: pd.DataFrame, versions: tuple[Version, ...]) -> list[Mark]:
    """Those after the first step; one that came after the last is marked there, since that is scored by it."""
    if steps.empty:
        return []
    first, last = steps["day"].iloc[0].date(), steps["day"].iloc[-1].date()
    return [
        Mark(min(version.since, last).isoformat(), f"Version {version.number}", words(version))
        for version in versions
        if version.made_at and version.since > first
    ]


def words(version: Version) -> str:
    since = numbers.day(version.since)
    return f"Version {version.number}, in force from {since}, saved by {version.made_by}: {version.note}"
