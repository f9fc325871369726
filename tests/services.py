"""Real servers for the tests and benchmarks that ask for them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def program(name: str, package: str) -> str:
    """The path of a server's program; without it the test is skipped, or fails where all must run."""
    if found := shutil.which(name):
        return found
    missing = f"{name} is not installed: apt-get install -y {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """The URL of a Redis of its own, which keeps nothing on disk."""
    port = free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            for line in process.stdout:
                if "Ready to accept connections" in line:
                    break
            else:
                raise RuntimeError("Redis did not start")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()


@contextmanager
def gunicorn(application: str, folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """The port and process of `application` (module:factory()), 2 workers of 4 threads; its log is in `folder`."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "4", "--no-control-socket", "--log-level", "error"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stderr=log)
        try:
            while not _listens(port):
                if process.poll() is not None:
                    raise RuntimeError((folder / "log").read_text())
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(30)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        time.sleep(0.02)
        return False
    return True
