import pickle
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread

import pytest
import redis

from data_access.cache import Answers, Breaker, Files, Recent, Shared, open_answers
from tests.services import redis_server

SECRET = b"a secret of sixteen bytes or more"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def files(folder):
    """Answers that are read from their file each time."""
    return Answers(Files(folder), SECRET, recent_bytes=0)


def only_file(folder):
    (path,) = folder.iterdir()
    return path


def test_an_answer_is_kept_as_it_was_given(files):
    assert files.get("question") is None
    files.put("question", b"\x00answer")
    assert files.get("question") == b"\x00answer"
    assert files.get("other question") is None


def test_an_empty_answer_is_an_answer(files):
    assert files.once("question", lambda: b"") == (b"", False)
    assert files.once("question", lambda: b"other") == (b"", True)


def test_another_process_with_the_same_secret_reads_it(files, folder):
    files.put("question", b"answer")
    assert open_answers("", folder, SECRET).get("question") == b"answer"
    assert open_answers("", folder, b"another secret").get("question") is None


def test_only_the_owner_can_read_the_folder(files, folder):
    files.put("question", b"answer")
    assert folder.stat().st_mode & 0o077 == 0
    assert only_file(folder).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("bytes_left", [0, 3, 4, 20, 36, 41])
def test_a_truncated_answer_is_a_miss(files, folder, bytes_left):
    files.put("question", b"answer")
    path = only_file(folder)
    assert path.stat().st_size == 4 + 32 + 6
    path.write_bytes(path.read_bytes()[:bytes_left])
    if bytes_left < 4:
        with pytest.MonkeyPatch.context() as patch:  # the library warns of a file without a header
            patch.setattr("logging.warning", lambda *_, **__: None)
            assert files.get("question") is None
    else:
        assert files.get("question") is None


def test_a_changed_answer_is_a_miss(files, folder):
    files.put("question", b"answer")
    path = only_file(folder)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert files.get("question") is None
    assert files.once("question", lambda: b"new") == (b"new", False)


def test_an_answer_in_the_place_of_another_is_a_miss(files, folder):
    files.put("what all may see", b"everything")
    planted = only_file(folder).read_bytes()
    files.put("what Mia may see", b"a little")
    for path in folder.iterdir():
        path.write_bytes(planted)
    assert files.get("what Mia may see") is None


class Bomb:
    went_off = False

    def __reduce__(self):
        return (setattr, (Bomb, "went_off", True))


def test_a_planted_pickle_does_not_run(files, folder):
    files.put("question", b"answer")
    path = only_file(folder)
    path.write_bytes(path.read_bytes()[:4] + pickle.dumps(Bomb()))
    assert files.get("question") is None
    assert not Bomb.went_off


def test_the_oldest_files_go_when_there_are_too_many(folder):
    files = Files(folder, most_files=3, prune_every=5)
    for number in range(5):
        files.write(f"question {number}", b"answer")
    assert len(list(folder.iterdir())) == 3


def test_files_go_when_they_are_too_large_together(folder):
    files = Files(folder, most_bytes=250, prune_every=3)
    for number in range(3):
        files.write(f"question {number}", b"x" * 100)
    assert len(list(folder.iterdir())) == 2


def test_what_was_unused_for_longest_leaves_memory_first():
    recent = Recent(most_bytes=10)
    recent.put("a", b"1234")
    recent.put("b", b"1234")
    recent.get("a")
    recent.put("c", b"1234")
    assert [recent.get(key) for key in "abc"] == [b"1234", None, b"1234"]


class Counted:
    """A computation that counts, and waits until it may end."""

    def __init__(self, failure=None):
        self.count, self.began, self.may_end, self.failure = 0, Event(), Event(), failure

    def __call__(self):
        self.count += 1
        self.began.set()
        assert self.may_end.wait(10)
        if self.failure:
            raise self.failure
        return b"answer"


def all_at_once(answers, compute, number=100):
    """What `number` threads get that ask together; the computation ends when all have asked."""
    barrier = Barrier(number + 1)

    def ask():
        barrier.wait()
        try:
            return answers.once("question", compute)
        except Exception as failure:
            return failure

    with ThreadPoolExecutor(number) as threads:
        futures = [threads.submit(ask) for _ in range(number)]
        barrier.wait()
        assert compute.began.wait(10)
        compute.may_end.set()
        return [future.result() for future in futures]


