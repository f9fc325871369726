"""Has this very question been answered? Answers are kept as signed bytes, in files or in Redis.

Nothing is unpickled: whoever can write to the cache can at most cause a miss.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from itertools import count
from pathlib import Path
from threading import Lock
from time import monotonic, sleep, time
from typing import IO, Any, Protocol, TypeVar

import redis
from flask_caching.backends import FileSystemCache, RedisCache
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")

SIGNATURE_BYTES = 32
LARGEST_ANSWER_BYTES = 4_000_000
RECENT_BYTES = 8_000_000
KEPT_SECONDS = 24 * 3600
LEASE_SECONDS = 5.0
POLL_SECONDS = 0.02


class Backend(Protocol):
    """Where bytes are kept, and who may compute what is missing."""

    def read(self, name: str) -> bytes | None: ...
    def write(self, name: str, value: bytes) -> None: ...
    def claim(self, name: str) -> bool:
        """Whether the caller is to compute it; False where another process is at it."""
        ...

    def release(self, name: str) -> None: ...


class Recent:
    """Bytes in the memory of this process; what was unused for longest goes first."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> bytes | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, value: bytes) -> None:
        with self._lock:
            self._bytes += len(value) - len(self._kept.pop(key, b""))
            self._kept[key] = value
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._kept.popitem(last=False)[1])


class Answers:
    """A cache of bytes that computes a missing answer once, however many ask at the same time.

    An answer never changes under its key, so each process may keep recent ones
    in memory: no round trip for what everybody looks at, nor when Redis is away.
    """

    def __init__(self, backend: Backend, secret: bytes, recent_bytes: int = RECENT_BYTES) -> None:
        self._backend, self._recent = backend, Recent(recent_bytes)
        self._secret = hashlib.sha256(b"answers:" + secret).digest()
        self._flights: dict[str, Future[bytes]] = {}
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """The answer; None where there is none, or one that we did not write for this key."""
        value = self._recent.get(key)
        if value is None and (value := self._opened(key, self._backend.read(key))) is not None:
            self._recent.put(key, value)
        return value

    def put(self, key: str, value: bytes) -> None:
        if len(value) <= LARGEST_ANSWER_BYTES:
            self._recent.put(key, value)
            self._backend.write(key, self._signature(key, value) + value)

    def once(self, key: str, compute: Callable[[], bytes]) -> tuple[bytes, bool]:
        """The answer, and whether it was there (or being computed) already.

        What `compute` raises is raised to everybody who waits, and not kept.
        """
        value = self.get(key)
        if value is not None:
            return value, True
        with self._lock:
            flight = self._flights.get(key)
            if leads := flight is None:
                flight = self._flights[key] = Future()
        return self._lead(flight, key, compute) if leads else (flight.result(), True)

    def _lead(self, flight: Future[bytes], key: str, compute: Callable[[], bytes]) -> tuple[bytes, bool]:
        try:
            value, was_there = self._found_or_computed(key, compute)
            flight.set_result(value)
            return value, was_there
        except BaseException as failure:
            flight.set_exception(failure)
            raise
        finally:
            with self._lock:
                del self._flights[key]

    def _found_or_computed(self, key: str, compute: Callable[[], bytes]) -> tuple[bytes, bool]:
        deadline = monotonic() + LEASE_SECONDS
        while not (claimed := self._backend.claim(key)) and monotonic() < deadline:
            sleep(POLL_SECONDS)
            if (value := self.get(key)) is not None:
                return value, True
        try:
            # Somebody may have finished between our look and our turn.
            if (value := self.get(key)) is not None:
                return value, True
            value = compute()
            self.put(key, value)
            return value, False
        finally:
            if claimed:
                self._backend.release(key)

    def _opened(self, key: str, sealed: bytes | None) -> bytes | None:
        if sealed is None or len(sealed) < SIGNATURE_BYTES:
            return None
        signature, value = sealed[:SIGNATURE_BYTES], sealed[SIGNATURE_BYTES:]
        return value if hmac.compare_digest(signature, self._signature(key, value)) else None

    def _signature(self, key: str, value: bytes) -> bytes:
        # The key is signed too, or one answer could be put in the place of another.
        return hashlib.blake2b(key.encode() + b"\0" + value, key=self._secret, digest_size=SIGNATURE_BYTES).digest()


