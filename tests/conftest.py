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


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.services)])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Given]:
    """The same beginning for both stores."""
    url = request.getfixturevalue("database") if request.param == "postgresql" else ""
    with Given(tmp_path, url=url) as given:
        yield given
