"""Changes, as tables to download: the same rows as on the page, all of them, with their sum."""

from collections.abc import Collection, Iterable

import pandas as pd

from callbacks import changes_parts as answers
from callbacks import flags
from callbacks.tables import Tables
from data_access.filters import Filters, Measure
from layouts.changes import PARTS, part_words
from layouts.links import Query

WORDS = {
    "before": "Before", "now": "Now", "amount": "Contribution", "users_before": "People before",
    "users_now": "People now", "days_before": "Days of use before", "days_now": "Days of use now",
}  # fmt: skip
# More people and fewer stand in one column, signed.
PART_WORDS = {part: more if more == fewer else f"{more} or {fewer.lower()}" for part, (more, fewer) in PARTS.items()}
NOTHING_EARLIER = pd.DataFrame({"Remark": ["There is nothing to compare this period with."]})


def _steps(filters: Filters, query: Query) -> pd.DataFrame:
    """The steps between before and now, which add up."""
    if filters.comparison is None:
        return NOTHING_EARLIER
    found = answers.difference(filters, query)
    parts = answers.parts_of(found.contributed)
    words = [part_words(row.part, row.amount) for row in parts.itertuples(index=False)]
    counted = "People" if filters.measure is Measure.USERS else "Pairs"
    return pd.DataFrame({
        "Part": ["Before", *words, "Now"],
        counted: pd.array([None, *parts["rows"], None], dtype="Int64"),
        "Amount": [found.before, *parts["amount"], found.now],
    })  # fmt: skip


def _whom(filters: Filters, query: Query) -> pd.DataFrame:
    """At the level that the page shows: an account a row, an application, or a person."""
    if filters.comparison is None:
        return NOTHING_EARLIER
    if answers.level(filters) == "persons":
        people = answers.person_rows(filters, query)
        names = ["person", "user_id", "part", "days_before", "days_now", "before", "now", "amount"]
        return _named(people[names])
    found = answers.difference(filters, query).within(query.one("part"))
    if answers.level(filters) == "applications":
        rows, names = answers.application_rows(found), ["application", "users_before", "users_now"]
    else:
        rows, names = answers.account_rows(filters, query, found), ["account", "account_id", "applications"]
        rows["applications"] = [", ".join(own.values()) for own in rows["applications"]]
    parts = {PART_WORDS[part]: [own.get(part, 0.0) for own in rows["parts"]] for part in _parts(rows["parts"])}
    return _named(rows[[*names, "before", "now", "amount"]]).assign(**parts)


def _parts(of_rows: Iterable[Collection[str]]) -> list[str]:
    """Those that there are, in the order of the page."""
    present = {part for parts in of_rows for part in parts}
    return [part for part in PARTS if part in present]


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
