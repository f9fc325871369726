"""In which of the days, weeks or months drawn is the feed of an application not there?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from data_access.buckets import By, later
from data_access.feeds import silences
from data_access.filters import Filters


@dataclass(frozen=True, slots=True)
class Gaps:
    """A row per bucket, named by its first day, a column per application: is its feed away?

    `whole`: in all of it, so that nothing is known; `part`: in a whole week of it at least, so that what is known does
    not compare.
    """

    whole: pd.DataFrame
    part: pd.DataFrame

    def within(self, start: pd.Timestamp, asked: Sequence[str]) -> tuple[str, ...]:
        """The applications among those asked for of which all of a bucket is missing."""
        return tuple(key for key in asked if self.whole.loc[start, key])


def gaps(filters: Filters, by: By, starts: Sequence[date], names: Sequence[str]) -> Gaps:
    """Of the buckets that begin on `starts`. Beside the weeks without data, unknown is what follows the last event."""
    first = pd.DatetimeIndex(starts)
    end = pd.DatetimeIndex([later(start, by, 1) for start in starts])
    whole = pd.DataFrame(False, index=first, columns=list(names))
    part = whole.copy()
    for stretch in silences(filters).itertuples(index=False):
        until = pd.Timestamp.max if pd.isna(stretch.until) else stretch.until
        after = stretch.since if pd.isna(stretch.last_day) else stretch.last_day + pd.Timedelta(days=1)
        whole[stretch.application_id] |= (first >= after) & (end <= until)
        part[stretch.application_id] |= (first < until) & (end > stretch.since)
    return Gaps(whole, part)
