"""The account of the path, what the page says of it, and what it never shows."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from dash import Dash
from dash.exceptions import PreventUpdate
from flask import g

from callbacks import account as page
from callbacks import account_notes
from callbacks.health_versions import versions
from callbacks.query import query
from callbacks.request import NotAllowed, Refused
from dashboard.app import create_app
from dashboard.settings import load_settings
from data_access.follow_ups import add_follow_up, complete_follow_up
from data_access.notes import add_note
from data_access.scope import Role, Scope
from data_access.workspace import Act, Workspace, open_workspace
from layouts import links
from tests.given import LEADER, Given

ASH = "a/ü 1"
LEE = Scope("lee@example.org", Role.MANAGER, portfolio="lee@example.org")
HOSTILE = "<img src=x onerror=alert(1)>" + "x" * 280


@dataclass
class Office:
    """A dashboard with its store, without a browser."""

    given: Given
    app: Dash
    workspace: Workspace

    @contextmanager
    def asked_by(self, scope: Scope) -> Iterator[None]:
        with self.app.server.app_context(), self.given.opened.pin() as generation:
            g.scope, g.generation, g.workspace = scope, generation, self.workspace
            yield

    def account(self, path: object, scope: Scope = LEADER) -> str:
        with self.asked_by(scope):
            return page.account(path)

    def shown(self, update: Callable[..., str], search: str = "", account: str = ASH, **more: Any) -> Any:
        with self.asked_by(LEADER):
            filters = replace(page.other_filters(search), account=account)
            return update(filters=filters, query=query(search), **more)

    def frame(self, search: str = "", account: str = ASH) -> Any:
        with self.asked_by(LEADER):
            known = versions()
        return self.shown(page.update_frame, search, account, versions=known)

    def said(self, search: str = "", account: str = ASH) -> list[str]:
        """The sentences, without their links."""
        found = re.findall(r"<li>(.*?)</li>", self.shown(page.update_words, search, account))
        return [unescape(re.sub(r"<[^>]*>", "", sentence)) for sentence in found]

    def exported(self, card: str, search: str) -> list[dict[str, str]]:
        answer = self.app.server.test_client().get(f"/export/account/{card}.csv{search}", base_url="http://localhost")
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Data from 8 December 2025 to Sunday 1 February 2026."""
    given = Given(tmp_path)
    given.row("accounts", account=ASH, name="Ash", region="West", manager_email="kim@example.org")
    given.row("accounts", account="b", name=HOSTILE, region="East", manager_email="lee@example.org")
    return given.use("b", "permit", "2025-12-08 09:00").use("b", "permit", "2026-02-01 09:00", user="b1")


@pytest.fixture
def open_office() -> Callable[[Given], Office]:
    return lambda given: Office(
        given.loaded(), create_app(load_settings(data_dir=given.folder)), open_workspace("", given.folder)
    )


def county(given: Given) -> Given:
    """Ash lost Bob, gained Cy, and uses Permit less."""
    given.row("subscriptions", account=ASH, application="permit", started_on="2024-01-01")
    given.row("subscriptions", account=ASH, application="fleet", started_on="2025-01-01")
    given.use(ASH, "permit", "2025-12-15 09:00", times=4).use(ASH, "permit", "2025-12-16 09:00", user="bob")
    given.use(ASH, "permit", "2026-01-06 09:00", times=3).use(ASH, "fleet", "2026-01-08 09:00", user="cy")
    given.row("tickets", ticket="t", account=ASH, opened_at="2026-01-03 09:00")
    return given.row("touchpoints", account=ASH, occurred_at="2026-01-15 10:00", kind="E-mail", person="Kim",
                     attended="no")  # fmt: skip


def test_an_id_with_slash_space_and_umlaut_comes_back_from_its_address(given, open_office):
    office = open_office(given.use(ASH, "permit", "2026-01-06 09:00"))
    with office.asked_by(LEADER):
        address = links.account(ASH, query(""))
    assert address == "/account/a%2F%C3%BC%201?"
    assert office.account(address.removesuffix("?")) == ASH
    assert office.account("/account/a/ü 1") == ASH


