"""An application with one page, and a store that only knows which generation is the last."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from dash import Dash, Input, Output, dcc, html
from flask import Flask, Response, g
from flask.testing import FlaskClient

from callbacks.request import guard_dispatch, page_callback, text
from dashboard.settings import Settings, load_settings
from dashboard.web import guard, index_with_nonce
from data_access.cache import open_answers
from data_access.engine import NoData
from data_access.workspace import open_workspace

MANAGERS = {"mia@example.com"}
LOCAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8050"}


@dataclass
class FakeStore:
    """`last` is None until something is published."""

    last: int | None = 1
    pinned: list[int] = field(default_factory=list)

    @contextmanager
    def pin(self) -> Iterator[Any]:
        if self.last is None:
            raise NoData("nothing published")
        self.pinned.append(self.last)
        try:
            yield SimpleNamespace(number=self.last, identity=str(self.last))
        finally:
            self.pinned.remove(self.last)


class Client(FlaskClient):
    """Reads answers to their end, as a server does, which closes their files."""

    def open(self, *arguments: Any, **options: Any) -> Any:
        return super().open(*arguments, **{"buffered": True, **options})


def _size(file: str) -> int:
    return len(file)


def build(settings: Settings, store: FakeStore) -> Flask:
    app = Dash(
        __name__,
        requests_pathname_prefix=settings.url_prefix,
        routes_pathname_prefix=settings.url_prefix,
        assets_folder=str(settings.data_dir / "assets"),
    )
    app.interpolate_index = index_with_nonce(app.interpolate_index)
    app.layout = html.Div([dcc.Input(id="wanted"), html.Div(id="said"), dcc.Store(id="file"), html.Div(id="size")])
    page_callback(
        app,
        Output("said", "children"),
        {"wanted": (Input("wanted", "value"), text(5000))},
        lambda wanted: wanted.title(),
    )
    page_callback(app, Output("size", "children"), {"file": (Input("file", "data"), str)}, _size, takes_files=True)
    guard_dispatch(app, open_answers(settings.cache_url, settings.data_dir / "cache", settings.secret))
    guard(app, settings, store, open_workspace("", settings.data_dir), lambda user: user in MANAGERS)

    @app.server.get(f"{settings.url_prefix}who")
    def who() -> str:
        return f"{g.scope.user} {g.scope.role} {g.scope.portfolio} {g.generation.number} {store.pinned}"

    @app.server.get(f"{settings.url_prefix}broken")
    def broken() -> Response:
        raise RuntimeError("password=hunter2")

    return app.server


def served() -> Flask:
    """What gunicorn serves in the tests, set up by the environment."""
    assert os.environ["DASHBOARD_DATA_DIR"]
    return build(load_settings(), FakeStore())


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def serve(tmp_path, store) -> Callable[..., Any]:
    """A test client of the application, with settings as given."""
    (tmp_path / "assets").mkdir(exist_ok=True)

    def client(**given: Any) -> Any:
        settings = load_settings(data_dir=tmp_path, **given)
        server = build(settings, store)
        server.test_client_class = Client
        made = server.test_client()
        made.environ_base.update(LOCAL)
        return made

    return client
