"""Activity: which months are complete, which compare, and of which is nothing known?"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from flask import g

from callbacks.activity_span import Span, span
from callbacks.usage_gaps import Gaps, gaps
from data_access.buckets import By
from data_access.choices import application_names
from data_access.filters import Filters, Period

MONTH, YEAR = 1, 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the span, in order; `gaps`: when the feeds of the applications asked for were not there."""

    span: Span
    applications: tuple[str, ...]
    gaps: Gaps

    @property
    def starts(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex([month.start for month in self.span.months])

    @property
    def is_complete(self) -> pd.Series:
        """Whether all days are known. Of several applications some may be missing: the notes say so."""
        is_cut = self.gaps.part[list(self.applications)].all(axis=1)
        return self._by_month(self._is_whole) & ~is_cut

    @property
    def notes(self) -> pd.Series:
        """Why a month is not complete, and which data are missing, in words."""
        both = zip(map(self.span.why_cut, self.span.months), self._lacking, strict=True)
        return self._by_month([", ".join(filter(None, reasons)) for reasons in both])

    def is_compared(self, back: int) -> pd.Series:
        """Whether all days of a month are known, and all of the one so many months before."""
        whole = self._by_month(self._is_whole)
        return whole & whole.shift(back, fill_value=False)

    def without(self, back: int) -> list[tuple[str, ...]]:
        """Of each month that compares: the applications whose data are missing in one of the two months, or a part."""
        is_compared = self.is_compared(back)
        return [self._uneven(at - back, at) if is_compared.iloc[at] else () for at in range(len(is_compared))]

    def uneven_in(self, days: Period, back: int) -> tuple[str, ...]:
        """The applications whose data are missing in some month of `days`, unlike so many months before."""
        months = enumerate(self.span.months)
        places = [at for at, month in months if month.start < days.end and days.start < month.end]
        return tuple(sorted({key for at in places for key in self._uneven(at - back, at)}))

    def known(self, values: pd.DataFrame) -> pd.DataFrame:
        """Rows by month, missing where nothing is known, or nobody was a customer.

        What was used outside of a subscription was used: it stays a number.
        """
        is_away = self.gaps.whole[list(self.applications)].all(axis=1)
        has_come = self._by_month([month.start < self.span.log.end for month in self.span.months])
        is_of_customers = self._by_month(list(map(self.span.is_known, self.span.months)))
        return values.where(has_come & ~is_away & (is_of_customers | (values > 0).any(axis=1)), axis=0)

    @property
    def _is_whole(self) -> list[bool]:
        return [self.span.is_complete(month) for month in self.span.months]

    @property
    def _lacking(self) -> list[str]:
        """Of each month that came whose data are missing; what is always missing goes without saying."""
        comes = [key for key in self.applications if not self.gaps.whole[key].all()]
        gone = [[key for key in comes if self.gaps.part.at[start, key]] for start in self.starts]
        has_come = [month.start < self.span.log.end for month in self.span.months]
        return [missing(keys) if come else "" for keys, come in zip(gone, has_come, strict=True)]

    def _uneven(self, one: int, other: int) -> tuple[str, ...]:
        names = list(self.applications)
        part, whole = self.gaps.part[names].to_numpy(), self.gaps.whole[names].to_numpy()
        is_uneven = (part[one] | part[other]) & ~(whole[one] & whole[other])
        return tuple(sorted(name for name, found in zip(names, is_uneven, strict=True) if found))

    def _by_month(self, values: Sequence[object]) -> pd.Series:
        return pd.Series(values, index=self.starts)


def calendar(filters: Filters) -> Calendar:
    drawn = span(filters)
    names = tuple(application_names(filters.scope))
    away = gaps(filters, By.MONTH, [month.start for month in drawn.months], names)
    return Calendar(drawn, filters.applications or names, away)


def missing(applications: Sequence[str]) -> str:
    return f"data missing of {named(applications)}" if applications else ""


def named(applications: Sequence[str]) -> str:
    """One or two by name, more by their number."""
    names = application_names(g.scope)
    if len(applications) > 2:
        return f"{len(applications)} applications"
    return " and ".join(names[key] for key in applications)
