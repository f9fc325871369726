"""What people wrote, for a page that shows it. The page must live without, when the workspace is away.

A cached callback that uses this is registered with `reads_workspace=True` and,
to be asked again after every write, with `WRITTEN` among its inputs.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from dash import Input
from flask import g

from data_access.workspace import Workspace, WorkspaceUnavailable
from layouts.shell import Ids

T = TypeVar("T")

# It triggers and says nothing: the version of the workspace is in the key of an answer.
WRITTEN = {"written": (Input(Ids.WRITTEN, "data"), lambda _raw: None)}

log = structlog.get_logger()


def from_workspace(question: Callable[..., T], *arguments: Any) -> T | None:
    """What `question(workspace, scope, *arguments)` answers; None where it cannot be reached now.

    Then the page says so (layouts/forms.py, `away`), and its answer is not kept.
    """
    callback = g.get("callback")
    if callback and callback.cached and not callback.reads_workspace:
        raise RuntimeError("register it with reads_workspace=True, or its answer outlives what is written")
    return _unless_away(lambda: question(g.workspace, g.scope, *arguments))


def workspace_version() -> int | None:
    """Which write was the last; None where the workspace cannot be reached now."""
    workspace: Workspace = g.workspace
    return _unless_away(workspace.version)


def _unless_away(question: Callable[[], T]) -> T | None:
    try:
        return question()
    except WorkspaceUnavailable as error:
        log.warning("workspace unavailable", reason=str(error))
        g.workspace_is_away = True
        return None
