"""The few building blocks that every page is made of."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from layouts import numbers

# One configuration for every chart. plotly.js offers to upload a chart's data unless told not to.
GRAPH_CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displayModeBar": False,
    "responsive": True,
}


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


def exports(base: str, search: str, grid: str | None = None) -> html.Details:
    """CSV and XLSX of what a card shows. With `grid`, in the order and selection of that grid."""
    extra = {"data-grid": grid} if grid else {}
    return menu(
        [html.Span("⋯", **{"aria-hidden": "true"}), html.Span("Export", className="for-readers")],
        [
            html.A(f"Download {kind.upper()}", href=f"{base}.{kind}{search}", download="", **extra)
            for kind in ("csv", "xlsx")
        ],
        "more",
        "Export what is shown",
    )


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


def empty(what: str, remedy: str) -> html.Div:
    """Why there is nothing, and how to get it."""
    return html.Div([html.P(what), html.P(remedy, className="finding")], className="empty", role="status")


def skeleton(rows: int) -> html.Div:
    """The shape of what comes, shown when it takes its time."""
    return html.Div([html.Div(className="bone") for _ in range(rows)], className="skeleton", **{"aria-hidden": "true"})
