"""How numbers are written: short on marks, full in tables, changes with sign and arrow."""

import math
import re
from datetime import date

import pandas as pd

NOTHING = "–"


def full(value: float) -> str:
    """4,120; broken numbers under a hundred with one decimal: 3.5."""
    if value is None or math.isnan(value):
        return NOTHING
    if value != round(value) and abs(value) < 100:
        return f"{value:,.1f}"
    return f"{value:,.0f}"


def short(value: float) -> str:
    """41, 4,120, 48.2k, 1.3M."""
    if value is None or math.isnan(value):
        return NOTHING
    if abs(value) < 10_000:
        return full(value)
    for limit, unit in ((1e6, "k"), (1e9, "M"), (1e12, "B")):
        if abs(value) < limit * 0.9995:
            scaled = value / (limit / 1000)
            return f"{scaled:,.1f}{unit}" if abs(scaled) < 99.95 else f"{scaled:,.0f}{unit}"
    return f"{value:.2g}"


def change(value: float, before: float) -> str:
    """▲ 4.8%, ▼ 61.0%, = 0.0%, new; – where nothing can be compared."""
    if before is None or math.isnan(before) or math.isnan(value) or (before == 0 and value == 0):
        return NOTHING
    if before == 0:
        return "new"
    share = value / before - 1
    arrow = "▲" if share > 0 else "▼" if share < 0 else "="
    return f"{arrow} {abs(share):,.1%}"


def direction(value: float, before: float) -> str:
    """rise, fall or flat, for a mark's colour."""
    if before is None or math.isnan(before) or math.isnan(value) or value == before:
        return "flat"
    return "rise" if value > before else "fall"


def day(value: date | pd.Timestamp | None) -> str:
    """12 May 2026."""
    return NOTHING if value is None or pd.isna(value) else f"{value.day} {value:%b %Y}"


def since(state: str, value: date | pd.Timestamp, is_week: bool) -> str:
    """since 9 Apr 2026, since the week of 6 Apr 2026; of what has not started: starts on 4 May 2026."""
    if state == "not started" and not is_week:
        return f"starts on {day(value)}"
    return f"since the week of {day(value)}" if is_week else f"since {day(value)}"


def counted(value: float, nouns: str) -> str:
    """1 active user, 2 active users, 1 record created: `nouns` stand in the plural."""
    return f"{full(value)} {noun(value, nouns)}"


def noun(value: float, nouns: str) -> str:
    """`nouns` as they stand beside `value`: the first plural among them without its s, where it is one."""
    return re.sub(r"s\b", "", nouns, count=1) if value == 1 else nouns


def plural(count: int, noun: str) -> str:
    """1 account, 2 accounts."""
    return f"{full(count)} {noun}" if count == 1 else f"{full(count)} {noun}s"


def share(value: float) -> str:
    """31 %, 3.1 %, < 0.1 %; NOTHING for what is not known."""
    if pd.isna(value):
        return NOTHING
    if value < 0.001:
        return "< 0.1 %"
    return f"{100 * value:.0f} %" if value >= 0.0995 else f"{100 * value:.1f} %"
