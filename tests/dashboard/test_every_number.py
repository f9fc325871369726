"""Every number on every page that leads to rows is what those rows, and their download, add up to."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from callbacks.query import _ONE_OF
from callbacks.request import PageCallback
from dashboard.app import create_app
from dashboard.pages import PAGES, Page
from dashboard.settings import load_settings
from data_access import care
from data_access.scope import Role, Scope
from data_access.workspace import Act, open_workspace
from ingestion.demo import generate
from ingestion.load import load
from layouts.links import Query
from layouts.shell import MEASURES
from tests.dashboard.conftest import LOCAL, Client

ADDED_UP = ("use", "before", "held-value", "lost-value", "charges")
ASKING = Scope("ann@example.org", Role.LEADER)
# Kinds of rows that a page leads to, whatever the demo holds.
LED_TO = {
    "accounts": {"use", "pairs", "used", "left-out", "left-out-onboarding"},
    "inactive": {"use", "pairs", "entered", "left", "calls", "held", "lost", "held-value", "lost-value",
                 "held-accounts", "ended"},
    "engagement": {"users", "registered", "registrations", "transacting", "invited", "not-activated", "cohort",
                   "messages", "charges", "delivered", "failed", "adopters", "sessions", "single-events", "tickets"},
}  # fmt: skip
ANY_VALUE = ("app", "account", "industry", "plan", "region", "manager", "period", "channel", "category", "reason",
             "feature", "priority", "cohort", "later")  # fmt: skip
SEARCHES = (
    "", "?metric=users", "?metric=hours&app=permit-management", "?state=inactive&state=low&metric=clicks",
    "?period=2026-11-03..2026-11-12&region=Mountain+West", "?vs=none&app=work-management&view=summary",
)  # fmt: skip
# What a page has views of: the fields of its address, whatever their values.
VIEWS = {
    "accounts": ("view", "n", "rail"),
    "usage": ("by", "behind"),
    "changes": ("part", "pairs", "movers", "flags", "flagged"),
    "inactive": ("calls", "care", "of", "ahead"),
    "activity": (),
    "health": ("band", "was", "order", "listed", "component", "against", "scaling"),
    "engagement": ("mau", "step", "who", "by"),
    "account": ("people", "flags"),
    "data": (),
}
FURTHER = {"engagement": ["?by=month&channel=SMS&category=reminder&vs=none"]}


class Reader(HTMLParser):
    """The links and the stated values of a text. A link: its address, value and words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str | None, str]] = []
        self.stated: list[float] = []
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "data":
            self.stated.append(float(given["value"] or ""))
        if tag == "a":
            self._open = True
            self.links.append((given["href"] or "", given.get("data-value"), ""))

    def handle_data(self, data: str) -> None:
        if self._open:
            href, value, words = self.links[-1]
            self.links[-1] = (href, value, words + data)

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "a"


@dataclass(frozen=True)
class Number:
    """A number on a page, and the address of its rows; None where a link promises none ("Rows behind this")."""

    card: str
    href: str
    value: float | None

    @property
    def kind(self) -> tuple[Any, ...]:
        """Equal for numbers of one column: another account or application is the same kind."""
        pairs = Query.parse(self.href.partition("?")[2]).pairs
        return self.card, *(key if key in ANY_VALUE else (key, value) for key, value in pairs)


@dataclass
class Walk:
    """A dashboard in use, without a browser."""

    client: FlaskClient
    data: Path
    callbacks: dict[str, PageCallback]
    account: str

    def drawn(self, page: Page, search: str) -> Iterator[tuple[str, str]]:
        """The name and the text of everything on the page that follows from its address."""
        known = {"url.search": search, "url.pathname": page.path.replace("<id>", self.account), "theme.data": "light"}
        for callback in self.callbacks.values():
            asks_address = any(str(one).startswith("url.") for one in callback.triggers)
            if asks_address and callback.output.strip(".").startswith(f"{page.word}-"):
                yield from self._answered(callback, known)

    def _answered(self, callback: PageCallback, known: dict[str, str]) -> Iterator[tuple[str, str]]:
        def given(dependencies: Any) -> list[dict[str, Any]]:
            return [
                {"id": one.component_id, "property": one.component_property, "value": known.get(str(one))}
                for one in dependencies
            ]

        body = {"output": callback.output, "inputs": given(callback.inputs), "state": given(callback.states),
                "changedPropIds": []}  # fmt: skip
        answer = self.client.post("/_dash-update-component", json=body)
        assert answer.status_code in (200, 204), (callback.output, known, answer.text)
        if answer.status_code == 200:
            for identity, properties in answer.json["response"].items():
                if "html" in properties:
                    yield identity, properties["html"]

    def numbers(self, page: Page) -> Iterator[Number]:
        views = [f"?{key}={value}" for key in VIEWS[page.word] for value in _ONE_OF[key]]
        for search in (*SEARCHES, *views, *FURTHER.get(page.word, ())):
            for card, text in self.drawn(page, search):
                for href, value, words in Reader(text).links:
                    if href.startswith("/rows?"):
                        yield Number(card, href, _number(value, words))

    def rows(self, href: str) -> tuple[list[float], str]:
        """What the rows page states, and the address of its download."""
        parts = dict(self.drawn(ROWS, href.removeprefix("/rows")))
        [download] = [link for link, _, _ in Reader(parts["rows-grid-actions"]).links if ".csv" in link]
        return Reader(parts["rows-heading"]).stated + Reader(parts["rows-grid-head"]).stated, download

    def downloaded(self, download: str) -> float:
        """The sum over the file, or the count of its rows, as its kind is to be read."""
        answer = self.client.get(download)
        assert answer.status_code == 200
        table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
        kind = re.search(r"/rows/([\w-]+)\.csv", download)[1]
        if kind not in ADDED_UP or not table:
            return len(table)
        [column] = [name for name in table[0] if name in (*MEASURES.values(), "Annual value", "Charge")]
        return sum(float(row[column]) for row in table)


