"""What do people say of the changes that were flagged: seen, explained, useful or not?"""

from datetime import date
from typing import Literal, NamedTuple

import pandas as pd
from sqlalchemy import select

from data_access.scope import Scope
from data_access.workspace import Act, Workspace
from data_access.workspace_schema import verdicts

Question = Literal["seen", "reason", "useful"]
VERDICTS = {
    "account_id": "str", "application_id": "str", "week": "datetime64[s]", "question": "str", "answer": "str",
    "given_by": "str", "given_at": "datetime64[us, UTC]",
}  # fmt: skip


class Episode(NamedTuple):
    """A flagged change, by what it is about and the week (its Monday) in which it began."""

    account_id: str | None  # None: of an application as a whole
    application_id: str | None  # None: of an account as a whole
    week: date


def give(workspace: Workspace, act: Act, episode: Episode, question: Question, answer: str) -> None:
    """In place of what was said before: by anybody, or of its use by the same person."""
    about = {
        "account_id": episode.account_id, "application_id": episode.application_id, "week": episode.week,
        "question": question,
    }  # fmt: skip
    whose = {"given_by": act.scope.user} if question == "useful" else {}
    earlier = verdicts.delete().where(
        *(verdicts.c[name].is_not_distinct_from(value) for name, value in (about | whose).items())
    )
    row = about | {"answer": answer, "given_by": act.scope.user, "given_at": act.now}
    detail = f"{episode.application_id or 'all applications'}, week of {episode.week}: {question}: {answer}"
    workspace.write(act, "verdict", episode.account_id, detail, earlier, verdicts.insert().values(row))


def verdicts_since(workspace: Workspace, scope: Scope, week: date) -> pd.DataFrame:
    """One row per verdict on changes that began in `week` or later, the newest first. Columns: VERDICTS.

    Of all accounts: join it with changes of those that may be seen.
    """
    statement = select(*(verdicts.c[name] for name in VERDICTS)).where(verdicts.c.week >= week)
    return workspace.read(scope, statement.order_by(verdicts.c.id.desc()), VERDICTS)
