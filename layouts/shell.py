"""The frame around every page: name, tabs, search, as-of, theme, and the filter bar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import dcc, html

from layouts.controls import STATE_MARKS, empty, filter_chip, link, menu, switch
from layouts.links import Query
from layouts.markup import place

PERIODS = {
    "4w": "Last 4 weeks",
    "13w": "Last 13 weeks",
    "52w": "Last 52 weeks",
    "ytd": "Year to date",
    "all": "All",
}
COMPARISONS = {"before": "Period before", "year": "Same period last year", "none": "Nothing"}
MEASURES = {
    "logins": "Logins",
    "users": "Active users",
    "hours": "Hours",
    "clicks": "Clicks",
    "records": "Records created",
}
MEASURE_HELP = {
    "logins": "Login events of people; automated ones are left out.",
    "users": "Different people with at least one event in the period, each counted once.",
    "hours": "Time in the platform: gaps of up to 30 minutes between a person's events, summed.",
    "clicks": "Click events of people; automated ones are left out.",
    "records": "Records that people created; automated ones are left out.",
}
SEGMENT_WORDS = {"industry": "Industry", "plan": "Plan", "region": "Region", "manager": "Account manager"}


class Ids(StrEnum):
    URL = "url"
    TABS = "shell-tabs"
    BAR = "shell-bar"
    AS_OF = "shell-as-of"
    PAGE = "page"
    THEME = "theme"
    THEME_SWITCH = "theme-switch"
    SEARCH = "search"
    SEARCH_RESULTS = "search-results"
    SHARE = "share"
    CUSTOM_FROM = "custom-from"
    CUSTOM_TO = "custom-to"
    TOAST = "toast"
    REFUSAL = "refusal"  # what stands in place of a page whose address cannot be (assets/shell.js)
    # What is written: callbacks/actions.py. `WRITTEN` changes with every write, for those who show it.
    ACTION = "action"
    ANSWER = "answer"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Tab:
    """A line of the table of contents, as the shell shows it."""

    title: str
    href: str


def shell(product: str, tabs: Iterable[Tab]) -> html.Div:
    return html.Div(
        [
            dcc.Location(id=Ids.URL, refresh=False),
            *(dcc.Store(id=store) for store in (Ids.THEME, Ids.ACTION, Ids.ANSWER, Ids.WRITTEN)),
            html.A("Skip to content", href="#page", className="skip"),
            html.Header([_top_bar(product, tabs)], className="top"),
            html.Div(place(Ids.BAR), id="bar", className="bar", role="region", **{"aria-label": "Filters"}),
            html.Div(id=Ids.REFUSAL, className="refusal", role="alert"),
            html.Main(id=Ids.PAGE, tabIndex=-1),
            html.Div(id=Ids.TOAST, className="toast", role="status", **{"aria-live": "polite"}),
        ]
    )


def _top_bar(product: str, tabs: Iterable[Tab]) -> html.Div:
    return html.Div(
        [
            html.Div([html.Span(className="logo", **{"aria-hidden": "true"}), product], className="product"),
            html.Nav(
                [link(tab.title, tab.href, "page-tab", **{"data-tab": tab.href}) for tab in tabs],
                id=Ids.TABS,
                **{"aria-label": "Pages"},
            ),
            html.Div(
                [
                    dcc.Input(
                        id=Ids.SEARCH,
                        type="search",
                        placeholder="Search",
                        autoComplete="off",
                        debounce=False,
                        maxLength=100,
                    ),
                    html.Kbd("/", **{"aria-hidden": "true"}),
                    html.Div(place(Ids.SEARCH_RESULTS), role="status", className="results", **{"aria-live": "polite"}),
                ],
                className="find",
                role="search",
            ),
            html.Span(place(Ids.AS_OF), className="as-of"),
            html.Button("Share", id=Ids.SHARE, className="button", title="Copy a link to exactly this view"),
            html.Button(
                "◐",
                id=Ids.THEME_SWITCH,
                className="button",
                title="Light or dark",
                **{"aria-label": "Light or dark"},
            ),
        ],
        className="top-row",
    )


def as_of(
    day: str, source: str, reporting_timezone: str, user: str, role: str, href: str, is_reached: bool = True
) -> Any:
    if not is_reached:
        why = "The database does not answer now. What was asked before is still shown; the rest comes back by itself."
        return link([html.Span(className="dot", **{"aria-hidden": "true"}), f"Not reached · as of {day}"], href,
                    "stale", title=why)  # fmt: skip
    detail = f"{source}; days are cut in {reporting_timezone}. Signed in as {user} ({role})."
    return link([html.Span(className="dot", **{"aria-hidden": "true"}), f"As of {day}"], href, title=detail)


def not_found() -> html.Div:
    return html.Div(empty("There is no such page.", "Choose one of the tabs above."), className="card")


def bar(
    query: Query,
    *,
    measures: Sequence[str],
    measure: str,
    period_words: str,
    comparison_words: str,
    applications: Mapping[str, str],
    segments: Mapping[str, Sequence[str]],
    states: Sequence[str],
    accounts: Mapping[str, str],
) -> list[Any]:
    """Every filter is a link to the same page with another address; chips take one away."""
    period = query.one("period") or ""
    chips = [
        *([] if period in PERIODS else [filter_chip(period_words, query.only("period", None))]),
        *_chips(query, applications, accounts),
    ]
    return [
        html.Button(
            f"Filters · {len(chips)}" if chips else "Filters",
            className="button sheet-button",
            **{"data-toggle": "bar"},
        ),
        html.Div(
            [
                _choice("Period", "period", PERIODS, query, PERIODS.get(period, period_words), _custom_period()),
                _choice("Compared with", "vs", COMPARISONS, query, comparison_words),
                _applications(query, applications),
                *([_segments(query, segments)] if segments else []),
                _states(query, states),
            ],
            className="bar-filters",
        ),
        html.Div(chips, className="chips"),
        switch(
            "Measure",
            [
                (
                    html.Span(MEASURES[name], title=MEASURE_HELP[name]),
                    query.only("metric", name).search,
                    name == measure,
                )
                for name in measures
            ],
        )
        if len(measures) > 1
        else None,
    ]


def _choice(
    label: str, key: str, options: Mapping[str, str], query: Query, current: str, more: Any = None
) -> html.Details:
    items = [
        link(words, query.only(key, value).search, "chosen" if query.one(key) == value else "")
        for value, words in options.items()
    ]
    return menu([f"{label} ", html.B(current)], [*items, more])


def _custom_period() -> html.Div:
    return html.Div(
        [
            html.Label(["From", dcc.Input(id=Ids.CUSTOM_FROM, type="text", placeholder="2026-01-05", maxLength=10)]),
            html.Label(["To", dcc.Input(id=Ids.CUSTOM_TO, type="text", placeholder="2026-02-01", maxLength=10)]),
            html.Button("Apply", className="button", **{"data-apply": "period"}),
        ],
        className="custom-period",
    )


def _applications(query: Query, applications: Mapping[str, str]) -> html.Details:
    chosen = query.all("app")
    words = "All" if not chosen else applications[chosen[0]] if len(chosen) == 1 else f"{len(chosen)} chosen"
    items = [
        link(name, query.toggled("app", key).search, "check chosen" if key in chosen else "check", title=name)
        for key, name in applications.items()
    ]
    return menu(["Application ", html.B(words, title=words)], items, "long")


def _segments(query: Query, segments: Mapping[str, Sequence[str]]) -> html.Details:
    count = sum(len(query.all(segment)) for segment in segments)
    items = []
    for segment, values in segments.items():
        items.append(html.Div(SEGMENT_WORDS[segment], className="menu-heading"))
        items += [
            link(value, query.toggled(segment, value).search,
                 "check chosen" if value in query.all(segment) else "check")
            for value in values
        ]  # fmt: skip
    return menu(["Segment ", html.B(f"{count} chosen" if count else "All")], items, "long")


def _states(query: Query, states: Sequence[str]) -> html.Details:
    """Of the pairs of account and application, on the as-of day."""
    chosen = query.all("state")
    words = "All" if not chosen else chosen[0].capitalize() if len(chosen) == 1 else f"{len(chosen)} chosen"
    items = [
        link(f"{STATE_MARKS[state]} {state.capitalize()}", query.toggled("state", state).search,
             "check chosen" if state in chosen else "check")
        for state in states
    ]  # fmt: skip
    return menu(["State ", html.B(words)], items, "long")


def _chips(query: Query, applications: Mapping[str, str], accounts: Mapping[str, str]) -> list[Any]:
    chips = [filter_chip(applications[key], query.toggled("app", key)) for key in query.all("app")]
    for segment, words in SEGMENT_WORDS.items():
        chips += [filter_chip(f"{words}: {value}", query.toggled(segment, value)) for value in query.all(segment)]
    chips += [filter_chip(f"State: {state}", query.toggled("state", state)) for state in query.all("state")]
    chips += [filter_chip(f"Account: {name}", query.toggled("account", key)) for key, name in accounts.items()]
    return chips
