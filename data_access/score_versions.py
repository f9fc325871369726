"""How was health scored, since when, and who decided that? Versions are added, and never changed."""

import pandas as pd
from sqlalchemy import func, select

from data_access.scope import Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import score_versions

WEIGHTS = (
    "usage_frequency_weight", "logins_weight", "ticket_responses_weight", "feature_adoption_weight",
    "csm_engagement_weight",
)  # fmt: skip
VERSIONS = {
    "number": "int64", "made_at": "datetime64[us, UTC]", "made_by": "str", "scaling": "str",
    **dict.fromkeys(WEIGHTS, "float64"), "healthy": "float64", "at_risk": "float64", "note": "str",
}  # fmt: skip


def save(
    workspace: Workspace, act: Act, scaling: str, weights: tuple[float, ...], healthy: float, at_risk: float, note: str
) -> None:
    """The next version; in force from now on."""
    # Writers take turns, so no two can be given the same number.
    number = select(func.coalesce(func.max(score_versions.c.number), 0) + 1).scalar_subquery()
    row = {
        "number": number, "made_at": act.now, "made_by": act.scope.user, "scaling": scaling,
        **dict(zip(WEIGHTS, weights, strict=True)), "healthy": healthy, "at_risk": at_risk, "note": note,
    }  # fmt: skip
    listed = ", ".join(f"{weight:g}" for weight in weights)
    detail = f"{scaling}, weights {listed}, Healthy from {healthy:g}, At-Risk from {at_risk:g}: {note}"
    # Inline: the number is not asked back, which on SQLite would hide that a row was written.
    workspace.write(act, "score", None, detail, score_versions.insert().values(row).inline())


def all_versions(workspace: Workspace, scope: Scope) -> pd.DataFrame:
    """One row per version, the oldest first. Columns: VERSIONS."""
    statement = select(*(score_versions.c[name] for name in VERSIONS)).order_by(score_versions.c.number)
    return workspace.read(scope, statement, VERSIONS)
