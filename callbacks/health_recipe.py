"""How is health to be scored from now on? Read from a form, tried before it is kept, and kept as a new version."""

from collections.abc import Callable
from typing import Any, get_args

from flask import g

from analytics.health import COMPONENTS, Recipe, Scaling
from callbacks.fields import words
from callbacks.health_versions import recipe_in_force
from callbacks.request import BadInput, NotAllowed, Parser, one_of
from data_access import score_versions
from data_access.scope import Role
from data_access.workspace import Act
from layouts.health_versions import LARGEST_WEIGHT, LONGEST_NOTE


def amount(name: str, most: float) -> Callable[[Any], float]:
    """A number from 0 to `most` as it is typed, with a comma or a point."""

    def parse(raw: Any) -> float:
        try:
            found = float(str(raw).strip().replace(",", "."))
        except ValueError:
            found = float("nan")
        if not 0 <= found <= most:
            raise BadInput(f"{name} is a number from 0 to {most:g}.", "Correct it, then try again.")
        return found

    return parse


def recipe_of(scaling: Scaling, healthy: float, at_risk: float, **weights: float) -> Recipe:
    """BadInput in plain words where they make no score together."""
    try:
        return Recipe(scaling, tuple(weights[name] for name in COMPONENTS), healthy, at_risk)
    except ValueError as error:
        raise BadInput(str(error), "Correct it, then try again.") from None


RECIPE_FIELDS: dict[str, Parser] = {
    "scaling": one_of(*get_args(Scaling)),
    **{name: amount("A weight", LARGEST_WEIGHT) for name in COMPONENTS},
    "healthy": amount("The limit of Healthy", 100),
    "at_risk": amount("The limit of At-Risk", 100),
}
SCORE_FIELDS: dict[str, Parser] = {**RECIPE_FIELDS, "note": words(LONGEST_NOTE)}


def keep_score(act: Act, note: str, **parts: Any) -> str:
    if act.scope.role is Role.MANAGER:
        raise NotAllowed(
            "How health is scored is decided by leaders and administrators.", "Show them the preview, and ask them."
        )
    recipe = recipe_of(**parts)
    if recipe == recipe_in_force() and "workspace_is_away" not in g:
        raise BadInput("Health is scored like this already.", "Change a weight, the scaling or a limit.")
    score_versions.save(g.workspace, act, recipe.scaling, recipe.weights, recipe.healthy, recipe.at_risk, note)
    return "Kept: health is scored like this from now on."
