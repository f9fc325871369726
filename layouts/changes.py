"""Changes: what changed, by how much, and because of whom?"""

from collections.abc import Container, Mapping, Sequence
from enum import StrEnum
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import card, change, empty, exports, graph, link, menu, skeleton, switch
from layouts.links import Query
from layouts.markup import place

HEIGHT = 320
MONTHS_HEIGHT = 320
PARTS = {
    "new": ("New", "New"),
    "reactivated": ("Reactivated", "Reactivated"),
    "users": ("More people", "Fewer people"),
    "intensity": ("More per person", "Less per person"),
    "lapsed": ("Lapsed", "Lapsed"),
    "cancelled": ("Cancelled", "Cancelled"),
    "missing": ("No data", "No data"),
}
PART_HELP = {
    "new": "used for the first time",
    "reactivated": "used again, after nothing in the comparison",
    "users": "used in both periods: by more people, or by fewer",
    "intensity": "used in both periods: more by each person, or less",
    "lapsed": "used in the comparison and not since",
    "cancelled": "used in the comparison, and cancelled",
    "missing": "the feed of the application is late: this is no change in use",
}


class Ids(StrEnum):
    HEADING = "changes-heading"
    STEPS = "changes-steps"
    STEPS_FINDING = "changes-steps-finding"
    STEPS_ACTIONS = "changes-steps-actions"
    STEPS_TABLE = "changes-steps-table"
    WHOM = "changes-whom"
    FLAGS = "changes-flags"
    MOVERS = "changes-movers"
    MONTHS = "changes-months"
    MONTHS_FINDING = "changes-months-finding"
    MONTHS_ACTIONS = "changes-months-actions"
    MONTHS_TABLE = "changes-months-table"


def layout() -> html.Div:
    steps = graph(Ids.STEPS, "Steps from then to now; a table of the same numbers follows", HEIGHT)
    months = graph(Ids.MONTHS, "Records by month and application; a table of the same numbers follows", MONTHS_HEIGHT)
    return html.Div(
        [
            html.Div(place(Ids.HEADING, skeleton(1)), className="heading", **{"aria-live": "polite"}),
            html.Div(
                [
                    card(
                        "From then to now",
                        place(Ids.STEPS_FINDING),
                        html.Div([steps, place(Ids.STEPS_TABLE)]),
                        identity="changes-steps",
                        actions=place(Ids.STEPS_ACTIONS),
                    ),
                    html.Div(place(Ids.WHOM, skeleton(12)), className="slot"),
                ],
                className="halves first",
            ),
            html.Div(place(Ids.FLAGS, skeleton(12)), className="slot between"),
            html.Div(
                [
                    html.Div(place(Ids.MOVERS, skeleton(12)), className="slot"),
                    card(
                        "Records created over two years",
                        place(Ids.MONTHS_FINDING),
                        html.Div([months, place(Ids.MONTHS_TABLE)]),
                        identity="changes-months",
                        actions=place(Ids.MONTHS_ACTIONS),
                    ),
                ],
                className="halves",
            ),
        ],
        className="page-changes",
    )


def heading(subject: str, sentence: Any) -> list[Any]:
    return [
        html.H1(f"What changed{subject}, by how much, and because of whom?"),
        html.P(sentence, className="finding"),
    ]


def part_words(part: str, amount: float) -> str:
    return PARTS[part][0 if amount >= 0 else 1]


def signed(amount: float) -> str:
    """+1,180, −940, 0; with one decimal at most."""
    written = numbers.full(abs(round(amount, 1)))
    return written if written == "0" else f"{'+' if amount > 0 else '−'}{written}"


def signed_amount(amount: float) -> html.Span:
    return html.Span(signed(amount), className=f"change {numbers.direction(amount, 0)}")


def nothing_to_compare(offers: Sequence[tuple[str, str]]) -> html.Div:
    """`offers`: the periods that have a comparison, as (words, address)."""
    what = (
        "There is nothing to compare with: the data do not reach back before this period, or no comparison is chosen."
    )
    if not offers:
        return empty(what, "Come back when the log covers two periods as long as each other.")
    choices = [link(words, href, "button") for words, href in offers]
    return html.Div([html.P(what), html.Div(choices, className="offers")], className="empty", role="status")


def steps_actions(query: Query, same_help: str, base: str) -> list[Any]:
    same = query.one("pairs") == "same"
    options = [
        ("All", query.only("pairs", None).search, not same),
        (html.Span("Same pairs only", title=same_help), query.only("pairs", "same").search, same),
    ]
    return [switch("Pairs of account and application", options), exports(f"{base}/steps", query.search)]


