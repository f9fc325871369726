"""Activity, in numbers: the months of a chart, the years, and every month against those before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from dash import html

from layouts import numbers
from layouts.controls import Number, card, change, table, to_rows
from layouts.links import Query


@dataclass(frozen=True, slots=True)
class Column:
    """What is counted; `metric` and `kind` of the rows behind it (links.rows), where there are any."""

    title: str
    metric: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days that a number is of, and the applications where it is not of all that are asked for."""

    head: str
    first: date
    last: date
    applications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """A row of the years: a number for each stretch of days, and the two that are compared."""

    column: Column
    values: Sequence[float]
    now: float
    before: float


def twin(block: pd.DataFrame, column: Column, query: Query) -> html.Details:
    """The bars as a table. Columns of `block`: callbacks.activity_blocks.block."""
    last, this = block.iloc[:12], block.iloc[12:]
    has_when = bool(block["reached_at"].notna().any())
    heads = ["Month"]
    for year in (last, this):
        heads += [str(year.index[0].year), *(["When"] if has_when else [])]
    rows = []
    for before, now in zip(last.itertuples(), this.itertuples(), strict=True):
        cells = [cell for month in (before, now) for cell in _told(month, column, query, has_when)]
        rows.append([f"{now.Index:%B}", *cells, against(now, "year"), _notes(before, now)])
    return html.Details([html.Summary("Show as a table"), _with_notes([*heads, "Change"], rows)], className="twin")


def _with_notes(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> html.Div:
    """`rows` end with a note each: a column of them, where there is any."""
    if any(row[-1] for row in rows):
        return table([*heads, "Note"], rows)
    return table(heads, [row[:-1] for row in rows])


def _told(month: Any, column: Column, query: Query, has_when: bool) -> list[Any]:
    when = [moment(month.reached_at)] if has_when else []
    return [_of_month(month, column, query), *when]


def _notes(*months: Any) -> str:
    return "; ".join(f"{month.Index.year}: {month.note}" for month in months if month.note)


def _of_month(month: Any, column: Column, query: Query) -> Number:
    return amount(month.value, column, Stretch("", month.first, month.last), query)


def amount(value: float, column: Column, stretch: Stretch, query: Query) -> Number:
    """A number that leads to its rows, where rows of its kind exist."""
    if value != value or not column.kind:
        return Number(numbers.full(value))
    of_it = query.only("metric", column.metric).only("period", f"{stretch.first}..{stretch.last}").only("vs", "none")
    return Number(
        to_rows(value, column.kind, of_it.among("app", stretch.applications) if stretch.applications else of_it)
    )


def against(month: Any, unit: str) -> Number:
    """Its change on the month, or the year, before; marked where applications are left out on both sides."""
    now, before, without = (getattr(month, f"{name}_{unit}") for name in ("now", "before", "without"))
    shown = change(now, before)
    return Number([html.Abbr("*", title=f"Without {without}"), " ", shown] if without and before == before else shown)


def moment(value: Any) -> str:
    """12 May 2026, 09:30."""
    return numbers.NOTHING if pd.isna(value) else f"{numbers.day(value)}, {value:%H:%M}"


def months(blocks: Mapping[str, tuple[Column, pd.DataFrame]], finding: str, query: Query, actions: Any) -> Any:
    """Every month with anything known, the newest first: each number, and its change."""
    if not blocks:
        return None
    heads, cells = ["Month"], []
    for column, block in blocks.values():
        heads += [column.title, "MoM", "YoY"]
        cells.append([_compared(month, column, query) for month in block.itertuples()])
    _, first = next(iter(blocks.values()))
    is_known = pd.concat([block["value"].notna() for _, block in blocks.values()], axis=1).any(axis=1)
    places = [place for place in reversed(range(len(first))) if is_known.iloc[place]]
    rows = [
        [f"{first.index[at]:%B %Y}", *(cell for column in cells for cell in column[at]), first["note"].iloc[at]]
        for at in places
    ]
    return card(
        "How does each month compare with those before it?",
        finding,
        _with_notes(heads, rows),
        identity="activity-months",
        actions=actions,
    )


def _compared(month: Any, column: Column, query: Query) -> list[Number]:
    return [_of_month(month, column, query), against(month, "month"), against(month, "year")]


def years(
    rows: Sequence[Total], stretches: Sequence[Stretch], finding: str, note: str, query: Query, actions: Any
) -> Any:
    """A row per measure, a column per stretch of days."""
    if not rows:
        return None
    body = [
        [
            row.column.title,
            *(amount(value, row.column, days, query) for value, days in zip(row.values, stretches, strict=True)),
            Number(change(row.now, row.before)),
        ]
        for row in rows
    ]
    told = html.P(note, className="finding under") if note else None
    return card(
        "How do the years compare?",
        finding,
        [table(["", *(days.head for days in stretches), "Change"], body), told],
        identity="activity-years",
        actions=actions,
    )


def lacking(lines: Sequence[str]) -> html.Section | None:
    """What the log cannot tell, and which columns it would take."""
    if not lines:
        return None
    return card(
        "What this log does not tell",
        "Blocks without data are left out",
        html.Ul([html.Li(line) for line in lines], className="lacking"),
        identity="activity-lacking",
    )
