"""Who wrote what in the workspace, and when?"""

import pandas as pd
from sqlalchemy import select, true

from data_access.scope import Role, Scope
from data_access.workspace import Workspace
from data_access.workspace_schema import audit

AUDIT = {"at": "datetime64[us, UTC]", "who": "str", "action": "str", "subject": "str", "detail": "str"}


def audit_log(workspace: Workspace, scope: Scope, limit: int, offset: int = 0) -> pd.DataFrame:
    """One row per write, the newest first; none but for administrators. Columns: AUDIT."""
    statement = (
        select(*(audit.c[name] for name in AUDIT))
        .where(true() if scope.role is Role.ADMINISTRATOR else ~true())
        .order_by(audit.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return workspace.read(scope, statement, AUDIT)
