"""What stands out: each change that nobody expected, in one sentence, and what is said of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
from dash import html

from layouts import links, numbers
from layouts.controls import card, empty, exports, link, menu, switch
from layouts.forms import acknowledge_form, away, explain_form, vote_form
from layouts.links import Query

FEW, MANY = 20, 200
HELP = "Weeks and shifts of level that what was known before did not let expect"
CHANGES = {
    ("one week", 1): "Spike", ("one week", -1): "Drop",
    ("level shift", 1): "Lasting rise", ("level shift", -1): "Lasting drop",
}  # fmt: skip
STATUSES = {"new": "● New", "acknowledged": "✓ Acknowledged", "explained": "✎ Explained",
            "remembered": "↻ As in an earlier year"}  # fmt: skip
# The measure of the rows behind what is counted.
ROWS_IN = {"logins": "logins", "days of use": "users"}
VOTES = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the period: raised, and of these to look at. Of all that were voted on: `useful` of `judged`."""

    raised: int
    to_look_at: int
    useful: int
    judged: int
    is_known: bool  # could what was said be read?


@dataclass(frozen=True, slots=True)
class Place:
    """Where the list stands: the address of its page, and the one with which rows and downloads are asked for."""

    query: Query
    of_it: Query
    href: str
    watched: str  # what is counted
    weeks_judged: int
    is_of_one: bool  # on the page of an account, whose name is then not repeated


def change_words(kind: str, direction: int) -> str:
    return CHANGES[kind, direction]


def what_stands_out(listed: pd.DataFrame, remembered: pd.DataFrame, counts: Counts, place: Place) -> html.Section:
    """`listed` and `remembered`: columns of callbacks.flags.with_verdicts, `sentence` and `also` (in words)."""
    which, query = place.query.one("flags"), place.query
    options = [
        (words, query.only("flags", key).only("flagged", None).search, key == which)
        for key, words in (("open", "To look at"), ("all", "All"))
    ]
    is_any = counts.raised or len(remembered)
    return card(
        "What stands out?",
        _finding(counts, place),
        [None if counts.is_known else away(), *(_lists(listed, remembered, counts, place) if is_any else _none(place))],
        identity="flags",
        actions=[
            switch("Which of them", options) if counts.raised else None,
            exports(f"{place.href}/flags", place.of_it.search) if is_any else None,
        ],
        class_name="flags",
    )


def _finding(counts: Counts, place: Place) -> html.Span:
    """How many, and how often it was of use to be told."""
    parts = []
    if counts.raised:
        verb = "stands" if counts.raised == 1 else "stand"
        parts.append(f"{numbers.full(counts.raised)} {verb} out in the period, {numbers.full(counts.to_look_at)} "
                     "of them to look at")  # fmt: skip
    if counts.judged and not place.is_of_one:
        judged = f"{numbers.full(counts.useful)} of {numbers.full(counts.judged)}"
        parts.append(f"{judged} voted on so far were judged useful")
    return html.Span(". ".join(parts), title=HELP)


def _none(place: Place) -> list[Any]:
    if not place.weeks_judged:
        return [
            empty(
                "The log is too short to say what stands out.",
                "A week is judged from the fifth complete one on: it needs four to know what is usual.",
            )
        ]
    return [
        empty(
            "Nothing stood out in the period.",
            "Weeks that nobody expected would be listed here. Choose a longer period, or take away a filter.",
        )
    ]


def _lists(listed: pd.DataFrame, remembered: pd.DataFrame, counts: Counts, place: Place) -> list[Any]:
    """Those raised, and folded below them those whose reason is known from an earlier year."""
    body = [_list(listed, place)] if len(listed) else [_all_seen(counts)]
    if len(remembered):
        words = f"{numbers.full(len(remembered))} more, explained by what was said in an earlier year"
        body.append(html.Details([html.Summary(words), _list(remembered, place)], className="twin known"))
    longest = max(len(listed), len(remembered))
    return [*body, _more(longest, place)]


def _all_seen(counts: Counts) -> html.Div:
    if counts.raised:
        return empty("Nothing is left to look at.", "All shows what was acknowledged or explained.")
    return empty("Nothing new stood out in the period.", "What did has a reason that was given in an earlier year.")


def _list(rows: pd.DataFrame, place: Place) -> html.Ol:
    shown = rows.head(_most(place))
    return html.Ol([_episode(row, place) for row in shown.itertuples(index=False)], className="episodes")


def _most(place: Place) -> int:
    return int(place.query.one("flagged") or FEW)