def _number(value: str | None, words: str) -> float | None:
    """Of a link without a full value: the number it begins with, unless it leads to the rest of a list."""
    written = re.match(r"[\d,]+(?:\.\d+)?(?=\s|$)", words)
    if value is None and written and "more" not in words:
        value = written[0].replace(",", "")
    return float(value) if value else None


ROWS = next(page for page in PAGES if page.word == "rows")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    data: Path = tmp_path_factory.mktemp("walk")
    load(generate(data / "demo", accounts=24, seed=7, until=date(2026, 11, 22), weeks=60), data / "store")
    app = create_app(load_settings(data_dir=data))
    app.server.test_client_class = Client
    client = app.server.test_client()
    client.environ_base.update(LOCAL)
    callbacks = app.server.extensions["page_callbacks"]
    found = client.get("/export/rows/use.csv")
    account = client.get("/export/accounts/all.csv").data.decode("utf-8-sig").splitlines()
    assert found.status_code == 200
    identity = next(csv.DictReader(account))["Account id"]
    yield Walk(client, data, callbacks, identity)


@pytest.mark.parametrize("page", [page for page in PAGES if page is not ROWS], ids=lambda page: page.word)
def test_every_number_is_what_its_rows_add_up_to(walk: Walk, page: Page):
    one_of_each: dict[tuple[Any, ...], Number] = {}
    for number in walk.numbers(page):
        one_of_each.setdefault(number.kind, number)
    wrong = []
    for number in one_of_each.values():
        stated, download = walk.rows(number.href)
        told = [*([] if number.value is None else [number.value]), *stated, walk.downloaded(download)]
        # Hours in words are rounded to a tenth.
        if told != pytest.approx([told[0]] * len(told), abs=0.06):
            wrong.append((number.card, number.href, told))
    assert wrong == []
    # The numbers of health filter the list of accounts that stands beside them.
    assert one_of_each or page.word in ("data", "health")
    kinds = {Query.parse(number.href.partition("?")[2]).one("rows") for number in one_of_each.values()}
    assert kinds >= LED_TO.get(page.word, set())


def test_every_view_is_one_of_a_page():
    assert {key for keys in VIEWS.values() for key in keys} == _ONE_OF.keys() - {"rows", "state"}


def test_the_rows_of_the_work_list_are_those_of_the_view(walk: Walk):
    """One account is put aside: its pairs are behind that view, and the others behind the rest."""

    def pairs(address: str) -> set[tuple[str, str]]:
        table = walk.client.get(f"/export/{address}").data.decode("utf-8-sig")
        return {(row["Account id"], row["Application"]) for row in csv.DictReader(io.StringIO(table, newline=""))}

    every = pairs("rows/calls.csv?rows=calls")
    assert every == pairs("inactive/calls.csv")
    put_aside, _ = min(every)
    workspace = open_workspace("", walk.data)
    care.snooze(workspace, Act(ASKING, datetime(2026, 11, 23, tzinfo=UTC), "a" * 32), put_aside, date(2099, 1, 1), "")
    workspace.close()
    aside, waiting = pairs("rows/calls.csv?rows=calls&care=snoozed"), pairs("rows/calls.csv?rows=calls")
    assert {account for account, _ in aside} == {put_aside}
    assert aside | waiting == every
    assert walk.rows("/rows?rows=calls&care=snoozed")[0] == [len(aside)] * 2
