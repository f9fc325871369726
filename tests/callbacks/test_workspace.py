"""An answer that shows what people wrote is as old as the last write, and none is kept while the workspace is away."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from dash import Dash, Output, dcc, html
from flask import g

from callbacks.request import guard_dispatch, page_callback, verify
from callbacks.workspace import WRITTEN, from_workspace
from data_access.cache import open_answers
from data_access.notes import add_note, notes_of
from data_access.scope import Role, Scope
from data_access.workspace import Act, Workspace

LEA = Scope("lea@example.com", Role.LEADER)
BODY = {
    "output": "notes.children",
    "inputs": [{"id": "written", "property": "data", "value": None}],
    "changedPropIds": [],
}


class Page:
    """Shows the notes of Aurora, and counts how often they are looked up."""

    def __init__(self, folder, **options):
        self.app, self.calls = Dash(__name__), 0
        self.app.layout = html.Div([dcc.Store(id="written"), html.Div(id="notes")])
        self.file = folder / "workspace.sqlite"
        self.workspace = Workspace(f"sqlite:///{self.file}", rest_seconds=0)
        page_callback(self.app, Output("notes", "children"), WRITTEN, self.update_notes, **options)
        guard_dispatch(self.app, open_answers("", folder / "cache", b"a secret of sixteen bytes or more"))
        verify(self.app)

        @self.app.server.before_request
        def admit():
            g.scope, g.generation, g.workspace = LEA, SimpleNamespace(identity="1", number=1), self.workspace

        self.client = self.app.server.test_client()

    def update_notes(self, written):
        self.calls += 1
        notes = from_workspace(notes_of, "aurora")
        return "away" if notes is None else ", ".join(notes["text"])

    def write(self, text):
        add_note(self.workspace, Act(LEA, datetime.now(UTC), text), text, account_id="aurora")

    def ask(self):
        return self.client.post("/_dash-update-component", json=BODY)

    def shown(self):
        answer = self.ask()
        assert answer.status_code == 200, answer.text
        return answer.json["response"]["notes"]["children"]


@pytest.fixture
def page(tmp_path):
    page = Page(tmp_path, reads_workspace=True)
    yield page
    page.workspace.close()


def test_an_answer_is_kept_until_the_next_write(page):
    page.write("one")
    assert [page.shown(), page.shown(), page.calls] == ["one", "one", 1]
    page.write("two")
    assert [page.shown(), page.shown(), page.calls] == ["two, one", "two, one", 2]


def test_while_the_workspace_is_away_the_page_says_so_and_nothing_is_kept(page):
    page.write("one")
    assert page.shown() == "one"
    page.workspace.close()
    here = page.file.read_bytes()
    page.file.write_text("no database " * 100)
    assert [page.shown(), page.shown(), page.calls] == ["away", "away", 3]
    page.workspace.close()
    page.file.write_bytes(here)
    assert [page.shown(), page.calls] == ["one", 3]


def test_a_kept_answer_may_not_show_what_it_does_not_depend_on(tmp_path):
    page = Page(tmp_path)
    assert page.ask().status_code == 500
    page.workspace.close()


def test_what_is_asked_each_time_may_show_it(tmp_path):
    page = Page(tmp_path, cached=False)
    page.write("one")
    assert [page.shown(), page.shown(), page.calls] == ["one", "one", 2]
    page.workspace.close()
