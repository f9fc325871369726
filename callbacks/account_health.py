"""The health of one account, scored among all that who asks may see."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from dash import Dash, Output, get_relative_path

from analytics.health import COMPONENTS, LABELS, Recipe, band_numbers
from callbacks.health_lists import weights
from callbacks.health_marks import marks
from callbacks.health_scores import account_history, scored
from callbacks.health_versions import Version
from callbacks.health_words import HOLDS, as_of_day, definition, why
from callbacks.request import page_callback
from data_access.filters import Filters
from figures import health_account as figures
from figures.theme import Chart, Theme
from layouts import account_health as view
from layouts import links
from layouts.health_bands import points, share_of
from layouts.links import Query
from layouts.markup import text

Answer = tuple[Chart, str, str, str]


def register(app: Dash, asked: Any, about_one: Any) -> None:
    """`asked`: the inputs, with the theme and the versions; `about_one` hands over the account as a filter."""
    slots = [Output(view.CHART, "figure"), *(Output(place, "html") for place in (view.HEAD, view.PARTS, view.TABLE))]
    page_callback(app, slots, asked, about_one(update_health), reads_workspace=True)


def among(filters: Filters, versions: tuple[Version, ...]) -> Filters:
    """Whose accounts it is compared with: min–max goes by all of them, percentiles were taken when data were loaded."""
    alone = replace(filters, applications=(), segments=(), states=(), accounts=())
    by_all = any(version.recipe.scaling == "min-max" for version in versions)
    return replace(alone, account=None) if by_all else alone


def of_account(filters: Filters, versions: tuple[Version, ...]) -> Any:
    """Its row of Scored.accounts; None where it is no customer now, or there is no step yet."""
    rows = scored(among(filters, versions), versions[-1].recipe).accounts
    return next(rows[rows["account_id"] == filters.account].itertuples(index=False), None)


def history(filters: Filters, versions: tuple[Version, ...]) -> pd.DataFrame:
    return account_history(among(filters, versions), versions[-1].recipe, filters.account or "")


def chip(filters: Filters, query: Query, versions: tuple[Version, ...]) -> Any:
    row = of_account(filters, versions)
    return None if row is None else view.chip(row, links.page("/health", query.only("account", None)))


def update_health(filters: Filters, query: Query, versions: tuple[Version, ...], theme: Theme) -> Answer:
    row, steps, recipe = of_account(filters, versions), history(filters, versions), versions[-1].recipe
    search = query.only("account", filters.account).search
    href = str(get_relative_path("/export/health/of-account"))
    days = [day.strftime("%Y-%m-%d") for day in steps["day"]]
    limits = {"Healthy": recipe.healthy, "At-Risk": recipe.at_risk}
    values = [None if pd.isna(score) else round(float(score), 2) for score in steps["score"]]
    # A version that came after it left is none of its scores'.
    of_steps = versions if row is not None or steps.empty else _until(steps["day"].iloc[-1], versions)
    chart = figures.scores(days, values, steps["band"].tolist(), limits, marks(steps, of_steps), theme, view.HEIGHT)
    if steps.empty:
        return chart, "", "", ""
    if row is None:
        head = view.former(steps, as_of_day(steps["day"].iloc[-1]), href, search)
        return chart, text(head), text(view.no_parts()), text(view.history(steps))
    return (
        chart,
        text(view.title(row, _finding(row, steps, filters, versions), href, search)),
        text(view.parts(row, weights(recipe), {name: said(row, name) for name in COMPONENTS})),
        text(view.history(steps)),
    )


def _until(day: pd.Timestamp, versions: tuple[Version, ...]) -> tuple[Version, ...]:
    return tuple(version for version in versions if version.since <= day.date())


def _finding(row: Any, steps: pd.DataFrame, filters: Filters, versions: tuple[Version, ...]) -> str:
    recipe = versions[-1].recipe
    if pd.isna(row.score):
        found = scored(among(filters, versions), recipe)
        lacking = dict.fromkeys(why(name, found) for name in COMPONENTS if pd.isna(getattr(row, name)))
        known = f"{share_of(row.known, 1)} of the weight is known, and 60 % are needed"
        return f"{known}; {'; '.join(lacking)}" if lacking else known
    if pd.isna(row.score_month_ago):
        moved = "for the first time"
    else:
        change = round(row.score, 1) - round(row.score_month_ago, 1)
        moved = f"{change:+.1f} points since the step four weeks before".replace("-", "−")
        moved = f"{moved}, then {row.band_month_ago}" if row.band != row.band_month_ago else moved
    alone = f"{points(row.raw_score)} by these weeks alone" if pd.notna(row.raw_score) else "nothing new is known"
    held = "" if row.band == _plain_band(row.score, recipe) else f". It stays {row.band}: {HOLDS}"
    return f"Score {points(row.score)} as of {as_of_day(steps['day'].iloc[-1])}, {moved}; {alone}{held}"


def _plain_band(score: float, recipe: Recipe) -> str:
    """By the limits alone, whatever it was before."""
    return str(LABELS[band_numbers(np.array([score]), recipe.healthy, recipe.at_risk)[0]])


def said(row: Any, name: str) -> str:
    """The value of a component in words."""
    value = getattr(row, name)
    if pd.isna(value):
        return "not known"
    if name == "feature_adoption":
        return f"{share_of(value, 1)} of the features offered"
    words = definition(name)
    return f"{value:,.3g} {words[0].lower()}{words[1:]}"