@pytest.mark.parametrize("recent_bytes", [0, 1000])
def test_a_hundred_who_ask_at_once_cause_one_computation(folder, recent_bytes):
    compute = Counted()
    results = all_at_once(Answers(Files(folder), SECRET, recent_bytes), compute)
    assert compute.count == 1
    assert [value for value, _ in results] == [b"answer"] * 100
    assert [hit for _, hit in results].count(False) == 1


def test_a_failure_reaches_everybody_who_waits_and_is_not_kept(files):
    compute = Counted(ValueError("broken"))
    assert {type(result) for result in all_at_once(files, compute)} == {ValueError}
    assert files.once("question", lambda: b"answer") == (b"answer", False)


def test_different_questions_do_not_wait_for_each_other(files):
    slow = Counted()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(files.once, "slow", slow)
        assert slow.began.wait(10)
        assert files.once("quick", lambda: b"answer") == (b"answer", False)
        slow.may_end.set()
        assert waiting.result() == (b"answer", False)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_breaker_opens_after_three_failures_and_lets_one_caller_try_later():
    clock, tried = Clock(), []
    breaker = Breaker(failures=3, pause_seconds=5, clock=clock)

    def fail():
        tried.append(clock.now)
        raise redis.TimeoutError

    for clock.now in (0, 0, 0, 0, 4.9, 5, 5, 9.9, 10):
        assert breaker.attempt(fail, "otherwise") == "otherwise"
    assert tried == [0, 0, 0, 5, 10]
    clock.now = 15
    assert [breaker.attempt(lambda: "well", "otherwise") for _ in range(3)] == ["well"] * 3


@contextmanager
def black_hole():
    """A port that takes connections and never answers; the list grows with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def take():
            while True:
                try:
                    held.append(listener.accept()[0])
                except OSError:
                    return

        thread = Thread(target=take)
        thread.start()
        try:
            yield listener.getsockname()[1], held
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in held:
                connection.close()


def test_a_silent_redis_is_tried_three_times_and_then_left_alone():
    with black_hole() as (port, held):
        shared = Shared(f"redis://127.0.0.1:{port}/0", Breaker(clock=Clock()))
        answers = Answers(shared, SECRET, recent_bytes=0)
        for number in range(20):
            assert answers.once(f"question {number}", lambda: b"answer") == (b"answer", False)
        shared.close()
        assert len(held) == 3


def test_a_refused_redis_is_a_miss():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answers = open_answers(f"redis://127.0.0.1:{port}/0", None, SECRET)
    assert answers.once("question", lambda: b"answer") == (b"answer", False)
    assert answers.once("question", lambda: b"other") == (b"answer", True)  # from memory


@pytest.fixture
def server(tmp_path):
    with redis_server(tmp_path) as url:
        yield url


@pytest.fixture
def worker(server):
    """Makes the answers of one worker, without memory of its own."""
    made = []

    def answers():
        made.append(Shared(server))
        return Answers(made[-1], SECRET, recent_bytes=0)

    yield answers
    for one in made:
        one.close()


@pytest.fixture
def client(server):
    with redis.Redis.from_url(server) as client:
        yield client


@pytest.mark.services
def test_redis_keeps_answers_for_all_workers_for_a_day(worker, client):
    worker().put("question", b"answer")
    assert worker().get("question") == b"answer"
    assert 0 < client.ttl("answer:question") <= 24 * 3600


@pytest.mark.services
def test_what_others_put_into_redis_is_a_miss(worker, client):
    answers = worker()
    for planted in (b"", b"short", b"!" + pickle.dumps(Bomb()), pickle.dumps(Bomb()), b"x" * 100):
        client.set("answer:question", planted)
        assert answers.get("question") is None
    assert not Bomb.went_off


@pytest.mark.services
def test_workers_with_one_redis_compute_once_together(worker):
    compute, one, other = Counted(), worker(), worker()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(one.once, "question", compute)
        assert compute.began.wait(10)
        second = threads.submit(other.once, "question", lambda: pytest.fail("computed twice"))
        compute.may_end.set()
        assert first.result() == (b"answer", False)
        assert second.result()[0] == b"answer"
    assert compute.count == 1


@pytest.mark.services
def test_a_worker_computes_itself_when_the_other_failed(worker, client):
    compute, one, other = Counted(ValueError("broken")), worker(), worker()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(one.once, "question", compute)
        assert compute.began.wait(10)
        second = threads.submit(other.once, "question", lambda: b"answer")
        compute.may_end.set()
        assert isinstance(first.exception(), ValueError)
        assert second.result()[0] == b"answer"
    assert client.keys("lease:*") == []
