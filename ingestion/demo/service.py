"""How well did the applications run? Requests, errors, uptime and load time of every day, outages included."""

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.dice import Bools, Floats, Ints, Topic, dice
from ingestion.demo.stories import Stories
from ingestion.demo.window import Window, as_dates

REQUESTS_AN_EVENT, WATCHING = 5.6, 140  # a day, by monitors and open pages
RETRIES = 6.0  # times as many requests as events would make, while nothing works
MINUTES = 1440


def service_table(seed: int, stories: Stories, window: Window, events: list[Ints]) -> pd.DataFrame:
    """One row per application and day. `events`: applications × days of each week, whether or not delivered."""
    rng = dice(seed, Topic.SERVICE)
    happened = np.concatenate(events, axis=1)
    days = np.arange(window.first, window.last + 1)
    is_down = stories.standing(days) < 1
    busy = (happened * REQUESTS_AN_EVENT + WATCHING).astype(np.float64)
    requests = rng.poisson(busy * np.where(is_down, RETRIES, rng.lognormal(0, 0.06, busy.shape)))
    errors = rng.binomial(requests, _error_rates(rng, is_down))
    p50, p95 = _load_times(rng, busy, is_down)
    return pd.DataFrame(
        {
            "application_id": np.repeat([one.application_id for one in APPLICATIONS], len(days)),
            "day": as_dates(np.tile(days, len(APPLICATIONS))),
            "requests": requests.ravel(),
            "errors": errors.ravel(),
            "uptime_minutes": _uptimes(rng, is_down).ravel(),
            "load_ms_p50": p50.ravel(),
            "load_ms_p95": p95.ravel(),
        }
    )


def _error_rates(rng: np.random.Generator, is_down: Bools) -> Floats:
    usual = rng.uniform(0.001, 0.006, (len(is_down), 1)) * rng.lognormal(0, 0.35, is_down.shape)
    rates: Floats = np.where(is_down, rng.uniform(0.45, 0.75, is_down.shape), np.minimum(usual, 0.2))
    return rates


def _load_times(rng: np.random.Generator, busy: Floats, is_down: Bools) -> tuple[Ints, Ints]:
    """Milliseconds; a busy day is a little slower."""
    share = busy / busy.mean(axis=1, keepdims=True)
    own = rng.uniform(140, 380, (len(is_down), 1))
    median = own * (0.85 + 0.15 * share) * rng.lognormal(0, 0.07, is_down.shape) * np.where(is_down, 4.0, 1.0)
    slowest = median * rng.uniform(2.4, 3.4, (len(is_down), 1)) * rng.lognormal(0, 0.1, is_down.shape)
    slowest *= np.where(is_down, 2.5, 1.0)
    return median.round().astype(np.int64), slowest.round().astype(np.int64)


def _uptimes(rng: np.random.Generator, is_down: Bools) -> Ints:
    """Minutes of a day: short maintenance now and then, most of the working day during an outage."""
    maintenance = np.where(rng.random(is_down.shape) < 0.03, rng.integers(2, 25, is_down.shape), 0)
    lost = np.where(is_down, rng.integers(520, 760, is_down.shape), maintenance)
    uptime: Ints = MINUTES - lost
    return uptime