def steps_table(parts: pd.DataFrame, counted: str, before: Any, now: Any, query: Query) -> html.Details:
    """The waterfall's numbers. Columns of `parts`: part, rows (of what is `counted`), amount.

    `before`, `now`: those numbers, as they lead on.
    """
    lines = [
        [
            _part_link(row.part, row.amount, query),
            numbers.full(row.rows),
            signed_amount(row.amount),
        ]
        for row in parts.itertuples(index=False)
    ]
    table = _table(["Part", counted, "Amount"], [["Before", "", before], *lines], ["Now: the sum", "", now], (1, 2))
    return html.Details([html.Summary("Show as a table"), table], className="twin")


def _part_link(part: str, amount: float, query: Query) -> html.A:
    is_chosen = query.one("part") == part
    return link(
        part_words(part, amount),
        query.only("part", None if is_chosen else part).search,
        "chosen" if is_chosen else "",
        title=PART_HELP[part].capitalize(),
        **({"aria-current": "true"} if is_chosen else {}),
    )


def whom(title: str, finding: Any, body: Any, query: Query, parts: Mapping[str, str], base: str) -> html.Section:
    """`parts`: words by key of the parts there are."""
    chosen = query.one("part")
    items = [
        link(words, query.only("part", key).search, "chosen" if key == chosen else "", title=PART_HELP[key])
        for key, words in parts.items()
    ]
    every = link("All parts", query.only("part", None).search, "" if chosen in parts else "chosen")
    choice = menu(["Part ", html.B(parts.get(chosen or "", "All"))], [every, *items], "right")
    return card(
        title,
        finding,
        body,
        identity="changes-whom",
        actions=[choice if parts else None, exports(f"{base}/whom", query.search)],
        class_name="whom",
    )


def account_rows(rows: pd.DataFrame, others: Sequence[Any], total: Sequence[Any], query: Query) -> html.Div:
    """An account a row. Columns: account_id (empty: people of several), account, applications (id → name),
    before, now, amount, parts (part → amount). `others` and `total`: see `summed`; the one may be empty.
    """
    lines = [
        [
            _account(row.account_id, row.account, query),
            _applications(row.applications, query),
            pair(row.before, row.now),
            _alone(row.amount, row.account, "account", row.account_id, query),
            _parts(row.parts),
        ]
        for row in rows.itertuples(index=False)
    ]
    heads = ["Account", "Applications", "Before → now", "Change", "Part"]
    return _table(heads, [*lines, others] if others else lines, total, (2, 3))


def application_rows(rows: pd.DataFrame, total: Sequence[Any], query: Query) -> html.Div:
    """An application of the chosen account a row. Columns as of account_rows, and users_before, users_now."""
    lines = [
        [
            html.Span(row.application, title=row.application),
            pair(row.users_before, row.users_now),
            pair(row.before, row.now),
            _alone(row.amount, row.application, "app", row.application_id, query),
            _parts(row.parts),
        ]
        for row in rows.itertuples(index=False)
    ]
    return _table(["Application", "People", "Before → now", "Change", "Part"], lines, total, (1, 2, 3))


def summed(words: str, before_and_now: str, amount: float) -> list[Any]:
    """The cells of a row that sums others."""
    return [words, "", before_and_now, signed_amount(amount), ""]


def person_rows(rows: pd.DataFrame, rest: float, before_and_now: str, amount: float) -> html.Div:
    """A person a row. Columns: person, days_before, days_now, before, now, amount, part.

    `rest`: what no person is known for.
    """
    lines = [
        [
            html.Span(row.person, title=row.person),
            pair(row.days_before, row.days_now),
            pair(row.before, row.now),
            signed_amount(row.amount),
            row.part.capitalize(),
        ]
        for row in rows.itertuples(index=False)
    ]
    if abs(rest) > 1e-6:
        lines.append(summed("Not known by person", "", rest))
    heads = ["Person", "Days of use", "Before → now", "Change", "Part"]
    return _table(heads, lines, summed("Sum", before_and_now, amount), (1, 2, 3))


def movers(body: Any, finding: str, query: Query, base: str) -> html.Section:
    by_percent = query.one("movers") == "percent"
    options = [
        ("By amount", query.only("movers", None).search, not by_percent),
        ("By percent", query.only("movers", "percent").search, by_percent),
    ]
    return card(
        "Who rose and who fell most?",
        finding,
        body,
        identity="changes-movers",
        actions=[switch("Order", options), exports(f"{base}/movers", query.search)],
        class_name="movers",
    )


