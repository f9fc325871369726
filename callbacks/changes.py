"""Changes: what changed, by how much, and because of whom?"""

import math
from typing import Any

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, get_relative_path
from flask import g

from callbacks import changes_parts as answers
from callbacks import changes_words as words
from callbacks import flags
from callbacks.changes_parts import Difference
from callbacks.query import filters, filters_of, query
from callbacks.request import one_of, page_callback
from callbacks.workspace import WRITTEN
from data_access.choices import account_name, application_names
from data_access.filters import Filters, Measure
from figures import changes as figures
from figures.changes import Step
from figures.theme import Chart, Theme, layout
from layouts import changes as view
from layouts import numbers
from layouts.changes import Ids, part_words, signed
from layouts.controls import empty, exports, link
from layouts.links import Query
from layouts.markup import text
from layouts.shell import MEASURES, PERIODS
from layouts.shell import Ids as Shell

EXPORTS = "/export/changes"
MOST_ROWS = 100
WHOM = "Because of whom?"
PERSON_VERBS = {"lost": "stopped", "new": "new", "retained": "stayed"}
SAME_HELP = {
    True: "Only pairs of account and application that were subscribed from the beginning of the earlier period to the "
    "end of the later one",
    False: "Only pairs of account and application that were used in both periods",
}


def register(app: Dash) -> None:
    url = Input(Shell.URL, "search")
    asked = {"filters": (url, filters), "query": (url, query)}
    theme = {"theme": (Input(Shell.THEME, "data"), one_of("light", "dark"))}
    page_callback(app, Output(Ids.HEADING, "html"), asked, update_heading)
    page_callback(
        app,
        [Output(Ids.STEPS, "figure"), Output(Ids.STEPS_FINDING, "html"), Output(Ids.STEPS_ACTIONS, "html"),
         Output(Ids.STEPS_TABLE, "html")],
        {**asked, **theme},
        update_steps,
    )  # fmt: skip
    page_callback(app, Output(Ids.WHOM, "html"), asked, update_whom)
    page_callback(app, Output(Ids.MOVERS, "html"), asked, update_movers)
    said = {**asked, "me": (url, flags.asker), **WRITTEN}
    page_callback(app, Output(Ids.FLAGS, "html"), said, update_flags, reads_workspace=True)
    page_callback(
        app,
        [Output(Ids.MONTHS, "figure"), Output(Ids.MONTHS_FINDING, "html"), Output(Ids.MONTHS_ACTIONS, "html"),
         Output(Ids.MONTHS_TABLE, "html")],
        {**asked, **theme},
        update_months,
    )  # fmt: skip
    app.clientside_callback(
        ClientsideFunction("changes", "choose"),
        Output(Ids.STEPS, "clickData"),
        Input(Ids.STEPS, "clickData"),
        prevent_initial_call=True,
    )


def update_heading(filters: Filters, query: Query) -> str:
    if filters.comparison is None:
        sentence: Any = "There is nothing to compare this period with."
    else:
        sentence = words.sentence(filters, query, answers.difference(filters, query))
    return text(view.heading(words.subject(filters), sentence))


def update_steps(filters: Filters, query: Query, theme: Theme) -> tuple[Chart, str, str, str]:
    actions = text(view.steps_actions(query, SAME_HELP[g.generation.has_subscriptions], _base()))
    if filters.comparison is None:
        return _blank(theme), "", actions, text(view.nothing_to_compare(_offers(query)))
    found = answers.difference(filters, query)
    if found.pairs.empty:
        return _blank(theme), "", actions, text(_unused(filters))
    parts = answers.parts_of(found.contributed)
    steps = [Step(row.part, part_words(row.part, row.amount), row.amount) for row in parts.itertuples(index=False)]
    written = [numbers.short(found.before), *(signed(step.amount) for step in steps), numbers.short(found.now)]
    ends = "Before", PERIODS.get(query.one("period") or "", "Now")
    chart = figures.waterfall(found.before, steps, ends, written, query.one("part"), theme, view.HEIGHT)
    start = figures.axis_start(found.before, steps)
    cut = f" Axis from {numbers.full(start)}." if start else ""
    finding = f"{MEASURES[filters.measure]}; click a step, here or in the table, for its accounts.{cut}"
    counted = "People" if filters.measure is Measure.USERS else "Pairs"
    table = view.steps_table(parts, counted, *words.ends(filters, query, found), query)
    return chart, text(finding), actions, text(table)


def update_whom(filters: Filters, query: Query) -> str:
    if filters.comparison is None:
        return text(view.whom(WHOM, "", view.nothing_to_compare(_offers(query)), query, {}, _base()))
    found = answers.difference(filters, query)
    parts = answers.parts_of(found.contributed)
    named = {row.part: part_words(row.part, row.amount) for row in parts.itertuples(index=False)}
    chosen = query.one("part")
    if found.pairs.empty:
        title, finding, body = WHOM, "", _unused(filters)
    elif chosen is not None and chosen not in named:
        title, finding, body = WHOM, "", empty("Nothing changed in this way.", "Choose another part, or all of them.")
    else:
        answer = {"accounts": _by_account, "applications": _by_application, "persons": _by_person}
        title, finding, body = answer[answers.level(filters)](filters, query, found.within(chosen))
    return text(view.whom(title, finding, body, query, named, _base()))


