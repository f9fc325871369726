"""What happened in a week? Sessions of people and imports of machines as the raw events of a log."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

import numpy as np
import pyarrow as pa

from ingestion.demo.catalogue import APPLICATIONS, ZONES
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.faults import REJECTED, UNKNOWN_APPLICATION, Delivery, delivered
from ingestion.demo.features import FEATURES, features_of_events, known_features
from ingestion.demo.habits import levels
from ingestion.demo.ledger import Ledger
from ingestion.demo.window import REPORTING_ZONE, day_number, utc_offsets, workload
from ingestion.demo.world import World

EVENTS = ("LOGIN", "LOGOUT", "CLICK", "RECORD_CREATED")
LOGIN, LOGOUT, CLICK, RECORD_CREATED = range(4)
CHANNELS = ("web", "api")
WEB, API = range(2)
INTEGRATION, NO_USER = "integration", ""  # the user of imports; what a broken row has instead of one
ONE_IN, LEGACY = 100, 2  # of a hundred accounts, the one that still has an application of the past
LESS_BY_HAND, FEWER_SESSIONS = 0.85, 0.5  # once a machine has taken over

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


def events_of_week(world: World, users: pa.Array, monday: date, ledger: Ledger) -> list[pa.Table]:
    """The files of a week; `users` are the ids of all people, of the integration and of nobody."""
    number = (day_number(monday) + 3) // 7
    rng = dice(world.seed, Topic.WEEK, number)
    days = world.window.days_of_week(monday)
    offsets = utc_offsets(ZONES, days)
    by_people = _people_at_work(rng, world, days, offsets)
    by_machines = _imports(rng, world, days, offsets)
    events = _in_order([by_people, by_machines])
    feature = _features(rng, world, events, int(days[0]) + 3)
    weekday = _weekdays(events, days)
    is_late = world.stories.is_late(world.contracts.application[events.contract], days[weekday])
    weeks_to_go = (day_number(world.window.mondays[-1]) - day_number(monday)) // 7
    has_legacy = world.contracts.account[events.contract] % ONE_IN == LEGACY
    fits = {"no user": events.channel == WEB, "unknown application": has_legacy}
    # What begins and ends a session is written by the server, and never broken.
    can_break = np.isin(events.event, (CLICK, RECORD_CREATED))
    delivery = delivered(world.seed, number, weeks_to_go, ~is_late, can_break, fits)
    _enter(ledger, world, events, delivery, weekday, days)
    log = _log(world, users, events, feature, delivery, number)
    return [_taken(log, rows) for rows in (delivery.rows, delivery.again) if len(rows)]


def _weekdays(events: Events, days: Ints) -> Ints:
    """0 to 6, in the reporting zone."""
    [offsets] = utc_offsets((REPORTING_ZONE.key,), days)
    midnights = (days * 86400 - offsets) * 1_000_000
    return np.clip(np.searchsorted(midnights, events.microseconds, side="right") - 1, 0, len(days) - 1)


def _enter(ledger: Ledger, world: World, events: Events, delivery: Delivery, weekday: Ints, days: Ints) -> None:
    """Use counts where a reader can see it; the service has seen everything."""
    ledger.rows.update(delivery.counts())
    ledger.note_events(world.contracts.application[events.contract], weekday, len(days))
    by_hand = np.flatnonzero(events.channel == WEB)
    ledger.note_people(events.user[by_hand], events.microseconds[by_hand])
    astray = [delivery.broken[kind] for kind in (*REJECTED, "unknown application")]
    seen = np.intersect1d(np.setdiff1d(delivery.rows, np.concatenate(astray)), by_hand, assume_unique=False)
    ledger.note_use(events.contract[seen], days[weekday[seen]])


# People


def _people_at_work(rng: np.random.Generator, world: World, days: Ints, offsets: Ints) -> Events:
    expected = _expected_sessions(rng, world, days)
    is_late = world.stories.is_late(world.contracts.application[world.tasks.contract], days[-1:])
    task, weekday = _drawn(rng, expected, ~is_late)
    contract, person = world.tasks.contract[task], world.tasks.person[task]
    by_machine = world.stories.takeover(int(days[0]))[contract]
    session, event, elapsed = _clicks(rng, world.contracts.application[contract], 1 - LESS_BY_HAND * by_machine)
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
    stories = world.stories
    level = levels(habits, contracts, int(days[0]) + 3, world.window.middle) * _moods(rng, contracts.application)
    level *= 1 - FEWER_SESSIONS * stories.takeover(int(days[0]))
    is_here = rng.random(len(people.account)) > ON_LEAVE
    rate = tasks.sessions * level[tasks.contract] * is_here[tasks.person] / 5
    first = np.maximum(people.joined[tasks.person], contracts.started[tasks.contract])
    last = np.minimum(stories.used_until, habits.quiet_from)[tasks.contract]
    last = np.minimum(last, people.left[tasks.person])
    expected: Floats = rate[:, None] * workload(days) * (first[:, None] <= days) * (days < last[:, None])
    told = stories.factors(len(contracts), days) * stories.standing(days)[contracts.application]
    expected *= told[tasks.contract]
    expected[habits.closed_on_fridays[people.account[tasks.person]], 4:5] *= 0.04
    return expected


def _moods(rng: np.random.Generator, application: Ints) -> Floats:
    """What makes a week of a pair unlike others: the application's week, and its own."""
    common = rng.lognormal(0, 0.05, len(APPLICATIONS))[application]
    own = rng.gamma(8, 1 / 8, len(application))
    mood: Floats = common * own
    return mood


