"""The few building blocks that every page is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from layouts import links, numbers
from layouts.links import Query

# One configuration for every chart. plotly.js offers to upload a chart's data unless told not to.
GRAPH_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displayModeBar": False,
    "responsive": True,
}

STATE_MARKS = {
    "active": "●", "low": "◐", "inactive": "○", "never activated": "◌", "onboarding": "◔", "no data": "?",
    "cancelled": "✕", "not started": "·",
}  # fmt: skip


def link(children: Any, href: str, class_name: str = "", **attributes: Any) -> html.A:
    """An address within the product: followed without loading the page anew."""
    return html.A(children, href=href, className=class_name, **{"data-nav": "true"}, **attributes)


def switch(label: str, options: Sequence[tuple[Any, str, bool]]) -> html.Div:
    """A row of choices, one of them taken: (text, address, is it)."""
    choices = [
        link(text, href, "chosen" if is_chosen else "", **({"aria-current": "true"} if is_chosen else {}))
        for text, href, is_chosen in options
    ]
    return html.Div(choices, className="switch", role="group", **{"aria-label": label})


def menu(label: Any, items: Sequence[Any], class_name: str = "", title: str = "") -> html.Details:
    """A button that opens a list."""
    return html.Details(
        [html.Summary(label, title=title or None), html.Div(items, className="menu-items")],
        className=f"menu {class_name}",
    )


def card(
    title: Any, finding: Any, body: Any, *, identity: str, actions: Any = None, class_name: str = ""
) -> html.Section:
    """A framed answer: its title, one line that says what it shows, and the answer."""
    return html.Section(
        [
            html.Header(
                [
                    html.Div([html.H2(title, id=f"{identity}-title"), html.P(finding, className="finding")]),
                    html.Div(actions, className="card-actions"),
                ]
            ),
            body,
        ],
        className=f"card {class_name}",
        **{"aria-labelledby": f"{identity}-title"},
    )


def exports(base: str, search: str, grid: str | None = None, rows: str | None = None) -> html.Details:
    """CSV and XLSX of what a card shows. With `grid`, in the order and selection of that grid.

    `rows`: the address of the rows behind the card's numbers.
    """
    extra = {"data-grid": grid} if grid else {}
    downloads = [
        html.A(f"Download {kind.upper()}", href=f"{base}.{kind}{search}", download="", **extra)
        for kind in ("csv", "xlsx")
    ]
    return menu(
        [html.Span("⋯", **{"aria-hidden": "true"}), html.Span("Export", className="for-readers")],
        [link("Rows behind this", rows), *downloads] if rows else downloads,
        "more",
        "Export what is shown",
    )


def to_rows(value: float, kind: str, query: Query, words: str | None = None) -> Any:
    """A number that leads to the rows that add up to it (`kind`: links.rows); behind nothing there are none.

    `words`: the number as it is written, where that is not in full.
    """
    written = numbers.full(value) if words is None else words
    if not value > 0:
        return written
    return link(written, links.rows(kind, query), "to-rows", **{"data-value": str(value)})


def graph(identity: str, label: str, height: int) -> html.Div:
    """The one way to place a chart."""
    clear, hidden = "rgba(0,0,0,0)", {"visible": False}
    look = {"height": height, "paper_bgcolor": clear, "plot_bgcolor": clear, "xaxis": hidden, "yaxis": hidden}
    figure = {"data": [], "layout": look}
    return html.Div(
        dcc.Graph(id=identity, figure=figure, config=GRAPH_CONFIG, style={"height": f"{height}px"}),
        className="chart",
        role="group",
        tabIndex=0,
        **{"aria-label": label},
    )


def sparkline(values: Sequence[float], title: str = "") -> html.Span:
    """A line the size of a word. It is a mask, so the theme gives it its colour."""
    return html.Span(
        className="sparkline", style={"--trace": f'url("{spark_uri(values)}")'}, title=title or None,
        **{"aria-hidden": "true"},
    )  # fmt: skip


def spark_uri(values: Sequence[float], width: int = 80, height: int = 20) -> str:
    """An SVG line through `values`, from zero to their maximum, as a data address."""
    highest = max([*values, 0]) or 1
    step = (width - 4) / max(len(values) - 1, 1)
    points = " ".join(f"{2 + i * step:.1f},{height - 2 - (height - 4) * v / highest:.1f}" for i, v in enumerate(values))
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' preserveAspectRatio='none'>"
        f"<polyline fill='none' stroke='#000' stroke-width='1.5' stroke-linejoin='round' "
        f"stroke-linecap='round' vector-effect='non-scaling-stroke' points='{points}'/></svg>"
    )
    return "data:image/svg+xml," + quote(svg, safe="/:=' ")


def change(value: float, before: float) -> html.Span:
    return html.Span(numbers.change(value, before), className=f"change {numbers.direction(value, before)}")


def state_chip(state: str) -> html.Span:
    """A state with its mark, so that it is told without its colour."""
    mark = STATE_MARKS.get(state, "·")
    return html.Span(f"{mark} {state.capitalize()}", className=f"state {state.replace(' ', '-')}")


def filter_chip(words: str, without: Query) -> html.A:
    """A filter that is on; a click takes it away."""
    return link(
        [html.Span(words), html.Span(" ✕", **{"aria-hidden": "true"})],
        without.search,
        "chip",
        title=f"Remove the filter {words}",
        **{"aria-label": f"Remove the filter {words}"},
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    """Numbers, and what stands in `Number`, to the right; the first column names the row."""
    is_number = [bool(rows) and isinstance(value, int | float | Number) for value in (rows[0] if rows else heads)]
    marks = ["number" if number else "" for number in is_number]
    head = html.Tr([html.Th(text, scope="col", className=mark) for text, mark in zip(heads, marks, strict=True)])
    body = [
        html.Tr([
            html.Th(_cell(row[0]), scope="row"),
            *(html.Td(_cell(value), className=mark) for value, mark in zip(row[1:], marks[1:], strict=True)),
        ])
        for row in rows
    ]  # fmt: skip
    return html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0)


@dataclass(frozen=True, slots=True)
class Number:
    """A cell that is written like a number: a change, or a number that leads to its rows."""

    content: Any


def _cell(value: Any) -> Any:
    if isinstance(value, Number):
        return value.content
    return numbers.full(value) if isinstance(value, int | float) else value


def empty(what: str, remedy: str) -> html.Div:
    """Why there is nothing, and how to get it."""
    return html.Div([html.P(what), html.P(remedy, className="finding")], className="empty", role="status")


def skeleton(rows: int) -> html.Div:
    """The shape of what comes, shown when it takes its time."""
    return html.Div([html.Div(className="bone") for _ in range(rows)], className="skeleton", **{"aria-hidden": "true"})
