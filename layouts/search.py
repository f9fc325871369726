"""What the search box finds: accounts, people and contacts, each a way to an account's page."""

from typing import Any

import pandas as pd
from dash import html

from layouts import links
from layouts.controls import link, state_chip
from layouts.links import Query


def results(accounts: pd.DataFrame, people: pd.DataFrame, contacts: pd.DataFrame, query: Query, text: str) -> Any:
    """Columns: data_access/search.py."""
    groups = {
        "Accounts": [
            _result([_name(row.name), state_chip(row.state)], _words(row.region), row.account_id, query)
            for row in accounts.itertuples(index=False)
        ],
        "People": _persons(people, query),
        "Contacts": _persons(contacts, query),
    }
    found = [_group(title, those) for title, those in groups.items() if those]
    return found or html.P(f"No account, person or contact is called “{text}”.", className="finding none")


def _persons(people: pd.DataFrame, query: Query) -> list[html.A]:
    """Whose account they are of, and what else is known."""
    return [
        _result(_name(row.name), _words(row.account, row.detail), row.account_id, query)
        for row in people.itertuples(index=False)
    ]


def _group(title: str, found: list[html.A]) -> html.Div:
    heading = html.Div(title, className="menu-heading", **{"aria-hidden": "true"})
    return html.Div([heading, *found], role="group", **{"aria-label": title})


def _result(name: Any, about: str, account_id: str, query: Query) -> html.A:
    told = html.Div(about, className="finding", title=about) if about else None
    return link([html.Div(name), told], links.account(account_id, query), "result")


def _name(name: str) -> html.Span:
    return html.Span(name, title=name)


def _words(*parts: Any) -> str:
    return " · ".join(str(part) for part in parts if not pd.isna(part))
