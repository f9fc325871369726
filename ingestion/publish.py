"""Roll-ups and master data → the next generation of the store, all or nothing."""

import fcntl
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from sqlalchemy import Connection

from data_access.engine import CURRENT
from ingestion import postgresql
from ingestion.embedded import connect

# A reader may hold the last generation while the newest is opened.
GENERATIONS_KEPT = 3
DRAFT = "generation.draft"
CONFIG: dict[str, Any] = {"memory_limit": "256MB", "preserve_insertion_order": False}


class Busy(Exception):
    """Another load is at work on this store."""


class Published(NamedTuple):
    """The generation that is served: 0 where there is none. `inputs` is None where it cannot be read."""

    number: int
    inputs: str | None


class Target(ABC):
    """A store, as the one load that is at work on it knows it; drafts are made in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def latest(self) -> Published: ...

    @abstractmethod
    def _publish(self, draft: Path, number: int) -> None:
        """All of `draft` is served from now on, or nothing of it."""

    @contextmanager
    def next_generation(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
        """A connection to fill, and its number; leaving publishes it, an exception discards it."""
        number = self.latest().number + 1
        draft = self.folder / DRAFT
        try:
            with connect(str(draft), **CONFIG) as connection:
                yield connection, number
                connection.execute("checkpoint")
            self._publish(draft, number)
        finally:
            _discard(draft)


class Folder(Target):
    """`generation-N.duckdb` beside the last ones, and the link `current`."""

    def latest(self) -> Published:
        link = self.folder / CURRENT
        try:
            number = int(link.readlink().stem.rsplit("-", 1)[1])
        except FileNotFoundError:
            return Published(0, None)
        try:
            with connect(str(link.resolve(strict=True)), read_only=True) as connection:
                return Published(number, str(connection.execute("select inputs from generation").fetchall()[0][0]))
        except (FileNotFoundError, duckdb.Error):
            return Published(number, None)

    def _publish(self, draft: Path, number: int) -> None:
        final = self.folder / f"generation-{number:06d}.duckdb"
        _flush(draft)
        draft.replace(final)
        _point_to(self.folder, final)
        _prune(self.folder)


class Database(Target):
    """A schema `generation_N` beside the last ones, and the row that names it."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        super().__init__(folder)
        self._connection = connection

    def latest(self) -> Published:
        return Published(*postgresql.latest(self._connection))

    def _publish(self, draft: Path, number: int) -> None:
        with connect(str(draft), read_only=True, **CONFIG) as source:
            postgresql.publish(source, self._connection, number)
        postgresql.drop_before(self._connection, number - GENERATIONS_KEPT + 1)


@contextmanager
def only_one(folder: Path, url: str = "") -> Iterator[Target]:
    """One load at a time, and the store it publishes to; the locks go with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "load.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(str(folder)) from None
        _discard_unfinished(folder)
        if not url:
            yield Folder(folder)
            return
        with postgresql.connected(url) as connection:
            if not postgresql.locked(connection):
                raise _busy("the database")
            yield Database(folder, connection)


def _busy(store: str) -> Busy:
    return Busy(f"{store}: another load is running. Wait for it to end, then load again.")


def _point_to(store: Path, generation: Path) -> None:
    link = store / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(generation.name)
    link.replace(store / CURRENT)
    _flush(store)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(draft: Path) -> None:
    for path in (draft, draft.with_name(draft.name + ".wal")):
        path.unlink(missing_ok=True)
    shutil.rmtree(draft.with_name(draft.name + ".tmp"), ignore_errors=True)  # what did not fit in memory


def _discard_unfinished(store: Path) -> None:
    """What a load left that was killed."""
    _discard(store / DRAFT)
    for draft in store.glob("rollups/**/.*"):
        draft.unlink()


def _prune(store: Path) -> None:
    """Readers that still have an old file open keep it until they close it."""
    for path in sorted(store.glob("generation-*.duckdb"))[:-GENERATIONS_KEPT]:
        path.unlink(missing_ok=True)
