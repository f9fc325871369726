"""A load in a process of its own, which may be killed."""

import tempfile
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from ingestion.load import Summary, load
from ingestion.publish import Busy
from tests.given import Given

processes = get_context("forkserver")
# What a load imports is there when its process begins.
processes.set_forkserver_preload(["tests.ingestion.apart"])


def load_apart(given: Given, killed_after: float | None = None) -> Summary | str | None:
    """What the load did, or why it was refused; None where it was killed, so many seconds after it began."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=_load, args=(theirs, given.folder, given.url))
    process.start()
    theirs.close()
    ours.recv()
    process.join(killed_after)
    process.kill()
    process.join()
    assert process.exitcode in (0, -9)
    return ours.recv() if process.exitcode == 0 else None


def _load(pipe: Connection, folder: Path, url: str) -> None:
    tempfile.tempdir = str(folder)  # what a killed load leaves there goes with the test
    given = Given(folder, url=url)
    pipe.send("began")
    try:
        pipe.send(load(given.mapping, given.store, url=url))
    except Busy as error:
        pipe.send(str(error))
