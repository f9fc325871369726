"""What is to be done about an account, and what was noted?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import card, exports, skeleton
from layouts.forms import follow_up_form, follow_up_item, note_form, note_item
from layouts.links import Query
from layouts.markup import place


def notes_card(forms: str, kept: str, actions: str) -> html.Section:
    """The forms have a place of their own, so that what is half typed outlives what others write."""
    return card(
        "What is to be done, and what was noted?",
        "For everybody who may see this account",
        html.Div([place(forms), place(kept, skeleton(3))]),
        identity="account-notes",
        actions=place(actions),
        class_name="notes",
    )


def forms(account_id: str, assignees: Mapping[str, str], manager: str | None) -> list[html.Details]:
    """`manager`: who is asked unless another is chosen."""
    chosen = manager if manager in assignees else None
    return [
        html.Details([html.Summary("Add a follow-up"), follow_up_form(account_id, assignees, chosen)], className="add"),
        html.Details([html.Summary("Add a note"), note_form(account_id)], className="add"),
    ]


def kept(follow_ups: pd.DataFrame, notes: pd.DataFrame, writer: str, may_delete_all: bool) -> list[Any]:
    """Columns: data_access/follow_ups.py and data_access/notes.py. What is done is folded away."""
    is_done = follow_ups["done_at"].notna()
    items = [follow_up_item(row) for row in follow_ups[~is_done].itertuples(index=False)]
    items += [
        note_item(row, may_delete=may_delete_all or row.created_by == writer) for row in notes.itertuples(index=False)
    ]
    done = [follow_up_item(row) for row in follow_ups[is_done].itertuples(index=False)]
    if not items and not done:
        return [html.P("Nothing is to be done, and nothing was noted.", className="finding nothing")]
    folded = html.Details(
        [html.Summary(f"Done: {numbers.plural(len(done), 'follow-up')}"), html.Ul(done, className="kept-items")],
        className="twin",
    )
    return [html.Ul(items, className="kept-items") if items else None, folded if done else None]


def actions(query: Query, href: str) -> html.Details:
    return exports(f"{href}/notes", query.search)
