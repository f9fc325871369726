"""The table of contents: every page, in the order of its tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from callbacks import accounts as accounts_callbacks
from callbacks import data as data_callbacks
from layouts import accounts, data


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its word in every room, its tab, its address, and its two halves."""

    word: str
    title: str
    path: str
    layout: Callable[[], Any]
    register: Callable[[Dash], None]
    has_tab: bool = True


PAGES = (
    Page("accounts", "Accounts by app", "/", accounts.layout, accounts_callbacks.register),
    # Reached through the as-of badge, not through a tab.
    Page("data", "Data", "/data", data.layout, data_callbacks.register, has_tab=False),
)
