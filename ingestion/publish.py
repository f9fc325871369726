"""Roll-ups and master data → the next generation of the store, all or nothing."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data_access.engine import CURRENT

# A reader may hold the last generation while the newest is opened.
GENERATIONS_KEPT = 3


class Busy(Exception):
    """Another load is at work on this store."""


@contextmanager
def only_one(store: Path) -> Iterator[None]:
    """One load at a time; the lock goes with the process, however that ends."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / "load.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"{store}: another load is running. Wait for it to end, then load again.") from None
        yield


@contextmanager
def next_generation(store: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """A connection to fill, and its number; leaving publishes it, an exception discards it."""
    number = last_number(store) + 1
    final = store / f"generation-{number:06d}.duckdb"
    draft = final.with_suffix(".draft")
    _discard(draft)
    try:
        with duckdb.connect(
            str(draft), config={"memory_limit": "2GB", "preserve_insertion_order": False}
        ) as connection:
            yield connection, number
            connection.execute("checkpoint")
        _flush(draft)
        draft.replace(final)
    except BaseException:
        _discard(draft)
        raise
    _point_to(store, final)
    _prune(store)


def last_number(store: Path) -> int:
    """The number of the generation that is served, 0 where there is none."""
    try:
        return int((store / CURRENT).readlink().stem.rsplit("-", 1)[1])
    except FileNotFoundError:
        return 0


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


def _prune(store: Path) -> None:
    """Readers that still have an old file open keep it until they close it."""
    for path in sorted(store.glob("generation-*.duckdb"))[:-GENERATIONS_KEPT]:
        path.unlink(missing_ok=True)
