"""When the feed of an application was away, as the states of its pairs tell."""

from data_access.feeds import silences
from data_access.scope import Role, Scope
from tests.given import Given
from tests.quiet import quiet_agencies

KIM = Scope("kim@example.org", Role.MANAGER, "kim@example.org")


def stretches(given: Given, **asked) -> list[tuple[str, str, str, str]]:
    """Application, the Mondays between which nothing came, the last day before."""
    return [
        (row.application_id, *(f"{day:%Y-%m-%d}" if day == day else "" for day in (row.since, row.until, row.last_day)))
        for row in given.ask(silences, **asked).itertuples(index=False)
    ]


def test_a_feed_is_away_until_it_comes_again(given: Given):
    quiet_agencies(given)
    found = stretches(given)
    assert [row[1:] for row in found if row[0] == "tax"] == [
        ("2025-03-03", "2025-12-01", ""), ("2025-12-08", "", "2025-12-01"),
    ]  # fmt: skip
    assert ("fleet", "2026-01-12", "2026-01-26", "2025-03-03") in found


def test_only_pairs_that_are_asked_for_lack_anything(given: Given):
    quiet_agencies(given)
    assert {row[0] for row in stretches(given, account="a")} == {"permit", "tax"}
    assert {row[0] for row in stretches(given, account="b")} == {"permit"}
    assert "fleet" not in {row[0] for row in stretches(given, account="a", applications=("fleet",))}
    assert {row[0] for row in stretches(given, scope=KIM)} == {"fleet", "permit", "tax"}


def test_a_log_without_a_silence_has_none(given: Given):
    given.use("a", "permit", "2026-01-05 09:00").use("a", "permit", "2026-01-09 09:00").loaded()
    assert stretches(given) == []
