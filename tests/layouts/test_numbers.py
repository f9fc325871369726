from datetime import date

import pytest

from layouts import numbers
from layouts.links import Query

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (41, "41"), (3.5, "3.5"), (4120, "4,120"), (48213, "48.2k"), (99_960, "100k"), (1_300_000, "1.3M"),
     (999_960, "1.0M"), (NAN, "–")],
)  # fmt: skip
def test_marks_carry_short_numbers(value: float, written: str):
    assert numbers.short(value) == written


@pytest.mark.parametrize(
    ("value", "before", "written"),
    [(104.8, 100, "▲ 4.8%"), (39, 100, "▼ 61.0%"), (5, 0, "new"), (0, 0, "–"), (5, NAN, "–"), (7, 7, "= 0.0%"),
     (0, 9, "▼ 100.0%"), (NAN, 9, "–")],
)  # fmt: skip
def test_a_change_has_its_sign_and_never_an_infinity(value: float, before: float, written: str):
    assert numbers.change(value, before) == written


@pytest.mark.parametrize(
    ("value", "nouns", "written"),
    [(1, "active users", "1 active user"), (2, "active users", "2 active users"), (0, "logins", "0 logins"),
     (1, "records created", "1 record created"), (1, "pairs of account and application", "1 pair of account and application"),
     (1, "annual value lost", "1 annual value lost"), (1.04, "hours", "1.0 hours")],
)  # fmt: skip
def test_one_is_told_in_the_singular(value: float, nouns: str, written: str):
    assert numbers.counted(value, nouns) == written


def test_one_picture_has_one_address():
    assert Query.parse("?period=13w&app=b&app=a&vs=before") == Query.parse("?app=a&app=b")
    assert Query.parse("?app=a").toggled("app", "a").search == "?"
    assert Query.parse("?n=50").only("n", "10").search == "?"
    assert Query.parse("?q=%26%3D").search == "?q=%26%3D"


def test_a_state_is_since_a_day_or_since_a_week():
    day = date(2026, 4, 6)
    assert numbers.since("cancelled", day, False) == "since 6 Apr 2026"
    assert numbers.since("low", day, True) == "since the week of 6 Apr 2026"
    assert numbers.since("not started", day, False) == "starts on 6 Apr 2026"
