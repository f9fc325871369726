"""Everything about the invented customers, before a single click."""

from dataclasses import dataclass

import pandas as pd

from ingestion.demo.agencies import Agencies, accounts_table, contacts_table, draw_agencies
from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts, annual_values, draw_contracts, subscriptions_table
from ingestion.demo.dice import Ints, Topic, dice
from ingestion.demo.features import Breadth, draw_breadth, features_table
from ingestion.demo.habits import Habits, draw_habits
from ingestion.demo.people import People, Tasks, draw_people, draw_tasks, seats_of
from ingestion.demo.planting import Planter, has_room, with_champions_leaving, with_newcomers
from ingestion.demo.stories import Stories
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
    breadth: Breadth
    stories: Stories


def draw_world(seed: int, accounts: int, window: Window) -> World:
    """A small world just goes on; where there is room, things happen in it."""
    agencies = draw_agencies(seed, accounts)
    contracts = draw_contracts(seed, agencies, window)
    people = draw_people(seed, agencies, window)
    tells, told = has_room(accounts, window), []
    if tells:
        contracts, record = with_newcomers(seed, agencies, contracts, window)
        told.append(record)
    tasks = draw_tasks(seed, people, contracts)
    if tells:
        people, tasks, record = with_champions_leaving(seed, people, tasks, contracts, window)
        told.append(record)
    habits = draw_habits(seed, agencies, contracts, window)
    planter = Planter(seed, agencies, contracts, tasks, habits, window, told)
    stories = planter.plant() if tells else planter.plant_nothing()
    breadth = draw_breadth(seed, contracts)
    return World(seed, window, agencies, contracts, people, tasks, habits, breadth, stories)


def master_data(world: World) -> dict[str, pd.DataFrame]:
    """The tables beside the log, by name. An account is worth what it has not cancelled by the last day."""
    agencies, contracts = world.agencies, world.contracts
    rng = dice(world.seed, Topic.CONTRACTS, 1)
    seats = seats_of(rng, contracts, agencies, world.tasks)
    values = annual_values(rng, contracts, agencies, seats)
    return {
        "accounts": accounts_table(
            agencies, agencies.size, _value_of_accounts(world, values), world.stories.former_names
        ),
        "applications": applications_table(),
        "features": features_table(),
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
