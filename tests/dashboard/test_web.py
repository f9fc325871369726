import gzip
import io
import json
import os
import re

import pytest
from structlog.testing import capture_logs

from dashboard.web import configure_logging, under_prefix

PROXY = {"REMOTE_ADDR": "10.0.0.9"}
ROUTES = ["/", "/who", "/any/page", "/_dash-layout", "/_dash-dependencies", "/assets/site.css", "/_reload-hash"]


def by_header(serve, user=None, **given):
    client = serve(
        identity="header",
        trusted_networks="10.0.0.0/24",
        administrators="adam@example.com",
        leaders="lea@example.com",
        **given,
    )
    client.environ_base.update(PROXY, **({"HTTP_X_FORWARDED_USER": user} if user else {}))
    return client


def callback(wanted, **more):
    body = {
        "output": "said.children",
        "outputs": {"id": "said", "property": "children"},
        "inputs": [{"id": "wanted", "property": "value", "value": wanted}],
        "changedPropIds": ["wanted.value"],
    }
    return {"path": "/_dash-update-component", "json": body, **more}


# Who gets in


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_closed_to_strangers(serve, route):
    assert by_header(serve).get(route).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "delete", "options", "patch"])
def test_every_method_is_closed_to_strangers(serve, method):
    assert getattr(by_header(serve), method)("/who").status_code == 401


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_is_closed_to_those_who_have_no_part(serve, route):
    assert by_header(serve, "nobody@example.com").get(route).status_code == 403


def test_no_route_of_the_application_is_forgotten(serve):
    client = by_header(serve)
    for rule in client.application.url_map.iter_rules():
        path = re.sub("<[^>]+>", "x", rule.rule)
        for method in rule.methods & {"GET", "POST"}:
            is_open = rule.endpoint in ("healthz", "readyz")
            status = client.open(path, method=method).status_code
            assert status == (200 if is_open else 403 if rule.endpoint == "metrics" else 401), rule


def test_a_view_finds_who_asks_and_the_one_generation_that_it_reads(serve, store):
    store.last = 7
    client = by_header(serve, "mia@example.com", managers_see_all=False)
    assert client.get("/who").text == "mia@example.com manager mia@example.com 7 [7]"
    assert store.pinned == []


@pytest.mark.parametrize("path", ["/broken", "/nowhere/_dash-layout"])
def test_the_generation_is_let_go_whatever_happens(serve, store, path):
    serve().get(path)
    assert store.pinned == []


