"""Changes, as tables to download: the same rows as on the page, all of them, with their sum."""

import pandas as pd

from callbacks import changes_parts as answers
from callbacks import flags
from callbacks.tables import Tables
from data_access.filters import Filters
from layouts.changes import part_words
from layouts.links import Query

WORDS = {
    "before": "Before", "now": "Now", "amount": "Contribution", "users_before": "People before",
    "users_now": "People now", "days_before": "Days of use before", "days_now": "Days of use now",
}  # fmt: skip
NOTHING_EARLIER = pd.DataFrame({"Remark": ["There is nothing to compare this period with."]})


def _steps(filters: Filters, query: Query) -> pd.DataFrame:
    """The steps between before and now, which add up."""
    if filters.comparison is None:
        return NOTHING_EARLIER
    found = answers.difference(filters, query)
    parts = answers.parts_of(found.contributed)
    words = [part_words(row.part, row.amount) for row in parts.itertuples(index=False)]
    return pd.DataFrame({
        "Part": ["Before", *words, "Now"],
        "Rows": pd.array([None, *parts["rows"], None], dtype="Int64"),
        "Amount": [found.before, *parts["amount"], found.now],
    })  # fmt: skip


def _whom(filters: Filters, query: Query) -> pd.DataFrame:
    """At the level that the page shows: a pair and part a row, or a person."""
    if filters.comparison is None:
        return NOTHING_EARLIER
    if answers.level(filters) == "persons":
        people = answers.person_rows(filters, query)
        names = ["person", "user_id", "part", "days_before", "days_now", "before", "now", "amount"]
        return _named(people[names])
    rows = answers.difference(filters, query).within(query.one("part")).contributed
    rows = rows.sort_values("amount", key=lambda amounts: -amounts.abs(), kind="stable")
    words = [part_words(row.part, row.amount) for row in rows.itertuples(index=False)]
    names = ["account", "account_id", "application", "before", "now", "users_before", "users_now"]
    return _named(rows[names].assign(part=words, amount=rows["amount"]))


def _movers(filters: Filters, query: Query) -> pd.DataFrame:
    if filters.comparison is None:
        return NOTHING_EARLIER
    fell, rose, _ = answers.movers(filters, query, answers.difference(filters, query))
    table = pd.concat([fell, rose])
    change = table["now"] - table["before"]
    return _named(table.assign(amount=change, change=change / table["before"].where(table["before"] > 0)))


def _months(filters: Filters, query: Query) -> pd.DataFrame:
    """A row per application, a column per month; the last may not be over."""
    rows, is_partial = answers.months(filters)
    table = rows.rename(columns=lambda name: f"{name:%Y-%m}" if isinstance(name, pd.Timestamp) else name)
    if is_partial:
        table = table.rename(columns={table.columns[-1]: f"{table.columns[-1]} so far"})
    return _named(table)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=lambda name: WORDS.get(name, str(name).replace("_", " ").capitalize()))


EXPORTS: Tables = {"steps": _steps, "whom": _whom, "movers": _movers, "months": _months, "flags": flags.table}
