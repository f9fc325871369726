"""Agencies in every state: what the tests of Inactive & low start from."""

from tests.given import Given


def quiet_agencies(given: Given) -> Given:
    """On Sunday 1 February 2026 Ash and Elm are silent, Birch never came, Cedar uses Permit, Fir little; Dogwood cancelled.

    Cedar is new to Fleet, Gum started it again, and the feed of Tax has been late since 1 December.
    """
    for name in ("Ash", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum"):
        manager = "kim" if name in ("Ash", "Dogwood") else "lee"
        given.row("accounts", account=name[0].lower(), name=name, manager=manager.title(),
                  manager_email=f"{manager}@example.org")  # fmt: skip
    for account, app, started, cancelled, value, renews in (
        ("a", "permit", "2024-01-01", None, 1000, "2026-03-03"),
        ("a", "tax", "2024-01-01", None, None, None),
        ("b", "permit", "2025-08-05", None, 2000, "2027-02-01"),
        ("c", "permit", "2024-01-01", None, None, None),
        ("c", "fleet", "2026-01-20", None, None, None),
        ("d", "permit", "2024-02-10", "2026-01-10", 500, None),
        ("d", "fleet", "2024-02-10", "2025-06-01", None, None),
        ("e", "permit", "2024-01-01", None, None, None),
        ("f", "permit", "2024-01-01", None, None, None),
        ("g", "fleet", "2026-01-12", None, None, None),
    ):
        given.row("subscriptions", account=account, application=app, started_on=started, cancelled_on=cancelled,
                  annual_value=value, renews_on=renews, cancel_reason="Budget cut" if cancelled else None)  # fmt: skip
    for app in ("permit", "fleet", "tax"):
        given.row("applications", application=app, name=app.title())
    given.row("contacts", account="b", name="Una", role="Clerk", email="una@b.example", phone="555-1", is_main=True)
    given.row("users", user="bob", account="a", name="Bob Stone")
    given.use("g", "fleet", "2025-03-03 09:00").use("a", "tax", "2025-12-01 09:00")
    given.use("a", "permit", "2025-12-03 09:00", user="ann").use(
        "a", "permit", "2025-12-03 10:00", user="bob", event="LOGIN"
    )
    given.use("e", "permit", "2025-11-03 09:00").use("f", "permit", "2025-11-10 09:00")
    given.use("d", "permit", "2025-12-17 09:00", times=5).use("d", "permit", "2026-01-15 09:00", times=2)
    given.use("f", "permit", "2026-01-20 09:00", user="fay").use("c", "permit", "2025-12-10 09:00", user="cy")
    given.use("c", "permit", "2026-02-01 09:00", user="cy", times=6)
    return given.use("c", "fleet", "2026-02-01 09:00", user="cy").loaded()
