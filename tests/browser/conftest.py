"""A dashboard as it is served, with demo data, and a browser that reports what it must not do."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

HOUSE = Path(__file__).parents[2]
expect.set_options(timeout=15_000)  # a slow machine is no failure
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HOUSE / "tests" / "browser" in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True, slots=True)
class Served:
    """A running dashboard, and the folder with its raw logs and store."""

    address: str
    data: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("served")
    environment = os.environ | {"DASHBOARD_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "dashboard"]
    demo = [*command, "demo", "--accounts", "60", "--weeks", "60", "--until", "2026-11-22"]
    subprocess.run(demo, cwd=HOUSE, env=environment, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)], cwd=HOUSE, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_until_ready(f"http://localhost:{port}/readyz", server)
        yield Served(f"http://localhost:{port}/", data)
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            Event().wait(0.1)
    pytest.fail("the server is not ready after 30 s")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        message = "Chromium is missing: install the package chromium"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@dataclass
class Faults:
    """What a page must not do: console errors, failed or foreign requests."""

    seen: list[str] = field(default_factory=list)

    def watch(self, page: Page, address: str) -> None:
        page.on("console", lambda message: self.seen.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.seen.append(str(error)))
        page.on("request", lambda request: self._check_address(request, address))
        page.on("response", lambda answer: self.seen.append(answer.url) if answer.status >= 400 else None)

    def _check_address(self, request: Request, address: str) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            self.seen.append(f"foreign request: {request.url}")


@pytest.fixture
def faults() -> Iterator[Faults]:
    found = Faults()
    yield found
    assert found.seen == []


@pytest.fixture
def page(browser: Browser, served: Served, faults: Faults) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults.watch(page, served.address)
    yield page
    context.close()


@pytest.fixture(params=[(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")], ids=str)
def looked_at(
    request: pytest.FixtureRequest, browser: Browser, served: Served, faults: Faults
) -> Iterator[Page]:  # fmt: skip
    """A page on a desk and on a phone, light and dark, where nothing moves."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )  # fmt: skip
    context.set_default_timeout(15_000)
    page = context.new_page()
    faults.watch(page, served.address)
    yield page
    context.close()


def assert_nothing_stands_in_the_way(page: Page, context: str = "html") -> None:
    """axe finds nothing in what is drawn within `context`, and nothing has to be scrolled sideways to."""
    found = Axe().run(page, context=context)["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
