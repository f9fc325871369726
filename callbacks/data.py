"""How fresh, complete and clean is all this?"""

import pandas as pd
from dash import Dash, Input, Output, get_relative_path, html
from flask import g

from callbacks.query import query
from callbacks.request import page_callback
from callbacks.tables import Tables
from callbacks.workspace import from_workspace
from data_access import data
from data_access.evaluations import last_evaluations
from layouts import data as view
from layouts import numbers
from layouts.data import Ids
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

EXPORTS: Tables = {
    "rejected": lambda filters, _: data.rejected(filters.scope),
    "unmatched": lambda filters, _: data.unmatched_accounts(filters.scope),
    "exceptions": lambda filters, _: data.use_outside_subscription(filters.scope),
}


def register(app: Dash) -> None:
    url = (Input(Shell.URL, "search"), query)
    page_callback(app, Output(Ids.CONTENT, "html"), {"query": url}, update_content)
    page_callback(app, Output(Ids.JUDGED, "html"), {"query": url}, update_judged, reads_workspace=True)


def update_content(query: Query) -> str:
    scope, generation, href = g.scope, g.generation, str(get_relative_path("/export/data"))
    head = view.heading(
        generation.source, numbers.day(generation.as_of), f"{generation.published_at:%-d %b %Y, %H:%M}",
        generation.reporting_timezone,
    )  # fmt: skip
    blocks = [
        view.sources(data.files_by_dataset(scope)),
        view.rejections(data.rejections(scope), href, scope.portfolio is None),
        view.freshness(data.freshness(scope), pd.Timestamp(generation.as_of)),
        view.unmatched(data.unmatched_accounts(scope), href),
    ]
    wide = [view.exceptions(data.use_outside_subscription(scope), href), view.remarks(data.remarks(scope))]
    return text([head, html.Div(blocks, className="halves"), html.Div(wide, className="stack")])


def update_judged(query: Query) -> str:
    found = from_workspace(last_evaluations)
    return text(view.judged(found) if found is not None else [])
