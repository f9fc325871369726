from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services
from tests.given import Given

# The fast suite first, then real servers, then the browser.
ORDER = {"services": 1, "real_data": 2, "browser": 3}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: max([ORDER.get(mark.name, 0) for mark in item.iter_markers()], default=0))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with services.postgresql_server() as url:
        yield url


@pytest.fixture
def database(postgresql: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with services.new_database(postgresql) as url:
        yield url


STORES = ["duckdb", pytest.param("postgresql", marks=pytest.mark.services)]


@pytest.fixture(params=STORES)
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Given]:
    """The same beginning for both stores."""
    url = request.getfixturevalue("database") if request.param == "postgresql" else ""
    with Given(tmp_path, url=url) as given:
        yield given


@pytest.fixture(scope="module", params=STORES)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Given]:
    """The same, once for all tests of a file: for those that only ask."""
    folder = tmp_path_factory.mktemp("given")
    if request.param == "duckdb":
        with Given(folder) as given:
            yield given
        return
    server = request.getfixturevalue("postgresql")
    with services.new_database(server) as url, Given(folder, url=url) as given:
        yield given
