"""What does the browser ask, may it, and has it been answered? The one way to register a callback.

Identity and every parser come before the look in the cache, at every request.
A kept answer belongs to its generation, to what a person may see (not to who
they are), to its callback and to the parsed inputs. So a function with
`cached=True` must depend on nothing else: not on the user's name or role, on
cookies, on `dash.ctx`, or on the clock. What people write is part of the key
with `reads_workspace=True`, by the number of the last write. A parser may take `flask.g.scope` and
`flask.g.generation` (set by dashboard/web.py), and what it returns is part of
the key.
"""

import gzip
import inspect
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

import dash
import orjson
import plotly
import structlog
from dash import Dash, Input, Output, State
from dash._callback import GLOBAL_CALLBACK_MAP
from dash.exceptions import PreventUpdate
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import parse_accept_header

from callbacks.workspace import workspace_version
from data_access.cache import Answers
from data_access.engine import StoreUnavailable
from data_access.scope import Scope

Parser = Callable[[Any], Hashable]
Dependency: TypeAlias = Input | State

log = structlog.get_logger()
# What parsing a hostile value raises; anything else is a fault of ours.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
AGAIN = "Reload the page; if it happens again, tell its administrator."
NO_TEXT = re.compile("[\0\ud800-\udfff]")
PLAIN = frozenset({type(None), bool, int, float, str, date, datetime, timedelta})
UPLOAD_BYTES = "UPLOAD_BYTES"  # in the configuration: the largest body for a callback that takes files
HEAD_BYTES = 4_096
# As the browser of ours writes it: what is asked for stands first.
HEAD = re.compile(rb'\{"output":"([^"\\]+)"')
ROOMS = ("callbacks", "layouts", "figures", "analytics", "data_access")


class Refused(Exception):
    """A request that is not served; the text and the remedy are shown to whoever asked."""

    status = 400

    def __init__(self, error: str, remedy: str = "Reload the page and choose again.") -> None:
        super().__init__(error)
        self.error, self.remedy = error, remedy
        self.of: str | None = None  # the input whose value was refused


class BadInput(Refused):
    """A value that no control of ours offers."""


class NotAllowed(Refused):
    """A value that exists, but not for this person."""

    status = 403


@dataclass(frozen=True, slots=True)
class PageCallback:
    """What a registered callback accepts. `places` holds name, position among the values, parser."""

    output: str
    outputs: Any
    inputs: tuple[Dependency, ...]
    states: tuple[Dependency, ...]
    triggers: frozenset[str]
    places: tuple[tuple[str, int, Parser], ...]
    cached: bool
    reads_workspace: bool
    takes_files: bool
    fingerprint: str


class _NotKept(Exception):
    """An answer for those who asked now, and for nobody later."""

    def __init__(self, packed: bytes) -> None:
        super().__init__("not kept")
        self.packed = packed


def page_callback(
    app: Dash,
    outputs: Output | Sequence[Output],
    inputs: Mapping[str, tuple[Dependency, Parser]],
    function: Callable[..., Any],
    *,
    version: str = "1",
    cached: bool = True,
    reads_workspace: bool = False,
    takes_files: bool = False,
    **options: Any,
) -> None:
    """Call `function` with the parsed `inputs` by name, and put what it returns into `outputs`.

    Several names may read one dependency; where one of them is an Input, it
    triggers. With `takes_files` a request may be as large as an upload.
    `options` go to `app.callback`, for example `prevent_initial_call`.
    """
    dependencies = {str(dependency): dependency for dependency, _ in inputs.values()}
    dependencies |= {str(found): found for found, _ in inputs.values() if isinstance(found, Input)}
    if any(dependency.has_wildcard() for dependency in dependencies.values()):
        raise ValueError("pattern-matching ids are not checked: give the component one id")
    triggers = tuple(found for found in dependencies.values() if isinstance(found, Input))
    states = tuple(found for found in dependencies.values() if not isinstance(found, Input))
    order = [str(dependency) for dependency in (*triggers, *states)]

    def from_accepted(*_browser_values: Any) -> Any:
        try:
            return function(**g.accepted)
        except PreventUpdate:
            raise
        except Exception as failure:
            # An on_error of the app would turn it into an answer, and that would be kept.
            g.failure = failure
            raise

    app.callback(outputs, list(triggers), list(states), **options)(from_accepted)
    output = next(reversed(app.callback_map))
    _registry(app.server)[output] = PageCallback(
        output,
        _specification(outputs),
        triggers,
        states,
        frozenset(map(str, triggers)),
        tuple((name, order.index(str(dependency)), parse) for name, (dependency, parse) in inputs.items()),
        cached,
        reads_workspace,
        takes_files,
        f"{output}|{version}|{_source(function)}|{_program()}",
    )


