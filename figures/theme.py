"""What charts look like: the colour tokens of assets/tokens.css and one template for each theme."""

from typing import Any, Literal

Theme = Literal["light", "dark"]
Chart = dict[str, Any]

# The same values as in assets/tokens.css; a test compares them.
TOKENS: dict[Theme, dict[str, str]] = {
    "light": {
        "page": "#F7F8FA", "surface": "#FFFFFF", "line": "#E3E6EB", "text": "#1B2330", "muted": "#5B6675",
        "accent": "#2F5FD0", "accent-soft": "#9DB5EA", "rise": "#1D62A8", "fall": "#A5470C",
        "good": "#08776B", "fair": "#8A5A00", "poor": "#B3261E",
    },
    "dark": {
        "page": "#0F141B", "surface": "#161D27", "line": "#2A3441", "text": "#E6EAF0", "muted": "#9AA7B8",
        "accent": "#7AA2FF", "accent-soft": "#3C5796", "rise": "#7DB6F2", "fall": "#F0A067",
        "good": "#5FD3C0", "fair": "#E3B559", "poor": "#F2958C",
    },
}  # fmt: skip

# Okabe and Ito's colours, told apart by every eye, made darker or lighter until they stand out from the surface.
CATEGORIES: dict[Theme, tuple[str, ...]] = {
    "light": ("#0F6CB6", "#B5520A", "#0B7F63", "#A8478A", "#8A6A00", "#2B7AA2", "#7A4FC9", "#5A6270"),
    "dark": ("#6FB4F2", "#F0985A", "#3FCBA4", "#E48CC4", "#E5C24F", "#8FD3F2", "#B79CF5", "#B3BCC8"),
}

FONT = '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'


def layout(theme: Theme, height: int, **changes: Any) -> Chart:
    """A chart's layout in the colours of `theme`; `changes` are merged at the top level."""
    colour = TOKENS[theme]
    axis = {
        "gridcolor": colour["line"], "linecolor": colour["line"], "zeroline": False, "fixedrange": True,
        "tickfont": {"color": colour["muted"], "size": 12},
    }  # fmt: skip
    base: Chart = {
        "height": height,
        "autosize": True,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colour["text"]},
        "hoverlabel": {
            "bgcolor": colour["surface"], "bordercolor": colour["line"], "font": {"color": colour["text"], "size": 12},
        },
        "showlegend": False,
        "xaxis": axis,
        "yaxis": axis,
    }  # fmt: skip
    for name, value in changes.items():
        base[name] = {**base[name], **value} if isinstance(value, dict) and name in base else value
    return base


LONGEST_LABEL = 26


def safe(name: str) -> str:
    """Chart labels read a little HTML: names must not."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def short(name: str) -> str:
    """A name as a label, safe and cut."""
    return safe(name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1].rstrip() + "…")
