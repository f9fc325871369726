"""Why did it change? The difference between two periods as a sum of parts, without a remainder.

Whole numbers below 2³² add up exactly in any order and grouping: the split of
a difference is rounded to 2⁻²⁰, so that floating point holds every sum.
"""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from math import fsum

import numpy as np
import pandas as pd

_GRAIN = 2.0**20
# With at least half of it left, no part is more than one and a half times the whole.
LEAST_REMAINING = 0.5


class Part(StrEnum):
    NEW = "new"
    REACTIVATED = "reactivated"
    USERS = "users"
    INTENSITY = "intensity"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    MISSING = "missing"


class UserPart(StrEnum):
    NEW = "new"
    RETAINED = "retained"
    LOST = "lost"


def kinds(pairs: pd.DataFrame, compared_from: date, compared_to: date, end: date) -> pd.Series:
    """The part that takes the whole difference of a pair; missing where users and intensity share it.

    The periods are half-open: compared from `compared_from` up to `compared_to`, with a later one that ends before
    `end`. Columns of `pairs`: started_on, cancelled_on, first_use_on (dates or missing), before, now (the measure),
    is_missing.

    missing: its feed is late, so that nothing can be said of it. cancelled: with use before,
    and cancelled by the end, also where it was used in part of the period or after it. lapsed: with use before, none
    now, not cancelled. new: none before but now, and never used until the compared period, or subscribed after it.
    reactivated: none before but now, used earlier than that.
    """
    started, cancelled, first_use = (
        pd.to_datetime(pairs[name]) for name in ("started_on", "cancelled_on", "first_use_on")
    )
    was_used, is_used = pairs["before"] > 0, pairs["now"] > 0
    is_new = ~(first_use < pd.Timestamp(compared_from)) | (started >= pd.Timestamp(compared_to))
    rules = {
        Part.MISSING: pairs["is_missing"],
        Part.CANCELLED: was_used & (cancelled < pd.Timestamp(end)),
        Part.LAPSED: was_used & ~is_used,
        Part.NEW: ~was_used & is_used & is_new,
        Part.REACTIVATED: ~was_used & is_used,
    }
    found = np.select([rule.to_numpy(bool) for rule in rules.values()], [str(part) for part in rules], default="")
    return pd.Series(found, index=pairs.index, dtype="object").replace("", None)


def contributions(pairs: pd.DataFrame) -> pd.DataFrame:
    """What each pair adds to each part: the columns of `pairs`, and part, amount; no row where it adds nothing.

    Columns of `pairs`: kind (see `kinds`), before, now, users_before, users_now (distinct users of the pair; 0 where
    unknown), and any others. With U users at an intensity I = value ÷ U, the users add ΔU·(I₀ + I₁)/2 and the
    intensity ΔI·(U₀ + U₁)/2; where there are no users in either period, users take it all.
    """
    change = pairs["now"] - pairs["before"]
    of_users = np.where(pairs["kind"].isna(), _users_effect(pairs), 0.0)
    amounts = {
        **{part: change.where(pairs["kind"] == part, 0.0) for part in (Part.NEW, Part.REACTIVATED)},
        Part.USERS: of_users,
        Part.INTENSITY: (change - of_users).where(pairs["kind"].isna(), 0.0),
        **{part: change.where(pairs["kind"] == part, 0.0) for part in (Part.LAPSED, Part.CANCELLED, Part.MISSING)},
    }
    found = pd.concat([pairs.assign(part=str(part), amount=amount) for part, amount in amounts.items()])
    return found[found["amount"] != 0].reset_index(drop=True)


def sums(contributed: pd.DataFrame, keys: Sequence[str] = ("part",)) -> pd.DataFrame:
    """The amounts by `keys`, such as application_key and part, largest first. Columns: keys, amount."""
    added = contributed.groupby(list(keys), sort=False)["amount"].agg(fsum).reset_index()
    return added.sort_values("amount", key=lambda amount: -amount.abs(), kind="stable", ignore_index=True)


def user_contributions(users: pd.DataFrame) -> pd.DataFrame:
    """Inside one pair: what each user adds. Columns of `users`: before, now, and any others; adds part, amount."""
    rules = [(users["before"] == 0) & (users["now"] > 0), (users["before"] > 0) & (users["now"] == 0)]
    parts = np.select(rules, [str(UserPart.NEW), str(UserPart.LOST)], default=str(UserPart.RETAINED))
    return users.assign(part=parts, amount=users["now"] - users["before"])


def is_offsetting(amounts: Sequence[float]) -> bool:
    """Whether parts undo each other so far that shares of the whole would mislead: then amounts are to be shown."""
    return abs(fsum(amounts)) < LEAST_REMAINING * fsum(map(abs, amounts))


def people(use: pd.DataFrame) -> pd.DataFrame:
    """Where distinct users are measured: one row per user. Columns: user_key, part, amount (−1, 0 or 1).

    `use` has one row per user and pair; columns: user_key, before, now, earlier (used in the compared period, in the
    later one, before both), is_cancelled (by the end of the later one) and is_missing (its log is not whole), all true
    or false. Missing: gone or come, and the log of one of the user's pairs is not whole; cancelled: gone, and each of
    the user's pairs is cancelled. The amounts sum to the difference of distinct users.
    """
    had_only_cancelled = use["is_cancelled"] | ~use["before"]
    of_user = use[["before", "now", "earlier"]].groupby(use["user_key"]).any()
    is_gone, has_come = of_user["before"] & ~of_user["now"], ~of_user["before"] & of_user["now"]
    rules = {
        Part.MISSING: (is_gone | has_come) & use["is_missing"].groupby(use["user_key"]).any(),
        Part.CANCELLED: is_gone & had_only_cancelled.groupby(use["user_key"]).all(),
        Part.LAPSED: is_gone,
        Part.REACTIVATED: has_come & of_user["earlier"],
        Part.NEW: has_come,
    }
    parts = np.select(
        [rule.to_numpy(bool) for rule in rules.values()], [str(part) for part in rules], default=str(UserPart.RETAINED)
    )
    amount = of_user["now"].astype("int64") - of_user["before"].astype("int64")
    return of_user.assign(part=parts, amount=amount)[["part", "amount"]].reset_index()


def people_by_application(use: pd.DataFrame) -> pd.DataFrame:
    """The difference of distinct users by application, and what makes the sum right again.

    `use` as for `people`, with application_key. Columns: application_key, amount. The last row, without an
    application, corrects for people who are counted in several.
    """
    used = use.groupby(["application_key", "user_key"])[["before", "now"]].any().astype("int64")
    change = (used["now"] - used["before"]).groupby(level="application_key").sum()
    several = pd.Series([people(use)["amount"].sum() - change.sum()], index=[None])
    found = pd.concat([change, several]).rename("amount").rename_axis("application_key")
    return found.reset_index()


def _users_effect(pairs: pd.DataFrame) -> pd.Series:
    """ΔU·(I₀ + I₁)/2 of each pair, to 2⁻²⁰."""
    before, now = pairs["users_before"], pairs["users_now"]
    intensities = pairs["before"] / before.where(before > 0) + pairs["now"] / now.where(now > 0)
    effect = (now - before) * intensities / 2
    return ((effect * _GRAIN).round() / _GRAIN).fillna(pairs["now"] - pairs["before"])
