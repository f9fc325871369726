"""A log in S3 is read like one in a folder, and a store that does not answer harms nothing."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from pyarrow import fs

from data_access.engine import open_store
from ingestion.load import Summary, load
from ingestion.remote import Place, SourceError, local_copy
from ingestion.section import S3
from tests.services import free_port

pytestmark = pytest.mark.services

HEADER, ROW = "time,tenant,app,who", "2026-01-05 09:00,a,permit,ann"
MAPPING = """
[source]
name = "Remote"
keep_weeks = {keep_weeks}
[usage]
uri = "s3://{bucket}/logs"
duplicates = "rows are real"
every_event_is = "record"
[usage.columns]
occurred_at = "time"
account = "tenant"
application = "app"
user = "who"
[usage.s3]
endpoint = "{endpoint}"
region = "us-east-1"
timeout_seconds = 1
attempts = 2
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of an S3 of its own, and the log of its requests."""
    port, requests = free_port(), tmp_path_factory.mktemp("s3") / "requests"
    with requests.open("wb") as log:
        command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            while "Running on" not in requests.read_text():
                assert process.poll() is None, requests.read_text()
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", requests
        finally:
            process.terminate()
            process.wait(10)


@dataclass
class Bucket:
    """A bucket of its own, with a log in it."""

    name: str
    endpoint: str
    requests: Path
    folder: Path
    keep_weeks: int = 104

    @property
    def system(self) -> Any:
        host = self.endpoint.removeprefix("http://")
        return fs.S3FileSystem(endpoint_override=host, scheme="http", region="us-east-1", allow_bucket_creation=True)

    def put(self, path: str, *lines: str) -> None:
        with self.system.open_output_stream(f"{self.name}/logs/{path}") as stream:
            stream.write("".join(f"{line}\n" for line in lines).encode())

    def load(self, endpoint: str | None = None) -> Summary:
        mapping = self.folder / "mapping.toml"
        text = MAPPING.format(bucket=self.name, endpoint=endpoint or self.endpoint, keep_weeks=self.keep_weeks)
        mapping.write_text(text)
        return load(mapping, self.folder / "store")

    def asked(self) -> list[str]:
        """The requests since the last time this was asked, as method and address."""
        found = re.findall(rf'"(\w+ /{self.name}\S*)', self.requests.read_text())
        new, self._seen = found[getattr(self, "_seen", 0) :], len(found)
        return new


@pytest.fixture
def bucket(server: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    bucket = Bucket(f"b{uuid4().hex}", *server, tmp_path)
    bucket.system.create_dir(bucket.name)
    return bucket


def test_a_log_in_s3_is_loaded(bucket: Bucket):
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW, ROW)
    bucket.put("year=2026/week=03/a.csv", HEADER, ROW)
    summary = bucket.load()
    assert (summary.partitions, summary.rows_kept, summary.problems) == (2, 3, [])


def test_only_what_changed_is_fetched_again(bucket: Bucket):
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW)
    bucket.put("year=2026/week=03/a.csv", HEADER, ROW)
    bucket.load()
    assert bucket.load().generation is None
    bucket.put("year=2026/week=03/a.csv", HEADER, ROW.replace("ann", "bob"))  # of the same size
    assert bucket.load().partitions_read == 1


def test_only_the_weeks_kept_are_listed(bucket: Bucket):
    for week in ("2024/week=52", "2025/week=01", "2025/week=51", "2025/week=52", "2026/week=01", "2026/week=02"):
        bucket.put(f"year={week}/a.csv", HEADER, ROW)
    bucket.asked()
    bucket.keep_weeks = 3
    assert bucket.load().partitions == 3
    asked = unquote("\n".join(bucket.asked()))
    assert set(re.findall(r"year=\d+/week=\d+", asked)) == {
        "year=2025/week=52",
        "year=2026/week=01",
        "year=2026/week=02",
    }
    assert "year=2024/" not in asked
    listed = [line for line in asked.splitlines() if "list-type" in line]
    assert listed
    assert all("delimiter=/" in line for line in listed)


def test_nothing_is_left_of_what_was_fetched(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (spool := tmp_path / "spool").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW)
    bucket.load()
    assert list(spool.iterdir()) == []


def test_a_table_can_be_fetched_too(bucket: Bucket, tmp_path: Path):
    bucket.put("accounts.csv", "a,b")
    copy = local_copy(f"s3://{bucket.name}/logs/accounts.csv", S3(endpoint=bucket.endpoint), tmp_path / "spool")
    assert copy.read_text() == "a,b\n"
    assert copy.name == "accounts.csv"
    assert local_copy(str(copy), S3(), tmp_path) == copy


@pytest.mark.parametrize("kind", ["refused", "silent"])
def test_a_store_that_does_not_answer_ends_the_load_in_time_and_the_last_generation_is_served(
    bucket: Bucket, kind: str
):
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW)
    bucket.load()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if kind == "silent":
            listener.listen()
        began = time.monotonic()
        with pytest.raises(SourceError, match=rf"s3://{bucket.name}/logs: cannot be read: .*Check the network"):
            bucket.load(f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert time.monotonic() - began < 10
    assert open_store("", bucket.folder / "store").current().number == 1


def test_a_fetch_that_fails_is_no_file_that_is_gone(bucket: Bucket, monkeypatch: pytest.MonkeyPatch):
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW)
    bucket.load()
    bucket.put("year=2026/week=02/a.csv", HEADER, ROW, ROW)
    with monkeypatch.context() as broken, pytest.raises(SourceError, match="the network is down"):
        broken.setattr(Place, "copied", lambda *_: (_ for _ in ()).throw(SourceError("the network is down")))
        bucket.load()
    assert bucket.load().rows_kept == 2


def test_a_folder_that_is_not_there_is_named(bucket: Bucket):
    with pytest.raises(SourceError, match=rf"s3://{bucket.name}/logs: no such folder or file"):
        bucket.load()


def test_a_wrong_bucket_is_named(bucket: Bucket):
    bucket.name += "x"
    with pytest.raises(SourceError, match=rf"s3://{bucket.name}/logs"):
        bucket.load()
