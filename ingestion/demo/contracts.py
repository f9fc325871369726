"""Who bought what, and when? Subscriptions with their starts, cancellations and renewals."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.demo.agencies import Agencies
from ingestion.demo.catalogue import (
    ACCOUNT_REASONS,
    APPLICATION_REASONS,
    APPLICATIONS,
    PLAN_PRICE,
    REASONS,
    demand,
)
from ingestion.demo.dice import Bools, Ints, Topic, choose_weighted, dice
from ingestion.demo.window import NEVER, Window, as_dates

FEWEST, MOST = 2, 12  # applications of an account
SHORTEST = 90  # days from a start to a cancellation, at least
NO_REASON = -1


@dataclass(frozen=True, slots=True)
class Contracts:
    """One element per pair of account and application; days are numbers, NEVER where there is none."""

    account: Ints
    application: Ints
    started: Ints
    cancelled: Ints
    reason: Ints
    renews: Ints
    is_used: Bools

    def __len__(self) -> int:
        return len(self.account)


def draw_contracts(seed: int, agencies: Agencies, window: Window) -> Contracts:
    rng = dice(seed, Topic.CONTRACTS)
    account, application, rank = _choices(rng, agencies)
    started = _starts(rng, account, rank, window)
    cancelled, reason = _cancellations(rng, account, started, window)
    return Contracts(
        account=account,
        application=application,
        started=started,
        cancelled=cancelled,
        reason=reason,
        renews=np.where(cancelled < NEVER, NEVER, _renewals(rng, started, window.last)),
        is_used=rng.random(len(account)) > 0.022,
    )


def _choices(rng: np.random.Generator, agencies: Agencies) -> tuple[Ints, Ints, Ints]:
    """Account, application and the order in which the account wanted them."""
    wish = 7.1 + 1.3 * np.log(agencies.size / 9) + rng.normal(0, 1.7, len(agencies))
    count = np.clip(wish.round(), FEWEST, MOST).astype(np.int64)
    wanted = choose_weighted(rng, demand()[agencies.industry])
    account, rank = np.nonzero(np.arange(len(APPLICATIONS)) < count[:, None])
    return account, wanted[account, rank], rank


def _starts(rng: np.random.Generator, account: Ints, rank: Ints, window: Window) -> Ints:
    """The first application with the account; the others then or later; a few in the last four weeks."""
    accounts, pairs = account.max() + 1, len(account)
    latest = max(window.first + 1, window.last - 60)
    since = window.first - (7 * 365 * rng.random(accounts) ** 0.8).astype(np.int64)
    since = np.where(rng.random(accounts) < 0.12, rng.integers(window.first, latest, accounts), since)[account]
    later = (rank > 0) & (rng.random(pairs) > 0.5)
    started = since + np.where(later, rng.exponential(650, pairs), 0).astype(np.int64)
    started = np.where(started > window.last, rng.integers(since, window.last), started)
    started = np.where(rng.random(pairs) < 0.5, _first_of_month(started), started)
    is_new = (rank > 0) & (rng.random(pairs) < 0.02)
    return np.where(is_new, window.last - rng.integers(0, 28, pairs), started)


def _first_of_month(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _cancellations(rng: np.random.Generator, account: Ints, started: Ints, window: Window) -> tuple[Ints, Ints]:
    """Day and reason. Some pairs end alone, some accounts with all of theirs."""
    newest_of_account = np.full(account.max() + 1, 0)
    np.maximum.at(newest_of_account, account, started)
    day_of_pair = _day_within(rng, started, window)
    day_of_account = _day_within(rng, newest_of_account, window)[account]
    leaves = (rng.random(len(newest_of_account)) < 0.03)[account] & (day_of_account < NEVER)
    ends = (rng.random(len(account)) < 0.042) & (day_of_pair < NEVER) & ~leaves
    reason = np.full(len(account), NO_REASON)
    reason[ends] = _reasons(rng, APPLICATION_REASONS, len(account))[ends]
    reason[leaves] = _reasons(rng, ACCOUNT_REASONS, len(newest_of_account))[account][leaves]
    return np.where(leaves, day_of_account, np.where(ends, day_of_pair, NEVER)), reason


def _day_within(rng: np.random.Generator, started: Ints, window: Window) -> Ints:
    """A day in the window, long enough after the start; NEVER where there is none."""
    earliest = np.maximum(window.first + 1, started + SHORTEST)
    is_possible = earliest <= window.last
    return np.where(is_possible, rng.integers(np.minimum(earliest, window.last), window.last + 1), NEVER)


def _reasons(rng: np.random.Generator, reasons: tuple[str, ...], count: int) -> Ints:
    """Numbers in REASONS; the first reasons are the most common."""
    pick = (rng.random(count) ** 1.5 * len(reasons)).astype(np.int64)
    return np.array([REASONS.index(reason) for reason in reasons])[pick]


def _renewals(rng: np.random.Generator, started: Ints, last: int) -> Ints:
    """First end of a term after `last`; terms last one or three years. NEVER where a contract runs monthly."""
    term = rng.choice([12, 36], len(started), p=[0.8, 0.2])
    month = started.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    day = np.minimum(started - _first_of_month(started), 27)
    this_month = int(np.int64(last).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))
    ended = (this_month - month) // term * term
    candidate = _day_of_month(month + ended, day)
    renews = np.where((candidate > last) & (ended > 0), candidate, _day_of_month(month + ended + term, day))
    return np.where(rng.random(len(started)) < 0.03, NEVER, renews)


def _day_of_month(month: Ints, day: Ints) -> Ints:
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + day


def annual_values(rng: np.random.Generator, contracts: Contracts, agencies: Agencies, seats: Ints) -> Ints:
    """USD a year: a price per seat that falls with their number, times the plan's, with a negotiated discount."""
    price = np.array([application.price for application in APPLICATIONS])[contracts.application]
    discount = rng.choice([1.0, 0.95, 0.9, 0.8], len(contracts), p=[0.5, 0.25, 0.15, 0.1])
    value = 600 + price * seats**0.85 * PLAN_PRICE[agencies.plan[contracts.account]] * discount
    tens: Ints = (value / 10).round().astype(np.int64)
    return tens * 10


def subscriptions_table(agencies: Agencies, contracts: Contracts, seats: Ints, values: Ints) -> pd.DataFrame:
    """One row per account and application that it has or had."""
    reasons = np.array([*REASONS, None], dtype=object)  # NO_REASON is the last
    return pd.DataFrame(
        {
            "account_id": np.array(agencies.ids)[contracts.account],
            "application_id": np.array([application.application_id for application in APPLICATIONS])[
                contracts.application
            ],
            "started_on": as_dates(contracts.started),
            "cancelled_on": as_dates(contracts.cancelled),
            "cancel_reason": reasons[contracts.reason],
            "renews_on": as_dates(contracts.renews),
            "seats": seats,
            "annual_value": values.astype(float),
        }
    )
