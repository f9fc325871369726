"""Two agencies with people, messages, sessions and tickets: what the tests of Engagement start from."""

from tests.given import Given


def engaged_agencies(given: Given) -> Given:
    """Ash (Kim's) and Birch (Lee's) from Monday 1 September 2025 to Sunday 1 February 2026.

    Ann has been there since before the log; Bob, Cy, Dee and Eve were invited in January, and Eve was active before.
    """
    for key, name, manager in (("a", "Ash", "kim"), ("b", "Birch", "lee")):
        given.row("accounts", account=key, name=name, manager_email=f"{manager}@example.org")
        given.row("contacts", account=key, name=f"{name} Desk", email=f"desk@{name.lower()}.example", is_main=True)
    for app, features in (("permit", ("list", "map", "print")), ("fleet", ("route",))):
        given.row("applications", application=app, name=app.title())
        for feature in features:
            given.row("features", application=app, feature=feature)
    for account, app in (("a", "permit"), ("a", "fleet"), ("b", "permit")):
        given.row("subscriptions", account=account, application=app, started_on="2025-01-01")
    _people(given)
    _use(given)
    _messages(given)
    _tickets(given)
    return given.loaded()


def _people(given: Given) -> None:
    for user, account, invited, registered, activated, transacted in (
        ("ann", "a", "2025-07-01", "2025-07-02", "2025-07-03", "2025-07-09"),
        ("bob", "a", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-20"),
        ("cy", "b", "2026-01-07", "2026-01-09", "2026-01-12", None),
        ("dee", "b", "2026-01-10", None, None, None),
        ("eve", "b", "2026-01-12", "2025-10-02", "2025-10-02", "2026-01-15"),
    ):
        given.row("users", user=user, account=account, name=user.title(), email=f"{user}@example.org",
                  invited_on=invited, registered_on=registered, activated_on=activated, transacted_on=transacted)  # fmt: skip


def _use(given: Given) -> None:
    """Ann in both applications on Monday 5 January: one person, and in the hour from nine in both."""
    given.use("a", "permit", "2025-09-01 09:00", user="ann", feature="map")
    given.use("b", "permit", "2025-10-06 09:00", user="eve", feature="map")
    given.use("b", "permit", "2025-11-03 09:00", user="eve", feature="map")
    given.use("a", "permit", "2026-01-05 09:00", user="ann", times=11, feature="map")  # ten minutes
    given.use("a", "fleet", "2026-01-05 09:30", user="ann", feature="route")
    given.use("a", "permit", "2026-01-12 14:00", user="ann", times=3, feature="list")  # two minutes
    given.use("a", "permit", "2026-01-08 10:00", user="bob", feature="map")
    given.use("b", "permit", "2026-01-12 09:00", user="cy", times=5, feature="map")  # four minutes
    given.use("b", "permit", "2026-02-01 09:00", user="cy", feature="map")


def _messages(given: Given) -> None:
    for user, at, channel, category, status, reason, charge in (
        ("bob", "2026-01-06 10:15", "SMS", "receipt", "delivered", None, 0.5),
        ("bob", "2026-01-06 10:45", "SMS", "receipt", "Delivered", None, 0.5),
        ("cy", "2026-01-07 11:00", "SMS", "notice", "failed", "Invalid number", 0),
        (None, "2026-01-07 11:30", "SMS", "notice", "pending", None, 0.25),
        (None, "2026-01-08 11:30", "E-mail", None, "read", None, 0.1),
        (None, "2026-01-09 11:30", "E-mail", None, "bounced", None, 0),
        (None, "2026-01-09 12:30", "E-mail", None, "teleported", None, 0),
        ("ann", "2025-12-01 10:00", "SMS", "receipt", "delivered", None, 0.5),
    ):
        account = "b" if user == "cy" else "a"
        given.row("messages", message=at, account=account, user=user, sent_at=at, channel=channel, category=category,
                  status=status, failure_reason=reason, charge=charge)  # fmt: skip


def _tickets(given: Given) -> None:
    for ticket, account, opened, first, resolved, responses, priority in (
        ("t1", "a", "2026-01-05 08:00", "2026-01-05 09:00", "2026-01-05 18:00", 2, "High"),
        ("t2", "a", "2026-01-06 08:00", "2026-01-06 11:00", "2026-01-07 14:00", 4, "High"),
        ("t3", "b", "2026-01-12 08:00", None, None, 0, "Low"),
        ("t4", "b", "2025-12-01 08:00", None, "2026-02-10 08:00", 1, None),
    ):
        given.row("tickets", ticket=ticket, account=account, application="permit", opened_at=opened,
                  first_response_at=first, resolved_at=resolved, responses=responses, priority=priority)  # fmt: skip
