"""Where does a file lie, here or in S3? One way to list, open and copy both.

Every request to S3 has a deadline and a bounded number of attempts; what
fails then is a SourceError, never a file that seems to be gone.
"""

import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pyarrow import fs

from ingestion.section import S3

T = TypeVar("T")
_S3 = "s3://"
_AT_ONCE = 16  # requests for the versions of files


class SourceError(Exception):
    """A source cannot be read; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when listed: another size or version means other content."""

    path: str
    size_bytes: int
    version: str  # the ETag in S3, the time of modification here


@dataclass(frozen=True)
class Place:
    """A folder or a file to read from. Paths below it are written with `/`, and begin with its uri."""

    uri: str
    s3: S3

    def is_file(self) -> bool:
        kind = self._ask(lambda system: system.get_file_info(_path(self.uri)).type)
        if kind == fs.FileType.NotFound:
            raise SourceError(f"{self.uri}: no such folder or file. Correct its uri in the mapping.")
        return bool(kind == fs.FileType.File)

    def entries(self, folder: str) -> tuple[list[str], list[str]]:
        """The folders and the files directly in `folder`, in order. Hidden and temporary ones are left out."""
        selector = fs.FileSelector(_path(folder))
        found = self._ask(lambda system: system.get_file_info(selector))
        kept = sorted((e for e in found if not e.base_name.startswith((".", "_"))), key=lambda e: e.path)
        return (
            [self._uri(e.path) for e in kept if e.type == fs.FileType.Directory],
            [self._uri(e.path) for e in kept if e.type == fs.FileType.File],
        )

    def described(self, paths: list[str]) -> list[SourceFile]:
        if not self.is_remote:
            return [described(Path(path)) for path in paths]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._described, paths))

    def copied(self, path: str, target: Path) -> Path:
        """`path` itself where it is local, else a copy of it at `target`."""
        if not self.is_remote:
            return Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)

        def copy(system: Any) -> None:
            with system.open_input_stream(_path(path)) as stream, target.open("wb") as file:
                shutil.copyfileobj(stream, file, 4 << 20)

        self._ask(copy)
        return target

    @property
    def is_remote(self) -> bool:
        return self.uri.startswith(_S3)

    def _described(self, path: str) -> SourceFile:
        def describe(system: Any) -> SourceFile:
            with system.open_input_file(_path(path)) as stream:
                return SourceFile(path, stream.size(), stream.metadata()["ETag"].decode().strip('"'))

        return self._ask(describe)

    def _ask(self, question: Callable[[Any], T]) -> T:
        try:
            return question(_system(self.s3, os.getpid()) if self.is_remote else fs.LocalFileSystem())
        except (OSError, ValueError) as error:
            remedy = "Check the network, usage.s3 and the credentials; then load again." if self.is_remote else ""
            raise SourceError(f"{self.uri}: cannot be read: {_first_line(error)}. {remedy}".rstrip()) from None

    def _uri(self, path: str) -> str:
        return _S3 + path if self.is_remote else path


@lru_cache(8)
def _system(s3: S3, _process: int) -> Any:
    scheme, _, host = (s3.endpoint or "").rpartition("://")
    return fs.S3FileSystem(
        anonymous=s3.anonymous,
        region=s3.region,
        endpoint_override=host or None,
        scheme=scheme or "https",
        connect_timeout=s3.timeout_seconds,
        request_timeout=s3.timeout_seconds,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=s3.attempts),
    )


def _path(uri: str) -> str:
    return uri.removeprefix(_S3).rstrip("/") if uri.startswith(_S3) else uri


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def described(path: Path) -> SourceFile:
    """A local file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise SourceError(f"{path}: no such file. Correct its uri in the mapping.") from None
    return SourceFile(str(path), status.st_size, str(status.st_mtime_ns))


def local_copy(uri: str, s3: S3, spool: Path) -> Path:
    """A single file as a local one: itself, or a copy in the folder `spool`, whose owner removes it."""
    place = Place(uri, s3)
    return place.copied(uri, spool / uri.removeprefix(_S3).lstrip("/"))