def mover_rows(fell: pd.DataFrame, rose: pd.DataFrame, query: Query) -> html.Div:
    """Columns of both: account_id, account, before, now, because; most first."""
    groups = [(words, rows) for words, rows in (("Fell most", fell), ("Rose most", rose)) if len(rows)]
    lines = [line for words, rows in groups for line in (words, *(_mover(row, query) for row in rows.itertuples()))]
    if not lines:
        return empty("No account changed.", "Choose a longer period, or all pairs.")
    return _table(["Account", "Before", "Now", "Change", "Amount", "Mostly because"], lines, None, (1, 2, 3, 4))


def _mover(row: Any, query: Query) -> list[Any]:
    return [
        _account(row.account_id, row.account, query),
        numbers.full(row.before),
        numbers.full(row.now),
        change(row.now, row.before),
        _alone(row.now - row.before, row.account, "account", row.account_id, query),
        html.Span(row.because, title=row.because),
    ]


def months_table(rows: pd.DataFrame, last_is_partial: bool) -> html.Details:
    """`rows`: application_id, application, and a column per month."""
    months = [column for column in rows.columns if isinstance(column, pd.Timestamp)]
    heads = ["Application", *(f"{month:%b %Y}" for month in months)]
    if last_is_partial:
        heads[-1] += " so far"
    lines = [[row["application"], *(numbers.full(row[month]) for month in months)] for row in rows.to_dict("records")]
    total = ["Sum", *(numbers.full(rows[month].sum()) for month in months)]
    table = _table(heads, lines, total, range(1, len(heads)))
    return html.Details([html.Summary("Show as a table"), table], className="twin")


def no_records() -> html.Div:
    return html.Div(**{"data-none": "true"})


def _account(account_id: Any, name: str, query: Query) -> Any:
    if not account_id:
        return html.Span(name, title="No one account alone gained or lost them")
    return link(name, links.account(account_id, query), "account", title=name)


def _applications(names: Mapping[str, str], query: Query) -> Any:
    if len(names) == 1:
        [(key, name)] = names.items()
        return link(name, query.only("app", key).search, "quiet", title=f"Show {name} alone")
    words = ", ".join(names.values())
    return html.Span(f"{len(names)} applications" if names else numbers.NOTHING, title=words)


def _alone(amount: float, name: str, key: str, value: Any, query: Query) -> Any:
    """An amount; a click anywhere on its row shows that account or application alone."""
    if not value:
        return signed_amount(amount)
    return link(signed_amount(amount), query.only(key, value).search, "alone", title=f"Show {name} alone")


def _parts(parts: Mapping[str, float]) -> html.Span:
    """The largest part of a change; the title has them all, with their amounts."""
    if not parts:
        return html.Span("unchanged", className="finding")
    ordered = sorted(parts.items(), key=lambda item: -abs(item[1]))
    words = "; ".join(f"{part_words(part, amount)} {signed(amount)}" for part, amount in ordered)
    return html.Span([part_words(*ordered[0]), f" +{len(ordered) - 1}" if len(ordered) > 1 else None], title=words)


def pair(before: float, now: float) -> str:
    """Nothing where either is unknown."""
    return numbers.NOTHING if pd.isna(before) or pd.isna(now) else f"{numbers.full(before)} → {numbers.full(now)}"


def _table(heads: Sequence[str], rows: Sequence[Any], total: Sequence[Any] | None, numeric: Container[int]) -> html.Div:
    """`rows`: their cells, or words that stand over those that follow; the columns `numeric` stand to the right."""

    def line(cells: Any, class_name: str = "") -> html.Tr:
        if isinstance(cells, str):
            return html.Tr(html.Th(cells, scope="colgroup", colSpan=len(heads)), className="group")
        first, *rest = cells
        marks = ["number" if at in numeric else "name" for at in range(1, len(heads))]
        return html.Tr(
            [html.Th(first, scope="row", className="name"),
             *(html.Td(cell, className=mark) for cell, mark in zip(rest, marks, strict=True))],
            className=class_name,
        )  # fmt: skip

    head = html.Tr(
        [html.Th(words, scope="col", className="number" if at in numeric else "") for at, words in enumerate(heads)]
    )
    body = [html.Tbody([line(cells) for cells in rows])]
    if total:
        body.append(html.Tfoot(line(total, "sum")))
    return html.Div(html.Table([html.Thead(head), *body], className="plain"), className="scroll", tabIndex=0)