def guard_dispatch(app: Dash, answers: Answers) -> None:
    """Put the checks and the cache in front of Dash's own dispatch."""
    endpoint = f"{app.config.routes_pathname_prefix}_dash-update-component"
    dispatch = app.server.view_functions[endpoint]
    registry = _registry(app.server)

    def answer() -> Response:
        try:
            callback, values, changed = _asked(registry)
            g.callback = callback
            read = (*callback.inputs, *callback.states)
            g.accepted = {name: _parsed(name, parse, values[at], read[at]) for name, at, parse in callback.places}
            if not callback.cached:
                return _dispatched(dispatch, callback, changed)
            # No triggers: what is not in the key must not shape the answer.
            packed, g.answer_was_kept = answers.once(
                _key(callback, g.accepted), lambda: _packed(_dispatched(dispatch, callback, []))
            )
            return _unpacked(packed)
        except _NotKept as answered:
            return _unpacked(answered.packed)
        except PreventUpdate:
            return Response(status=204)
        except Refused as refusal:
            return as_json(refusal.status, refusal.error, refusal.remedy, refusal.of)
        except StoreUnavailable:
            return as_json(503, "The database does not answer now.", "This part comes back by itself: try again soon.")
        except HTTPException:
            raise
        except Exception:
            log.exception("callback failed", path=request.path)
            return as_json(500, "This part of the page failed.", AGAIN)

    app.server.view_functions[endpoint] = answer
    app.server.extensions["guarded_dispatch"] = answer


def verify(app: Dash) -> None:
    """Called at start: no way to a callback leads past the checks."""
    server_side = {
        output
        for callbacks in (app.callback_map, GLOBAL_CALLBACK_MAP)
        for output, found in callbacks.items()
        if "callback" in found
    }
    if unchecked := sorted(server_side - _registry(app.server).keys()):
        raise RuntimeError(f"register these with page_callback, or their input is not checked: {unchecked}")
    endpoint = f"{app.config.routes_pathname_prefix}_dash-update-component"
    if app.server.view_functions[endpoint] is not app.server.extensions.get("guarded_dispatch"):
        raise RuntimeError("call guard_dispatch(app, answers): Dash's own dispatch checks nothing")
    if getattr(app, "_enable_mcp", False):
        raise RuntimeError("switch Dash's MCP server off: it calls callbacks past their checks")


def as_json(status: int, error: str, remedy: str, of: str | None = None) -> Response:
    """`of`: the input whose value is to blame, where one is: the address itself (assets/shell.js), or a control."""
    body = {"error": error, "remedy": remedy} | ({"of": of} if of else {})
    return Response(orjson.dumps(body), status, mimetype="application/json")


def accepts_gzip() -> bool:
    return _offers_gzip(request.environ.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=64)
def _offers_gzip(header: str) -> bool:
    return parse_accept_header(header)["gzip"] > 0


def _asked(registry: Mapping[str, PageCallback]) -> tuple[PageCallback, list[Any], list[str]]:
    """The callback, its raw values and the changed properties; the body's own ids are only compared."""
    # A foreign page can post JSON only after a pre-flight, which nobody here answers.
    if not request.is_json:
        raise BadInput("The request is not JSON.")
    try:
        written = _written(registry)
        body = orjson.loads(written)
    except orjson.JSONDecodeError:
        raise BadInput("The request is not valid JSON.") from None
    output = body.get("output") if isinstance(body, dict) else None
    callback = registry.get(output) if isinstance(output, str) else None
    if callback is None:
        raise BadInput("The request asks for nothing that this page has.")
    if not _is_small(len(written)) and not callback.takes_files:
        raise RequestEntityTooLarge  # it named another one first
    values = [
        *_values(body.get("inputs", []), callback.inputs),
        *_values(body.get("state", []), callback.states),
    ]
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(one, str) for one in changed):
        raise BadInput("The request does not say what changed.")
    return callback, values, [one for one in changed if one in callback.triggers]


def _written(registry: Mapping[str, PageCallback]) -> bytes:
    """The body. One that is large is not even read, unless it begins with a callback that takes files."""
    if _is_small(request.content_length or 0):
        return request.get_data()  # and never more than that
    request.max_content_length = current_app.config[UPLOAD_BYTES]
    head = b""
    while len(head) < HEAD_BYTES and (part := request.stream.read(HEAD_BYTES - len(head))):
        head += part
    named = HEAD.match(head)
    callback = registry.get(named[1].decode("utf-8", "replace")) if named else None
    if callback is None or not callback.takes_files:
        raise RequestEntityTooLarge
    return head + request.stream.read()


def _is_small(size: int) -> bool:
    most = current_app.config["MAX_CONTENT_LENGTH"]
    return most is None or size <= most


def _values(given: Any, declared: Sequence[Dependency]) -> list[Any]:
    if not isinstance(given, list) or len(given) != len(declared):
        raise BadInput("The request has other inputs than this page.")
    for one, expected in zip(given, declared, strict=True):
        if not (
            isinstance(one, dict)
            and one.get("id") == expected.component_id
            and one.get("property") == expected.component_property
        ):
            raise BadInput("The request has other inputs than this page.")
    return [one.get("value") for one in given]