def test_a_foreign_account_is_refused_as_one_that_does_not_exist(given, open_office):
    office = open_office(given.use(ASH, "permit", "2026-01-06 09:00"))
    assert office.account("/account/b", LEE) == "b"
    messages = []
    for path in ("/account/a%2F%C3%BC%201", "/account/nobody", "/account/"):
        with pytest.raises(NotAllowed) as refused:
            office.account(path, LEE)
        messages.append(str(refused.value))
    assert len(set(messages)) == 1


def test_another_page_is_none_of_its_business(given, open_office):
    office = open_office(given)
    for path in ("/", "/data", None, "/accounts"):
        with pytest.raises(PreventUpdate):
            office.account(path)


@pytest.mark.parametrize("path", ["/account/%00", "/account/%ff", "/account/" + "a" * 5000, "/account/%ED%A0%80"])
def test_a_path_that_no_link_of_ours_makes_is_refused(given, open_office, path):
    with pytest.raises((Refused, ValueError)):
        open_office(given).account(path)


def test_what_chooses_among_accounts_does_not_narrow_one(given, open_office):
    office = open_office(given.use(ASH, "permit", "2026-01-06 09:00"))
    with office.asked_by(LEADER):
        every = page.other_filters("?app=permit&period=4w")
        assert page.other_filters("?app=permit&period=4w&account=b&region=East&state=inactive") == every
        assert every.applications == ("permit",)
        assert page.of_account(query("?region=East&vs=year"), ASH).pairs == (("account", ASH), ("vs", "year"))


def test_what_changed_is_said_in_four_sentences(given, open_office):
    office = open_office(county(given))
    assert office.said() == [
        "Records created fell 20.0% to 4; permit fell most, by 2.",
        "bob stopped; cy began in the last four weeks.",
        "The last touchpoint was on 15 Jan 2026: E-mail by Kim, not attended.",
        "1 ticket is open, since 3 Jan 2026.",
    ]
    assert office.said("?app=fleet")[:2] == [
        "Records created began again: 1, after none.",
        "cy began in the last four weeks.",
    ]


def test_a_state_names_its_week_only_where_a_change_into_it_was_seen(given, open_office):
    for day in ("2025-12-15", "2025-12-22", "2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"):
        given.use("b", "permit", f"{day} 09:00")
    office = open_office(given.use(ASH, "fleet", "2026-01-06 09:00"))  # a feed that is late from the 14th on
    assert "The feed of fleet is late or ended" in office.frame()[0]
    assert "for as long as there are data" in office.frame(account="b")[0]


def test_the_heading_tells_the_state_of_the_one_application_that_is_chosen(given, open_office):
    given.row("subscriptions", account=ASH, application="fleet", started_on="2025-01-01")
    for day in ("2025-12-15", "2026-01-06", "2026-01-12", "2026-01-26"):
        given.use(ASH, "permit", f"{day} 09:00")
    office = open_office(given.use("b", "fleet", "2026-02-01 09:00"))
    told = [
        re.findall('<p class="finding">(.*?)</p>', office.frame(search)[0])
        for search in ("", "?app=fleet", "?app=fleet&app=permit")
    ]
    assert [[unescape(re.sub("<[^>]*>", "", words)) for words in found] for found in told] == [
        ["● Active since the week of 5 Jan 2026"],
        ["fleet: ◌ Never activated since 1 Jan 2025", "Account: ● Active since the week of 5 Jan 2026"],
        ["Account: ● Active since the week of 5 Jan 2026"],
    ]


