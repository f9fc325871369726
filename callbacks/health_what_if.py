"""Health: what would another score say? Tried with every change of the form, and saved by callbacks/actions.py."""

from typing import Any

import pandas as pd
from dash import Dash, Input, Output
from flask import g

from analytics.health import Recipe
from callbacks.health_lists import EVERY
from callbacks.health_recipe import RECIPE_FIELDS, recipe_of
from callbacks.health_scores import scored, what_if
from callbacks.health_versions import VERSIONS, Version
from callbacks.query import filters, query
from callbacks.request import BadInput, page_callback
from data_access.filters import Filters
from data_access.scope import Role
from layouts import health_versions as view
from layouts import numbers
from layouts.health import Ids
from layouts.links import Query
from layouts.markup import text
from layouts.shell import Ids as Shell

LONGEST_FIELD = 40


def register(app: Dash) -> None:
    url, tried = Input(Shell.URL, "search"), Input(Ids.WHAT_IF_ASKED, "data")
    page_callback(
        app,
        [Output(Ids.WHAT_IF, "html"), Output(Ids.VERSIONS, "html")],
        {**VERSIONS, "may_save": (Input(Shell.WRITTEN, "data"), may_save)},
        update_form,
        reads_workspace=True,
    )
    asked = {"filters": (url, filters), "query": (url, query), "tried": (tried, recipe), **VERSIONS}
    page_callback(app, Output(Ids.PREVIEW, "html"), asked, update_preview, reads_workspace=True)


def may_save(_raw: Any) -> bool:
    """Part of the key of an answer, since it is another one for those who may."""
    return g.scope.role is not Role.MANAGER


def recipe(raw: Any) -> Recipe | str | None:
    """As the form has it now; in words what is wrong with it; None where nothing was changed yet."""
    if raw is None:
        return None
    fields = {name: str(raw[name])[:LONGEST_FIELD] for name in RECIPE_FIELDS}
    try:
        read: dict[str, Any] = {name: parse(fields[name]) for name, parse in RECIPE_FIELDS.items()}
        return recipe_of(**read)
    except BadInput as refusal:
        return refusal.error


def update_form(versions: tuple[Version, ...], may_save: bool) -> tuple[str, str]:
    known = None if "workspace_is_away" in g else versions[::-1]
    return text(view.form(versions[-1].recipe, may_save)), text(view.versions(known))


def update_preview(filters: Filters, query: Query, tried: Recipe | str | None, versions: tuple[Version, ...]) -> str:
    now = versions[-1].recipe
    if isinstance(tried, str):
        return text(view.not_understood(tried))
    if tried is None or tried == now:
        return text(view.nothing_asked())
    before, after = scored(filters, now).accounts, scored(filters, tried).accounts
    changed = what_if(filters, now, tried)
    return text(view.preview(_sentence(before, after, changed), moved(before, after), changed, query))


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Accounts by band in force (rows) and as tried (columns)."""
    return pd.crosstab(before["band"], after["band"]).reindex(index=EVERY, columns=EVERY, fill_value=0)


def _sentence(before: pd.DataFrame, after: pd.DataFrame, changed: pd.DataFrame) -> str:
    then, now = (int((rows["band"] == "Critical").sum()) for rows in (after, before))
    unscored = [band for band in changed["band_then"] if band == "Insufficient data"]
    rest = f"; {numbers.full(len(unscored))} would no longer be scored" if unscored else ""
    return (
        f"{numbers.plural(len(changed), 'account')} of {numbers.full(len(before))} would change band: "
        f"{numbers.full(then)} critical instead of {numbers.full(now)}{rest}."
    )
