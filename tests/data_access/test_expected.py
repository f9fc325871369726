"""What was expected of whole applications, and whose flags are told to whom."""

import pandas as pd
import pytest

from data_access.expected import BAND, FLAGGED, expected_band, flagged_weeks, is_of_all_accounts
from data_access.scope import Role, Scope
from tests.flagged import USUAL, flagged_agencies
from tests.given import LEADER, Given

MIA = Scope("mia@example.org", Role.MANAGER, "mia@example.org")
ALL_WEEKS = {"start": "2026-01-05", "end": "2026-04-06", "measure": "logins"}
IN_PART = [{"account": "a"}, {"segments": (("manager", ("mia",)),)}, {"states": ("active",)}, {"scope": MIA}]


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return flagged_agencies(Given(tmp_path_factory.mktemp("expected")))


def marked(agencies: Given, **asked) -> list[tuple[str, str | None, str, int]]:
    rows = agencies.ask(flagged_weeks, **(ALL_WEEKS | asked))
    return [
        (row.level, None if pd.isna(row.application_id) else row.application_id, f"{row.week:%d %b}", row.direction)
        for row in rows.itertuples(index=False)
    ]


def test_of_an_application_chosen_the_band_holds_usual_weeks_from_the_fifth_on(agencies: Given):
    band = agencies.ask(expected_band, applications=("fleet",), **ALL_WEEKS)
    assert list(band) == list(BAND)
    assert band["application_id"].unique().tolist() == ["fleet"]
    assert [f"{week:%d %b}" for week in band["week"]][:2] == ["02 Feb", "09 Feb"]
    saw = 3 * pd.Series(USUAL[::-1][4:])
    assert (band["low"] < saw).all() and (saw < band["high"]).all()
    assert ((band["low"] < band["expected"]) & (band["expected"] < band["high"])).all()


def test_a_band_is_of_the_measure_and_the_period(agencies: Given):
    asked = {"applications": ("fleet",), "start": "2026-03-02", "end": "2026-03-16"}
    assert len(agencies.ask(expected_band, measure="logins", **asked)) == 2
    assert agencies.ask(expected_band, measure="records", **asked).empty


@pytest.mark.parametrize("asked", IN_PART)
def test_what_is_expected_of_all_accounts_is_told_of_no_part_of_them(agencies: Given, asked: dict):
    assert agencies.ask(expected_band, applications=("permit",), **(ALL_WEEKS | asked)).empty
    assert not agencies.ask(is_of_all_accounts, **asked)
    assert "application" not in {level for level, *_ in marked(agencies, **asked)}


def test_without_an_account_the_weeks_of_applications_are_told(agencies: Given):
    assert marked(agencies) == [
        ("application", "permit", "23 Feb", 1), ("application", "permit", "16 Mar", 1),
        ("application", "permit", "30 Mar", -1),
    ]  # fmt: skip
    assert marked(agencies, applications=("fleet",)) == []
    assert marked(agencies, scope=LEADER, start="2026-03-30") == [("application", "permit", "30 Mar", -1)]


def test_of_an_account_its_weeks_and_those_of_its_pairs_are_told(agencies: Given):
    boulder = [("pair", "permit", "16 Mar", 1), ("account", None, "16 Mar", 1)]
    assert marked(agencies, account="b") == boulder
    assert marked(agencies, account="b", applications=("permit",)) == boulder[:1]
    assert marked(agencies, account="b", scope=MIA) == []
    assert ("pair", "permit", "23 Feb", 1) in marked(agencies, account="a", scope=MIA)


def test_a_week_tells_its_most_surprising_flag(agencies: Given):
    rows = agencies.ask(flagged_weeks, **ALL_WEEKS)
    assert list(rows) == list(FLAGGED)
    last = rows.iloc[-1]
    assert (last["application"], last["kind"], last["saw"]) == ("Permit", "one week", 40)
    assert 55 < last["expected"] < 75
