"""Of which accounts, applications and people does a change consist? For the page and for its exports alike."""

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import Literal

import pandas as pd
from flask import g

from analytics import decomposition
from data_access import changes as data
from data_access.changes import Kept
from data_access.filters import Filters, Measure, Period
from layouts.changes import PARTS, part_words
from layouts.links import Query

MOVERS = 5
MONTHS = 24
DIFFERENCES = 4  # remembered by a process: megabytes each
_TURN = Lock()
SEVERAL_ACCOUNTS, SEVERAL_APPLICATIONS = "People in several accounts", "People in several applications"

Level = Literal["accounts", "applications", "persons"]


def kept(query: Query) -> Kept:
    """Which pairs the page is about."""
    if query.one("pairs") != "same":
        return "all"
    return "entitled" if g.generation.has_subscriptions else "used"


def level(filters: Filters) -> Level:
    """What a row of the answer is: it goes one deeper with each choice."""
    if filters.account is None:
        return "accounts"
    return "persons" if len(filters.applications) == 1 else "applications"


@dataclass(frozen=True, slots=True)
class Difference:
    """The measure before and now, and what that difference consists of.

    `pairs`: one row per pair with use in either period, columns data_access.changes.PAIRS, kind. `contributed`: one row
    per pair (where people are counted: per person) and part, columns those of `pairs`, part, amount; the amounts sum
    to the difference. A person of several applications, or accounts, has a row without them.
    """

    before: float
    now: float
    pairs: pd.DataFrame
    contributed: pd.DataFrame

    @property
    def amount(self) -> float:
        return self.now - self.before

    def within(self, part: str | None) -> "Difference":
        """Of one part alone, with the pairs that it concerns."""
        if part is None:
            return self
        own = self.contributed[self.contributed["part"] == part]
        pairs = own.dropna(subset="application_id").drop_duplicates(["account_id", "application_id"])
        return replace(self, pairs=pairs, contributed=own)


def difference(filters: Filters, query: Query) -> Difference:
    """Not to be changed: the cards of a page share it. ValueError where there is nothing to compare with."""
    with _TURN:  # They ask for it at the same time; the first computes it.
        return _difference(g.generation.identity, filters, kept(query))


@lru_cache(maxsize=DIFFERENCES)
def _difference(_generation: str, filters: Filters, which: Kept) -> Difference:
    total = data.total_change(filters, which).iloc[0]
    pairs = data.pair_changes(filters, which)
    compared = filters.comparison or filters.period
    pairs["kind"] = decomposition.kinds(pairs, compared.start, compared.end, filters.period.end)
    contributed = (
        _people_contributed(filters, which, pairs)
        if filters.measure is Measure.USERS
        else decomposition.contributions(pairs)
    )
    return Difference(float(total.before), float(total.now), pairs, contributed)


def _people_contributed(filters: Filters, which: Kept, pairs: pd.DataFrame) -> pd.DataFrame:
    use = data.moved_people(filters, which)
    places = use.groupby("user_key")[["account_id", "account", "application_id", "application"]]
    only = places.first().where(places.nunique() == 1)
    moved = decomposition.people(use).merge(only, left_on="user_key", right_index=True)
    volumes = pairs[["account_id", "application_id", "before", "now", "users_before", "users_now"]]
    return moved.merge(volumes, on=["account_id", "application_id"], how="left")


def parts_of(contributed: pd.DataFrame) -> pd.DataFrame:
    """One row per part that there is, in the order of the page. Columns: part, rows (how many), amount."""
    by_part = contributed.groupby("part")["amount"]
    found = pd.DataFrame({"rows": by_part.count(), "amount": by_part.sum()})
    return found.reindex([part for part in PARTS if part in found.index]).rename_axis("part").reset_index()


def account_rows(filters: Filters, query: Query, asked: Difference) -> pd.DataFrame:
    """One row per account, largest contribution first: what layouts.changes.account_rows takes."""
    found = _grouped(asked, "account_id", "account", SEVERAL_ACCOUNTS)
    concerned = asked.contributed.dropna(subset="application_id").drop_duplicates(["account_id", "application_id"])
    applications: dict[str, dict[str, str]] = defaultdict(dict)
    for account, key, name in concerned[["account_id", "application_id", "application"]].itertuples(index=False):
        applications[account][key] = name
    found["applications"] = [applications[account] for account in found["account_id"]]
    if filters.measure is Measure.USERS:
        # People do not add up over applications: they are counted anew for each account.
        counted = data.account_changes(filters, kept(query)).drop(columns="account")
        found = found.drop(columns=["now", "before"]).merge(counted, on="account_id", how="left")
    return found


