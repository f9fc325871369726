from datetime import UTC, date, datetime

from data_access.notes import NOTES, add_note, delete_note, notes_of, notes_on_axis
from tests.data_access.conftest import ADA, ANN, BOB


def texts(frame):
    return frame["text"].tolist()


def test_a_note_is_kept_with_who_wrote_it_and_when(workspace, clicks):
    add_note(workspace, clicks.by(ANN), "Their clerk retires.", account_id="aurora", application_id="permit")
    found = notes_of(workspace, BOB, "aurora").to_dict("records")
    assert [{key: value for key, value in row.items() if value == value} for row in found] == [
        {
            "id": 1, "account_id": "aurora", "application_id": "permit", "kind": "note",
            "text": "Their clerk retires.", "created_by": "ann@example.org",
            "created_at": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        }
    ]  # fmt: skip


def test_a_note_may_hold_any_text(workspace, clicks):
    text = "Žižkov 🙂 <b>=1+1</b>\n'; drop table notes; --"
    add_note(workspace, clicks.by(ANN), text, account_id="aurora")
    assert texts(notes_of(workspace, ANN, "aurora")) == [text]


def test_the_notes_of_an_account_begin_with_the_latest_day_and_those_without_one_are_last(workspace, clicks):
    for text, day in (("first", None), ("old", date(2026, 1, 5)), ("new", date(2026, 3, 2)), ("second", None)):
        add_note(workspace, clicks.by(ANN), text, account_id="aurora", day=day)
    add_note(workspace, clicks.by(ANN), "of another", account_id="boulder")
    assert texts(notes_of(workspace, ANN, "aurora")) == ["new", "old", "second", "first"]


def test_the_time_axis_has_the_notes_for_everybody_on_its_days(workspace, clicks):
    for text, day, account, application in (
        ("before", date(2026, 1, 4), None, None),
        ("first day", date(2026, 1, 5), None, None),
        ("of permits", date(2026, 1, 6), None, "permit"),
        ("of licences", date(2026, 1, 7), None, "licence"),
        ("of one account", date(2026, 1, 8), "aurora", None),
        ("on no day", None, None, None),
        ("last day", date(2026, 1, 11), None, None),
        ("after", date(2026, 1, 12), None, None),
    ):
        add_note(
            workspace, clicks.by(ANN), text, kind="release", day=day, account_id=account, application_id=application
        )
    week = (date(2026, 1, 5), date(2026, 1, 11))
    assert texts(notes_on_axis(workspace, ANN, *week)) == ["last day", "of licences", "of permits", "first day"]
    assert texts(notes_on_axis(workspace, ANN, *week, ["permit"])) == ["last day", "of permits", "first day"]


def test_without_notes_the_columns_are_the_same(workspace):
    assert notes_of(workspace, ANN, "aurora").dtypes.astype(str).to_dict() == NOTES


def test_a_note_is_deleted_by_who_wrote_it_or_an_administrator(workspace, clicks):
    for text in ("one", "two", "three"):
        add_note(workspace, clicks.by(ANN), text, account_id="aurora")
    assert not delete_note(workspace, clicks.by(BOB), "aurora", 1)
    assert delete_note(workspace, clicks.by(ANN), "aurora", 1)
    assert delete_note(workspace, clicks.by(ADA), "aurora", 2)
    assert texts(notes_of(workspace, ANN, "aurora")) == ["three"]


def test_a_note_is_deleted_as_one_of_its_own_account_only(workspace, clicks):
    add_note(workspace, clicks.by(ANN), "of Aurora", account_id="aurora")
    add_note(workspace, clicks.by(ANN), "for everybody")
    assert not delete_note(workspace, clicks.by(ADA), "boulder", 1)
    assert not delete_note(workspace, clicks.by(ADA), None, 1)
    assert not delete_note(workspace, clicks.by(ADA), "aurora", 2)
    assert delete_note(workspace, clicks.by(ADA), None, 2)


def test_the_number_of_a_deleted_note_is_given_to_no_other(workspace, clicks):
    add_note(workspace, clicks.by(ANN), "first", account_id="aurora")
    delete_note(workspace, clicks.by(ANN), "aurora", 1)
    add_note(workspace, clicks.by(ANN), "second", account_id="aurora")
    assert notes_of(workspace, ANN, "aurora")["id"].tolist() == [2]
