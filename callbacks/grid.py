"""Which rows does a grid ask for? Every grid asks the same way, and its export in the same words."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, State
from flask import request

from callbacks.request import BadInput, Dependency, Parser, page_callback
from layouts import numbers
from layouts.shell import Ids as Shell

UNKNOWN = "The grid asked for rows in a way that is not known. Load the page again."
IMPOSSIBLE = "The grid asked for rows that cannot be. Load the page again."
UNREADABLE = "The order of the grid cannot be read. Load the page again."


@dataclass(frozen=True, slots=True)
class Block:
    """Rows `first` up to `last` of a grid; `order` is None in its own order. `name`: a part of it, or empty."""

    first: int
    last: int
    order: str | None
    descending: bool
    name: str

    @property
    def limit(self) -> int:
        return self.last - self.first


def register_grid(
    app: Dash,
    grid: str,
    fields: tuple[str, ...],
    asked: Mapping[str, tuple[Dependency, Parser]],
    function: Callable[..., dict[str, Any]],
) -> None:
    """`function` gets `block` and what is `asked`; the rows a grid keeps go when the address changes."""
    block = (Input(grid, "getRowsRequest"), grid_block(fields))
    page_callback(app, Output(grid, "getRowsResponse"), {"block": block, **asked}, function)
    app.clientside_callback(
        ClientsideFunction("shell", "refreshGrid"),
        Output(grid, "className"),
        Input(Shell.URL, "search"),
        State(grid, "id"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("grids", "watch"),
        Output(grid, "className", allow_duplicate=True),
        Input(grid, "id"),
        prevent_initial_call="initial_duplicate",
    )


def grid_block(fields: tuple[str, ...]) -> Callable[[Any], Block | None]:
    """What AG Grid asks for, sorted by one of `fields`; None before it asks."""

    def parse(raw: Any) -> Block | None:
        if raw is None:
            return None
        try:
            first, last = raw["startRow"], raw["endRow"]
            sorting = raw.get("sortModel") or [{"colId": None, "sort": "desc"}]
            order, direction = sorting[0]["colId"], sorting[0]["sort"]
            chosen = list((raw.get("filterModel") or {}).values())
            name = chosen[0]["filter"] if chosen else ""
        except (TypeError, KeyError, IndexError, AttributeError):
            raise BadInput(UNKNOWN) from None
        return _checked(first, last, order, direction, name, fields)

    return parse


def _checked(first: Any, last: Any, order: Any, direction: Any, name: Any, fields: tuple[str, ...]) -> Block:
    whole = type(first) is int and type(last) is int and 0 <= first < last <= 10_000_000 and last - first <= 1000
    is_name = isinstance(name, str) and len(name) <= 200 and name.isprintable()
    if not (whole and is_name and order in (None, *fields) and direction in ("asc", "desc")):
        raise BadInput(IMPOSSIBLE)
    return Block(first, last, order, direction == "desc", name)


def exported(fields: tuple[str, ...]) -> Block | None:
    """The order and name that the grid of an export had in the browser; None where it says nothing."""
    given = request.args.get("grid")
    if not given:
        return None
    try:
        model = json.loads(given)
    except ValueError:
        model = None
    if not isinstance(model, dict):
        raise BadInput(UNREADABLE)
    shown = {"sortModel": model.get("sortModel"), "filterModel": model.get("filterModel")}
    return grid_block(fields)({"startRow": 0, "endRow": 1, **shown})


def answer(rows: pd.DataFrame, count: int) -> dict[str, Any]:
    """What the grid draws: days in words, nothing where nothing is known. `count`: all the rows there are."""
    days = {name: rows[name].map(numbers.day) for name in rows.select_dtypes("datetime")}
    shown = rows.assign(**days)
    return {"rowData": shown.astype(object).where(shown.notna(), None).to_dict("records"), "rowCount": count}


NO_ROWS = {"rowData": [], "rowCount": 0}
