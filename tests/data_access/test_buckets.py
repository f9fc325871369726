"""A period is cut into whole buckets, and what is left over at its ends."""

from datetime import date

import pytest

from data_access.buckets import By, buckets, first_day, later
from data_access.filters import Period


@pytest.mark.parametrize(
    ("by", "expected"),
    [(By.DAY, date(2027, 1, 1)), (By.WEEK, date(2026, 12, 28)), (By.MONTH, date(2027, 1, 1))],
)
def test_a_day_belongs_to_the_week_of_its_monday_and_to_its_month(by: By, expected: date):
    assert first_day(date(2027, 1, 1), by) == expected


def test_months_are_counted_over_the_end_of_a_year():
    assert later(date(2026, 11, 1), By.MONTH, 3) == date(2027, 2, 1)
    assert later(date(2027, 1, 1), By.MONTH, -12) == date(2026, 1, 1)


def test_the_buckets_of_a_period_make_it_up_and_the_cut_ones_are_known():
    period = Period(date(2026, 12, 30), date(2027, 2, 1))
    months = buckets(period, By.MONTH)
    assert [(bucket.days.start, bucket.days.last_day, bucket.is_cut) for bucket in months] == [
        (date(2026, 12, 30), date(2026, 12, 31), True),
        (date(2027, 1, 1), date(2027, 1, 31), False),
    ]
    assert sum(bucket.days.days for bucket in buckets(period, By.WEEK)) == period.days
