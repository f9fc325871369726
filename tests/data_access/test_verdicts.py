from datetime import date

from data_access.audit import audit_log
from data_access.verdicts import Episode, give, verdicts_since
from tests.data_access.conftest import ADA, ANN

JULY = date(2026, 7, 6)
FELL = Episode("aurora", "permit", JULY)


def said(workspace, since=JULY):
    rows = verdicts_since(workspace, ANN, since)
    return rows[["account_id", "application_id", "question", "answer", "given_by"]].to_dict("split")["data"]


def test_the_reason_of_a_change_is_the_last_one_given_whoever_gave_it(workspace, clicks):
    give(workspace, clicks.by(ANN), FELL, "reason", "a new clerk")
    give(workspace, clicks.by(ADA), FELL, "reason", "summer closing")
    assert said(workspace) == [["aurora", "permit", "reason", "summer closing", ADA.user]]


def test_each_person_votes_once_and_may_change_their_mind(workspace, clicks):
    give(workspace, clicks.by(ANN), FELL, "useful", "yes")
    give(workspace, clicks.by(ADA), FELL, "useful", "yes")
    give(workspace, clicks.by(ANN), FELL, "useful", "no")
    assert said(workspace) == [
        ["aurora", "permit", "useful", "no", ANN.user],
        ["aurora", "permit", "useful", "yes", ADA.user],
    ]


def test_an_account_an_application_and_their_pair_are_judged_apart(workspace, clicks):
    for about in (FELL, FELL._replace(account_id=None), FELL._replace(application_id=None)):
        for _ in range(2):
            give(workspace, clicks.by(ANN), about, "seen", "yes")
    found = verdicts_since(workspace, ANN, JULY)
    assert found["account_id"].fillna("-").tolist() == ["aurora", "-", "aurora"]
    assert found["application_id"].fillna("-").tolist() == ["-", "permit", "permit"]


def test_what_began_before_is_not_asked_for(workspace, clicks):
    give(workspace, clicks.by(ANN), FELL, "seen", "yes")
    assert said(workspace, date(2026, 7, 13)) == []


def test_a_verdict_stands_in_the_audit_log(workspace, clicks):
    give(workspace, clicks.by(ANN), FELL, "reason", "summer closing")
    entry = audit_log(workspace, ADA, 1).iloc[0]
    assert (entry["subject"], entry["detail"]) == ("aurora", "permit, week of 2026-07-06: reason: summer closing")
