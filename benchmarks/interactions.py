"""How long does a person wait for what they click, on every tab? Every control is a link, so each click is an address.

The time is from the click until the page asks nothing more and draws nothing more. Cold: not asked before; warm:
asked before.

    python benchmarks/interactions.py http://localhost:8050   measures a dashboard that is running
"""

import os
import shutil
import statistics
import sys
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, sync_playwright

TABS = ("/", "/usage", "/changes", "/inactive", "/activity", "/health", "/engagement")
QUIET_MS = 120  # without a request or a change of what is drawn: done

# Counts the questions that are open, and remembers when something was last drawn.
WATCH = """
    window.open_questions = 0; window.last_drawn = 0;
    const ask = window.fetch;
    window.fetch = (...call) => {
      window.open_questions += 1;
      return ask(...call).finally(() => { window.open_questions -= 1; window.last_drawn = performance.now(); });
    };
    document.addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
      window.last_drawn = performance.now();
    }).observe(document.documentElement, {childList: true, subtree: true, characterData: true}));
"""
GO = f"""
    (address) => new Promise((resolve) => {{
      const started = performance.now();
      window.last_drawn = started;
      window.history.pushState({{}}, "", address);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      const look = () => {{
        const now = performance.now();
        if (window.open_questions === 0 && now - window.last_drawn > {QUIET_MS} && now - started > {QUIET_MS})
          resolve(window.last_drawn - started);
        else setTimeout(look, 10);
      }};
      setTimeout(look, 10);
    }})
"""


def main(address: str) -> None:
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        report(browser.new_context().new_page(), address)
        browser.close()


def report(page: Page, address: str) -> None:
    """Prints each click in milliseconds, and the slowest."""
    page.add_init_script(WATCH)
    page.goto(f"{address.rstrip('/')}/data")
    page.wait_for_load_state("networkidle")
    cold = {tab: page.evaluate(GO, tab) for tab in TABS}
    # Of every kind of link on every tab the first one: what it leads to was not asked before.
    clicks = [click for tab in TABS for click in _kinds(page, tab)]
    cold |= {click: page.evaluate(GO, click) for click in clicks}
    warm = {click: page.evaluate(GO, click) for click in cold}
    print(f"\n{'after a click':60} cold ms   warm ms")
    for click in cold:
        print(f"  {click[:58]:58} {cold[click]:7.0f} {warm[click]:9.0f}")
    for name, times in (("cold", cold), ("warm", warm)):
        slowest = max(times, key=lambda click: times[click])
        print(
            f"  {name}: median {statistics.median(times.values()):.0f} ms, slowest {times[slowest]:.0f} ms, {slowest}"
        )


def _kinds(page: Page, tab: str) -> list[str]:
    page.evaluate(GO, tab)
    links: list[str] = page.eval_on_selector_all("main a[href], .bar a[href]", "all => all.map((a) => a.href)")
    kinds = {}
    for link in map(urlsplit, links):
        if not link.path.startswith("/export") and link.query:
            kinds.setdefault((link.path.split("/")[1], *sorted(parse_qs(link.query))), f"{link.path}?{link.query}")
    return list(kinds.values())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DASHBOARD_ADDRESS", "http://localhost:8050"))
