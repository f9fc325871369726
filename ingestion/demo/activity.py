"""What happened in a week? Sessions of people and imports of machines as the raw events of a log."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.demo.catalogue import APPLICATIONS, ZONES
from ingestion.demo.dice import Floats, Ints, Topic, dice
from ingestion.demo.habits import levels
from ingestion.demo.window import day_number, utc_offsets, workload
from ingestion.demo.world import World

EVENTS = ("LOGIN", "LOGOUT", "CLICK", "RECORD_CREATED")
LOGIN, LOGOUT, CLICK, RECORD_CREATED = range(4)
CHANNELS = ("web", "api")
WEB, API = range(2)
INTEGRATION = "integration"  # the user of imports

DAY_BEGINS, DAY_ENDS = 5.5, 20.5  # first and last hour of a session's start, local time
LONGEST_SESSION = 1.5 * 3600
LOGS_OUT = 0.85
ON_LEAVE = 0.07  # share of people away for the week


@dataclass(frozen=True, slots=True)
class Events:
    """One element per event; `user` is the number of the person, or that of all people for a machine."""

    microseconds: Ints  # UTC, since 1970
    contract: Ints
    user: Ints
    event: Ints
    channel: Ints


def events_of_week(world: World, users: pa.Array, monday: date) -> pa.Table:
    """The log of a week in the order of time; `users` are the ids of all people and of the integration."""
    number = (day_number(monday) + 3) // 7
    rng = dice(world.seed, Topic.WEEK, number)
    days = world.window.days_of_week(monday)
    offsets = utc_offsets(ZONES, days)
    by_people = _people_at_work(rng, world, days, offsets)
    by_machines = _imports(rng, world, days, offsets)
    return _log(world, users, _in_order([by_people, by_machines]), number)


# People


def _people_at_work(rng: np.random.Generator, world: World, days: Ints, offsets: Ints) -> Events:
    expected = _expected_sessions(rng, world, days)
    task, weekday = _drawn(rng, expected)
    contract, person = world.tasks.contract[task], world.tasks.person[task]
    session, event, elapsed = _clicks(rng, world.contracts.application[contract])
    start = _starting_hours(rng, world.people.early[person]) * 3600
    zone = world.agencies.zone[world.people.account[person]]
    start = start + days[weekday] * 86400.0 - offsets[zone, weekday]
    return Events(
        microseconds=_microseconds(start[session] + elapsed),
        contract=contract[session],
        user=person[session],
        event=event,
        channel=np.full(len(event), WEB),
    )


def _expected_sessions(rng: np.random.Generator, world: World, days: Ints) -> Floats:
    """Mean sessions: tasks × days."""
    tasks, people, contracts, habits = world.tasks, world.people, world.contracts, world.habits
    level = levels(habits, contracts, int(days[0]) + 3, world.window.middle) * _moods(rng, contracts.application)
    is_here = rng.random(len(people.account)) > ON_LEAVE
    rate = tasks.sessions * level[tasks.contract] * is_here[tasks.person] / 5
    first = np.maximum(people.joined[tasks.person], contracts.started[tasks.contract])
    last = np.minimum(contracts.cancelled, habits.quiet_from)[tasks.contract]
    last = np.minimum(last, people.left[tasks.person])
    expected: Floats = rate[:, None] * workload(days) * (first[:, None] <= days) * (days < last[:, None])
    expected[habits.closed_on_fridays[people.account[tasks.person]], 4:5] *= 0.04
    return expected


def _moods(rng: np.random.Generator, application: Ints) -> Floats:
    """What makes a week of a pair unlike others: the application's week, its own, a rush now and then."""
    common = rng.lognormal(0, 0.05, len(APPLICATIONS))[application]
    own = rng.gamma(8, 1 / 8, len(application))
    rush = np.where(rng.random(len(application)) < 0.004, rng.uniform(2.5, 5, len(application)), 1)
    mood: Floats = common * own * rush
    return mood


def _drawn(rng: np.random.Generator, expected: Floats) -> tuple[Ints, Ints]:
    """Row and column of every session. The last day is never empty, however few the agencies."""
    counts = rng.poisson(expected)
    if not counts[:, -1].any() and expected[:, -1].any():
        counts[expected[:, -1].argmax(), -1] = 1
    row, column = np.nonzero(counts)
    times = counts[row, column]
    return np.repeat(row, times), np.repeat(column, times)


def _starting_hours(rng: np.random.Generator, early: Floats) -> Floats:
    """Hours after midnight, most of them around 9:30 and 14:00."""
    is_morning = rng.random(len(early)) < 0.56
    hour = rng.normal(np.where(is_morning, 9.5, 14.0), np.where(is_morning, 1.1, 1.5)) - early
    return np.clip(hour, DAY_BEGINS + rng.random(len(early)) / 2, DAY_ENDS)


