"""Engagement: how much of what applications offer is used?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import card, change, empty, exports, link, sparkline, to_rows
from layouts.engagement_parts import bar, percent
from layouts.links import Query

SHOWN = 60


def adoption(
    rows: pd.DataFrame, trends: Mapping[str, list[float]], months: str, is_compared: bool, query: Query, href: str
) -> html.Section:
    """One row per application, highest adoption first.

    `rows`: application_id, application, offered, used, accounts, adopted, rate, before (missing where not compared).
    `trends`: the rate of each month by application id; `months`: which ones.
    """
    if rows.empty:
        body: Any = empty("No account was entitled to an application in this period.", "Take away a filter above.")
        return card("How much of what is offered is used?", "", body, identity="engagement-adoption")
    heads = (("Application", ""), ("Adoption", "number"), *([("Change", "number")] if is_compared else []),
             (months, "trend"), ("Features used", "number"), ("Accounts", "number"))  # fmt: skip
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    body = [
        _application(row, trends.get(row["application_id"], []), is_compared, query) for row in rows.to_dict("records")
    ]
    rate = rows["adopted"].sum() / (rows["offered"] * rows["accounts"]).sum()
    return card(
        f"An account uses {percent(rate)} of the features that its applications offer",
        "Different features used in the period ÷ those offered, over the entitled accounts; a click on an application "
        "shows its own",
        html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0),
        identity="engagement-adoption",
        actions=exports(f"{href}/adoption", query.search),
        class_name="adoption",
    )


def _application(row: dict[str, Any], trend: list[float], is_compared: bool, query: Query) -> html.Tr:
    of_it = query.only("app", row["application_id"])
    return html.Tr(
        [
            html.Th(link(row["application"], of_it.search), scope="row", className="name", title=row["application"]),
            html.Td(percent(row["rate"]), className="number"),
            *([html.Td(change(row["rate"], row["before"]), className="number")] if is_compared else []),
            html.Td(
                sparkline(trend, ", ".join(percent(rate) for rate in trend)) if len(trend) > 1 else "",
                className="trend",
            ),
            html.Td(f"{numbers.full(row['used'])} of {numbers.full(row['offered'])}", className="number"),
            html.Td(numbers.full(row["accounts"]), className="number"),
        ]
    )


def features(rows: pd.DataFrame, query: Query, href: str) -> html.Section:
    """One row per feature, most accounts first.

    `rows`: application_id, application, feature, accounts (that used it), entitled (to the application), events.
    """
    if rows.empty:
        body: Any = empty("No feature is offered to these accounts.", "Choose another application.")
        return card("Which features are used?", "", body, identity="engagement-features")
    has_many = rows["application_id"].nunique() > 1
    heads = (("Feature", ""), *([("Application", "")] if has_many else []), ("Accounts", "number"),
             ("Of those entitled", "number"), ("", "bar-cell"), ("Events", "number"))  # fmt: skip
    head = html.Tr([html.Th(words, scope="col", className=mark) for words, mark in heads])
    body = [_feature(row, has_many, query) for row in rows.head(SHOWN).to_dict("records")]
    more = f"; the first {SHOWN} are shown, the file has all" if len(rows) > SHOWN else ""
    return card(
        _title(rows),
        f"{numbers.counted(len(rows), 'features')} on offer; accounts that used each in the period{more}",
        html.Div(html.Table([html.Thead(head), html.Tbody(body)], className="plain"), className="scroll", tabIndex=0),
        identity="engagement-features",
        actions=exports(f"{href}/features", query.search),
        class_name="features",
    )


def _title(rows: pd.DataFrame) -> str:
    unused = rows[rows["accounts"] == 0]
    if len(unused):
        first = f"{numbers.counted(len(unused), 'features')} nobody uses: {unused.iloc[0]['feature']}"
        return first if len(unused) == 1 else f"{first} and others"
    least = rows.iloc[-1]
    return (
        f"{least['feature']} is used least: by {numbers.full(least['accounts'])} of {numbers.full(least['entitled'])}"
    )


def _feature(row: dict[str, Any], has_many: bool, query: Query) -> html.Tr:
    of_it = query.only("app", row["application_id"]).only("feature", row["feature"])
    share = row["accounts"] / row["entitled"]
    named = [html.Td(link(row["application"], query.only("app", row["application_id"]).search), className="app")]
    return html.Tr(
        [
            html.Th(row["feature"], scope="row", className="name", title=row["feature"]),
            *(named if has_many else []),
            html.Td(to_rows(row["accounts"], "adopters", of_it), className="number"),
            html.Td(percent(share), className="number"),
            html.Td(bar(share), className="bar-cell"),
            html.Td(numbers.full(row["events"]), className="number"),
        ]
    )
