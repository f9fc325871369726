"""Who asked for help, and who looked after them? Tickets of the accounts, and what their managers did."""

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import APPLICATIONS, ZONES
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.users import DAY, NO_TIME, as_times
from ingestion.demo.window import NEVER, utc_offsets
from ingestion.demo.world import World

PRIORITIES = ("Low", "Normal", "High", "Urgent")
SHARES_OF_PRIORITIES = (0.22, 0.55, 0.17, 0.06)
HOURS_TO_RESPONSE = np.array([11.0, 6.0, 2.5, 0.7])  # medians
DAYS_TO_RESOLUTION = np.array([5.5, 3.0, 1.6, 0.6])
TICKETS_A_WEEK = 0.02  # per pair
DURING_AN_OUTAGE = 0.3  # chance that an account in use asks what is wrong

KINDS = ("Call", "E-mail", "Visit", "Training", "Quarterly review")
SHARES_OF_KINDS = (0.46, 0.38, 0.06, 0.10)  # the reviews have a calendar of their own
TOUCHES_A_WEEK = np.array([0.08, 0.15, 0.24])  # by plan
ATTENDED = np.array([0.86, np.nan, 0.97, 0.78, 0.88])


def tickets_table(world: World) -> pd.DataFrame:
    """One row per ticket, in the order of time."""
    rng = dice(world.seed, Topic.SUPPORT)
    contract, day, is_outage = _asked(rng, world)
    count = len(contract)
    account = world.contracts.account[contract]
    priority = np.where(is_outage, 3, rng.choice(len(PRIORITIES), count, p=SHARES_OF_PRIORITIES))
    opened = _working_time(rng, world, account, day)
    patience = rng.lognormal(0, 0.5, len(world.agencies))[account]  # some are served worse than others
    response = opened + HOURS_TO_RESPONSE[priority] * 3600 * rng.lognormal(0, 0.9, count) * patience
    resolution = response + DAYS_TO_RESOLUTION[priority] * DAY * rng.lognormal(0, 0.8, count) * patience
    resolution = np.where(rng.random(count) < 0.015, NO_TIME, resolution)  # forgotten
    now = (world.window.last + 1) * DAY
    response, resolution = (np.where(time < now, time, NO_TIME) for time in (response, resolution))
    responses = np.where(np.isfinite(response), 1 + rng.poisson(1.4 + 0.5 * priority), 0)
    order = np.argsort(opened, kind="stable")
    return pd.DataFrame(
        {
            "ticket_id": [f"T{number:06d}" for number in range(1, count + 1)],
            "account_id": np.array(world.agencies.ids, dtype=object)[account[order]],
            "application_id": _application_ids()[world.contracts.application[contract[order]]],
            "opened_at": as_times(opened[order]),
            "first_response_at": as_times(response[order]),
            "resolved_at": as_times(resolution[order]),
            "responses": responses[order],
            "priority": np.array(PRIORITIES, dtype=object)[priority[order]],
            "satisfaction": pd.array(_satisfaction(rng, (resolution - opened)[order]), dtype="Int64"),
        }
    )


def _application_ids() -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([application.application_id for application in APPLICATIONS], dtype=object)


def _asked(rng: np.random.Generator, world: World) -> tuple[Ints, Ints, Bools]:
    """Contract and day of each ticket; newcomers ask more, and everybody during an outage."""
    contracts, window = world.contracts, world.window
    first = np.maximum(contracts.started, window.first)
    end = np.minimum(contracts.cancelled, window.last + 1)
    weeks = np.maximum(end - first, 0) / 7
    trait = rng.gamma(1.2, 1 / 1.2, len(world.agencies))[contracts.account]
    weight = np.bincount(world.tasks.contract, weights=world.tasks.sessions, minlength=len(contracts)) ** 0.4
    steady = rng.poisson(TICKETS_A_WEEK * weeks * trait * weight * contracts.is_used)
    early = rng.poisson(1.2 * (contracts.started >= window.first) * (weeks > 0))
    contract = np.repeat(np.arange(len(contracts)), steady)
    day = first[contract] + (rng.random(len(contract)) * (end - first)[contract]).astype(np.int64)
    newcomer = np.repeat(np.arange(len(contracts)), early)
    soon = first[newcomer] + (rng.random(len(newcomer)) * np.minimum(60, end - first)[newcomer]).astype(np.int64)
    during, outage_day = _during_outages(rng, world)
    late = np.zeros(len(contract) + len(newcomer), dtype=np.bool_)
    return (
        np.concatenate([contract, newcomer, during]),
        np.concatenate([day, soon, outage_day]),
        np.concatenate([late, np.ones(len(during), dtype=np.bool_)]),
    )


