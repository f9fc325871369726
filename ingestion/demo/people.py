"""Who works there, and with what? People who join and leave, each with a few of the agency's applications."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo.agencies import Agencies
from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Floats, Ints, Topic, choose_weighted, dice
from ingestion.demo.window import NEVER, Window

LEAVING_PER_YEAR = 0.1
APPLICATIONS_EACH = (0.42, 0.33, 0.17, 0.08)  # chance of 1, 2, 3, 4
ATTENTION = np.array([1.0, 0.7, 0.5, 0.4])  # how much a person uses the first, second … of them
SESSIONS_PER_WEEK = 0.95  # of a median person with the first application
SPREAD_OF_SESSIONS = 0.8  # standard deviation of its logarithm


@dataclass(frozen=True, slots=True)
class People:
    """One element per person, those of an account together; the first of each stays throughout."""

    account: Ints
    number: Ints  # within the account, from 1
    joined: Ints
    left: Ints
    early: Floats  # hours before the common working day

    @property
    def ids(self) -> list[str]:
        return [f"u{account + 1:05d}-{number:02d}" for account, number in zip(self.account, self.number, strict=True)]


@dataclass(frozen=True, slots=True)
class Tasks:
    """One element per person and application that the person works with."""

    person: Ints
    contract: Ints
    sessions: Floats  # in a common week


def draw_people(seed: int, agencies: Agencies, window: Window) -> People:
    rng = dice(seed, Topic.PEOPLE)
    years = (window.last - window.first) / 365
    staff = np.maximum(1, (agencies.size * rng.uniform(0.75, 1.0, len(agencies))).round()).astype(np.int64)
    leavers = np.minimum(rng.poisson(staff * LEAVING_PER_YEAR * years), staff - 1)
    account = np.repeat(np.arange(len(agencies)), staff + leavers)
    number = np.arange(len(account)) - np.repeat(np.cumsum(staff + leavers) - staff - leavers, staff + leavers) + 1
    leaves = (number > 1) & (number <= leavers[account] + 1)
    succeeds = number > staff[account]
    change = rng.integers(window.first, window.last + 1, len(account))
    return People(
        account=account,
        number=number,
        joined=np.where(succeeds & ~leaves, change, 0),
        left=np.where(leaves, change, NEVER),
        early=rng.normal(0, 0.6, len(account)),
    )


def draw_tasks(seed: int, people: People, contracts: Contracts) -> Tasks:
    """Each person has one to four of the account's applications, each used application at least one person."""
    rng = dice(seed, Topic.PEOPLE, 1)
    person, contract, rank = _chosen(rng, people, contracts)
    person, contract, rank = _with_orphans(people, contracts, person, contract, rank)
    habit = SESSIONS_PER_WEEK * rng.lognormal(0, SPREAD_OF_SESSIONS, len(people.account))
    busy = np.array([application.sessions for application in APPLICATIONS])[contracts.application]
    own = rng.lognormal(0, 0.4, len(person))
    return Tasks(person, contract, habit[person] * busy[contract] * own * ATTENTION[rank])


def _chosen(rng: np.random.Generator, people: People, contracts: Contracts) -> tuple[Ints, Ints, Ints]:
    """Person, contract and its rank among the person's; popular applications are chosen more often."""
    offered = _offered(contracts, people.account.max() + 1)[people.account]
    popularity = np.array([application.popularity for application in APPLICATIONS]) ** 0.5
    order = choose_weighted(rng, np.where(offered >= 0, popularity, 1e-12))
    count = rng.choice([1, 2, 3, 4], len(people.account), p=APPLICATIONS_EACH)
    person, rank = np.nonzero(np.arange(4) < count[:, None])
    contract = offered[person, order[person, rank]]
    return person[contract >= 0], contract[contract >= 0], rank[contract >= 0]


def _offered(contracts: Contracts, accounts: int) -> Ints:
    """Number of the contract, -1 where there is none that is ever used: accounts × applications."""
    offered = np.full((accounts, len(APPLICATIONS)), -1)
    used = np.flatnonzero(contracts.is_used)
    offered[contracts.account[used], contracts.application[used]] = used
    return offered


def _with_orphans(
    people: People, contracts: Contracts, person: Ints, contract: Ints, rank: Ints
) -> tuple[Ints, Ints, Ints]:
    """Gives applications that nobody chose to the account's first person, as second ones."""
    is_taken = np.bincount(contract, minlength=len(contracts)) > 0
    orphans = np.flatnonzero(contracts.is_used & ~is_taken)
    first_person = np.flatnonzero(people.number == 1)[contracts.account[orphans]]
    return (
        np.concatenate([person, first_person]),
        np.concatenate([contract, orphans]),
        np.concatenate([rank, np.ones_like(orphans)]),
    )


def seats_of(rng: np.random.Generator, contracts: Contracts, agencies: Agencies, tasks: Tasks) -> Ints:
    """Seats bought: those who use it and some to spare, never more than the agency has people."""
    users = np.bincount(tasks.contract, minlength=len(contracts))
    seats = np.ceil(np.maximum(users, 1) * rng.uniform(0.85, 1.4, len(contracts))).astype(np.int64)
    return np.minimum(seats, agencies.size[contracts.account])
