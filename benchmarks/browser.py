"""How long does a person wait? First load and filter changes in Chromium, at two sizes of the demo."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks import interactions

HOUSE = Path(__file__).parents[1]
SIZES = tuple(int(size) for size in os.environ.get("BENCH_ACCOUNTS", "400,5000").split(","))
FIRST_ROW = ".ranking .bars tbody tr, .ranking .empty"
# Milliseconds from the click until the heading and the ranking of the new filter are drawn.
CHANGE = """
    ([link, words]) => new Promise((resolve) => {
      const started = performance.now();
      const drawn = () => document.querySelector(".ranking h2")?.textContent === words
        && document.querySelector("h1")?.textContent.includes(words)
        && document.querySelector(".ranking .bars tbody tr");
      const watch = new MutationObserver(() => {
        if (drawn()) { watch.disconnect(); requestAnimationFrame(() => resolve(performance.now() - started)); }
      });
      watch.observe(document.body, {childList: true, subtree: true, characterData: true});
      [...document.querySelectorAll(".rail-row")].find((row) => row.querySelector(".name").title === link).click();
    })
"""


def main() -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("Chromium is missing: no figures from the browser.")
        return
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, served(Path(folder), size) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            first, transferred = first_load(browser.new_context().new_page(), address)
            again, again_transferred = first_load(browser.contexts[0].new_page(), address)
            cold, warm = filter_changes(browser.contexts[0].pages[-1])
            print(f"\n{size} accounts            first row ms   KB transferred")
            print(f"  first visit, cold cache {first:9.0f} {transferred:12.0f}")
            print(f"  second visit            {again:9.0f} {again_transferred:12.0f}")
            print(
                f"  filter change, not yet answered: median {statistics.median(cold):.0f} ms, worst {max(cold):.0f} ms"
            )
            print(
                f"  filter change, answered before:  median {statistics.median(warm):.0f} ms, worst {max(warm):.0f} ms"
            )
            interactions.report(browser.new_context().new_page(), address)
            browser.close()


def first_load(page: Page, address: str) -> tuple[float, float]:
    page.goto(address)
    page.wait_for_selector(FIRST_ROW)
    milliseconds = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    size = "performance.getEntries().reduce((sum, entry) => sum + (entry.transferSize || 0), 0) / 1000"
    return milliseconds, page.evaluate(size)


def filter_changes(page: Page) -> tuple[list[float], list[float]]:
    names = page.eval_on_selector_all(".rail-row .name", "names => names.map(name => name.title)")[:10]
    cold = [page.evaluate(CHANGE, [name, name]) for name in names]
    warm = [page.evaluate(CHANGE, [name, name]) for name in names]
    return cold, warm


@contextmanager
def served(folder: Path, accounts: int) -> Iterator[str]:
    environment = os.environ | {"DASHBOARD_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "dashboard"]
    subprocess.run([*command, "demo", "--accounts", str(accounts)], cwd=HOUSE, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        cwd=HOUSE,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://localhost:{port}/readyz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://localhost:{port}/"
    finally:
        server.terminate()
        server.wait(30)
