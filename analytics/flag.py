"""What is a flag, and how is it said in one sentence? Without what it takes to find one (changes.py)."""

from enum import StrEnum

WARM_UP = 4  # weeks seen before a series is judged, and weeks that make a shift


class Kind(StrEnum):
    WEEK = "one week"
    LEVEL = "level shift"


def sentence(kind: str, expected: float, saw: float, peers: float, p: float, application: str | None = None) -> str:
    """A flag in words; for a level shift with the sums of four weeks. Without an application, no word on the others."""
    change = round(100 * (peers - 1))
    moved = f"{abs(change)} % {'up' if change > 0 else 'down'}" if change else "as usual"
    others = f" (others on {application} are {moved} this week)" if application else ""
    span = "in four weeks, " if kind == Kind.LEVEL else ""
    odds = f"about 1 in {_rounded(1 / p):,}" if p > 1e-6 else "less than 1 in 1,000,000"
    return f"{span}expected {_amount(expected)}{others}, saw {_amount(saw)}: {odds}."


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")


def _rounded(value: float) -> int:
    """To two digits, and one from a thousand on: more would pretend."""
    return int(float(f"{value:.{1 if value < 1000 else 0}e}"))
