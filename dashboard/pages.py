"""The table of contents: every page, in the order of its tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from callbacks import accounts as accounts_callbacks
from layouts import accounts


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its word in every room, its tab, its address, and its two halves."""

    word: str
    title: str
    path: str
    layout: Callable[[], Any]
    register: Callable[[Dash], None]


PAGES = (Page("accounts", "Accounts by app", "/", accounts.layout, accounts_callbacks.register),)
