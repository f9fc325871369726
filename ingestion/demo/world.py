"""Everything about the invented customers, before a single click."""

from dataclasses import dataclass

import pandas as pd

from ingestion.demo.agencies import Agencies, accounts_table, contacts_table, draw_agencies
from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts, annual_values, draw_contracts, subscriptions_table
from ingestion.demo.dice import Ints, Topic, dice
from ingestion.demo.habits import Habits, draw_habits
from ingestion.demo.people import People, Tasks, draw_people, draw_tasks, seats_of
from ingestion.demo.window import Window


@dataclass(frozen=True, slots=True)
class World:
    seed: int
    window: Window
    agencies: Agencies
    contracts: Contracts
    people: People
    tasks: Tasks
    habits: Habits


def draw_world(seed: int, accounts: int, window: Window) -> World:
    agencies = draw_agencies(seed, accounts)
    contracts = draw_contracts(seed, agencies, window)
    people = draw_people(seed, agencies, window)
    tasks = draw_tasks(seed, people, contracts)
    return World(seed, window, agencies, contracts, people, tasks, draw_habits(seed, agencies, contracts, window))


def master_data(world: World) -> dict[str, pd.DataFrame]:
    """The tables beside the log, by name. An account is worth what it has not cancelled by the last day."""
    agencies, contracts = world.agencies, world.contracts
    rng = dice(world.seed, Topic.CONTRACTS, 1)
    seats = seats_of(rng, contracts, agencies, world.tasks)
    values = annual_values(rng, contracts, agencies, seats)
    return {
        "accounts": accounts_table(agencies, agencies.size, _value_of_accounts(world, values)),
        "applications": applications_table(),
        "subscriptions": subscriptions_table(agencies, contracts, seats, values),
        "contacts": contacts_table(world.seed, agencies),
    }


def _value_of_accounts(world: World, values: Ints) -> Ints:
    contracts = world.contracts
    current = values * (contracts.cancelled > world.window.last)
    summed: Ints = pd.Series(current).groupby(contracts.account).sum().to_numpy()
    return summed


def applications_table() -> pd.DataFrame:
    """One row per application."""
    return pd.DataFrame(
        {
            "application_id": [application.application_id for application in APPLICATIONS],
            "name": [application.name for application in APPLICATIONS],
        }
    )
