"""Who gets in, and with which headers does an answer leave? One door for every route, closed by default."""

import gzip
import json
import os
import secrets
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from hashlib import blake2b
from html import escape
from time import perf_counter
from typing import Any, BinaryIO, Protocol

import orjson
import structlog
from dash import Dash
from dash.exceptions import DependencyException, InvalidResourceError
from dash.fingerprint import check_fingerprint
from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.exceptions import HTTPException

from callbacks.request import AGAIN, UPLOAD_BYTES, Refused, accepts_gzip, as_json
from dashboard.identity import Forbidden, authorise, identify, inside, sign_of_a_proxy
from dashboard.settings import Settings
from data_access.cache import Recent
from data_access.engine import Generation, NoData, OtherVersion, StoreUnavailable
from data_access.workspace import Workspace

OPEN = frozenset({"healthz", "readyz"})
ASSETS, SUITES, UPDATES = "dash_assets.static", "_dash-component-suites/", "_dash-update-component"
YEAR = "private, max-age=31536000, immutable"
TEXT = frozenset(f"text/{kind}" for kind in ("html", "css", "csv", "plain", "javascript")) | {
    "application/javascript",
    "application/json",
    "image/svg+xml",
}
SMALLEST_COMPRESSED_BYTES = 1024
MEMO_BYTES = 8_000_000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NO_DATA = "No data loaded yet: run `dashboard load <mapping.toml>` or `dashboard demo`"
OTHER_VERSION = "Run `dashboard load <mapping.toml>` once: what was rolled up before is used again."
UNAVAILABLE = "The database does not answer at the moment. Try again in a few seconds; nothing needs to be restarted."
RETRY_SECONDS = 5

REQUESTS = Counter("dashboard_requests", "Requests answered, by class of status.", ["status"])
CALLBACK_SECONDS = Histogram("dashboard_callback_seconds", "Time to answer a callback.")
ANSWERS = Counter("dashboard_answers", "Callbacks asked of the cache, by hit or miss.", ["result"])
WITHOUT_WORKSPACE = Counter("dashboard_without_workspace", "Requests answered without what people wrote: it was away.")

log = structlog.get_logger()
WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Store(Protocol):
    """The usage store, as far as a request knows it."""

    def pin(self) -> AbstractContextManager[Generation]: ...


def guard(app: Dash, settings: Settings, store: Store, workspace: Workspace, is_manager: Callable[[str], bool]) -> None:
    """Close every route of `app` to those who have no part in it.

    A view finds `flask.g.scope`, `flask.g.workspace` and `flask.g.generation`,
    the one generation that it reads. `is_manager` is asked inside that generation.
    """
    server = app.server
    server.config["MAX_CONTENT_LENGTH"] = settings.max_request_bytes
    server.config[UPLOAD_BYTES] = settings.max_upload_bytes
    _open_routes(server, settings, store)

    def admit() -> None:
        g.started = perf_counter()
        if request.endpoint in OPEN:
            return
        if request.endpoint == "metrics":
            # A proxy on this machine is a near peer too, but who asks through it is not.
            is_near = inside(request.remote_addr, settings.metrics_networks)
            if not is_near or sign_of_a_proxy(request.environ, settings):
                raise Forbidden("Metrics are not open to you.", "Set DASHBOARD_METRICS_NETWORKS.")
            return
        g.user = identify(request.environ, settings)
        _refuse_foreign_pages()
        g.workspace = workspace
        g.visit = ExitStack()
        g.generation = g.visit.enter_context(store.pin())
        g.scope = authorise(g.user, settings, is_manager)

    # After Dash's own, which finishes its set-up at the first request, whoever sends that.
    server.before_request(admit)
    server.teardown_request(_leave)
    server.register_error_handler(Exception, _explained)
    server.register_error_handler(InvalidResourceError, _explained)
    server.after_request(_departure(app, settings))
    server.wsgi_app = under_prefix(server.wsgi_app, settings.url_prefix)


def index_with_nonce(interpolate: Callable[..., str]) -> Callable[..., str]:
    """Dash's `interpolate_index`, with the request's nonce for the styles that components create."""

    def interpolated(*, metas: str = "", **parts: str) -> str:
        return interpolate(metas=f'<meta name="csp-nonce" content="{_nonce()}">\n      {metas}', **parts)

    return interpolated


def under_prefix(application: WSGI, prefix: str) -> WSGI:
    """Route as if the prefix were there, for a proxy that strips it."""

    def routed(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "/")
        if not path.startswith(prefix):
            path = prefix if path + "/" == prefix else prefix + path.lstrip("/")
        environ.update(SCRIPT_NAME="", PATH_INFO=path)
        return application(environ, start)

    return routed if prefix != "/" else application