def _during_outages(rng: np.random.Generator, world: World) -> tuple[Ints, Ints]:
    contracts = world.contracts
    some, days = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for outage in world.stories.outages:
        entitled = (contracts.application == outage.application) & (contracts.started < outage.first)
        entitled &= (outage.end < contracts.cancelled) & contracts.is_used
        asks = np.flatnonzero(entitled & (rng.random(len(contracts)) < DURING_AN_OUTAGE))
        some.append(asks)
        days.append(rng.integers(outage.first, outage.end, len(asks)))
    return np.concatenate(some), np.concatenate(days)


def _working_time(rng: np.random.Generator, world: World, account: Ints, day: Ints) -> Floats:
    """Seconds in UTC of a moment in working hours; weekends wait for Monday, or come on Friday in the last week."""
    weekday = (day + 3) % 7
    day = day + np.where(weekday > 4, 7 - weekday, 0)
    day = np.where(day > world.window.last, day - 3, day)
    days = np.arange(world.window.first - 7, world.window.last + 1)
    offsets = utc_offsets(ZONES, days)[world.agencies.zone[account], np.maximum(day - days[0], 0)]
    seconds: Floats = day * DAY + np.clip(rng.normal(12.5, 2.3, len(day)), 7.5, 17.5) * 3600 - offsets
    return seconds


def _satisfaction(rng: np.random.Generator, waited: Floats) -> list[int | None]:
    """1 to 5 from those who answer, the less the longer it took; None from the others and while it is open."""
    days = np.where(np.isfinite(waited), waited, 0) / DAY
    marks = np.clip(np.round(4.9 - 0.13 * days + rng.normal(0, 0.7, len(waited))), 1, 5).astype(int)
    answers = (rng.random(len(waited)) < 0.42) & np.isfinite(waited)
    return [int(mark) if answer else None for mark, answer in zip(marks, answers, strict=True)]


def touchpoints_table(world: World) -> pd.DataFrame:
    """One row per contact of a manager with an account, in the order of time."""
    rng = dice(world.seed, Topic.SUPPORT, 1)
    first, end = served(world)
    account, day, kind = _touches(rng, world, first, end)
    at = _working_time(rng, world, account, day)
    attended = rng.random(len(account)) < ATTENDED[kind]
    order = np.argsort(at, kind="stable")
    managers = np.array(world.agencies.managers, dtype=object)[world.agencies.manager]
    is_email = np.isnan(ATTENDED[kind])
    values = [None if unknown else bool(one) for one, unknown in zip(attended[order], is_email[order], strict=True)]
    return pd.DataFrame(
        {
            "account_id": np.array(world.agencies.ids, dtype=object)[account[order]],
            "at": as_times(at[order]),
            "kind": np.array(KINDS, dtype=object)[kind[order]],
            "by": managers[account[order]],
            "attended": pd.array(values, dtype="boolean"),
        }
    )


def served(world: World) -> tuple[Ints, Ints]:
    """First day of each account as a customer within the window, and the day after its last."""
    contracts, window = world.contracts, world.window
    first, end = np.full(len(world.agencies), NEVER), np.zeros(len(world.agencies), dtype=np.int64)
    np.minimum.at(first, contracts.account, contracts.started)
    np.maximum.at(end, contracts.account, contracts.cancelled)
    return np.clip(first, window.first, window.last), np.minimum(end, window.last + 1)


def _touches(rng: np.random.Generator, world: World, first: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Account, day and kind: as it comes, a review each quarter above the smallest plan, lessons for newcomers."""
    accounts, plan = np.arange(len(world.agencies)), world.agencies.plan
    care = rng.gamma(2, 0.5, len(accounts))  # some are called often, some hardly ever
    often = np.repeat(accounts, rng.poisson(TOUCHES_A_WEEK[plan] * care * np.maximum(end - first, 0) / 7))
    any_day = first[often] + (rng.random(len(often)) * (end - first)[often]).astype(np.int64)
    kind = rng.choice(len(SHARES_OF_KINDS), len(often), p=SHARES_OF_KINDS)
    quarters = np.where(plan > 0, np.maximum(end - first, 0) // 91, 0)
    reviewed = np.repeat(accounts, quarters)
    number = np.arange(len(reviewed)) - np.repeat(np.cumsum(quarters) - quarters, quarters)
    review_day = first[reviewed] + number * 91 + rng.integers(0, 91, len(reviewed))
    taught = np.repeat(accounts, rng.poisson(3.0, len(accounts)) * (first > world.window.first) * (first < end))
    lesson = first[taught] + (rng.random(len(taught)) * np.minimum(42, end - first)[taught]).astype(np.int64)
    review, training = KINDS.index("Quarterly review"), KINDS.index("Training")
    return (
        np.concatenate([often, reviewed, taught]),
        np.concatenate([any_day, review_day, lesson]),
        np.concatenate([kind, np.full(len(reviewed), review), np.full(len(taught), training)]),
    )
