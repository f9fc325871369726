"""A few letters find accounts, people and contacts, best first, and nobody else's."""

import pytest

from data_access import search
from data_access.scope import Role, Scope
from tests.given import LEADER, Given

MANAGER = Scope("kim@example.org", Role.MANAGER, portfolio="kim@example.org")


@pytest.fixture(scope="module")
def agencies(shared: Given) -> Given:
    """Two cities and their people; u7 is known from the log of Oakton alone, and dot from no log."""
    for key, name, manager in (("a1", "City of Ashford", "kim"), ("b2", "Oakton", "lee"), ("c3", "Ash", "lee")):
        shared.row("accounts", account=key, name=name, region="West", manager_email=f"{manager}@example.org")
    shared.row("users", user="u1", account="a1", name="Ann Ashby", email="ann@ashford.example")
    shared.row("users", user="dot", account="b2", name="Dot Oaks", email="dot_oaks@oakton.example")
    shared.row("contacts", account="b2", name="Mo Ashby", role="Mayor", email="mo@oakton.example", is_main=True)
    shared.row("contacts", account="a1", name="Ada Lovelace", role="Clerk", email="ada@ashford.example", is_main=True)
    shared.use("a1", "permit", "2026-01-06 09:00", user="u1").use("b2", "permit", "2026-01-06 09:00", user="u7")
    return shared.use("c3", "permit", "2026-01-06 09:00", user="u1").loaded()


def found(agencies: Given, text: str, scope: Scope = LEADER) -> list[list[str]]:
    with agencies.opened.pin():
        ways = (search.accounts_like, search.people_like, search.contacts_like)
        return [way(scope, text)["name"].tolist() for way in ways]


def test_what_begins_with_the_letters_comes_first_then_what_has_a_word_that_does(agencies: Given):
    assert found(agencies, "ash") == [["Ash", "City of Ashford"], ["Ann Ashby"], ["Mo Ashby", "Ada Lovelace"]]


def test_capital_letters_make_no_difference_and_a_percent_sign_is_no_wildcard(agencies: Given):
    assert found(agencies, "OAK") == [["Oakton"], ["Dot Oaks"], ["Mo Ashby"]]
    assert found(agencies, "dot_o") == [[], ["Dot Oaks"], []]
    assert found(agencies, "o_k") == found(agencies, "%") == found(agencies, "'; drop table users") == [[], [], []]


def test_an_id_is_found_exactly_and_first(agencies: Given):
    assert found(agencies, "A1") == [["City of Ashford"], [], []]
    assert found(agencies, "a")[0] == ["Ash", "City of Ashford", "Oakton"]
    assert found(agencies, "u7") == [[], ["u7"], []]
    assert found(agencies, "u") == [[], [], []]


def test_each_says_whose_account_it_is_of(agencies: Given):
    with agencies.opened.pin():
        assert search.people_like(LEADER, "u7").values.tolist()[0][:3] == ["b2", "u7", "Oakton"]
        assert search.people_like(LEADER, "ann").values.tolist() == [
            ["a1", "Ann Ashby", "City of Ashford", "ann@ashford.example"]
        ]
        assert search.contacts_like(LEADER, "mayor").empty
        assert search.contacts_like(LEADER, "mo@").values.tolist() == [["b2", "Mo Ashby", "Oakton", "Mayor"]]


def test_a_manager_with_a_portfolio_finds_nobody_elses(agencies: Given):
    assert found(agencies, "ash", MANAGER) == [["City of Ashford"], ["Ann Ashby"], ["Ada Lovelace"]]
    assert found(agencies, "u7", MANAGER) == found(agencies, "dot", MANAGER) == [[], [], []]


def test_no_more_than_asked_for_are_shown(agencies: Given):
    with agencies.opened.pin():
        assert len(search.accounts_like(LEADER, "a", limit=2)) == 2
