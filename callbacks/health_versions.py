"""How is health scored, since when, and who decided that?"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dash import Input
from flask import current_app, g

from analytics.health import Recipe
from callbacks.workspace import from_workspace
from data_access import score_versions
from layouts.shell import Ids

SETTINGS = "HEALTH_RECIPE"  # in the configuration of the server


@dataclass(frozen=True, slots=True)
class Version:
    """How health is scored from a moment on. Number 0 is that of the settings, and of no moment."""

    number: int
    made_at: datetime | None
    made_by: str
    recipe: Recipe
    note: str

    @property
    def since(self) -> date:
        return self.made_at.date() if self.made_at else date.min


def versions() -> tuple[Version, ...]:
    """Every version, the oldest first: that of the settings, then those that people made. The last is in force.

    Where the workspace is away, that of the settings alone: say so (`g.workspace_is_away`).
    """
    if "score_versions" not in g:
        found = from_workspace(score_versions.all_versions)
        made = [] if found is None else [_version(row) for row in found.itertuples(index=False)]
        g.score_versions = (Version(0, None, "", current_app.config[SETTINGS], "Settings"), *made)
    known: tuple[Version, ...] = g.score_versions
    return known


def recipe_in_force() -> Recipe:
    """The newest version's, else that of the settings."""
    return versions()[-1].recipe


# Among the inputs of a cached callback: its answer must not outlive the versions, or the settings, it comes from.
VERSIONS = {"versions": (Input(Ids.WRITTEN, "data"), lambda _raw: versions())}


def _version(row: Any) -> Version:
    weights = tuple(getattr(row, name) for name in score_versions.WEIGHTS)
    recipe = Recipe(row.scaling, weights, row.healthy, row.at_risk)
    return Version(row.number, row.made_at.to_pydatetime(), row.made_by, recipe, row.note)
