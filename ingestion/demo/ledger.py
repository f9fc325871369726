"""What became of it all? Counted while the log is written, and the truth about every pair on the last day."""

from collections import Counter

import numpy as np
import pandas as pd

from ingestion.demo.catalogue import APPLICATIONS
from ingestion.demo.contracts import Contracts
from ingestion.demo.dice import Bools, Ints
from ingestion.demo.faults import REJECTED
from ingestion.demo.stories import Stories
from ingestion.demo.window import NEVER, Window, as_dates

ONBOARDING_DAYS = SILENT_DAYS = 30


class Ledger:
    """Sums over the weeks that were written; days are numbers, NEVER where there was none."""

    def __init__(self, contracts: int, people: int) -> None:
        self.last_use = np.full(contracts, -1)
        self.first_event = np.full(people, NEVER * 86_400_000_000)  # microseconds
        self.events: list[Ints] = []  # applications × days, one element a week: what happened, delivered or not
        self.rows: Counter[str] = Counter()

    def note_use(self, contract: Ints, day: Ints) -> None:
        np.maximum.at(self.last_use, contract, day)

    def note_people(self, person: Ints, microseconds: Ints) -> None:
        np.minimum.at(self.first_event, person, microseconds)

    def note_events(self, application: Ints, weekday: Ints, days: int) -> None:
        cells = np.bincount(application * days + weekday, minlength=len(APPLICATIONS) * days)
        self.events.append(cells.reshape(len(APPLICATIONS), days))


def faults_of(rows: Counter[str]) -> dict[str, int | dict[str, int]]:
    """For truth/faults.json: rows are events as delivered, duplicates are those beyond the first of an id."""
    return {
        "rows": rows["rows"],
        "rows_kept": rows["rows kept"],
        "rows_duplicate": rows["duplicates"],
        "rows_duplicate_within_a_file": rows["duplicates within a file"],
        "rows_rejected": {reason: rows[reason] for reason in REJECTED},
        "rows_of_an_unknown_application": rows["unknown application"],
        "rows_without_user": rows["no user"],
    }


def as_it_came(records: pd.DataFrame, ledger: Ledger, contracts: Contracts) -> pd.DataFrame:
    """Without the use after a cancellation that chance did not let happen."""
    used = np.zeros((int(contracts.account.max()) + 1, len(APPLICATIONS)), dtype=np.bool_)
    used[contracts.account, contracts.application] = ledger.last_use >= contracts.cancelled
    is_other = records["kind"] != "use after cancellation"
    return records[is_other | used[records["account"], records["application"]]]


def true_pairs(ledger: Ledger, contracts: Contracts, stories: Stories, window: Window, ids: list[str]) -> pd.DataFrame:
    """One row per pair: its state on the last day. "in use" is active or low, which only peers decide."""
    last_use, today = ledger.last_use, window.last
    rules: dict[str, Bools] = {
        "cancelled": contracts.cancelled <= today,
        "no data": stories.is_late(contracts.application, np.full(len(contracts), today)),
        "onboarding": contracts.started > today - ONBOARDING_DAYS,
        "never activated": last_use < 0,
        "inactive": last_use <= today - SILENT_DAYS,
    }
    applications = np.array([application.application_id for application in APPLICATIONS])
    return pd.DataFrame(
        {
            "account_id": np.array(ids)[contracts.account],
            "application_id": applications[contracts.application],
            "state": np.select(list(rules.values()), list(rules), default="in use"),
            "last_use_on": as_dates(np.where(last_use < 0, NEVER, last_use)),
        }
    )
