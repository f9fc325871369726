"""Customers whose months and years can be counted by hand: what the tests of Activity start from."""

from datetime import date, timedelta

from tests.given import Given


def customers(given: Given) -> Given:
    """Ash since 2024, Birch since 1 July 2025, Cedar from 2024 to 1 November 2025. As of Tuesday 10 March 2026.

    Machines keep the feed alive. Ann works for Ash and for Birch.
    """
    for name, started, cancelled in (
        ("Ash", "2024-01-01", None), ("Birch", "2025-07-01", None), ("Cedar", "2024-01-01", "2025-11-01"),
    ):  # fmt: skip
        account = name[0].lower()
        given.row("accounts", account=account, name=name, region="West" if name == "Ash" else "East")
        given.row("subscriptions", account=account, application="permit", started_on=started, cancelled_on=cancelled)
    for week in range(62):
        given.use("a", "permit", f"{date(2025, 1, 1) + timedelta(weeks=week)} 03:00", user="", channel="api")
    for account, user, day in (
        ("a", "ann", "2025-01-15"), ("a", "ann", "2025-02-10"), ("a", "bob", "2025-02-10"), ("a", "ann", "2025-03-05"),
        ("a", "ann", "2025-03-20"), ("b", "bea", "2025-07-20"), ("c", "cal", "2025-10-01"), ("c", "cal", "2025-12-24"),
        ("a", "ann", "2026-01-20"), ("b", "ann", "2026-01-21"), ("b", "bea", "2026-01-21"), ("a", "ann", "2026-03-10"),
    ):  # fmt: skip
        given.use(account, "permit", f"{day} 09:00", user=user, event="LOGIN")
    # Three times a minute.
    for day in ("2025-02-10", "2025-02-11", "2025-02-12"):
        given.use("a", "permit", f"{day} 10:00", event="CLICK", times=2)
    return given.loaded()


def late_feeds(given: Given) -> Given:
    """From Monday 15 September 2025 to 31 January 2026; Fleet is silent from 6 October to 30 November 2025.

    Ann logs in to Permit once a month, and to Fleet in September and December.
    """
    for week in range(20):
        day = date(2025, 9, 15) + timedelta(weeks=week)
        given.use("a", "permit", f"{day} 03:00", user="", channel="api")
        if not date(2025, 10, 6) <= day < date(2025, 12, 1):
            given.use("a", "fleet", f"{day} 03:00", user="", channel="api")
    for day in ("2025-09-20", "2025-10-20", "2025-11-20", "2025-12-20", "2026-01-31"):
        given.use("a", "permit", f"{day} 09:00", event="LOGIN")
    for day in ("2025-09-21", "2025-12-21"):
        given.use("a", "fleet", f"{day} 09:00", event="LOGIN")
    return given.loaded()