def _drawn(rng: np.random.Generator, expected: Floats, is_delivered: Bools) -> tuple[Ints, Ints]:
    """Row and column of every session. The last day is never empty in the log, however few the agencies."""
    counts = rng.poisson(expected)
    last = expected[:, -1] * is_delivered
    if not (counts[:, -1] * is_delivered).any() and last.any():
        counts[last.argmax(), -1] = 1
    row, column = np.nonzero(counts)
    times = counts[row, column]
    return np.repeat(row, times), np.repeat(column, times)


def _starting_hours(rng: np.random.Generator, early: Floats) -> Floats:
    """Hours after midnight, most of them around 9:30 and 14:00."""
    is_morning = rng.random(len(early)) < 0.56
    hour = rng.normal(np.where(is_morning, 9.5, 14.0), np.where(is_morning, 1.1, 1.5)) - early
    return np.clip(hour, DAY_BEGINS + rng.random(len(early)) / 2, DAY_ENDS)


def _clicks(rng: np.random.Generator, application: Ints, by_hand: Floats) -> tuple[Ints, Ints, Floats]:
    """Session, kind and seconds since the session's start of every event, session by session.

    `by_hand` is the share of records that people still make themselves.
    """
    clicks = np.array([application.clicks for application in APPLICATIONS])[application]
    leaves = rng.random(len(application)) < LOGS_OUT
    size = 2 + rng.negative_binomial(1.6, 1.6 / (1.6 + clicks)) + leaves
    session = np.repeat(np.arange(len(size)), size)
    first = np.cumsum(size) - size
    position = np.arange(len(session)) - first[session]
    share = np.array([application.record_share for application in APPLICATIONS])[application] * by_hand
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
    contracts, habits, stories = world.contracts, world.habits, world.stories
    per_day = habits.imports_per_day + stories.takeover_records * stories.takeover(int(days[0]))
    pair = np.flatnonzero(per_day)
    started, cancelled = contracts.started[pair][:, None], contracts.cancelled[pair][:, None]
    share = np.where(np.arange(len(days)) < 5, 1.0, 0.3)
    share = share * stories.standing(days)[contracts.application[pair]]
    counts = rng.poisson(per_day[pair][:, None] * share * (started <= days) * (days < cancelled))
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


def _features(rng: np.random.Generator, world: World, events: Events, day: int) -> Ints:
    """Numbers in FEATURES; logging in and out belongs to none."""
    known = known_features(world.breadth, world.contracts, day)
    feature = features_of_events(rng, known, events.contract, events.event == RECORD_CREATED)
    return np.where(events.event <= LOGOUT, -1, feature)


@dataclass(frozen=True, slots=True)
class Column:
    """Texts by their numbers in `values`; -1 is missing."""

    codes: Ints
    values: pa.Array


Log = dict[str, pa.Array | Column]


def _log(world: World, users: pa.Array, events: Events, feature: Ints, delivery: Delivery, week: int) -> Log:
    """Everything that happened, and what is wrong with it."""
    applications = pa.array([*(application.application_id for application in APPLICATIONS), UNKNOWN_APPLICATION])
    account = _spoiled(world.contracts.account[events.contract], delivery.broken["no account"], -1)
    application = _spoiled(world.contracts.application[events.contract], delivery.broken["no application"], -1)
    application = _spoiled(application, delivery.broken["unknown application"], len(APPLICATIONS))
    user = _spoiled(events.user, delivery.broken["no user"], len(users) - 1)
    has_no_time = np.zeros(len(user), dtype=np.bool_)
    has_no_time[delivery.broken["no valid time"]] = True
    return {
        "event_id": event_ids(week, len(user)),
        "occurred_at": pa.array(events.microseconds, mask=has_no_time).cast(pa.timestamp("us", tz="UTC")),
        "account_id": Column(account, pa.array(world.agencies.ids)),
        "application_id": Column(application, applications),
        "user_id": Column(user, users),
        "event": Column(events.event, pa.array(EVENTS)),
        "channel": Column(events.channel, pa.array(CHANNELS)),
        "feature": Column(feature, pa.array(FEATURES)),
    }


def _spoiled(codes: Ints, rows: Ints, code: int) -> Ints:
    spoiled = codes.copy()
    spoiled[rows] = code
    return spoiled


def _taken(log: Log, rows: Ints) -> pa.Table:
    return pa.table(
        {
            name: _encoded(column.codes[rows], column.values)
            if isinstance(column, Column)
            else column.take(pa.array(rows))
            for name, column in log.items()
        }
    )


def _encoded(codes: Ints, values: pa.Array) -> pa.Array:
    """Strings as numbers in a dictionary of those that occur; -1 is missing."""
    is_missing = codes < 0
    occurs = np.bincount(codes[~is_missing], minlength=len(values)) > 0
    renumbered = np.append(np.cumsum(occurs, dtype=np.int32) - 1, np.int32(0))
    numbers = pa.array(renumbered[codes], mask=is_missing)
    return pa.DictionaryArray.from_arrays(numbers, values.filter(pa.array(occurs)))


def event_ids(week: int, count: int) -> pa.Array:
    """Twelve hexadecimal digits: four of the week and eight of the event within it."""
    numbers = (week << 32) + np.arange(count, dtype=np.int64)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    two_bytes = numbers.astype(">i8").view(np.uint8).reshape(-1, 8)[:, 2:]
    text = np.stack([digits[two_bytes >> 4], digits[two_bytes & 15]], axis=-1).tobytes()
    offsets = np.arange(count + 1, dtype=np.int32) * 12
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text))
