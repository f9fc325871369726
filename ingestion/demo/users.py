"""Who has a login, and how did they get there? Invited, registered, activated, transacted: most get stuck somewhere."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.demo.activity import INTEGRATION
from ingestion.demo.agencies import Agencies
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.names import person_names, slug
from ingestion.demo.people import People
from ingestion.demo.window import NEVER, Window, as_dates

USER_ROLES = ("Clerk", "Inspector", "Field technician", "Supervisor", "Planner", "Administrator", "Read only")
SHARES_OF_ROLES = (0.28, 0.2, 0.18, 0.12, 0.1, 0.07, 0.05)
INVITED_IN_VAIN = 0.95  # invitations that came to nothing, per person at work
REGISTERS_ANYWAY = 0.4  # of those
TRANSACTS = 0.36  # of those who activated
DAY = 86400.0  # seconds
TO_LOCAL = 7 * 3600.0  # near enough to the reporting zone to tell the day
NO_TIME = np.inf


@dataclass(frozen=True, slots=True)
class Steps:
    """One element per invited person: those at work first, then those who never came. Seconds since 1970, or inf."""

    account: Ints
    number: Ints  # within the account, from 1
    invited: Floats
    registered: Floats
    activated: Floats
    transacted: Floats
    left: Ints  # day

    @property
    def ids(self) -> list[str]:
        return [f"u{account + 1:05d}-{number:02d}" for account, number in zip(self.account, self.number, strict=True)]


def draw_steps(seed: int, people: People, contracts: Contracts, window: Window, first_event: Ints) -> Steps:
    """`first_event` is that of each person in the log, in microseconds."""
    rng = dice(seed, Topic.USERS)
    customer_since = np.full(int(people.account.max()) + 1, NEVER)
    np.minimum.at(customer_since, contracts.account, contracts.started)
    came = _at_work(rng, people, customer_since, window, first_event / 1e6)
    never_came = _in_vain(rng, people, customer_since, window)
    return Steps(*(np.concatenate(pair) for pair in zip(came, never_came, strict=True)))


Part = tuple[Ints, Ints, Floats, Floats, Floats, Floats, Ints]


def _at_work(
    rng: np.random.Generator, people: People, customer_since: Ints, window: Window, first_event: Floats
) -> Part:
    """Registered before the first event; those who are older than the log were active before it began."""
    count = len(people.account)
    since = customer_since[people.account]
    before = since + rng.random(count) ** 2 * np.maximum(window.first - since, 0)
    day = np.where(people.joined > 0, np.maximum(people.joined, since), before)
    registered = np.minimum(np.floor(day) * DAY + rng.uniform(14, 22, count) * 3600, first_event - 300)
    end = (window.last + 1) * DAY
    registered = np.minimum(registered, end - 3600)
    is_older = registered < window.first * DAY
    activated = np.where(is_older, _later(rng, registered, 3), first_event)
    activated = np.where(activated > first_event, first_event, activated)
    activated = np.where(activated < end, activated, NO_TIME)
    transacts = (rng.random(count) < TRANSACTS) & np.isfinite(activated)
    transacted = np.where(transacts, _later(rng, np.where(transacts, activated, 0), 12), NO_TIME)
    invited = _earlier(rng, registered, 4)
    gone = transacted > np.minimum(people.left * DAY, end)
    return (people.account, people.number, invited, registered, activated,
            np.where(gone, NO_TIME, transacted), people.left)  # fmt: skip


def _in_vain(rng: np.random.Generator, people: People, customer_since: Ints, window: Window) -> Part:
    accounts = len(customer_since)
    at_work = np.bincount(people.account, minlength=accounts)
    extra = rng.poisson(INVITED_IN_VAIN * at_work)
    account = np.repeat(np.arange(accounts), extra)
    place = np.arange(len(account)) - np.repeat(np.cumsum(extra) - extra, extra)
    first = np.minimum(np.maximum(customer_since, window.first - 200), window.last)[account]
    invited = _earlier(rng, (first + rng.random(len(account)) * (window.last - first)) * DAY, 0)
    registers = rng.random(len(account)) < REGISTERS_ANYWAY
    registered = np.where(registers, _later(rng, invited, 5), NO_TIME)
    registered = np.where(registered < (window.last + 1) * DAY, registered, NO_TIME)
    never = np.full(len(account), NO_TIME)
    left = np.full(len(account), NEVER)
    return account, at_work[account] + place + 1, invited, registered, never, never, left


def _later(rng: np.random.Generator, seconds: Floats, days: float) -> Floats:
    """In the working hours of a weekday, one day and on average some more after."""
    day = np.floor(seconds / DAY + 1 + rng.exponential(days, len(seconds)))
    weekday = (day + 3) % 7
    later: Floats = (day + np.where(weekday > 4, 7 - weekday, 0)) * DAY + rng.uniform(15, 22, len(day)) * 3600
    return later


def _earlier(rng: np.random.Generator, seconds: Floats, days: float) -> Floats:
    """In the working hours of a weekday, one day and on average some more before."""
    day = np.floor(seconds / DAY - 1 - rng.exponential(days, len(seconds)))
    weekday = (day + 3) % 7
    earlier: Floats = (day - np.where(weekday > 4, weekday - 4, 0)) * DAY + rng.uniform(15, 22, len(day)) * 3600
    return earlier


def users_table(seed: int, agencies: Agencies, steps: Steps) -> pd.DataFrame:
    """One row per invited person, with the day of each step that was reached, and one for the machine."""
    rng = dice(seed, Topic.USERS, 1)
    names = person_names(rng, len(steps.account))
    roles = rng.choice(len(USER_ROLES), len(steps.account), p=SHARES_OF_ROLES)
    hosts = [slug(name, "-") for name in agencies.names]
    people = pd.DataFrame(
        {
            "user_id": steps.ids,
            "account_id": np.array(agencies.ids, dtype=object)[steps.account],
            "name": names,
            "email": [
                f"{slug(name, '.')}@{hosts[account]}.example"
                for name, account in zip(names, steps.account, strict=True)
            ],
            "role": [USER_ROLES[role] for role in roles],
            "invited_on": _days(steps.invited),
            "registered_on": _days(steps.registered),
            "activated_on": _days(steps.activated),
            "transacted_on": _days(steps.transacted),
            "is_automated": np.zeros(len(names), dtype=np.bool_),
        }
    )
    machine = {"user_id": INTEGRATION, "name": "Integration", "role": "Service account", "is_automated": True}
    return pd.concat([people.sort_values("user_id", kind="stable"), pd.DataFrame([machine])], ignore_index=True)


def _days(seconds: Floats) -> "np.ndarray[tuple[int], np.dtype[np.datetime64]]":
    """In the reporting zone, near enough; missing where infinite."""
    is_known: Bools = np.isfinite(seconds)
    days = (np.where(is_known, seconds, 0) - TO_LOCAL) // DAY
    return as_dates(np.where(is_known, days, NEVER).astype(np.int64))


def as_times(seconds: Floats) -> pd.Series:
    """UTC, to the second; missing where infinite."""
    is_known: Bools = np.isfinite(seconds)
    times = np.where(is_known, seconds, 0).astype(np.int64).astype("datetime64[s]").astype("datetime64[us]")
    return pd.Series(times).dt.tz_localize("UTC").where(is_known)
