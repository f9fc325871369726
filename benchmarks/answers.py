"""What does a kept answer cost, beside a Flask route that does nothing? Prints ratios of requests per second.

    python benchmarks/answers.py [seconds a round]

Every server is gunicorn with 2 workers of 4 threads; 8 connections are kept
open. The raw route reads a JSON body and answers a small one, in the same
guarded application; `bare` is the same route in a Flask without the guard.
`files` and `Redis` are the application as it is installed, where a worker has
recent answers in memory; for `… fetched` that memory is switched off.
Rounds are interleaved, and the median ratio of a round is printed. The time on
a processor counts the workers alone, so it holds on a busy machine too.
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
    recent_bytes = RECENT_BYTES if "fetched" not in os.environ["BENCHMARK"] else 0
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


def measured(port: int, pid: int, path: str, seconds: float) -> tuple[float, float]:
    """Requests a second, and the workers' seconds of processor a request.

    A closed loop, with a client that only counts bytes, so that it takes little from the servers.
    """
    request = request_of(path, port)
    length = answer_length(port, request)
    selector, done = selectors.DefaultSelector(), 0
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, [length])
        connection.sendall(request)
    worked, began = processor_seconds(pid), time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        for key, _ in selector.select(1):
            left: Any = key.data
            left[0] -= len(key.fileobj.recv(65536))  # type: ignore[union-attr]
            if left[0] == 0:
                done += 1
                left[0] = length
                key.fileobj.sendall(request)  # type: ignore[union-attr]
    worked_until = processor_seconds(pid)
    for key in list(selector.get_map().values()):
        key.fileobj.close()  # type: ignore[union-attr]
    selector.close()
    return done / (now - began), (worked_until - worked) / done


def processor_seconds(pid: int) -> float:
    """What the workers of gunicorn have used since they began."""
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = 0
    for worker in workers:
        fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main(seconds: float = 2.0) -> None:
    from tests.services import gunicorn, redis_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(redis_server(folder))

        def start(factory: str, name: str, cache_url: str = "") -> tuple[int, int]:
            own = folder / name
            own.mkdir()
            environment = {"BENCHMARK": name, "DASHBOARD_DATA_DIR": str(own), "DASHBOARD_CACHE_URL": cache_url}
            return stack.enter_context(gunicorn(f"benchmarks.answers:{factory}()", own, environment))

        bare, files, redis = start("bare", "bare"), start("guarded", "files"), start("guarded", "Redis", url)
        update = "/_dash-update-component"
        routes = {
            "bare": (*bare, "/raw"),
            "raw": (*files, "/raw"),
            "files": (*files, update),
            "Redis": (*redis, update),
            "files fetched": (*start("guarded", "files fetched"), update),
            "Redis fetched": (*start("guarded", "Redis fetched", url), update),
        }
        for route in routes.values():
            measured(*route, 0.5)
        rounds = [{name: measured(*route, seconds) for name, route in routes.items()} for _ in range(ROUNDS)]
    for name in routes:
        speed, cost = (median(one[name][part] for one in rounds) for part in (0, 1))
        print(f"{name:13} {speed:6.0f} requests/s {cost * 1e6:5.0f} µs of processor", end="")
        for other in ("raw", "bare"):
            faster, dearer = (median(one[name][part] / one[other][part] for one in rounds) for part in (0, 1))
            print(f"   {faster:5.2f} × speed, {dearer:5.2f} × cost of {other}", end="")
        print()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