def test_each_sentence_leads_to_where_it_is_seen(given, open_office):
    shown = open_office(county(given)).shown(page.update_words, "?region=East")
    assert [unescape(href) for href in re.findall(r'href="([^"]*)"', shown)] == [
        "/rows?account=a%2F%C3%BC+1&period=4w&rows=use",
        "/account/a%2F%C3%BC%201?app=permit&period=4w",
        "/account/a%2F%C3%BC%201?people=stopped&period=4w",
        "/account/a%2F%C3%BC%201?people=new&period=4w",
        "#account-timeline-title",
        "#account-tickets-title",
    ]


def test_an_account_that_cancelled_long_ago_is_silent_and_says_since_when(given, open_office):
    given.row("subscriptions", account=ASH, application="permit", started_on="2024-01-01", cancelled_on="2025-12-01",
              cancel_reason="Merged")  # fmt: skip
    office = open_office(given.use(ASH, "permit", "2025-11-03 09:00"))
    assert office.said() == ["No records created in the last eight weeks; the last use of any kind was in permit on "
                             "3 Nov 2025."]  # fmt: skip
    assert "Cancelled</span> since 1 Dec 2025" in office.frame()[0]
    assert "1 Dec 2025, Merged" in office.shown(page.update_applications)
    assert "0 in use in the period, 0 entitled today" in office.shown(page.update_applications, "?period=4w")


def test_an_account_without_any_use_is_whole(given, open_office):
    given.row("subscriptions", account=ASH, application="permit", started_on="2024-01-01")
    office = open_office(given)
    assert office.said() == ["No records created in the last eight weeks, and nothing was ever used."]
    assert "Nobody is known to have used anything." in office.shown(page.update_people)
    chart, table, *_ = office.shown(page.update_chart, theme="light")
    assert chart["data"][-1]["y"] == [0.0] * 8
    assert chart["layout"]["yaxis"]["tickformat"] == ",~r"  # no 20m for 0.02
    assert "No records created in these weeks." in table


def test_one_week_of_data_has_no_comparison_and_nobody_who_is_new(tmp_path, open_office):
    office = open_office(Given(tmp_path).use(ASH, "permit", "2026-01-27 09:00", times=2).use(
        ASH, "permit", "2026-02-01 09:00"))  # fmt: skip
    assert office.said() == [
        "3 records created; there is nothing earlier to compare with.", "1 user active.",
    ]  # fmt: skip
    assert re.findall(r">((?:All|Active|New|Stopped) \d+)<", office.shown(page.update_people)) == ["All 1", "Active 1"]
    chart, *_ = office.shown(page.update_chart, theme="light")
    assert [(trace["x"], trace["y"], trace["mode"]) for trace in chart["data"]] == [
        (["2026-01-26"], [3.0], "markers"), (["2026-01-26"], [3.0], "markers"),
    ]  # fmt: skip


def test_names_are_text_wherever_they_stand(given, open_office):
    given.row("contacts", account="b", name=HOSTILE, email='"><script>@x', phone="javascript:1")
    given.row("users", user="b1", account="b", name=HOSTILE, email="javascript:alert(1)")
    given.row("touchpoints", account="b", occurred_at="2026-01-15 10:00", kind=HOSTILE, person=HOSTILE)
    given.row("applications", application="permit", name=HOSTILE)
    office = open_office(given.row("tickets", ticket=HOSTILE, account="b", opened_at="2026-01-15 10:00"))
    several = office.frame(account="b")[:1] + office.shown(page.update_records, account="b")
    for shown in (
        *several,
        *(
            office.shown(update, account="b")
            for update in (page.update_words, page.update_applications, page.update_people)
        ),
    ):
        assert "&lt;img" in shown
        assert "<img" not in shown
        assert "<script" not in shown
        assert not re.search(r'href="(?!/|\?|#|mailto:|tel:1")', shown)
    chart, *_ = office.shown(page.update_chart, account="b", theme="dark")
    assert "<img" not in str(chart)


def test_one_quiet_line_tells_what_the_source_lacks(given, open_office):
    office = open_office(given)
    assert office.frame()[2] == (
        "Not told by this source: subscriptions, contacts, users, tickets and touchpoints. "
        "A table of that name in the mapping would tell."
    )
    assert office.shown(page.update_records)[:2] == ("", "")


