"""Text that is drawn as HTML says what the tree said, and nothing more."""

from html.parser import HTMLParser

import pytest
from dash import dcc, html
from hypothesis import given
from hypothesis import strategies as st

from layouts.markup import text


def test_a_tree_becomes_html():
    tree = html.Div(
        [html.A("Ash & co", href="?a=1&b=2", className="x", **{"aria-current": "true"}), None, html.Br(), 3]
    )
    assert text(tree) == '<div><a class="x" href="?a=1&amp;b=2" aria-current="true">Ash &amp; co</a><br>3</div>'


def test_styles_and_switches_are_written_as_html_has_them():
    assert text(html.Details(open=True, style={"--x": "1"})) == '<details open style="--x:1"></details>'


@pytest.mark.parametrize("live", [dcc.Graph(), html.Button(n_clicks=0), object()])
def test_what_a_callback_may_need_is_refused(live: object):
    with pytest.raises(TypeError):
        text(live)


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.title: str | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.title = dict(attributes).get("title")

    def handle_data(self, data: str) -> None:
        self.text += data


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])),
    st.sampled_from(["<script>", "\" onx='1", "</div>", "&lt;"]),
)
def test_no_name_becomes_markup(name: str, hostile: str):
    seen = Seen()
    seen.feed(text(html.Div(name + hostile + name, title=name + hostile)))
    seen.close()
    assert seen.tags == ["div"]
    assert seen.text == name + hostile + name
    assert seen.title == name + hostile
