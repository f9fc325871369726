"""The one door to the workspace: what people write, kept apart from the usage that is loaded.

A file `workspace.sqlite`, or the schema `workspace` of a PostgreSQL database. A
load never touches it. Every write takes its turn, and leaves with it one row in
the audit log and another version.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pandas as pd
import psycopg
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    Delete,
    Engine,
    Insert,
    Select,
    Update,
    case,
    create_engine,
    event,
    select,
)
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from data_access.engine import CONNECT_SECONDS, POSTGRESQL, connector
from data_access.migrations import migrate
from data_access.scope import Scope
from data_access.workspace_schema import SCHEMA, audit, version

ANSWER_SECONDS = 2.0
MIGRATE_SECONDS = 30.0
# For so long a workspace that did not answer is not asked again: pages must not wait for it one after the other.
REST_SECONDS = 5.0
# What a role without rights, or a database without our tables, answers.
NOT_OURS = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)


class WorkspaceUnavailable(Exception):
    """The workspace does not answer now; usage can be shown without it."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who writes something, when, and by which click: one `nonce` is written once, however often it is sent."""

    scope: Scope
    now: datetime
    nonce: str


class Workspace:
    """Notes, follow-ups and what else people write. Opening it asks the database nothing."""

    def __init__(self, url: str, answer_seconds: float = ANSWER_SECONDS, rest_seconds: float = REST_SECONDS) -> None:
        self.url, self._rest_seconds, self._asked_again_at = url, rest_seconds, 0.0
        self._engine = _engine(url, answer_seconds)
        # A read is one statement, and so has one snapshot without a transaction around it.
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_migrated = False

    def read(self, scope: Scope, statement: Select[Any], columns: Mapping[str, str]) -> pd.DataFrame:
        """The rows of `statement`, with `columns` (name → dtype) even when empty. Raises WorkspaceUnavailable."""
        if not isinstance(scope, Scope):
            raise TypeError("a query needs the scope of the person who asks")
        with self._asked() as connection:
            frame = pd.DataFrame(connection.execute(statement).all(), columns=list(columns))
        return frame.astype(dict(columns))

    def version(self) -> int:
        """Changes with every write, and so belongs to the key of an answer that reads. Raises WorkspaceUnavailable."""
        with self._asked() as connection:
            number: int = connection.execute(select(version.c.number)).scalar_one()
        return number

    def write(
        self, act: Act, action: str, subject: str | None, detail: str, *statements: Insert | Update | Delete
    ) -> bool:
        """Executes `statements` in one transaction, for good when it returns. Raises WorkspaceUnavailable.

        False, and nothing is kept, where the last one finds no row to change.
        """
        entry = {
            "at": act.now, "who": act.scope.user, "action": action, "subject": subject, "detail": detail,
            "nonce": act.nonce,
        }  # fmt: skip
        with self._answering(), self._engine.connect() as connection:
            _take_turn(connection, act.now)
            if connection.execute(select(audit.c.id).where(audit.c.nonce == act.nonce)).first():
                return True
            connection.execute(audit.insert().values(entry))
            for statement in statements:
                result = connection.execute(statement.execution_options(preserve_rowcount=True))
            if is_done := result.rowcount > 0:
                connection.commit()
            return is_done

    def migrate(self) -> None:
        """Brings the tables to this version of the product; whoever comes at the same time waits for it."""
        engine = _engine(self.url, MIGRATE_SECONDS)
        try:
            with _translated(), engine.begin() as connection:
                migrate(connection)
        finally:
            engine.dispose()
        self._is_migrated = True

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _asked(self) -> Iterator[Connection]:
        """A connection for one statement; none while it is known that nobody answers."""
        if monotonic() < self._asked_again_at:
            raise WorkspaceUnavailable("the workspace did not answer a moment ago")
        with self._answering(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            if not self._is_migrated:  # it did not answer at the start
                self.migrate()
            with _translated():
                yield
        except WorkspaceUnavailable:
            self._asked_again_at = monotonic() + self._rest_seconds
            raise
        self._asked_again_at = 0.0


def open_workspace(url: str, folder: Path) -> Workspace:
    """The workspace in the database at `url`, or in `folder` where that is empty."""
    folder.mkdir(parents=True, exist_ok=True)
    return Workspace(url or f"sqlite:///{folder / 'workspace.sqlite'}")


def _engine(url: str, answer_seconds: float) -> Engine:
    shared: dict[str, Any] = {"pool_size": 8, "max_overflow": -1, "hide_parameters": True}
    if not url.startswith(POSTGRESQL):
        engine = create_engine(url, connect_args={"timeout": answer_seconds}, **shared)
        event.listen(engine, "connect", _keep_reading_while_one_writes)
        return engine
    session = {"search_path": SCHEMA, "timezone": "UTC", "statement_timeout": f"{answer_seconds * 1000:.0f}"}
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    engine = create_engine(
        url, connect_args={"connect_timeout": CONNECT_SECONDS, "options": options}, pool_pre_ping=True, **shared
    )
    event.listen(engine, "do_connect", connector(answer_seconds))
    return engine


def _keep_reading_while_one_writes(connection: Any, _record: Any) -> None:
    # SQLite does not wait for this one. Who comes too late finds it done: the mode is the file's.
    with suppress(sqlite3.OperationalError):
        connection.execute("pragma journal_mode = wal")


def _take_turn(connection: Connection, now: datetime) -> None:
    """Gives the workspace its next version, and so makes other writers wait for the end of this transaction."""
    if connection.dialect.name == "sqlite":  # which else takes its lock too late, and fails instead of waiting
        connection.exec_driver_sql("begin immediate")
    # By the clock, so that what is written after an old copy was put back has no version that was seen before.
    moment = int(now.timestamp() * 1_000_000)
    following = case((version.c.number < moment, moment), else_=version.c.number + 1)
    connection.execute(version.update().values(number=following))


@contextmanager
def _translated() -> Iterator[None]:
    """WorkspaceUnavailable where the database is not there for us; other errors are faults of ours."""
    try:
        yield
    except CommandError as error:
        raise WorkspaceUnavailable(f"{error} A newer version of the product made it.") from error
    except DBAPIError as error:
        if type(error) not in (OperationalError, DatabaseError) and not isinstance(error.orig, NOT_OURS):
            raise
        raise WorkspaceUnavailable(str(error.orig).strip()) from error
