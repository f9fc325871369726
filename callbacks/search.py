"""Which account, person or contact is meant by a few letters?"""

from dash import Dash, Input, Output, State
from flask import g

from callbacks.query import query
from callbacks.request import optional, page_callback
from callbacks.request import text as short_text
from data_access import search as data
from layouts import search as view
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids

LONGEST = 100


def register(app: Dash) -> None:
    page_callback(
        app,
        Output(Ids.SEARCH_RESULTS, "html"),
        {
            "wanted": (Input(Ids.SEARCH, "value"), wanted),
            "query": (State(Ids.URL, "search"), query),
        },
        update_search,
    )


def wanted(raw: object) -> str:
    """What was typed, without the spaces around it: they would make another question of the same one."""
    return " ".join(str(optional(short_text(LONGEST))(raw) or "").split())


def update_search(wanted: str, query: Query) -> str:
    if not wanted:
        return ""
    found = view.results(
        data.accounts_like(g.scope, wanted),
        data.people_like(g.scope, wanted),
        data.contacts_like(g.scope, wanted),
        query,
        wanted,
    )
    return text(found)
