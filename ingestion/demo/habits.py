"""How does use move over the months? Growth, seasons, adoption, decline and silence of each pair."""

from dataclasses import dataclass

import numpy as np

from ingestion.demo.agencies import Agencies
from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.window import NEVER, Window

YEAR = 365.25
SHARPNESS = 4.0  # of a season: above half of its peak for some three and a half months
SILENT = 0.05  # share of pairs that go quiet within the window
DECLINING = 0.07
AUTOMATED = 0.035


@dataclass(frozen=True, slots=True)
class Habits:
    """One element per contract, but `closed_on_fridays`: one per account."""

    quiet_from: Ints
    declines_from: Ints
    halves_in: Floats  # days
    sway: Floats  # amplitude of slow ups and downs
    sway_days: Floats
    sway_phase: Floats
    high_season: Floats  # of the agency: use at the peak relative to the rest of the year, less 1
    peak_day: Floats
    adoption_days: Floats
    imports_per_day: Floats  # records made by a machine; mostly 0
    import_hour: Floats
    closed_on_fridays: Bools


def draw_habits(seed: int, agencies: Agencies, contracts: Contracts, window: Window) -> Habits:
    rng = dice(seed, Topic.HABITS)
    pairs, account = len(contracts), contracts.account
    is_resort = rng.random(len(agencies)) < 0.09
    declines_from = _declines(rng, contracts, window)
    return Habits(
        quiet_from=_silences(rng, contracts, window),
        declines_from=declines_from,
        halves_in=rng.uniform(60, 280, pairs),
        sway=rng.uniform(0, 0.3, pairs),
        sway_days=rng.uniform(120, 420, pairs),
        sway_phase=rng.uniform(0, 2 * np.pi, pairs),
        high_season=(is_resort * rng.uniform(0.5, 1.6, len(agencies)))[account],
        peak_day=rng.choice([20.0, 195.0, 205.0], len(agencies))[account],
        adoption_days=rng.uniform(10, 45, pairs),
        imports_per_day=(rng.random(pairs) < AUTOMATED) * contracts.is_used * rng.lognormal(1.2, 0.8, pairs),
        import_hour=rng.uniform(4, 6.5, pairs),
        closed_on_fridays=rng.random(len(agencies)) < 0.08,
    )


def _silences(rng: np.random.Generator, contracts: Contracts, window: Window) -> Ints:
    """First day without people, well before the end; NEVER for most."""
    earliest = np.maximum(window.first + 7, contracts.started + 60)
    latest = np.minimum(window.last - 40, contracts.cancelled)
    day = rng.integers(earliest, np.maximum(latest, earliest + 1))
    return np.where((rng.random(len(contracts)) < SILENT) & (latest > earliest), day, NEVER)


def _declines(rng: np.random.Generator, contracts: Contracts, window: Window) -> Ints:
    """First day of a slow decline; also before half of all cancellations."""
    pairs = len(contracts)
    before_the_end = contracts.cancelled - rng.integers(50, 200, pairs)
    any_day = rng.integers(window.first, window.last, pairs)
    is_leaving = (contracts.cancelled < NEVER) & (rng.random(pairs) < 0.5)
    is_declining = rng.random(pairs) < DECLINING
    return np.where(is_leaving, before_the_end, np.where(is_declining, any_day, NEVER))


def levels(habits: Habits, contracts: Contracts, day: int, middle: int) -> Floats:
    """Expected use of each contract on `day`, relative to its own in common; growth is 1 on day `middle`."""
    years = (day - middle) / YEAR
    growth = np.array([(1 + application.growth) ** years for application in APPLICATIONS])
    season = np.array([_bump(application.season, application.peak_day, day) for application in APPLICATIONS])
    sway = 1 + habits.sway * np.sin(2 * np.pi * day / habits.sway_days + habits.sway_phase)
    adoption = 1 - np.exp(-(np.maximum(day - contracts.started, 0) + 4) / habits.adoption_days)
    decline = 0.5 ** (np.maximum(day - habits.declines_from, 0) / habits.halves_in)
    high_season = _bump(habits.high_season, habits.peak_day, day)
    level: Floats = (growth * season)[contracts.application] * sway * adoption * decline * high_season
    return level


def _bump(height: Floats | float, peak_day: Floats | float, day: int) -> Floats:
    """A yearly season, 1 on average: at its peak 1 + height times as much as out of season."""
    angle = 2 * np.pi * (day % YEAR - np.asarray(peak_day, dtype=np.float64)) / YEAR
    mean = np.exp(-SHARPNESS) * np.i0(SHARPNESS)
    bump: Floats = (1 + height * np.exp(SHARPNESS * (np.cos(angle) - 1))) / (1 + height * mean)
    return bump
