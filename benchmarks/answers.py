"""What does a kept answer cost, beside a Flask route that does nothing? Prints ratios of requests per second.

    python benchmarks/answers.py [seconds a round]

Every server is gunicorn with 2 workers of 4 threads; 8 connections are kept
open. The raw route reads a JSON body and answers a small one, in the same
guarded application; `bare` is the same route in a Flask without the guard.
`kept` answers come from where a worker finds them, mostly its memory; for
`files` and `Redis` that memory is switched off, so each answer is fetched.
Rounds are interleaved, and the median ratio of a round is printed.
"""

import json
import os
import selectors
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
CONNECTIONS, ROUNDS = 8, 7
BODY = {
    "output": "chart.figure",
    "outputs": {"id": "chart", "property": "figure"},
    "inputs": [{"id": "url", "property": "search", "value": "?application=Billing&weeks=104"}],
    "state": [],
    "changedPropIds": ["url.search"],
}


class OneGeneration:
    @contextmanager
    def pin(self) -> Iterator[Any]:
        yield SimpleNamespace(number=1)


def chart(search: str) -> dict[str, Any]:
    """About 20 kB of figure, as a page with eight series has."""
    series = [
        {"name": f"{search} {one}", "x0": 0, "dx": 7, "y": [i * one % 997 for i in range(600)]} for one in range(8)
    ]
    return {"data": series, "layout": {"showlegend": True}}


def guarded() -> Any:
    """The application that gunicorn serves; the cache is named by the environment."""
    from dash import Dash, Input, Output, dcc, html
    from flask import Response, jsonify, request

    from callbacks.request import guard_dispatch, page_callback, text, verify
    from dashboard.settings import load_settings
    from dashboard.web import configure_logging, guard
    from data_access.cache import RECENT_BYTES, Answers, Files, Shared

    settings = load_settings()
    app = Dash("benchmark")
    app.layout = html.Div([dcc.Location("url"), dcc.Graph("chart")])
    page_callback(app, Output("chart", "figure"), {"search": (Input("url", "search"), text(200))}, chart)
    backend = Shared(settings.cache_url) if settings.cache_url else Files(settings.data_dir / "cache")
    recent_bytes = RECENT_BYTES if os.environ["BENCHMARK"] == "kept" else 0
    guard_dispatch(app, Answers(backend, settings.secret, recent_bytes))
    verify(app)

    @app.server.post("/raw")
    def raw() -> Response:
        return jsonify({"output": request.get_json()["output"]})

    configure_logging(settings.log_level)
    guard(app, settings, OneGeneration(), lambda _user: False)
    app.server.test_client().get("/healthz")
    return app.server


def bare() -> Any:
    from flask import Flask, Response, jsonify, request

    server = Flask("bare")

    @server.post("/raw")
    def raw() -> Response:
        return jsonify({"output": request.get_json()["output"]})

    return server


def request_of(path: str, port: int) -> bytes:
    body = json.dumps(BODY).encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def answer_length(port: int, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request)
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        head, _ = head.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 200"), head
        return len(head) + 4 + int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])


def requests_a_second(port: int, path: str, seconds: float) -> float:
    """Closed loop; a client that only counts bytes, so that it takes little from the servers."""
    request = request_of(path, port)
    length = answer_length(port, request)
    selector, done = selectors.DefaultSelector(), 0
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, [length])
        connection.sendall(request)
    began = time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        for key, _ in selector.select(1):
            left: Any = key.data
            left[0] -= len(key.fileobj.recv(65536))  # type: ignore[union-attr]
            if left[0] == 0:
                done += 1
                left[0] = length
                key.fileobj.sendall(request)  # type: ignore[union-attr]
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    selector.close()
    return done / (now - began)


def main(seconds: float) -> None:
    from tests.services import gunicorn, redis_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(redis_server(folder))

        def start(factory: str, name: str, cache_url: str = "") -> int:
            own = folder / name
            own.mkdir()
            environment = {"BENCHMARK": name, "DASHBOARD_DATA_DIR": str(own), "DASHBOARD_CACHE_URL": cache_url}
            return stack.enter_context(gunicorn(f"benchmarks.answers:{factory}()", own, environment))

        bare, kept, files, redis = (
            start("bare", "bare"),
            start("guarded", "kept"),
            start("guarded", "files"),
            start("guarded", "Redis", url),
        )
        update = "/_dash-update-component"
        routes = {
            "bare": (bare, "/raw"),
            "raw": (kept, "/raw"),
            "kept": (kept, update),
            "files": (files, update),
            "Redis": (redis, update),
        }
        for port, path in routes.values():
            requests_a_second(port, path, 0.5)
        rounds = [
            {name: requests_a_second(port, path, seconds) for name, (port, path) in routes.items()}
            for _ in range(ROUNDS)
        ]
    for name in routes:
        print(f"{name:6} {median(one[name] for one in rounds):6.0f} requests/s", end="")
        for other in ("raw", "bare"):
            print(f"   {median(one[name] / one[other] for one in rounds):5.2f} × {other}", end="")
        print()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