def configure_logging(level: str) -> None:
    """One JSON line an event, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(_standard_error()),
        cache_logger_on_first_use=True,
    )


def _standard_error() -> BinaryIO:
    # The descriptor and not sys.stderr, which others may replace and close.
    return open(2, "wb", buffering=0, closefd=False)


def _line(event: Any, **_options: Any) -> bytes:
    try:
        return orjson.dumps(event, default=str)
    except TypeError:  # lone surrogates, in the text of an exception
        return json.dumps(event, default=str).encode()


def _open_routes(server: Flask, settings: Settings, store: Store) -> None:
    def healthz() -> Response:
        return Response("alive\n", mimetype="text/plain")

    def readyz() -> Response:
        with store.pin():
            return Response("ready\n", mimetype="text/plain")

    def metrics() -> Response:
        registry = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # the sum of all workers
            MultiProcessCollector(registry := CollectorRegistry())  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    for view in (healthz, readyz, metrics):
        for path in sorted({f"/{view.__name__}", f"{settings.url_prefix}{view.__name__}"}):
            server.add_url_rule(path, view.__name__, view)


def _refuse_foreign_pages() -> None:
    # The proxy's cookie goes along with what other sites make the browser send.
    if request.method not in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        raise Forbidden("Another site sent this request.", "Open the dashboard itself.")


def _leave(_error: BaseException | None) -> None:
    if "visit" in g:
        g.visit.close()


def _explained(error: Exception) -> Response | HTTPException:
    """What went wrong and what to do, as a page or as JSON; never how it looks inside."""
    match error:
        case HTTPException(code=int(status)) if status < 400:  # a redirect
            return error
        case Refused():
            return _page_or_json(error.status, error.error, error.remedy)
        case OtherVersion():
            return _page_or_json(503, "The data were prepared by another version of the dashboard.", OTHER_VERSION)
        case NoData():
            return _page_or_json(503, "There is nothing to show.", NO_DATA)
        case StoreUnavailable():
            log.warning("store unavailable", path=request.path, reason=str(error))
            response = _page_or_json(503, "The data cannot be read now.", UNAVAILABLE)
            response.headers["Retry-After"] = str(RETRY_SECONDS)
            return response
        case HTTPException(code=413):
            return _page_or_json(413, "The request is too large.", "Choose less, then try again.")
        case HTTPException(code=int(status)):
            return _page_or_json(status, f"{error.name}.", "Go back, or open the start page.")
        case DependencyException() | InvalidResourceError():
            return _page_or_json(404, "Not Found.", "Reload the page.")
    log.error("request failed", path=request.path, exc_info=error)
    return _page_or_json(500, "Something failed here.", AGAIN)


def _page_or_json(status: int, error: str, remedy: str) -> Response:
    if "_dash-" in request.path or request.method not in ("GET", "HEAD"):
        return as_json(status, error, remedy)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{status}</title>'
        f'<body style="font: 1rem/1.5 system-ui; max-width: 40rem; margin: 15vh auto; padding: 0 1rem">'
        f"<h1>{escape(error)}</h1><p>{escape(remedy)}</p></body></html>"
    )
    return Response(page, status, mimetype="text/html")


def _departure(app: Dash, settings: Settings) -> Callable[[Response], Response]:
    memo = Recent(MEMO_BYTES)
    scripts = cache(lambda: " ".join(app.csp_hashes()))  # late: when every callback is registered

    def depart(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = (
            content_policy(scripts(), _nonce(), settings.frame_ancestors)
            if response.mimetype == "text/html"
            else "default-src 'none'; frame-ancestors 'none'"
        )
        response.headers["Cache-Control"] = kept = _kept(response)
        _compress(response, memo if "no-store" not in kept else None)
        _count(response)
        return response

    return depart


def content_policy(script_hashes: str, nonce: str, frame_ancestors: str) -> str:
    return (
        f"default-src 'none'; script-src 'self' {script_hashes}; style-src-elem 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {frame_ancestors}"
    )


def _nonce() -> str:
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    nonce: str = g.nonce
    return nonce


def _kept(response: Response) -> str:
    """How long a browser may keep it: a name that changes with the content, for a year."""
    endpoint = request.endpoint or ""
    if response.status_code not in (200, 304) or not (endpoint.endswith(ASSETS) or SUITES in endpoint):
        return "no-store, private"
    if SUITES in endpoint:
        is_fingerprinted = check_fingerprint(request.path)[1]
    else:
        # Of this very file, or during a release the old one would be kept under the new name.
        asked, written = request.args.get("m", "").split(".")[0], response.last_modified
        is_fingerprinted = written is not None and asked == f"{written.timestamp():.0f}"
    return YEAR if is_fingerprinted else "private, no-cache"


def _compress(response: Response, memo: Recent | None) -> None:
    if response.status_code != 200 or response.mimetype not in TEXT or "Content-Encoding" in response.headers:
        return
    response.vary.add("Accept-Encoding")
    if not accepts_gzip():
        return
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < SMALLEST_COMPRESSED_BYTES:
        return
    response.set_data(_packed_once(body, memo) if memo else gzip.compress(body, 1, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    if tag := response.get_etag()[0]:
        # Dash compares the tag to the letter, so it stays a strong one; Vary keeps the two bodies apart.
        response.set_etag(tag)


def _packed_once(body: bytes, memo: Recent) -> bytes:
    """Files are worth a better level, once; known by their content, whatever their names say."""
    name = blake2b(body, digest_size=20).digest()
    packed = memo.get(name)
    if packed is None:
        packed = gzip.compress(body, 6, mtime=0)
        memo.put(name, packed)
    return packed


def _count(response: Response) -> None:
    seconds = perf_counter() - g.get("started", perf_counter())
    REQUESTS.labels(f"{response.status_code // 100}xx").inc()
    if "workspace_is_away" in g:
        WITHOUT_WORKSPACE.inc()
    if (request.endpoint or "").endswith(UPDATES):
        CALLBACK_SECONDS.observe(seconds)
        if "answer_was_kept" in g:
            ANSWERS.labels("hit" if g.answer_was_kept else "miss").inc()
    if request.endpoint in OPEN and response.status_code == 200:
        return
    log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        user=g.get("user"),
    )
