"""Activity: how many different people were there in a month, a year, or any days?"""

from collections.abc import Iterable, Sequence

import pandas as pd
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    cast,
    column,
    func,
    literal,
    select,
    union_all,
    values,
)

from data_access.buckets import Bucket, By, buckets
from data_access.engine import read
from data_access.filters import Filters, Period
from data_access.schema import user_days, user_months
from data_access.volume import concerns

PEOPLE = {"pieces": "int64", "people": "int64"}


def people(filters: Filters, periods: Sequence[Period], with_login: bool) -> list[int]:
    """Of each of `periods` the different people with any use in it, or with a login; whatever the filters' period.

    Each person is counted once in each, however many months, accounts and applications they were in. At most 60
    months and parts of months in all.
    """
    pieces = list(dict.fromkeys(piece for period in periods for piece in _pieces(period)))
    if not pieces:
        return [0] * len(periods)
    found = _people_by_pieces(filters, pieces, with_login)
    masks = [sum(1 << pieces.index(piece) for piece in _pieces(period)) for period in periods]
    return [int(found.loc[(found["pieces"] & mask) != 0, "people"].sum()) for mask in masks]


def _pieces(period: Period) -> list[Bucket]:
    """The months that a period touches, the first and the last as far as it does."""
    return list(buckets(period, By.MONTH))


def _people_by_pieces(filters: Filters, pieces: Sequence[Bucket], with_login: bool) -> pd.DataFrame:
    """One row per set of pieces: how many people were there in these and in no others. Columns: PEOPLE.

    Of `pieces`, a set is the sum of the bits at their places: so one look at everybody tells of every month and year.
    """
    numbered = list(enumerate(pieces))
    months = [(place, piece.whole) for place, piece in numbered if not piece.is_cut]
    days = [(place, piece.days) for place, piece in numbered if piece.is_cut]
    there = [*_of_months(filters, months, with_login), *(_of_days(filters, *one, with_login) for one in days)]
    seen = union_all(*there).subquery("seen")
    of_person = (
        select(seen.c.user_key, func.bit_or(seen.c.bit).label("pieces")).group_by(seen.c.user_key).subquery("of_person")
    )
    statement = select(of_person.c.pieces, func.count()).group_by(of_person.c.pieces)
    return read(filters.scope, statement, PEOPLE)


def _of_months(filters: Filters, months: Sequence[tuple[int, Period]], with_login: bool) -> Iterable[Select[tuple]]:  # type: ignore[type-arg]
    if not months:
        return
    bits = values(column("month", Date), column("bit", BigInteger), name="bits").data(
        [(month.start, 1 << place) for place, month in months]
    )
    own = user_months.c
    yield (
        select(own.user_key, cast(bits.c.bit, BigInteger).label("bit"))
        .join(bits, cast(bits.c.month, Date) == own.month)
        .where(concerns(filters, user_months), *_logged_in(own.logins, with_login))
    )


def _of_days(filters: Filters, place: int, days: Period, with_login: bool) -> Select[tuple]:  # type: ignore[type-arg]
    own = user_days.c
    return select(own.user_key, cast(literal(1 << place), BigInteger).label("bit")).where(
        own.day >= days.start,
        own.day < days.end,
        concerns(filters, user_days),
        *_logged_in(own.logins, with_login),
    )


def _logged_in(logins: ColumnElement[int], with_login: bool) -> list[ColumnElement[bool]]:
    return [logins > 0] if with_login else []
