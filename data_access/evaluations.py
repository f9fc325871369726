"""How good were the flags and the outlook when they were last judged? What `dashboard backtest` left for the pages."""

from datetime import datetime
from io import StringIO
from typing import NamedTuple

import pandas as pd
from sqlalchemy import select

from data_access.scope import Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import evaluations

EVALUATIONS = {"made_at": "datetime64[us, UTC]", "source": "str", "title": "str", "content": "str"}


class Evaluation(NamedTuple):
    """One table: a row per method."""

    made_at: datetime
    source: str
    title: str
    table: pd.DataFrame


def keep_evaluations(workspace: Workspace, act: Act, source: str, tables: dict[str, pd.DataFrame]) -> None:
    """In place of those before. `tables` by title."""
    rows = [
        {"made_at": act.now, "source": source, "title": title, "content": table.to_csv(index=False)}
        for title, table in tables.items()
    ]
    workspace.write(act, "backtest", None, source, evaluations.delete(), evaluations.insert().values(rows))


def last_evaluations(workspace: Workspace, scope: Scope) -> list[Evaluation]:
    """In the order in which they were made; none before the first."""
    statement = select(*(evaluations.c[name] for name in EVALUATIONS)).order_by(evaluations.c.id)
    found = workspace.read(scope, statement, EVALUATIONS)
    return [
        Evaluation(row.made_at, row.source, row.title, pd.read_csv(StringIO(row.content)))
        for row in found.itertuples(index=False)
    ]
