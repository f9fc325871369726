"""How numbers are written: short on marks, full in tables, changes with sign and arrow."""

import math
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
    if before is None or math.isnan(before) or (before == 0 and value == 0):
        return NOTHING
    if before == 0:
        return "new"
    share = value / before - 1
    arrow = "▲" if share > 0 else "▼" if share < 0 else "="
    return f"{arrow} {abs(share):,.1%}"


def direction(value: float, before: float) -> str:
    """rise, fall or flat, for a mark's colour."""
    if before is None or math.isnan(before) or value == before:
        return "flat"
    return "rise" if value > before else "fall"


def day(value: date | pd.Timestamp | None) -> str:
    """12 May 2026."""
    return NOTHING if value is None or pd.isna(value) else f"{value.day} {value:%b %Y}"


def plural(count: int, noun: str) -> str:
    """1 account, 2 accounts."""
    return f"{full(count)} {noun}" if count == 1 else f"{full(count)} {noun}s"
