"""Activity: the rows and the columns of the two years side by side."""

from callbacks.activity_blocks import columns
from callbacks.activity_series import HOURS, Years, told
from callbacks.activity_words import is_over
from data_access.filters import Period
from layouts.activity_tables import Column, Stretch, Total

DAYS = Column("Days (24 hours)")


def stretches(years: Years, applications: tuple[str, ...]) -> list[Stretch]:
    """Both years, and the days of them that are compared where those are others. `applications`: all asked for."""
    last, this = years.whole
    rest = tuple(key for key in applications if key not in years.without) if years.without else ()
    until = "" if is_over(this) else f" to {_short(this)}"
    found = [_stretch(str(last.start.year), last), _stretch(f"{this.start.year}{until}", this)]
    return found + [_stretch(f"{days.start.day} {days.start:%b}–{_short(days)} {days.start.year}", days, rest)
                    for days in _apart(years)]  # fmt: skip


def total_rows(years: Years) -> list[Total]:
    rows = [_total(columns()[name], years, name) for name in told()]
    # Hours as days: divided once they are summed.
    return rows + ([_total(DAYS, years, HOURS, 24)] if HOURS in told() else [])


def _total(column: Column, years: Years, name: str, unit: int = 1) -> Total:
    before, now = years.compared.loc[name, ["last", "this"]] / unit
    compared = [value for days, value in zip(years.alike or (), (before, now), strict=False) if days in _apart(years)]
    return Total(column, [*(years.values.loc[name] / unit), *compared], now, before)


def _apart(years: Years) -> list[Period]:
    """The days that are compared, but for those of a year that stands there anyway."""
    if years.alike is None:
        return []
    pairs = zip(years.alike, years.whole, strict=True)
    return [days for days, whole in pairs if days != whole or years.without]


def _stretch(head: str, days: Period, applications: tuple[str, ...] = ()) -> Stretch:
    return Stretch(head, days.start, days.last_day, applications)


def _short(days: Period) -> str:
    return f"{days.last_day.day} {days.last_day:%b}"