def _parsed(name: str, parse: Parser, value: Any, read: Dependency) -> Hashable:
    try:
        return parse(value)
    except MALFORMED as malformed:
        log.warning("input refused", input=name, reason=type(malformed).__name__)
        refusal: Refused = BadInput(f"The value of {name} is not understood.")
    except Refused as found:
        refusal = found
    refusal.of = str(read)
    raise refusal from None


def _dispatched(dispatch: Callable[[], Any], callback: PageCallback, changed: list[str]) -> Response:
    """Dash's answer to a body of our own making: no id or value of the browser's is in it."""
    body = {
        "output": callback.output,
        "outputs": callback.outputs,
        "inputs": _specification(callback.inputs),
        "state": _specification(callback.states),
        "changedPropIds": changed,
    }
    request.get_json = lambda: body  # type: ignore[assignment]
    response = current_app.make_response(dispatch())
    if "failure" in g:
        raise g.failure
    return response


def _packed(response: Response) -> bytes:
    packed = gzip.compress(response.get_data(), 1, mtime=0)
    if "workspace_is_away" in g:
        raise _NotKept(packed)
    return packed


def _unpacked(packed: bytes) -> Response:
    """A kept answer as it lies, or unpacked for the rare client that cannot."""
    if not accepts_gzip():
        return Response(gzip.decompress(packed), content_type="application/json", headers={"Vary": "Accept-Encoding"})
    headers = {"Vary": "Accept-Encoding", "Content-Encoding": "gzip"}
    return Response(packed, content_type="application/json", headers=headers)


def _specification(dependencies: Any) -> Any:
    if isinstance(dependencies, list | tuple):
        return [_specification(one) for one in dependencies]
    return {"id": dependencies.component_id, "property": dependencies.component_property}


def _registry(server: Flask) -> dict[str, PageCallback]:
    registry: dict[str, PageCallback] = server.extensions.setdefault("page_callbacks", {})
    return registry


def _key(callback: PageCallback, accepted: Mapping[str, Hashable]) -> str:
    written = workspace_version() if callback.reads_workspace else None
    question = (g.generation.identity, g.scope, callback.fingerprint, tuple(accepted.values()), written)
    return blake2b(canonical(question).encode(), digest_size=20).hexdigest()


def canonical(value: Any) -> str:
    """Text that is equal for equal values only, whatever process writes it."""
    if type(value) in PLAIN:
        return repr(value)
    match value:
        case Enum():
            return f"{type(value).__qualname__}.{value.name}"
        case tuple():
            return f"({','.join(map(canonical, value))},)"
        case frozenset():
            return f"{{{','.join(sorted(map(canonical, value)))}}}"
        case Scope():  # those who see the same share an answer
            return f"Scope({value.digest!r})"
    if is_dataclass(value):
        content = tuple(getattr(value, field.name) for field in fields(value))
        return f"{type(value).__qualname__}{canonical(content)}"
    raise TypeError(f"a parser returned {type(value).__qualname__}, which no cache key can hold")


def _source(function: Callable[..., Any]) -> str:
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        text = repr(getattr(function, "__qualname__", type(function).__qualname__))
    return blake2b(text.encode(), digest_size=8).hexdigest()


@cache
def _program() -> str:
    """Changes with the code that any callback runs: an answer must not outlive a release."""
    digest = blake2b(f"{dash.__version__} {plotly.__version__}".encode(), digest_size=8)
    house = Path(__file__).parents[1]
    for file in sorted(file for room in ROOMS for file in (house / room).rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def one_of(*values: Hashable) -> Parser:
    """One of `values`, compared with their types; an enum's members are named by their values."""
    offered = {(type(plain := one.value if isinstance(one, Enum) else one), plain): one for one in values}

    def parse(raw: Any) -> Hashable:
        try:
            return offered[type(raw), raw]
        except (KeyError, TypeError):
            raise BadInput("The choice is none of those offered.") from None

    return parse


def whole_number(lowest: int, highest: int) -> Parser:
    def parse(raw: Any) -> int:
        if type(raw) is not int or not lowest <= raw <= highest:  # a bool is an int
            raise BadInput(f"A whole number from {lowest} to {highest} is expected.")
        return raw

    return parse


def text(max_length: int) -> Parser:
    def parse(raw: Any) -> str:
        if not isinstance(raw, str) or len(raw) > max_length:
            raise BadInput(f"A text of at most {max_length} characters is expected.")
        if NO_TEXT.search(raw):
            raise BadInput("The text holds characters that no text has.")
        return raw

    return parse


def optional(parse: Parser) -> Parser:
    """What `parse` accepts, or nothing."""
    return lambda raw: None if raw is None else parse(raw)