def _by_account(filters: Filters, query: Query, found: Difference) -> tuple[str, Any, Any]:
    rows = answers.account_rows(filters, query, found)
    others = rows.iloc[MOST_ROWS:]
    rest = view.summed(f"{len(others):,} other accounts", _added(filters, others), math.fsum(others["amount"]))
    total = view.summed("Sum", _summed(filters, query, found), math.fsum(rows["amount"]))
    body = view.account_rows(rows.head(MOST_ROWS), rest if len(others) else [], total, query)
    up, down = rows["amount"][rows["amount"] > 0], rows["amount"][rows["amount"] < 0]
    sides = [
        f"{numbers.plural(len(side), 'account')} {verb} ({signed(math.fsum(side))})"
        for side, verb in ((up, "rose"), (down, "fell"))
        if len(side)
    ]
    finding = f"{', '.join(sides) or 'No account changed'}; click a row for its applications"
    return WHOM, finding, body


def _by_application(filters: Filters, query: Query, found: Difference) -> tuple[str, Any, Any]:
    rows = answers.application_rows(found)
    total = view.summed("Sum", _summed(filters, query, found), math.fsum(rows["amount"]))
    finding = ["By application; click a row for its people. ", _back(query, "account", "All accounts")]
    title = f"Because of what at {account_name(filters.scope, filters.account or '')}?"
    return title, finding, view.application_rows(rows, total, query)


def _by_person(filters: Filters, query: Query, found: Difference) -> tuple[str, Any, Any]:
    """All people of one pair, whichever part is chosen: they are how its parts come about."""
    rows = answers.person_rows(filters, query)
    rest = math.fsum([found.amount, *(-rows["amount"])])
    kinds = rows["part"].value_counts()
    counts = ", ".join(f"{int(kinds.get(part, 0)):,} {verb}" for part, verb in PERSON_VERBS.items())
    finding = [f"{counts}. ", _back(query, "app", "All its applications")]
    [application] = filters.applications
    place = f"{account_name(filters.scope, filters.account or '')} in {application_names(filters.scope)[application]}"
    body = view.person_rows(rows, rest, view.pair(found.before, found.now), found.amount)
    return f"Because of whom at {place}?", finding, body


def _added(filters: Filters, rows: pd.DataFrame) -> str:
    """Before → now of several rows; people do not add up."""
    return "" if filters.measure is Measure.USERS else view.pair(math.fsum(rows["before"]), math.fsum(rows["now"]))


def _summed(filters: Filters, query: Query, found: Difference) -> str:
    """Before → now of all that the rows are about."""
    return _added(filters, found.pairs) if query.one("part") else view.pair(found.before, found.now)


def update_movers(filters: Filters, query: Query) -> str:
    if filters.comparison is None:
        return text(view.movers(view.nothing_to_compare(_offers(query)), "", query, _base()))
    fell, rose, least = answers.movers(filters, query, answers.difference(filters, query))
    measure = MEASURES[filters.measure].lower()
    finding = f"Accounts with at least {numbers.counted(least, measure)} in either period: the larger half"
    if query.one("movers") == "percent":
        finding += "; new ones have no percentage"
    return text(view.movers(view.mover_rows(fell, rose, query), finding, query, _base()))


def update_flags(filters: Filters, query: Query, me: str, written: None) -> str:
    return text(flags.card(filters, query, me, _base()))


def update_months(filters: Filters, query: Query, theme: Theme) -> tuple[Chart, str, str, str]:
    if Measure.RECORDS not in g.generation.measures:
        return _blank(theme), "", "", text(view.no_records())
    rows, is_partial = answers.months(filters)
    actions = text(exports(f"{_base()}/months", query.search))
    if rows.empty:
        body = empty("No record was created in these two years.", "Take away a filter above.")
        return _blank(theme), "", actions, text(body)
    chart = figures.monthly(rows, filters.applications, is_partial, theme, view.MONTHS_HEIGHT)
    finding = words.months(filters, rows, is_partial)
    return chart, text(finding), actions, text(view.months_table(rows, is_partial))


def _offers(query: Query) -> list[tuple[str, str]]:
    """The periods that have a comparison."""
    asked = [(words, query.only("period", key).only("vs", None)) for key, words in PERIODS.items()]
    return [(words, one.search) for words, one in asked if filters_of(one, g.scope, g.generation).comparison]


def _unused(filters: Filters) -> Any:
    return empty(
        f"Nobody has any {MEASURES[filters.measure].lower()} here, in this period or before.",
        "Choose a longer period, or take away a filter above.",
    )


def _back(query: Query, key: str, words: str) -> Any:
    return link(words, query.only(key, None).search)


def _blank(theme: Theme) -> Chart:
    return {"data": [], "layout": layout(theme, view.HEIGHT, xaxis={"visible": False}, yaxis={"visible": False})}


def _base() -> str:
    return str(get_relative_path(EXPORTS))
