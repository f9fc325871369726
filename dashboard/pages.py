"""The table of contents: every page, in the order of its tab."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash

from callbacks import account as account_callbacks
from callbacks import accounts as accounts_callbacks
from callbacks import activity as activity_callbacks
from callbacks import changes as changes_callbacks
from callbacks import data as data_callbacks
from callbacks import engagement as engagement_callbacks
from callbacks import health as health_callbacks
from callbacks import inactive as inactive_callbacks
from callbacks import rows as rows_callbacks
from callbacks import usage as usage_callbacks
from layouts import account, accounts, activity, changes, data, engagement, health, inactive, rows, usage


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
    Page("usage", "Usage over time", "/usage", usage.layout, usage_callbacks.register),
    Page("changes", "Changes", "/changes", changes.layout, changes_callbacks.register),
    Page("inactive", "Inactive & low", "/inactive", inactive.layout, inactive_callbacks.register),
    Page("activity", "Activity", "/activity", activity.layout, activity_callbacks.register),
    Page("health", "Health", "/health", health.layout, health_callbacks.register),
    Page("engagement", "Engagement", "/engagement", engagement.layout, engagement_callbacks.register),
    # Reached through the names of accounts on every other page.
    Page("account", "Account", "/account/<id>", account.layout, account_callbacks.register, has_tab=False),
    # Reached through the numbers of every other page.
    Page("rows", "Rows", "/rows", rows.layout, rows_callbacks.register, has_tab=False),
    # Reached through the as-of badge, not through a tab.
    Page("data", "Data", "/data", data.layout, data_callbacks.register, has_tab=False),
)
