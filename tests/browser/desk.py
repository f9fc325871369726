"""The dashboard with one more page, on which everything can be written about the account Aurora."""

from dash import Dash, Output, html
from flask import Flask

from callbacks.request import page_callback
from callbacks.workspace import WRITTEN, from_workspace
from dashboard import app
from dashboard.pages import Page
from dashboard.settings import load_settings
from data_access.care import care_of
from data_access.follow_ups import follow_ups_of
from data_access.notes import notes_of
from layouts import forms
from layouts.markup import place, text

ASSIGNEES = {"mia@example.org": "Mia Long"}


def served() -> Flask:
    """What gunicorn serves in the tests, set up by the environment."""
    app.PAGES = (*app.PAGES, Page("desk", "Desk", "/desk", layout, register))
    return app.create_app(load_settings()).server


def layout() -> html.Div:
    written = [
        forms.follow_up_form("aurora", ASSIGNEES, "mia@example.org"),
        forms.note_form("aurora"),
        html.Details([html.Summary("Put aside"), forms.snooze_form("aurora")]),
        forms.assign_form("aurora", ASSIGNEES),
    ]
    return html.Div([html.H1("Desk"), place("desk-forms", written), place("desk-kept")], className="card")


def register(dash: Dash) -> None:
    page_callback(dash, Output("desk-kept", "html"), WRITTEN, update_kept, reads_workspace=True)


def update_kept(written: None) -> str:
    follow_ups, notes = from_workspace(follow_ups_of, "aurora"), from_workspace(notes_of, "aurora")
    care = from_workspace(care_of, ["aurora"])
    if follow_ups is None or notes is None or care is None:
        return text(forms.away())
    items = [forms.follow_up_item(row) for row in follow_ups.itertuples(index=False)]
    items += [forms.note_item(row, may_delete=True) for row in notes.itertuples(index=False)]
    return text([forms.kept_list(items), html.P(f"Looked after by {care['assigned_to'][0]}", id="care")])
