"""Which column of somebody's own table is what, and what do its rows score?

A table is as it was read: a row per line of the file, its number as the file counts it in the index, cells of text,
numbers or nothing. What cannot be scored is refused in words that say what to correct, and where.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics.health import COMPONENTS, LEAST_KNOWN, Recipe, scaled_by, scores

Matching = Mapping[str, str | None]  # what is needed → column of the table, None: it has none

# What is looked for, with the words by which columns are known; the first words are the best.
TARGETS: dict[str, tuple[str, ...]] = {
    "customer": ("customer id", "customer", "account id", "account", "client", "company", "organisation", "id", "name"),
    "industry": ("industry", "sector", "vertical"),
    "plan": ("plan", "tier", "package", "edition", "subscription"),
    "usage_frequency": ("usage frequency", "frequency", "usage", "days of use", "active days"),
    "logins": ("logins", "log ins", "sign ins", "login count", "login"),
    "ticket_responses": ("ticket responses", "tickets", "ticket", "support", "responses"),
    "feature_adoption": ("feature adoption", "adoption", "features used", "features"),
    "csm_engagement": ("csm engagement", "csm", "engagement", "touchpoints"),
}
TEXTS = ("customer", "industry", "plan")
NOTHING = frozenset({"", "-", "–", "—", "n/a", "na", "#n/a", "nan", "null", "none"})
LARGEST = 1e100  # differences of larger numbers could not be told
LISTED = 5  # rows or customers that a refusal names


class Unscorable(ValueError):
    """A table that cannot be scored; `remedy` says what to do."""

    def __init__(self, error: str, remedy: str) -> None:
        super().__init__(error)
        self.error, self.remedy = error, remedy


def matched(columns: Sequence[str]) -> dict[str, str | None]:
    """The column for each of TARGETS, each used once: by the same words, else by some of them.

    Upper and lower case, signs, and what stands in parentheses, such as units, make no difference.
    """
    found: dict[str, str | None] = dict.fromkeys(TARGETS)
    words = {column: _words(column) for column in columns}
    for is_alike in (_is_same, _holds):
        for rank in range(max(map(len, TARGETS.values()))):
            for target, known in TARGETS.items():
                free = [column for column in columns if column not in found.values()]
                if found[target] is None and rank < len(known):
                    alike = known[rank].split()
                    found[target] = next((column for column in free if is_alike(words[column], alike)), None)
    return found


def _words(column: str) -> list[str]:
    split = re.sub(r"([a-z])([A-Z])", r"\1 \2", re.sub(r"[(\[].*?[)\]]", " ", column))
    return re.findall(r"[^\W_]+", split.lower())


def _is_same(words: list[str], known: list[str]) -> bool:
    return words == known


def _holds(words: list[str], known: list[str]) -> bool:
    return set(known) <= set(words)


def components(table: pd.DataFrame, matching: Matching, *, decimal_comma: bool = False) -> pd.DataFrame:
    """One row per customer. Columns: TARGETS (the components as numbers, missing where empty). Raises Unscorable."""
    _check(table, matching)
    found = pd.DataFrame(index=table.index)
    for target in TARGETS:
        column = matching.get(target)
        if target in TEXTS:
            found[target] = pd.Series(None, table.index, "str") if column is None else _texts(table[column])
        else:
            found[target] = np.nan if column is None else _numbers(table[column], column, decimal_comma)
    _check_customers(found["customer"], str(matching["customer"]))
    return found


def scored(customers: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """One row per row of `customers` (columns TARGETS), in its order.

    Columns: TARGETS, `{component}_points`, score, band, known. Raises Unscorable where too little of the weight is
    known of everybody. With `percentile`, the segment is the plan.
    """
    missing = missing_components(customers)
    weight = {name: weight / sum(recipe.weights) for name, weight in zip(COMPONENTS, recipe.weights, strict=True)}
    known = 1 - sum(weight[name] for name in missing)
    if known < LEAST_KNOWN - 1e-9:
        raise Unscorable(
            f"The table holds {known:.0%} of the weight, and a score needs {LEAST_KNOWN:.0%}.",
            f"Choose a column with numbers for {_in_words(missing)}.",
        )
    found = scores(scaled_by(recipe, customers, customers["plan"]), recipe)
    return customers.join(found.rename(columns={name: f"{name}_points" for name in COMPONENTS}))


def missing_components(customers: pd.DataFrame) -> list[str]:
    """Of which the table knows nothing: the other weights count more instead."""
    return [name for name in COMPONENTS if customers[name].isna().all()]


def _check(table: pd.DataFrame, matching: Matching) -> None:
    if table.empty:
        raise Unscorable("The table has a header, and no rows below it.", "Add a row for each customer.")
    chosen = [column for column in matching.values() if column is not None]
    if not set(chosen) <= set(table.columns):
        raise Unscorable("A column is chosen that the file does not have.", "Choose the columns again.")
    if twice := [column for column in dict.fromkeys(chosen) if chosen.count(column) > 1]:
        raise Unscorable(f"The column '{twice[0]}' is chosen twice.", "Choose another column for one of them.")
    if matching.get("customer") is None:
        listed = _listed([f"'{column}'" for column in table.columns])
        raise Unscorable(
            "No column says which customer a row is about.",
            f"Choose one of {listed}. The first row that is not empty has to hold the names of the columns.",
        )
    if all(matching.get(name) is None for name in COMPONENTS):
        raise Unscorable(
            "None of the five components of the score is found among the columns.",
            f"Choose the columns for {_in_words(COMPONENTS)}.",
        )


def _check_customers(customers: pd.Series, column: str) -> None:
    if (is_empty := customers.isna()).any():
        rows = _listed(customers.index[is_empty])
        raise Unscorable(f"'{column}' is empty in {_rows_word(is_empty.sum())} {rows}.", "Name the customer there.")
    if (is_twice := customers.duplicated()).any():
        first = customers[is_twice].iloc[0]
        rows, more = customers.index[customers == first], customers[is_twice].nunique() - 1
        others = f", and {more:,} more {'customer' if more == 1 else 'customers'} in several rows too" if more else ""
        raise Unscorable(f"'{first}' stands in rows {_listed(rows)}{others}.", "Leave one row for each customer.")


def _texts(cells: pd.Series) -> pd.Series:
    return pd.Series([_text(cell) for cell in cells], cells.index, "str")


def _text(cell: object) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = "" if cell is None or cell != cell else str(cell).strip()
    return None if text.lower() in NOTHING else text


def _numbers(cells: pd.Series, column: str, decimal_comma: bool) -> pd.Series:
    found = [_number(cell, decimal_comma) for cell in cells]
    wrong = [place for place, number in enumerate(found) if number is None]
    if wrong:
        rows, first = cells.index[wrong], str(cells.iloc[wrong[0]]).strip()[:40]
        raise Unscorable(
            f"'{column}' holds something else than numbers in {_rows_word(len(wrong))} {_listed(rows)}: '{first}'.",
            "Correct it, leave it empty, or choose another column.",
        )
    return pd.Series(found, cells.index, "float64")


def _number(cell: object, decimal_comma: bool) -> float | None:
    """Missing (not a number) where empty; None where it is no number."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if not abs(cell) > LARGEST else None
    text = "" if cell is None else str(cell).strip().removesuffix("%").rstrip()
    if text.lower() in NOTHING:
        return float("nan")
    if decimal_comma and re.fullmatch(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?", text):
        text = text.replace(".", "")
    if not decimal_comma and re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    return float(text) if re.fullmatch(r"[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", text, re.ASCII) else None


def _rows_word(count: int) -> str:
    return "row" if count == 1 else "rows"


def _in_words(names: Sequence[str]) -> str:
    return _listed([name.replace("_", " ").replace("csm", "CSM") for name in names])


def _listed(values: Sequence[object] | pd.Index) -> str:
    """1, 2 and 3; of many the first ones."""
    shown = [str(value) for value in values[:LISTED]]
    if len(values) > LISTED:
        return f"{', '.join(shown)} and {len(values) - LISTED:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
