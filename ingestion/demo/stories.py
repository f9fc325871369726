"""Which stories does the log tell? Planted turns of events that a reader should find, each with its true record.

All spans are half-open: `from_day` is the first day, `to_day` the first one after; missing where it lasts.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.dice import Bools, Floats, Ints
from ingestion.demo.window import NEVER, as_dates

NOBODY = -1  # no account, application or person in particular
DURING_AN_OUTAGE = 0.03  # share of common use
TAKEOVER_DAYS = 90  # from the first import to the last record by hand


@dataclass(frozen=True, slots=True)
class Episodes:
    """One element per contract and span of days in which it is used `factor` times as much."""

    contract: Ints
    first: Ints
    end: Ints
    factor: Floats

    @classmethod
    def joined(cls, several: list["Episodes"]) -> "Episodes":
        days = np.empty(0, dtype=np.int64)
        parts = [cls(days, days, days, np.empty(0)), *several]
        return cls(
            np.concatenate([part.contract for part in parts]),
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.end for part in parts]),
            np.concatenate([part.factor for part in parts]),
        )


@dataclass(frozen=True, slots=True)
class Outage:
    application: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Stories:
    """What departs from habit. `used_until`, `takeover_from` and `takeover_records`: one element per contract."""

    episodes: Episodes
    outages: tuple[Outage, ...]
    late_application: int  # its feed lacks the days from `late_from` on; NOBODY where there is none
    late_from: int
    used_until: Ints  # the first day without use: that of the cancellation, or later
    takeover_from: Ints
    takeover_records: Floats  # by people on a working day, before
    former_names: dict[int, str]  # by account
    records: pd.DataFrame

    def factors(self, contracts: int, days: Ints) -> Floats:
        """How much more or less than by habit: contracts × days."""
        factors = np.ones((contracts, len(days)))
        now = np.flatnonzero((self.episodes.first <= days[-1]) & (days[0] < self.episodes.end))
        first, end = self.episodes.first[now][:, None], self.episodes.end[now][:, None]
        spans = np.where((first <= days) & (days < end), self.episodes.factor[now][:, None], 1.0)
        np.multiply.at(factors, self.episodes.contract[now], spans)
        return factors

    def standing(self, days: Ints) -> Floats:
        """1 where an application runs, next to nothing during an outage: applications × days."""
        standing = np.ones((len(APPLICATIONS), len(days)))
        for outage in self.outages:
            standing[outage.application, (outage.first <= days) & (days < outage.end)] = DURING_AN_OUTAGE
        return standing

    def takeover(self, day: int) -> Floats:
        """How far a machine has taken over from people, 0 to 1 per contract."""
        share: Floats = np.clip((day - self.takeover_from) / TAKEOVER_DAYS, 0, 1)
        return share

    def is_late(self, application: Ints, day: Ints) -> Bools:
        """Whether use of an application on a day is missing in the log."""
        late: Bools = (application == self.late_application) & (day >= self.late_from)
        return late


def told(
    kind: str,
    first: Ints | int,
    end: Ints | int = NEVER,
    *,
    account: Ints | int = NOBODY,
    application: Ints | int = NOBODY,
    person: Ints | int = NOBODY,
    size: Floats | Ints | float = np.nan,
    note: list[str] | str = "",
) -> pd.DataFrame:
    """Records of one kind, in numbers; arrays of one length, or one value for all."""
    columns = {"account": account, "application": application, "person": person, "first": first, "end": end}
    length = np.broadcast_shapes((1,), *(np.shape(column) for column in columns.values()))
    numbers = {name: np.broadcast_to(column, length).astype(np.int64) for name, column in columns.items()}
    sizes = np.broadcast_to(np.asarray(size, dtype=np.float64), length)
    return pd.DataFrame({"kind": kind, **numbers, "size": sizes, "note": note})


def stories_table(records: pd.DataFrame, accounts: list[str], people: list[str]) -> pd.DataFrame:
    """One row per story, in the order of kind and time."""
    applications = [application.application_id for application in APPLICATIONS]
    ordered = records.sort_values(["kind", "first", "account", "application", "person"], kind="stable")
    return pd.DataFrame(
        {
            "kind": ordered["kind"].to_numpy(),
            "account_id": _named(ordered["account"], accounts),
            "application_id": _named(ordered["application"], applications),
            "user_id": _named(ordered["person"], people),
            "from_day": as_dates(ordered["first"].to_numpy(copy=True)),
            "to_day": as_dates(ordered["end"].to_numpy(copy=True)),
            "size": ordered["size"].to_numpy(),
            "note": ordered["note"].to_numpy(),
        }
    )


def _named(numbers: pd.Series, names: list[str]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    named: np.ndarray[tuple[int], np.dtype[np.object_]] = np.array([*names, None], dtype=object)[numbers.to_numpy()]
    return named
