"""What stands in the address: the filters as text, so that a link shows a colleague the same picture."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from dash import get_relative_path

# Defaults are left out of the address, so that one picture has one address.
DEFAULTS = {
    "period": "13w", "vs": "before", "view": "top", "n": "10", "by": "week", "calls": "20", "care": "all",
    "of": "pairs", "ahead": "8", "flags": "open", "flagged": "20",
    "order": "worst", "listed": "20", "component": "usage_frequency", "against": "feature_adoption",
    "mau": "28", "step": "activated", "who": "people",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """The part of an address after the question mark; equal when it means the same."""

    pairs: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def parse(cls, search: str) -> "Query":
        """Raises ValueError where there are more than 60 fields."""
        pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=False, max_num_fields=60)
        return cls(tuple(sorted({pair for pair in pairs if DEFAULTS.get(pair[0]) != pair[1]})))

    def all(self, key: str) -> tuple[str, ...]:
        return tuple(value for name, value in self.pairs if name == key)

    def one(self, key: str) -> str | None:
        values = self.all(key)
        return values[0] if values else DEFAULTS.get(key)

    def only(self, key: str, value: str | None) -> "Query":
        """With `value` as the one value of `key`; without `key` for None."""
        rest = tuple(pair for pair in self.pairs if pair[0] != key)
        if value is None or DEFAULTS.get(key) == value:
            return Query(rest)
        return Query(tuple(sorted((*rest, (key, value)))))

    def among(self, key: str, values: Iterable[str]) -> "Query":
        """With those of `values` for `key` that were asked for, all of them where none was."""
        rest = tuple(pair for pair in self.pairs if pair[0] != key)
        chosen = [value for value in values if value in (self.all(key) or (value,))]
        return Query(tuple(sorted((*rest, *((key, value) for value in chosen)))))

    def toggled(self, key: str, value: str) -> "Query":
        """With `value` among those of `key`, or without it where it already is."""
        pair = (key, value)
        if pair in self.pairs:
            return Query(tuple(known for known in self.pairs if known != pair))
        return Query(tuple(sorted((*self.pairs, pair))))

    @property
    def search(self) -> str:
        return f"?{urlencode(self.pairs)}" if self.pairs else "?"


def page(path: str, query: Query) -> str:
    """The address of another page of ours with the same filters. `path` begins with a slash."""
    return f"{get_relative_path(path)}{query.search}"


def account(account_id: str, query: Query) -> str:
    """The page about one account; a way back to the same view is the browser's own."""
    return page(f"/account/{quote(account_id, safe='')}", query)


def rows(kind: str, query: Query) -> str:
    """The rows behind a number; they add up to it. `kind`: what a row is, see callbacks/rows.py."""
    return page("/rows", query.only("rows", kind))
