"""The workspace at the start, and by its command: usage is served without it, and the command says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from dashboard.app import create_app
from dashboard.settings import load_settings
from tests.given import Given
from tests.services import free_port

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def refused():
    return f"postgresql+psycopg://nobody:hunter2@127.0.0.1:{free_port()}/notes"


def migrate(folder, **environment):
    settings = {f"DASHBOARD_{name}": value for name, value in environment.items()}
    return subprocess.run(
        [sys.executable, "-m", "dashboard", "migrate"], cwd=HOUSE, capture_output=True, text=True,
        env=os.environ | {"DASHBOARD_DATA_DIR": str(folder)} | settings,
    )  # fmt: skip


def test_the_command_makes_the_workspace_once_and_again(tmp_path):
    for _ in range(2):
        command = migrate(tmp_path)
        assert (command.returncode, command.stdout) == (0, "The workspace is as this version needs it.\n")
    assert (tmp_path / "workspace.sqlite").exists()


def test_the_command_says_what_is_wrong_without_the_password(tmp_path, refused):
    command = migrate(tmp_path, WORKSPACE_URL=refused)
    assert command.returncode == 1
    assert command.stderr.startswith("The workspace, where notes and follow-ups are: ")
    assert "refused" in command.stderr
    assert "hunter2" not in command.stderr


def test_usage_is_served_without_a_workspace(tmp_path, refused):
    Given(tmp_path).use("aurora", "permit", "2026-01-05 09:00").load()
    with capture_logs() as logs:
        client = create_app(load_settings(data_dir=tmp_path, workspace_url=refused)).server.test_client()
    assert [line["event"] for line in logs] == ["workspace unavailable"]
    client.environ_base.update(REMOTE_ADDR="127.0.0.1", HTTP_HOST="localhost:8050")
    assert [client.get(path).status_code for path in ("/", "/readyz", "/metrics")] == [200, 200, 200]
