from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from data_access.scope import Role, Scope
from data_access.workspace import Act, Workspace, open_workspace

ANN = Scope("ann@example.org", Role.MANAGER)
BOB = Scope("bob@example.org", Role.MANAGER)
ADA = Scope("ada@example.org", Role.ADMINISTRATOR)


@dataclass
class Clicks:
    """Each a minute after the one before, the first on 2 November 2026 at nine."""

    _number: count = field(default_factory=lambda: count(0))

    def by(self, scope: Scope) -> Act:
        number = next(self._number)
        return Act(scope, datetime(2026, 11, 2, 9, number, tzinfo=UTC), f"click {number}")


@pytest.fixture
def clicks() -> Clicks:
    return Clicks()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """An empty workspace, in a file and in a database."""
    url = request.getfixturevalue("database") if request.param == "postgresql" else ""
    opened = open_workspace(url, tmp_path)
    yield opened
    opened.close()