def test_a_download_holds_everybody_and_needs_an_account(given, open_office):
    office = open_office(county(given))
    people = office.exported("people", "?account=a%2F%C3%BC+1&period=4w")
    assert [(row["Person"], row["Mark"], row["Days active"]) for row in people] == [
        ("cy", "new", "1"), ("ann", "active", "1"), ("bob", "stopped", "0"),
    ]  # fmt: skip
    weeks = office.exported("weeks", "?account=a%2F%C3%BC+1&period=4w")
    assert list(weeks[-4].values()) == ["2026-01-05", "4", "3", "1"]
    for card in ("applications", "contacts", "tickets", "timeline"):
        office.exported(card, "?account=a%2F%C3%BC+1")
    answer = office.app.server.test_client().get("/export/account/people.csv", base_url="http://localhost")
    assert answer.status_code == 400


def test_what_was_written_stands_in_the_timeline_with_its_author_and_what_is_done_is_marked(given, open_office):
    given.row("accounts", account=ASH, name="Ash")
    office = open_office(given.use(ASH, "permit", "2026-01-05 09:00").loaded())
    kim = Act(Scope("kim@example.org", Role.MANAGER), datetime(2026, 1, 12, 9, tzinfo=UTC), "1")
    add_follow_up(office.workspace, kim, ASH, "Ring Una", date(2026, 1, 14), "lee@example.org")
    add_note(office.workspace, replace(kim, nonce="2", now=datetime(2026, 1, 13, tzinfo=UTC)), "Merger", account_id=ASH)
    assert complete_follow_up(office.workspace, replace(kim, nonce="3", now=datetime(2026, 1, 20, tzinfo=UTC)), ASH, 1)
    entries = re.findall(r"<li>(.*?)</li>", office.shown(page.update_timeline))
    assert [" ".join(unescape(re.sub(r"<[^>]*>", " ", entry)).split()) for entry in entries] == [
        "13 Jan 2026 ✎ Note : Merger kim@example.org",
        "12 Jan 2026 ☑ Done follow-up : Ring Una kim@example.org, for lee@example.org, due 14 Jan 2026; "
        "done 20 Jan 2026 by kim@example.org",
    ]
    told = office.exported("timeline", "?account=a%2F%C3%BC+1")
    assert [(row["Day"], row["Kind"], row["Words"]) for row in told] == [
        ("2026-01-13", "note", "Merger"), ("2026-01-12", "done follow-up", "Ring Una"),
    ]  # fmt: skip


def test_what_is_to_be_done_is_said_shown_and_downloaded(given, open_office):
    office = open_office(county(given))
    written = Act(Scope("kim@example.org", Role.MANAGER), datetime(2026, 2, 2, 9, tzinfo=UTC), "1")
    add_follow_up(office.workspace, written, ASH, f"Call {HOSTILE}", date(2026, 2, 9), "kim@example.org")
    add_note(office.workspace, replace(written, nonce="2"), "Merger in May", account_id=ASH)
    add_note(office.workspace, replace(written, nonce="3"), "Of another account", account_id="b")
    assert office.said()[3] == "1 ticket is open, since 3 Jan 2026. 1 follow-up is open, due 9 Feb 2026."
    with office.asked_by(LEADER):
        forms, shown = account_notes.update_notes(ASH, None)
    assert "Merger in May" in shown
    assert "<img" not in shown + forms
    assert "another" not in shown
    assert 'aria-label="Delete' not in shown  # a leader's, but Kim wrote it
    with office.asked_by(written.scope):
        assert 'aria-label="Delete: Merger in May"' in account_notes.update_notes(ASH, None)[1]
    kept = office.exported("notes", "?account=a%2F%C3%BC+1")
    assert [(row["Kind"], row["Day"], row["Text"][:6]) for row in kept] == [
        ("follow-up", "2026-02-09", "Call <"), ("note", "", "Merger"),
    ]  # fmt: skip