def application_rows(asked: Difference) -> pd.DataFrame:
    """One row per application, largest contribution first: what layouts.changes.application_rows takes."""
    return _grouped(asked, "application_id", "application", SEVERAL_APPLICATIONS)


def _grouped(asked: Difference, key: str, name: str, several: str) -> pd.DataFrame:
    """The volumes of the pairs and what was contributed, by key; which is empty for people of several."""
    pairs, contributed = asked.pairs, asked.contributed
    parts: dict[str, dict[str, float]] = defaultdict(dict)
    by_part = contributed.assign(**{key: contributed[key].fillna("")}).groupby([key, "part"])["amount"].sum()
    for (own, part), amount in by_part.items():
        parts[own][part] = amount
    known = pd.concat([pairs[[key, name]], contributed[[key, name]].dropna()])
    names = {**dict(zip(known[key], known[name], strict=True)), "": several}
    volumes = pairs.groupby(key)[["now", "before", "users_now", "users_before"]].sum()
    found = volumes.reindex(volumes.index.union(list(parts))).rename_axis(key).reset_index()
    found[name] = [names[own] for own in found[key]]
    found["parts"] = [parts[own] for own in found[key]]
    found["amount"] = [math.fsum(own.values()) for own in found["parts"]]
    order = pd.DataFrame({"size": -found["amount"].abs(), "name": found[name].str.lower()})
    return found.loc[order.sort_values(["size", "name"]).index].reset_index(drop=True)


def person_rows(filters: Filters, query: Query) -> pd.DataFrame:
    """One row per person of the chosen pair, largest contribution first: what layouts.changes.person_rows takes."""
    found = data.person_changes(filters, kept(query))
    days = found.assign(before=found["days_before"], now=found["days_now"])
    found["part"] = decomposition.user_contributions(days)["part"]
    found["amount"] = found["now"] - found["before"]
    return found.loc[(-found["amount"].abs()).sort_values(kind="stable").index].reset_index(drop=True)


def movers(filters: Filters, query: Query, asked: Difference) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """The accounts that fell and rose most, and the least volume in either period that counts: the median account's.

    Columns: account_id, account, before, now, because.
    """
    accounts = data.account_changes(filters, kept(query))
    larger = accounts[["now", "before"]].max(axis=1)
    least = float(larger.quantile(0.5, interpolation="lower")) if len(accounts) else 0.0
    moved = accounts[larger >= least]
    change = moved["now"] - moved["before"]
    if query.one("movers") == "percent":
        change = change / moved["before"].where(moved["before"] > 0)
    causes = asked.contributed.groupby(["account_id", "part"])["amount"].sum()
    fell, rose = (
        moved.loc[order.sort_values(ascending=False, kind="stable").head(MOVERS).index]
        for order in (-change[change < 0], change[change > 0])
    )
    return _with_causes(fell, causes), _with_causes(rose, causes), least


def _with_causes(accounts: pd.DataFrame, causes: pd.Series) -> pd.DataFrame:
    """With the part that did most in the direction of each account's change, in words; empty where it is not known."""
    because = []
    for account, before, now in accounts[["account_id", "before", "now"]].itertuples(index=False):
        own = causes[account] if account in causes.index else causes[:0]
        most = (own * (now - before)).idxmax() if len(own) else None
        because.append(part_words(most, own[most]).lower() if most is not None else "")
    return accounts.assign(because=because)


def months(filters: Filters) -> tuple[pd.DataFrame, bool]:
    """Records by application (rows, those with most first) and month; and whether the last month is not over.

    Columns: application_id, application, and the last 24 complete months that the data hold whole, and the one begun.
    """
    after_last = g.generation.as_of + timedelta(days=1)
    is_partial = after_last.day != 1
    end = _month(after_last, 1 if is_partial else 0)
    first = max(
        _month(after_last, -MONTHS), _month(g.generation.first_day, 0 if g.generation.first_day.day == 1 else 1)
    )
    first = min(first, _month(g.generation.as_of, 0))
    records = data.monthly_records(filters.during(Period(first, end)))
    wide = records.pivot_table(
        index=["application_id", "application"], columns="month", values="records", aggfunc="sum", fill_value=0
    )
    wide = wide.reindex(columns=pd.date_range(first, end, freq="MS", inclusive="left"), fill_value=0)
    return wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index].reset_index(), is_partial


def _month(day: date, later: int) -> date:
    """The first day of the month of `day`, or of one so many months later."""
    place = day.year * 12 + day.month - 1 + later
    return date(place // 12, place % 12 + 1, 1)
