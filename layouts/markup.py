"""A tree of HTML without callbacks, as one component instead of hundreds.

The browser's part of Dash looks at every component whenever anything changes:
the time for a page grows with the square of their number. What no callback
reads is therefore sent as text, escaped here, and drawn by assets/markup.js.
"""

from collections.abc import Iterator
from html import escape
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

VOID = frozenset({"br", "hr", "img", "input"})
# Names in Dash and in HTML, where they differ by more than upper case.
NAMES = {"className": "class", "htmlFor": "for", "autoComplete": "autocomplete", "maxLength": "maxlength"}


class Markup(Component):  # type: ignore[misc]
    """`html`, drawn as it is. `text` makes it, and escapes."""

    _namespace = "usage_components"
    _type = "Markup"
    _children_props: list[str] = []  # noqa: RUF012
    _base_nodes = ["children"]  # noqa: RUF012
    _prop_names = ["html", "id"]  # noqa: RUF012
    _valid_wildcard_attributes: list[str] = []  # noqa: RUF012
    available_properties = ["html", "id"]  # noqa: RUF012
    available_wildcard_properties: list[str] = []  # noqa: RUF012

    def __init__(self, id: str, html: str) -> None:
        super().__init__(id=id, html=html)


def place(identity: str, tree: Any = None) -> Markup:
    """Where a callback draws text (its Output is `html`); until then `tree` stands there."""
    return Markup(str(identity), text(tree))


def text(tree: Any) -> str:
    """`tree` as HTML. TypeError where it holds what only a live component can be."""
    return "".join(_written(tree))


def _written(node: Any) -> Iterator[str]:
    if node is None:
        return
    if isinstance(node, (list, tuple)):
        for part in node:
            yield from _written(part)
    elif isinstance(node, (str, int, float)):
        yield escape(str(node), quote=False)
    elif (isinstance(node, Component) and node._namespace == html.Div._namespace) or isinstance(node, dcc.Input):
        yield from _element(node)
    else:
        raise TypeError(f"{type(node).__name__} cannot be text: a callback may need it")


def _element(node: Component) -> Iterator[str]:
    tag = node._type.lower()
    properties = {name: value for name, value in node.to_plotly_json()["props"].items() if name != "children"}
    yield f"<{tag}{''.join(_attribute(name, value) for name, value in properties.items())}>"
    if tag not in VOID:
        yield from _written(getattr(node, "children", None))
        yield f"</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    if name.startswith("n_"):
        raise TypeError(f"{name} belongs to a live component")
    if name == "style":
        value = ";".join(f"{key}:{part}" for key, part in value.items())
    written = NAMES.get(name, name.lower())
    return f" {written}" if value is True else f' {written}="{escape(str(value))}"'
