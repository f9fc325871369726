"""Agencies whose weeks stand out: what the tests of flags start from."""

from datetime import date, timedelta

from tests.given import Given

FIRST = date(2026, 1, 5)
USUAL = (20, 22, 19, 21, 20, 18, 21, 20, 22, 19, 20, 21, 20)
CLOSED_2025, CLOSED_2026 = date(2025, 7, 7), date(2026, 7, 6)


def flagged_agencies(given: Given) -> Given:
    """Thirteen weeks up to 5 April 2026. In permits Aurora rose on 23 February and did nothing in the last week, Boulder
    rose on 16 March; fleet is used as usual. Aurora is Mia's.
    """
    _named(given)
    _logins(given, "a", "permit", [*USUAL[:7], 90, *USUAL[8:12], 0])
    _logins(given, "b", "permit", [*USUAL[:10], 70, *USUAL[11:]])
    _logins(given, "c", "permit", USUAL)
    for account in "abc":
        _logins(given, account, "fleet", USUAL[::-1])
    return given.use("a", "permit", "2026-04-06 09:00", event="CLICK").loaded()


def summer_closings(given: Given) -> Given:
    """Since January 2025 three agencies use permits as usual, but Aurora closes for a week in July, and in 2026 Boulder
    does as well.
    """
    _named(given)
    first, weeks = date(2025, 1, 6), range(82)
    for account, closed in (("a", (CLOSED_2025, CLOSED_2026)), ("b", (CLOSED_2026,)), ("c", ())):
        mondays = [first + timedelta(weeks=week) for week in weeks]
        counts = [0 if monday in closed else USUAL[week % len(USUAL)] for week, monday in enumerate(mondays)]
        _logins(given, account, "permit", counts, first)
    return given.use("a", "permit", "2026-08-03 09:00", event="CLICK").loaded()


def _named(given: Given) -> None:
    for key, name, manager in (("a", "Aurora", "mia"), ("b", "Boulder", "cem"), ("c", "Como", "cem")):
        given.row("accounts", account=key, name=name, manager=manager, manager_email=f"{manager}@example.org")
    for app in ("permit", "fleet"):
        given.row("applications", application=app, name=app.title())


def _logins(given: Given, account: str, app: str, weekly: list[int] | tuple[int, ...], first: date = FIRST) -> None:
    """As many a week, all on its Monday."""
    for week, times in enumerate(weekly):
        given.use(account, app, f"{first + timedelta(weeks=week)} 09:00", event="LOGIN", times=times)