def _more(count: int, place: Place) -> html.Div | None:
    if count <= _most(place):
        return None
    if _most(place) < MANY:
        longer = link("Show all" if count <= MANY else f"Show {MANY}", place.query.only("flagged", str(MANY)).search)
        return html.Div([f"{FEW} of {numbers.full(count)}. ", longer], className="sizes finding")
    return html.Div(f"{MANY} of {numbers.full(count)}; the download has all.", className="sizes finding")


def _episode(row: Any, place: Place) -> html.Li:
    said = row.status != "new"
    about = f"{row.account if pd.notna(row.account) else 'all accounts'}, {numbers.day(row.started_on)}"
    week = f" Most surprising: week of {numbers.day(row.week)}." if row.flags > 1 else ""
    return html.Li(
        [
            html.Div(
                [
                    html.P([_chip(row, place.watched), *_where(row, place), " · ", html.Span(_when(row))]),
                    html.P([row.sentence, html.Span(week, className="finding")], className="sentence"),
                    *(html.P(f"Also flagged: {words}", className="finding") for words in row.also),
                ]
            ),
            html.Div(
                [
                    html.P(_status(row), className="said") if place.query.one("flags") == "all" or said else None,
                    html.Div(_actions(row, place), className="acts", role="group", **{"aria-label": about}),
                ]
            ),
        ],
        className=f"episode {row.status}",
    )


def _chip(row: Any, watched: str) -> html.Span:
    mark, way = ("▲", "rise") if row.direction > 0 else ("▼", "fall")
    size = row.saw / row.expected - 1
    sign = "+" if size > 0 else "−" if size < 0 else ""
    words = html.B(f"{mark} {change_words(row.kind, row.direction)} in {watched}")
    return html.Span([words, f" {sign}{abs(size):,.0%}"], className=f"change {way}")


def _where(row: Any, place: Place) -> list[Any]:
    """Whose change: the account leads to its page, the application narrows this one."""
    if pd.isna(row.account):
        account: Any = "All accounts"
    else:
        account = link(row.account, links.account(row.account_id, place.query), "account", title=row.account)
    if pd.isna(row.application):
        application: Any = "All its applications"
    else:
        chosen = place.query.only("app", row.application_id).search
        application = link(row.application, chosen, "quiet", title=f"Show {row.application} alone")
    named = [application] if place.is_of_one else [account, " · ", application]
    return [" · ", *named]


def _when(row: Any) -> str:
    since = numbers.day(row.started_on)
    if pd.isna(row.ended_on):
        return f"since {since}, goes on"
    last = row.ended_on - timedelta(days=1)
    return f"week of {since}" if (last - row.started_on).days < 7 else f"{since} to {numbers.day(last)}"


def _status(row: Any) -> list[Any]:
    """In words, with the reason and who gave it."""
    who = f" by {row.given_by}" if row.status in ("acknowledged", "explained") and pd.notna(row.given_by) else ""
    reason = f": {row.answer}" if row.status in ("explained", "remembered") else ""
    return [html.Span(f"{STATUSES[row.status]}{who}", className="status"), reason]


def _actions(row: Any, place: Place) -> list[Any]:
    episode = {
        "account": row.account_id if pd.notna(row.account_id) else None,
        "application": row.application_id if pd.notna(row.application_id) else None,
        "week": row.started_on.date(),
    }
    return [
        acknowledge_form(episode) if row.status in ("new", "remembered") else None,
        menu("Explain", [explain_form(episode)], "explain right"),
        *(_vote(episode, row.vote, is_useful) for is_useful in (True, False)),
        link("Rows", _behind(row, place), title=f"The rows of {_weeks(row)}"),
    ]


def _vote(episode: dict[str, Any], own: Any, is_useful: bool) -> html.Span:
    """Lit where it is one's own."""
    form = vote_form(episode, useful=is_useful)
    if own != VOTES[is_useful]:
        return html.Span(form, className="vote")
    return html.Span([form, html.Span("is what you said", className="for-readers")], className="vote own")


def _weeks(row: Any) -> str:
    return "these four weeks" if row.kind == "level shift" else f"the week of {numbers.day(row.week)}"


def _behind(row: Any, place: Place) -> str:
    """What was done in the weeks that the sentence speaks of."""
    first = row.week - timedelta(weeks=3 if row.kind == "level shift" else 0)
    last = row.week + timedelta(days=6)
    query = place.of_it.only("period", f"{first:%Y-%m-%d}..{last:%Y-%m-%d}")
    if pd.notna(row.account_id):
        query = query.only("account", row.account_id)
    if pd.notna(row.application_id):
        query = query.only("app", row.application_id)
    metric = ROWS_IN.get(place.watched)
    return links.rows("use", query.only("metric", metric) if metric else query)
