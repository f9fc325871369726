"""Something is written in one browser and read in another; and what could not be kept stays in its form."""

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from data_access.audit import audit_log
from data_access.follow_ups import follow_ups_of
from data_access.scope import Role, Scope
from data_access.workspace import Workspace, open_workspace
from tests.browser.conftest import Faults, assert_nothing_stands_in_the_way
from tests.given import LEADER, Given
from tests.services import gunicorn

ADA = Scope("ada@example.org", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    given = Given(tmp_path_factory.mktemp("desk")).use("aurora", "permit", "2026-01-05 09:00")
    given.row("accounts", account="aurora", name="Aurora", manager="Mia Long", manager_email="mia@example.org").load()
    return given.folder


@pytest.fixture(scope="module")
def address(folder: Path, tmp_path_factory) -> Iterator[str]:
    settings = {"DASHBOARD_DATA_DIR": str(folder)}
    with gunicorn("tests.browser.desk:served()", tmp_path_factory.mktemp("served"), settings) as (port, _):
        urlopen(f"http://localhost:{port}/readyz", timeout=60).close()
        yield f"http://localhost:{port}/"


@pytest.fixture
def workspace(folder: Path) -> Iterator[Workspace]:
    opened = open_workspace("", folder)
    yield opened
    opened.close()


@pytest.fixture
def views(browser: Browser, address: str, faults: Faults) -> Iterator[tuple[Page, Page]]:
    """The same page, before two people."""
    contexts = [browser.new_context(viewport={"width": 1440, "height": 900}) for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.set_default_timeout(15_000)
        faults.watch(page, address)
        page.goto(f"{address}desk")
        expect(page.locator("#care")).to_be_visible()
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


def form(page: Page, action: str):
    return page.locator(f'#desk-forms form[data-action="{action}"]')


def test_a_follow_up_is_written_by_one_and_done_by_another(views: tuple[Page, Page], workspace: Workspace):
    one, other = views
    written = form(one, "follow-up")
    written.get_by_label("What is to be done").fill("Call the clerk <b>today</b>.")
    written.get_by_label("Due").fill("2099-11-26")
    written.get_by_label("By whom").select_option(label="Mia Long")
    written.get_by_label("Due").press("Enter")
    expect(one.locator("#toast")).to_have_text("Follow-up for Thursday, 26 November 2099 kept.")
    expect(one.locator("li.kept .written")).to_have_text("Call the clerk <b>today</b>.")
    expect(written.get_by_label("What is to be done")).to_have_value("")
    kept = follow_ups_of(workspace, LEADER, "aurora")
    assert kept[["text", "assigned_to", "created_by"]].to_dict("split")["data"] == [
        ["Call the clerk <b>today</b>.", "mia@example.org", "you@localhost"]
    ]

    other.reload()
    expect(other.locator("li.kept .written")).to_have_text("Call the clerk <b>today</b>.")
    other.get_by_role("button", name="Done: Call the clerk").press("Enter")
    expect(other.locator("#toast")).to_have_text("Follow-up done.")
    expect(other.get_by_role("button", name="Open again: Call the clerk")).to_be_visible()
    assert follow_ups_of(workspace, LEADER, "aurora")["done_by"].tolist() == ["you@localhost"]


def test_what_is_refused_stays_in_its_form_and_is_told_each_time(views: tuple[Page, Page]):
    page = views[0]
    note = form(page, "note")
    note.get_by_label("Note").fill("Rang the bell \u0007")
    for _ in range(2):
        page.evaluate("document.getElementById('toast').textContent = ''")
        note.get_by_role("button", name="Keep note").click()
        expect(page.locator("#toast")).to_contain_text("The text holds characters that cannot be shown.")
        expect(note.get_by_role("button")).to_be_enabled()
    expect(note.get_by_label("Note")).to_have_value("Rang the bell \u0007")


def test_clicks_in_quick_succession_are_one_write(views: tuple[Page, Page], workspace: Workspace):
    page = views[0]
    before = len(audit_log(workspace, ADA, 100))
    form(page, "note").get_by_label("Note").fill("Said twice.")
    form(page, "note").get_by_role("button").dblclick()
    expect(page.locator("#toast")).to_have_text("Note on Aurora kept.")
    expect(page.locator("li.kept .written", has_text="Said twice.")).to_have_count(1)
    assert len(audit_log(workspace, ADA, 100)) == before + 1


def test_two_forms_sent_at_once_are_both_answered(views: tuple[Page, Page]):
    page = views[0]
    form(page, "note").get_by_label("Note").fill("Written first.")
    page.evaluate("""() => {
        document.querySelector('#desk-forms form[data-action="note"]').requestSubmit();
        document.querySelector('#desk-forms form[data-action="assign"]').requestSubmit();
    }""")
    expect(page.locator("li.kept .written", has_text="Written first.")).to_have_count(1)
    expect(page.locator("#toast")).to_contain_text("Aurora is assigned to")
    for action in ("note", "assign"):
        expect(form(page, action).get_by_role("button")).to_be_enabled()


def test_a_form_in_a_menu_closes_it_when_it_is_kept(views: tuple[Page, Page]):
    page = views[0]
    page.locator("summary", has_text="Put aside").click()
    form(page, "snooze").get_by_label("Until").fill("2099-01-05")
    form(page, "snooze").get_by_label("Why").fill("budget talks")
    form(page, "snooze").get_by_label("Why").press("Enter")
    expect(page.locator("#toast")).to_contain_text("Aurora is put aside until")
    expect(page.locator("summary", has_text="Put aside")).to_be_focused()
    expect(form(page, "snooze")).to_be_hidden()


def test_where_no_answer_comes_what_was_typed_is_sent_again_and_written_once(browser: Browser, address: str,
                                                                             workspace: Workspace):  # fmt: skip
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}desk")
    expect(page.locator("#care")).to_be_visible()
    form(page, "note").get_by_label("Note").fill("Through the tunnel.")

    def lose_the_answer(route: Route) -> None:
        if "Through the tunnel." in (route.request.post_data or ""):
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/_dash-update-component*", lose_the_answer)
    form(page, "note").get_by_role("button").click()
    expect(page.locator("#toast")).to_contain_text("The server cannot be reached.")
    expect(form(page, "note").get_by_label("Note")).to_have_value("Through the tunnel.")
    page.unroute("**/_dash-update-component*")
    form(page, "note").get_by_role("button").click()
    expect(page.locator("#toast")).to_have_text("Note on Aurora kept.")
    assert [row for row in audit_log(workspace, ADA, 100)["detail"] if "tunnel" in row] == ["note: Through the tunnel."]
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(views: tuple[Page, Page], theme: str):
    page = views[0]
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    form(page, "note").get_by_label("Note").fill("For everybody to read.")
    form(page, "note").get_by_role("button").click()
    expect(page.locator("#toast")).to_have_text("Note on Aurora kept.")
    assert_nothing_stands_in_the_way(page, "main")