def open_answers(url: str, folder: Path, secret: bytes) -> Answers:
    """The answers in Redis at `url`, or in `folder` where that is empty."""
    return Answers(Shared(url) if url else Files(folder), secret)


class RawBytes:
    """Stands where the cache library would pickle."""

    def dump(self, value: bytes, file: IO[bytes]) -> None:
        file.write(value)

    def load(self, file: IO[bytes]) -> bytes:
        return file.read()

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        return value


class Files:
    """One file an answer; the oldest go when there are too many, too large or too old."""

    def __init__(
        self, folder: Path, *, most_files: int = 20_000, most_bytes: int = 500_000_000, prune_every: int = 500
    ) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder, self._most_files, self._most_bytes = folder, most_files, most_bytes
        # The library's own threshold reads the whole folder at every write beyond it.
        self._cache = FileSystemCache(str(folder), threshold=0, default_timeout=KEPT_SECONDS)
        self._cache.serializer = RawBytes()
        self._writes, self._prune_every = count(1), prune_every

    def read(self, name: str) -> bytes | None:
        found: bytes | None = self._cache.get(name)
        return found

    def write(self, name: str, value: bytes) -> None:
        self._cache.set(name, value)
        if next(self._writes) % self._prune_every == 0:
            self.prune()

    def claim(self, name: str) -> bool:  # noqa: ARG002
        return True

    def release(self, name: str) -> None: ...

    def prune(self) -> None:
        newest_first = sorted(filter(None, map(_age, self._folder.iterdir())), reverse=True)
        kept_bytes, oldest = 0, time() - KEPT_SECONDS
        for position, (written, size, path) in enumerate(newest_first):
            kept_bytes += size
            if position >= self._most_files or kept_bytes > self._most_bytes or written < oldest:
                path.unlink(missing_ok=True)


def _age(path: Path) -> tuple[float, int, Path] | None:
    try:
        status = path.stat()
    except FileNotFoundError:  # another worker pruned it
        return None
    return status.st_mtime, status.st_size, path


class Breaker:
    """Leaves a failing service alone for a while, so that its time-outs are not everybody's."""

    def __init__(
        self, *, failures: int = 3, pause_seconds: float = 5.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._limit, self._pause, self._clock = failures, pause_seconds, clock
        self._failures, self._until = 0, 0.0
        self._lock = Lock()

    def attempt(self, call: Callable[[], T], otherwise: T) -> T:
        if not self._may_try():
            return otherwise
        try:
            result = call()
        except (redis.RedisError, OSError):
            with self._lock:
                self._failures += 1
                self._until = self._clock() + self._pause
            return otherwise
        self._failures = 0
        return result

    def _may_try(self) -> bool:
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._until:
                return False
            # One caller finds out whether it is back; the others wait no longer for it.
            self._until = self._clock() + self._pause
            return True


class Shared:
    """Redis, for several servers. Where it does not answer, everything is a miss."""

    def __init__(self, url: str, breaker: Breaker | None = None) -> None:
        self._client: Any = redis.Redis.from_url(
            url, socket_connect_timeout=0.1, socket_timeout=0.1, retry=Retry(NoBackoff(), 0)
        )
        self._cache = RedisCache(host=self._client, default_timeout=KEPT_SECONDS, key_prefix="answer:")
        self._cache.serializer = RawBytes()
        self._breaker = breaker or Breaker()

    def read(self, name: str) -> bytes | None:
        found: bytes | None = self._breaker.attempt(lambda: self._cache.get(name), None)
        return found

    def write(self, name: str, value: bytes) -> None:
        self._breaker.attempt(lambda: self._cache.set(name, value), False)

    def claim(self, name: str) -> bool:
        # It ends by itself, in case whoever holds it is killed.
        milliseconds = int(LEASE_SECONDS * 1000)
        return self._breaker.attempt(
            lambda: bool(self._client.set(f"lease:{name}", b"", nx=True, px=milliseconds)), True
        )

    def release(self, name: str) -> None:
        self._breaker.attempt(lambda: self._client.delete(f"lease:{name}"), 0)

    def close(self) -> None:
        self._client.close()