def test_a_write_sent_by_another_site_is_refused(serve):
    client = serve()
    assert client.post(**callback("a", headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
    assert client.post(**callback("a", headers={"Sec-Fetch-Site": "same-origin"})).status_code == 200


def test_a_request_that_is_too_large_is_refused(serve):
    answer = serve(max_request_bytes=1000).post(**callback("a" * 2000))
    assert (answer.status_code, answer.json["error"]) == (413, "The request is too large.")


def upload(output, file, *, first=None, **more):
    """As a browser writes it: what is asked for stands first."""
    name, value = ("file", "data") if output == "size.children" else ("wanted", "value")
    outputs = {"id": output.split(".")[0], "property": "children"}
    inputs = [{"id": name, "property": value, "value": file}]
    body = {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": []}
    text = json.dumps(body, separators=(",", ":"))
    named = f'{{"output":"{first}",{text[1:]}' if first else text
    return {"path": "/_dash-update-component", "data": named, "content_type": "application/json", **more}


def test_only_a_callback_that_takes_files_is_sent_much(serve):
    client = serve(max_request_bytes=10_000, max_upload_bytes=50_000)
    said = client.post(**upload("size.children", "a" * 40_000))
    assert (said.status_code, said.json["response"]["size"]["children"]) == (200, 40_000)
    assert client.post(**upload("size.children", "a" * 50_000)).status_code == 413
    assert client.post(**upload("said.children", "a" * 4_000)).status_code == 200
    for refused in (
        upload("said.children", "a" * 40_000),
        upload("said.children", "a" * 40_000, first="size.children"),
        callback("a" * 40_000),
    ):
        answer = client.post(**refused)
        assert (answer.status_code, answer.json["error"]) == (413, "The request is too large.")


# Health, metrics, no data


def test_health_is_open_under_the_prefix_and_without(serve):
    client = by_header(serve, url_prefix="/a/b/")
    for path in ("/healthz", "/a/b/healthz", "/readyz", "/a/b/readyz"):
        assert client.get(path).status_code == 200


def test_without_data_pages_say_what_to_run(serve, store):
    store.last = None
    client = serve()
    page = client.get("/")
    assert page.status_code == 503
    assert "No data loaded yet: run `dashboard load &lt;mapping.toml&gt;` or `dashboard demo`" in page.text
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.post(**callback("a")).json["remedy"].startswith("No data loaded yet")


def test_the_first_load_is_seen_without_a_restart(serve, store):
    store.last = None
    client = serve()
    assert client.get("/").status_code == 503
    store.last = 1
    assert client.get("/").status_code == 200


def test_metrics_count_requests_and_answers_for_their_networks_only(serve):
    client = serve(metrics_networks="127.0.0.0/8")
    for _ in range(2):
        client.post(**callback("counted"))
    text = client.get("/metrics").text
    for name in ('requests_total{status="2xx"}', "callback_seconds_count", 'answers_total{result="hit"}'):
        assert re.search(rf"^dashboard_{re.escape(name)} [1-9]", text, re.M)
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.1.1.1"}).status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403


# Headers


def test_a_page_allows_only_its_own_scripts_and_styles_with_its_nonce(serve):
    pages = [serve().get("/") for _ in range(2)]
    nonces = [re.search(r'<meta name="csp-nonce" content="([\w-]{20,})">', page.text)[1] for page in pages]
    assert nonces[0] != nonces[1]
    policy = dict(part.split(" ", 1) for part in pages[0].headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["style-src-elem"] == f"'self' 'nonce-{nonces[0]}'"
    assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", policy["script-src"])
    assert policy["frame-ancestors"] == "'none'"


def test_who_may_frame_the_pages_is_a_setting(serve):
    page = serve(frame_ancestors="'self' https://intranet.example").get("/")
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://intranet.example")


@pytest.mark.parametrize("path", ["/", "/who", "/broken", "/healthz", "/_dash-layout", "/assets/none.css"])
def test_every_answer_carries_the_safety_headers_and_is_not_kept(serve, path):
    headers = serve().get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Content-Security-Policy" in headers
    assert headers["Cache-Control"] == "no-store, private"


def test_files_with_their_version_in_the_name_are_kept_for_a_year(serve, tmp_path):
    client = serve()
    asset = tmp_path / "assets" / "site.css"
    asset.write_text("p {}")
    os.utime(asset, (1_700_000_000, 1_700_000_000.75))
    suite = re.search(r'src="(/_dash-component-suites/[^"]+)"', client.get("/").text)[1]
    for path in (suite, "/assets/site.css?m=1700000000.75"):
        assert client.get(path).headers["Cache-Control"] == "private, max-age=31536000, immutable"
    for path in ("/assets/site.css", "/assets/site.css?m=1800000000.0", "/assets/site.css?m=nan"):
        assert client.get(path).headers["Cache-Control"] == "private, no-cache"


# Compression


def test_text_is_compressed_for_those_who_can_unpack_it(serve, tmp_path):
    client = serve()
    css = "p { color: red }\n" * 200
    (tmp_path / "assets" / "site.css").write_text(css)
    plain = client.get("/assets/site.css")
    packed = client.get("/assets/site.css", headers={"Accept-Encoding": "br, gzip"})
    assert plain.text == gzip.decompress(packed.data).decode() == css
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert len(packed.data) < len(plain.data) / 5


def test_a_compressed_file_that_did_not_change_is_not_sent_again(serve, tmp_path):
    client = serve()
    (tmp_path / "assets" / "site.css").write_text("p { color: red }\n" * 200)
    first = client.get("/assets/site.css", headers={"Accept-Encoding": "gzip"})
    headers = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    assert client.get("/assets/site.css", headers=headers).status_code == 304


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_nothing_is_compressed_for_those_who_cannot(serve, accepted):
    for answer in (
        serve().get("/", headers={"Accept-Encoding": accepted}),
        serve().post(**callback("word " * 900, headers={"Accept-Encoding": accepted})),
    ):
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
        assert len(answer.text) > 1024


def test_a_kept_answer_is_the_same_packed_and_unpacked(serve):
    client = serve()
    packed = client.post(**callback("word " * 900, headers={"Accept-Encoding": "gzip"}))
    plain = client.post(**callback("word " * 900))
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert int(packed.headers["Content-Length"]) == len(packed.data)


# Errors and the log


def test_a_fault_of_ours_is_a_short_page_without_what_is_inside(serve):
    answer = serve().get("/broken")
    assert answer.status_code == 500
    assert "Something failed here." in answer.text
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../settings.py",
        "/assets/none.css",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/dcc/../../dash.py",
        "/_dash-component-suites/<script>/x.js",
    ],
)
def test_what_does_not_exist_is_named_by_no_one(serve, path):
    answer = serve().get(path)
    assert answer.status_code == 404
    assert "script" not in answer.text
    assert "registered" not in answer.text


def test_a_wrong_method_is_refused(serve):
    assert serve().delete("/who").status_code == 405


def test_a_request_is_one_event_without_what_was_asked(serve):
    client = by_header(serve, "mia@example.com")
    with capture_logs() as events:
        client.get("/who?account=Contoso", headers={"Cookie": "session=s3cret"})
        client.get("/healthz")
    (event,) = events
    assert event.pop("ms") >= 0
    assert event == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/who",
        "status": 200,
        "user": "mia@example.com",
    }


def test_a_fault_is_logged_as_one_line_of_json(serve, capfd):
    import structlog

    configure_logging("info")
    try:
        client = serve()
        client.get("/broken")
        structlog.get_logger().error("odd", text="\ud800")
    finally:
        structlog.reset_defaults()
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["request failed", "request", "odd"]
    assert "RuntimeError" in lines[0]["exception"]


# The prefix


@pytest.mark.parametrize("path", ["/a/b/who", "/who"])
def test_the_prefix_may_be_kept_or_stripped_by_the_proxy(serve, path):
    assert serve(url_prefix="/a/b/").get(path).text.startswith("you@localhost")


@pytest.mark.parametrize("path", ["/a/b", "/a/b/", "/", "/a/b/page", "/page"])
def test_every_address_on_a_page_is_under_the_prefix(serve, path):
    page = serve(url_prefix="/a/b/").get(path)
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    assert all(address.startswith("/a/b/") for address in addresses)


@pytest.mark.parametrize(
    ("script_name", "path", "routed"),
    [
        ("", "/a/b/page", "/a/b/page"),
        ("", "/page", "/a/b/page"),
        ("/a/b", "/page", "/a/b/page"),
        ("", "/a/b", "/a/b/"),
        ("", "", "/a/b/"),
        ("", "/a/bc", "/a/b/a/bc"),
        ("", "//page", "/a/b/page"),
    ],
)
def test_paths_are_routed_as_if_the_prefix_were_there(script_name, path, routed):
    seen = {}
    under_prefix(lambda environ, _start: seen.update(environ) or [], "/a/b/")(
        {"SCRIPT_NAME": script_name, "PATH_INFO": path, "wsgi.input": io.BytesIO()}, None
    )
    assert (seen["SCRIPT_NAME"], seen["PATH_INFO"]) == ("", routed)
