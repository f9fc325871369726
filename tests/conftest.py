from pathlib import Path

import pytest

from tests.given import Given

# The fast suite first, then real servers, then the browser.
ORDER = {"services": 1, "real_data": 2, "browser": 3}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: max([ORDER.get(mark.name, 0) for mark in item.iter_markers()], default=0))


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)
