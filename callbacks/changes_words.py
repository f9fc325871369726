"""Changes, in words: what happened, and what did most of it."""

import math
from typing import Any

import pandas as pd

from analytics.decomposition import is_offsetting
from callbacks.changes_parts import Difference, kept, parts_of
from data_access.choices import application_names
from data_access.filters import Filters, Measure
from layouts import numbers
from layouts.changes import part_words, signed
from layouts.controls import to_rows
from layouts.links import Query
from layouts.shell import MEASURES

LEAST_SHARE = 0.2  # of the change, for an account to be named beside the part that explains most


def subject(filters: Filters) -> str:
    """The applications chosen, as they stand in the heading."""
    if len(filters.applications) > 2:
        return f" in {len(filters.applications)} applications"
    names = application_names(filters.scope) if filters.applications else {}
    words = " and ".join(names[key] for key in filters.applications)
    return f" in {words}" if words else ""


def sentence(filters: Filters, query: Query, found: Difference) -> Any:
    """By how much it changed, and because of whom or what."""
    noun = MEASURES[filters.measure]
    if found.pairs.empty:
        return f"No {noun.lower()} here, in this period or before."
    before, now = ends(filters, query, found)
    if found.amount == 0:
        return [f"{noun} did not change: ", now, ". ", cause(filters, found)]
    verb = "fell" if found.amount < 0 else "rose"
    share = f" {abs(found.amount) / found.before:.1%}" if found.before else ""
    change = f" ({signed(found.amount)}). "
    return [f"{noun} {verb}{share}, from ", before, " to ", now, change, cause(filters, found)]


def ends(filters: Filters, query: Query, found: Difference) -> tuple[Any, Any]:
    """Before and now, each leading to its rows where those are of the same pairs."""
    if kept(query) != "all":
        return numbers.full(found.before), numbers.full(found.now)
    kinds = ("users-before", "users") if filters.measure is Measure.USERS else ("before", "use")
    whole = query.only("part", None)
    return to_rows(found.before, kinds[0], whole), to_rows(found.now, kinds[1], whole)


def cause(filters: Filters, found: Difference) -> str:
    """Shares of a change mean something only where its parts do not offset each other; else amounts do."""
    parts = parts_of(found.contributed)
    if parts.empty:
        return ""
    rises, falls = parts[parts["amount"] > 0], parts[parts["amount"] < 0]
    if len(rises) and len(falls) and is_offsetting(parts["amount"].tolist()):
        up, down = (rows.loc[rows["amount"].abs().idxmax()] for rows in (rises, falls))
        return (
            f"Rises of {numbers.full(math.fsum(rises['amount']))} (most: {part_words(up.part, 1).lower()}) and falls "
            f"of {numbers.full(-math.fsum(falls['amount']))} (most: {part_words(down.part, -1).lower()}) "
            "offset each other."
        )
    most = parts.loc[(parts["amount"] * found.amount).idxmax()]
    words = f"Most of it: {part_words(most.part, most.amount).lower()} ({signed(most.amount)})."
    return words if filters.account else f"{words} {_account(found)}".strip()


def _account(found: Difference) -> str:
    """The account with the largest share in the change; empty where none has a share worth naming."""
    known = found.contributed.dropna(subset="account_id")
    shares = known.groupby("account_id")["amount"].agg(math.fsum) / found.amount
    if shares.empty or not LEAST_SHARE <= shares.max() <= 1:
        return ""
    name = known.loc[known["account_id"] == shares.idxmax(), "account"].iloc[0]
    return f"{shares.max():.0%} of it is one account: {name}."


def months(filters: Filters, rows: pd.DataFrame, is_partial: bool) -> str:
    """The last complete month against the same month a year earlier, whatever the period."""
    chosen = rows[rows["application_id"].isin(filters.applications)] if filters.applications else rows
    known = [column for column in rows.columns if isinstance(column, pd.Timestamp)]
    whole = known[:-1] if is_partial else known
    if not whole:
        return "No month is complete yet"
    last, year_before = whole[-1], whole[-1] - pd.DateOffset(years=1)
    now = float(chosen[last].sum())
    in_all = f"{numbers.full(now)} in {last:%B %Y}"
    if year_before in known:
        in_all += f", {numbers.change(now, float(chosen[year_before].sum()))} on {year_before:%B %Y}"
    return f"{in_all}; dashed: not over yet" if is_partial else in_all
