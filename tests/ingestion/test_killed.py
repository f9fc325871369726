"""A load may be killed at any moment, or meet another: the store is as if nothing had happened."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from random import Random
from shutil import copy2
from time import monotonic

import pytest

from ingestion.load import Summary, load
from tests.given import Given
from tests.ingestion.apart import load_apart

pytestmark = pytest.mark.services  # takes as long
KILLS, RACES = 50, 5


def written(given: Given, name: str) -> Path:
    """The file of the second week as it is now; the log can be given it again, as old as it is."""
    given.write()
    return Path(copy2(second_week(given), given.folder / name))


def second_week(given: Given) -> Path:
    return given.folder / "log/year=2026/week=03/part-0.parquet"


def undisturbed(given: Given, store: Path) -> dict[str, list[str]]:
    load(given.mapping, store / "store")
    return Given(store).contents()


def seconds_to_load(given: Given) -> float:
    started = monotonic()
    assert isinstance(load_apart(given), Summary)
    return monotonic() - started


def test_a_load_killed_at_any_moment_and_run_again_is_as_if_nothing_had_happened(given: Given, tmp_path: Path):
    given.row("accounts", account="a", name="Ash").use("a", "permit", "2026-01-05 09:00")
    versions = [written(given.use("a", "permit", "2026-01-13 09:00", user=user), user) for user in ("ann", "bob")]
    expected, seconds = {}, []
    for version in versions:
        copy2(version, second_week(given))
        expected[version] = undisturbed(given, tmp_path / f"without {version.name}")
        seconds.append(seconds_to_load(given))
    random, kills = Random(0), 0
    for version in cycle(versions):
        copy2(version, second_week(given))
        moment = random.uniform(0, min(seconds))
        kills += load_apart(given, moment) is None
        given.load_again()
        assert given.contents() == expected[version], f"killed after {moment} s"
        assert not [*given.store.glob("*.draft*"), *given.store.rglob(".*")]
        if kills == KILLS:
            break


def test_of_two_loads_at_once_one_publishes_and_the_other_does_no_harm(given: Given, tmp_path: Path):
    for number in range(1, RACES + 1):
        given.use("a", "permit", f"2026-01-0{number} 09:00").write()
        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(load_apart, [given, given]))
        loads = [one.generation for one in done if isinstance(one, Summary)]
        refused = [one for one in done if isinstance(one, str)]
        assert [generation for generation in loads if generation] == [number]
        assert all("another load is running" in reason for reason in refused)
        assert len(loads) + len(refused) == 2
        assert given.contents() == undisturbed(given, tmp_path / f"alone {number}")