def _clicks(rng: np.random.Generator, application: Ints) -> tuple[Ints, Ints, Floats]:
    """Session, kind and seconds since the session's start of every event, session by session."""
    clicks = np.array([application.clicks for application in APPLICATIONS])[application]
    leaves = rng.random(len(application)) < LOGS_OUT
    size = 2 + rng.negative_binomial(1.6, 1.6 / (1.6 + clicks)) + leaves
    session = np.repeat(np.arange(len(size)), size)
    first = np.cumsum(size) - size
    position = np.arange(len(session)) - first[session]
    share = np.array([application.record_share for application in APPLICATIONS])[application]
    is_record = (position > 1) & (rng.random(len(session)) < share[session])
    event = np.where(is_record, RECORD_CREATED, CLICK)
    event[first] = LOGIN
    event[(first + size - 1)[leaves]] = LOGOUT
    return session, event, _elapsed(rng, session, first, size)


def _elapsed(rng: np.random.Generator, session: Ints, first: Ints, size: Ints) -> Floats:
    """Seconds since the session's start: a minute or so between events, seldom more than twenty."""
    clock = np.cumsum(rng.lognormal(np.log(75), 1.15, len(session)))
    elapsed = clock - clock[first][session]
    duration = elapsed[first + size - 1]
    shrink: Floats = np.minimum(1, LONGEST_SESSION / np.maximum(duration, 1))
    return elapsed * shrink[session]


# Machines


def _imports(rng: np.random.Generator, world: World, days: Ints, offsets: Ints) -> Events:
    """Records made at night by the integrations that some pairs have, whether or not people still come."""
    contracts, habits = world.contracts, world.habits
    pair = np.flatnonzero(habits.imports_per_day)
    started, cancelled = contracts.started[pair][:, None], contracts.cancelled[pair][:, None]
    share = np.where(np.arange(len(days)) < 5, 1.0, 0.3)
    counts = rng.poisson(habits.imports_per_day[pair][:, None] * share * (started <= days) * (days < cancelled))
    row, weekday = np.nonzero(counts)
    times = counts[row, weekday]
    contract, weekday = np.repeat(pair[row], times), np.repeat(weekday, times)
    zone = world.agencies.zone[contracts.account[contract]]
    seconds = habits.import_hour[contract] * 3600 + rng.exponential(240, len(contract)).clip(max=1800)
    return Events(
        microseconds=_microseconds(seconds + days[weekday] * 86400.0 - offsets[zone, weekday]),
        contract=contract,
        user=np.full(len(contract), len(world.people.account)),
        event=np.full(len(contract), RECORD_CREATED),
        channel=np.full(len(contract), API),
    )


# The log


def _microseconds(seconds: Floats) -> Ints:
    """To the millisecond, as the log has it."""
    return np.round(seconds * 1000).astype(np.int64) * 1000


def _in_order(parts: Iterable[Events]) -> Events:
    joined = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Events)]
    order = np.argsort(joined[0], kind="stable")
    return Events(*(values[order] for values in joined))


def _log(world: World, users: pa.Array, events: Events, week: int) -> pa.Table:
    account, application = world.contracts.account, world.contracts.application
    applications = pa.array([application.application_id for application in APPLICATIONS])
    return pa.table(
        {
            "event_id": _event_ids(week, len(events.event)),
            "occurred_at": pa.array(events.microseconds).cast(pa.timestamp("us", tz="UTC")),
            "account_id": _encoded(account[events.contract], pa.array(world.agencies.ids)),
            "application_id": _encoded(application[events.contract], applications),
            "user_id": _encoded(events.user, users),
            "event": _encoded(events.event, pa.array(EVENTS)),
            "channel": _encoded(events.channel, pa.array(CHANNELS)),
        }
    )


def _encoded(codes: Ints, values: pa.Array) -> pa.Array:
    """Strings as numbers in a dictionary of those that occur."""
    occurs = np.bincount(codes, minlength=len(values)) > 0
    renumbered = np.cumsum(occurs, dtype=np.int32) - 1
    return pa.DictionaryArray.from_arrays(renumbered[codes], values.filter(pa.array(occurs)))


def _event_ids(week: int, count: int) -> pa.Array:
    """Twelve hexadecimal digits: four of the week and eight of the event within it."""
    numbers = (week << 32) + np.arange(count, dtype=np.int64)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    two_bytes = numbers.astype(">i8").view(np.uint8).reshape(-1, 8)[:, 2:]
    text = np.stack([digits[two_bytes >> 4], digits[two_bytes & 15]], axis=-1).tobytes()
    offsets = np.arange(count + 1, dtype=np.int32) * 12
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text))
