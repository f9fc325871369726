"""What did the agencies send? Reminders, notices, invitations and receipts by channel, and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.demo.activity import event_ids
from ingestion.demo.catalogue import ZONES
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.support import served
from ingestion.demo.users import DAY, Steps
from ingestion.demo.window import day_number, utc_offsets, workload
from ingestion.demo.world import World

CHANNELS = ("WhatsApp", "E-mail", "SMS", "IVR")
CATEGORIES = ("reminder", "notice", "invitation", "receipt")
REMINDER, NOTICE, INVITATION, RECEIPT = range(4)
STATUSES = ("delivered", "failed", "pending", "bounced")
DELIVERED, FAILED, PENDING, BOUNCED = range(4)
E_MAIL, SMS = 1, 2
SHARES = np.array([[0.24, 0.40, 0.24, 0.12], [0.20, 0.52, 0.20, 0.08], [0.1, 0.72, 0.18, 0], [0.2, 0.64, 0.16, 0]])
PRICES = np.array([0.0125, 0.0008, 0.0079, 0.0340])  # USD a message
GOES_WRONG = np.array([0.035, 0.028, 0.055, 0.16])
REASONS = (
    ("Number not on WhatsApp", "Opted out", "Template rejected"),
    ("Blocked as spam", "Message too large", "Server not reachable"),
    ("Invalid number", "Carrier rejected", "Opted out"),
    ("No answer", "Line busy", "Invalid number"),
)
BOUNCES = ("Unknown recipient", "Mailbox full")
REASON_TEXTS = tuple(dict.fromkeys(reason for some in (*REASONS, BOUNCES) for reason in some))
PER_ACCOUNT = 5.0  # reminders and notices a week of a median account
RECEIPTS_A_WEEK = 0.2  # of a person who transacts
HOURS = np.array([9.4, 13.2, 10.5, 13.8])  # when a category is sent, mostly
STILL_PENDING = 3.0  # days, the less likely the longer ago


@dataclass(frozen=True, slots=True)
class Sent:
    """One element per message; seconds in UTC, user -1 where it went to the public."""

    account: Ints
    seconds: Floats
    category: Ints
    user: Ints
    must_arrive: Bools


def message_tables(world: World, steps: Steps) -> Iterator[pa.Table]:
    """One table a week, in the order of time; one row per message."""
    rng = dice(world.seed, Topic.MESSAGES)
    size = world.agencies.size / np.median(world.agencies.size)
    volume = PER_ACCOUNT * np.minimum(size, 4) ** 0.6 * rng.lognormal(-0.2, 0.6, len(world.agencies))
    ids = pa.array(world.agencies.ids), pa.array([*steps.ids])
    first, end = served(world)
    for monday in world.window.mondays:
        days = world.window.days_of_week(monday)
        number = (day_number(monday) + 3) // 7
        draw = dice(world.seed, Topic.MESSAGES, number)
        entitled = (first[:, None] <= days) & (days < end[:, None])
        parts = [_to_the_public(draw, world, days, volume[:, None] * entitled), _to_people(draw, steps, days)]
        sent = Sent(*(np.concatenate([getattr(part, name) for part in parts]) for name in Sent.__slots__))
        yield _table(draw, world, sent, ids, number)


def _to_the_public(rng: np.random.Generator, world: World, days: Ints, volume: Floats) -> Sent:
    """Sent by schedules on working days, a little on Saturdays."""
    share = workload(days)
    share[5:6] = 0.25
    counts = rng.poisson(volume * share / 5)
    row, weekday = np.nonzero(counts)
    times = counts[row, weekday]
    account, weekday = np.repeat(row, times), np.repeat(weekday, times)
    category = np.where(rng.random(len(account)) < 0.6, REMINDER, NOTICE)
    hour = HOURS[category] + rng.normal(0, 1.3, len(account))
    hour = np.where(rng.random(len(account)) < 0.18, 17.5 + rng.random(len(account)), hour)  # reminders after work
    offsets = utc_offsets(ZONES, days)[world.agencies.zone[account], weekday]
    seconds = days[weekday] * DAY + np.clip(hour, 7, 20) * 3600 - offsets
    return Sent(account, seconds, category, np.full(len(account), -1), np.zeros(len(account), dtype=np.bool_))


def _to_people(rng: np.random.Generator, steps: Steps, days: Ints) -> Sent:
    """Invitations when they were sent, the receipt of the first transaction, and those of later ones."""
    first, end = days[0] * DAY, (days[-1] + 1) * DAY
    invited = np.flatnonzero((first <= steps.invited) & (steps.invited < end))
    started = np.flatnonzero((first <= steps.transacted) & (steps.transacted < end))
    steady = np.flatnonzero((steps.transacted < first) & (days[-1] < steps.left))
    later = np.repeat(steady, rng.poisson(RECEIPTS_A_WEEK, len(steady)))
    day = days[rng.integers(0, min(5, len(days)), len(later))]
    then = day * DAY + np.clip(HOURS[RECEIPT] + rng.normal(0, 2, len(later)), 8, 18) * 3600 + 6 * 3600
    user = np.concatenate([invited, started, later])
    return Sent(
        account=steps.account[user],
        seconds=np.concatenate([steps.invited[invited], steps.transacted[started], then]),
        category=np.repeat([INVITATION, RECEIPT], [len(invited), len(started) + len(later)]),
        user=user,
        must_arrive=np.concatenate(
            [np.isfinite(steps.registered[invited]), np.ones(len(started), np.bool_), np.zeros(len(later), np.bool_)]
        ),
    )


def _table(rng: np.random.Generator, world: World, sent: Sent, ids: tuple[pa.Array, pa.Array], week: int) -> pa.Table:
    order = np.argsort(sent.seconds, kind="stable")
    account, category, seconds = sent.account[order], sent.category[order], sent.seconds[order]
    channel = _channels(rng, category, _years_before_the_end(world, seconds))
    status = _statuses(rng, channel, (world.window.last + 1) * DAY - seconds, sent.must_arrive[order])
    reason = _reasons(rng, channel, status)
    parts = np.where(channel == SMS, 1 + (rng.random(len(order)) < 0.3), 1)
    charge = np.where((status == FAILED) | (status == BOUNCED), 0.0, PRICES[channel] * parts)
    milliseconds = np.round(seconds * 1000).astype(np.int64)
    return pa.table(
        {
            "message_id": event_ids(week, len(order)),
            "account_id": ids[0].take(pa.array(account)),
            "sent_at": pa.array(milliseconds * 1000).cast(pa.timestamp("us", tz="UTC")),
            "channel": pa.array(CHANNELS).take(pa.array(channel)),
            "category": pa.array(CATEGORIES).take(pa.array(category)),
            "status": pa.array(STATUSES).take(pa.array(status)),
            "failure_reason": pa.array(REASON_TEXTS).take(pa.array(reason, mask=reason < 0)),
            "charge": pa.array(np.round(charge, 4)),
            "user_id": ids[1].take(pa.array(sent.user[order], mask=sent.user[order] < 0)),
        }
    )


def _years_before_the_end(world: World, seconds: Floats) -> float:
    return float((world.window.last * DAY - seconds.mean()) / (365 * DAY)) if len(seconds) else 0.0


def _channels(rng: np.random.Generator, category: Ints, years: float) -> Ints:
    """WhatsApp gains on SMS from year to year."""
    shares = SHARES.copy()
    moved = np.minimum(shares[:, 0] * 0.28 * max(years, 0), shares[:, 0] * 0.8)
    shares[:, 0] -= moved
    shares[:, SMS] += moved
    drawn: Ints = (rng.random(len(category))[:, None] > np.cumsum(shares, axis=1)[category]).sum(axis=1).clip(max=3)
    return drawn


def _statuses(rng: np.random.Generator, channel: Ints, left: Floats, must_arrive: Bools) -> Ints:
    """What is not delivered: `left` are the seconds until the end of the last day."""
    wrong = rng.random(len(channel)) < GOES_WRONG[channel]
    bounces = (channel == E_MAIL) & (rng.random(len(channel)) < 0.7)
    is_open = rng.random(len(channel)) < np.maximum(0.4 * (1 - left / (STILL_PENDING * DAY)), 0.0003)
    status = np.where(wrong, np.where(bounces, BOUNCED, FAILED), DELIVERED)
    return np.where(must_arrive, DELIVERED, np.where(is_open, PENDING, status))


def _reasons(rng: np.random.Generator, channel: Ints, status: Ints) -> Ints:
    """Numbers in REASON_TEXTS, the first of a channel's the most common; -1 where nothing failed."""
    numbers = np.array([[REASON_TEXTS.index(reason) for reason in some] for some in REASONS])
    pick = rng.random(len(channel)) ** 1.5
    failed = numbers[channel, (pick * numbers.shape[1]).astype(np.int64)]
    bounced = np.array([REASON_TEXTS.index(reason) for reason in BOUNCES])[(pick * len(BOUNCES)).astype(np.int64)]
    return np.where(status == FAILED, failed, np.where(status == BOUNCED, bounced, -1))
