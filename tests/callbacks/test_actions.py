"""Whatever is sent, what is kept is text about an account that the person sees; and each click once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.app import create_app
from dashboard.settings import load_settings
from data_access.audit import audit_log
from data_access.care import care_of
from data_access.follow_ups import follow_ups_of
from data_access.notes import notes_of, notes_on_axis
from data_access.scope import Role, Scope
from data_access.verdicts import verdicts_since
from data_access.workspace import open_workspace
from tests.given import LEADER, Given

MIA, CEM = "mia@example.org", "cem@example.org"
ADA = Scope("ada@example.org", Role.ADMINISTRATOR)
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date()


class Desk:
    """A dashboard with two accounts, Mia's and Cem's; managers see their own only."""

    def __init__(self, folder: Path) -> None:
        settings = load_settings(
            data_dir=folder, identity="header", trusted_networks="127.0.0.1", managers_see_all=False,
            leaders=LEADER.user, administrators=ADA.user,
        )  # fmt: skip
        self.client = create_app(settings).server.test_client()
        self.workspace = open_workspace("", folder)
        self.clicks = 0

    def post(self, data, user=MIA):
        body = {
            "output": "..answer.data...written.data..",
            "inputs": [{"id": "action", "property": "data", "value": data}],
            "changedPropIds": ["action.data"],
        }
        environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_USER": user}
        return self.client.post("/_dash-update-component", json=body, environ_base=environ)

    def send(self, action, user=MIA, nonce=None, **fields):
        """What the toast says, and whether those who show what is written are told."""
        self.clicks += 1
        response = self.post({"action": action, "fields": fields, "nonce": nonce or f"{self.clicks:032x}"}, user)
        assert response.status_code == 200, response.text
        answer = response.json["response"]["answer"]["data"]
        assert answer["kept"] is ("written" in response.json["response"])
        return answer["words"], answer["kept"]

    @property
    def is_untouched(self) -> bool:
        return audit_log(self.workspace, ADA, 1).empty


@pytest.fixture(scope="module")
def usage(tmp_path_factory) -> Path:
    given = Given(tmp_path_factory.mktemp("usage"))
    for account in ("aurora", "boulder"):
        given.use(account, "permit", "2026-01-05 09:00")
    given.row("accounts", account="aurora", name="Aurora", manager="Mia Long", manager_email=MIA)
    given.row("accounts", account="boulder", name="Boulder", manager="Cem Abel", manager_email=CEM).load()
    return given.store


def desk_in(folder: Path, usage: Path) -> Iterator[Desk]:
    (folder / "store").symlink_to(usage)
    desk = Desk(folder)
    yield desk
    desk.workspace.close()


@pytest.fixture
def desk(tmp_path, usage):
    yield from desk_in(tmp_path, usage)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory, usage):
    """For tests in which nothing is kept."""
    yield from desk_in(tmp_path_factory.mktemp("untouched"), usage)


def in_words(day):
    year = "" if day.year == datetime.now(UTC).year else f" {day.year}"
    return f"{day:%A}, {day.day} {day:%B}{year}"


def test_a_follow_up_is_kept_and_the_toast_says_for_when(desk):
    fields = {"account": "aurora", "text": " Call. \r\nThen write. ", "due_on": str(TOMORROW), "assigned_to": MIA}
    assert desk.send("follow-up", **fields) == (f"Follow-up for {in_words(TOMORROW)} kept.", True)
    kept = follow_ups_of(desk.workspace, LEADER, "aurora").iloc[0]
    assert (kept["text"], kept["due_on"].date(), kept["created_by"]) == ("Call. \nThen write.", TOMORROW, MIA)


def test_a_follow_up_is_done_and_opened_again(desk):
    desk.send("follow-up", account="aurora", text="Call.", due_on=str(TOMORROW), assigned_to=MIA)
    assert desk.send("complete", account="aurora", id="1") == ("Follow-up done.", True)
    assert desk.send("reopen", account="aurora", id="1") == ("Follow-up open again.", True)
    assert follow_ups_of(desk.workspace, LEADER, "aurora")["done_at"].isna().all()


def test_an_account_is_assigned_put_aside_and_taken_back(desk):
    assert desk.send("assign", account="aurora", assigned_to=MIA)[0] == "Aurora is assigned to Mia Long."
    words = f"Aurora is put aside until {in_words(TOMORROW)}."
    assert desk.send("snooze", account="aurora", until=str(TOMORROW), reason="budget talks")[0] == words
    care = care_of(desk.workspace, LEADER, ["aurora"]).iloc[0]
    assert (care["assigned_to"], care["snoozed_until"].date(), care["snooze_reason"]) == (MIA, TOMORROW, "budget talks")
    assert desk.send("unsnooze", account="aurora")[0] == "Aurora is no longer put aside."
    assert desk.send("assign", account="aurora", assigned_to="")[0] == (
        "Aurora is assigned to nobody. It was assigned to Mia Long before."
    )
    assert care_of(desk.workspace, LEADER, ["aurora"])[["assigned_to", "snoozed_until"]].isna().all(axis=None)


def test_who_assigns_learns_from_whom_it_was_taken(desk):
    desk.send("assign", account="aurora", assigned_to=MIA)
    assert desk.send("assign", account="aurora", assigned_to=MIA)[0] == "Aurora is assigned to Mia Long."
    taken = desk.send("assign", LEADER.user, account="aurora", assigned_to=LEADER.user)
    assert taken == (f"Aurora is assigned to {LEADER.user}. It was assigned to Mia Long before.", True)


def test_a_note_is_of_an_account_or_of_a_day_for_everybody(desk):
    assert desk.send("note", account="aurora", kind="note", text="Retires.") == ("Note on Aurora kept.", True)
    release = {"day": "2001-03-05", "kind": "release", "text": "New forms.", "application": "permit"}
    assert desk.send("note", LEADER.user, **release) == ("Release of Monday, 5 March 2001 kept.", True)
    assert notes_of(desk.workspace, LEADER, "aurora")["text"].tolist() == ["Retires."]
    day = datetime(2001, 3, 5).date()
    assert notes_on_axis(desk.workspace, LEADER, day, day, ["permit"])["text"].tolist() == ["New forms."]


def test_a_note_is_deleted_by_its_author_and_by_administrators_only(desk):
    for _ in range(2):
        desk.send("note", account="aurora", kind="note", text="Retires.")
    words, kept = desk.send("delete-note", LEADER.user, account="aurora", id="1")
    assert (words, kept) == ("This note is not there any more, or somebody else wrote it. Ask who wrote it.", False)
    assert desk.send("delete-note", MIA, account="aurora", id="1") == ("Note deleted.", True)
    assert desk.send("delete-note", ADA.user, account="aurora", id="2") == ("Note deleted.", True)


def test_the_same_click_sent_again_is_written_once_and_answered_alike(desk):
    fields = {"account": "aurora", "kind": "note", "text": "Retires.", "nonce": "a" * 32}
    assert [desk.send("note", **fields) for _ in range(2)] == [("Note on Aurora kept.", True)] * 2
    assert len(notes_of(desk.workspace, LEADER, "aurora")) == 1


# What is refused


ABOUT = {
    "note": {"kind": "note", "text": "Retires."},
    "delete-note": {"id": "1"},
    "follow-up": {"text": "Call.", "due_on": str(TOMORROW), "assigned_to": MIA},
    "complete": {"id": "1"},
    "reopen": {"id": "1"},
    "assign": {"assigned_to": MIA},
    "snooze": {"until": str(TOMORROW), "reason": "budget talks"},
    "unsnooze": {},
}


@pytest.mark.parametrize("action", ABOUT)
@pytest.mark.parametrize("account", ["boulder", "no such", "nul\0", "x" * 2000, "'; drop table notes; --"])
def test_nobody_writes_about_an_account_that_they_do_not_see(untouched, action, account):
    assert untouched.send(action, account=account, **ABOUT[action])[1] is False
    assert untouched.is_untouched


@pytest.mark.parametrize("action", ABOUT)
def test_who_sees_some_accounts_only_writes_nothing_about_all(untouched, action):
    assert untouched.send(action, account="", **ABOUT[action])[1] is False
    assert untouched.is_untouched


def test_a_follow_up_of_another_account_is_not_touched_by_its_number(desk):
    desk.send("follow-up", CEM, account="boulder", text="Call.", due_on=str(TOMORROW), assigned_to=CEM)
    words, kept = desk.send("complete", account="aurora", id="1")
    assert (words, kept) == ("This follow-up is not there any more. Reload the page and choose again.", False)
    assert follow_ups_of(desk.workspace, LEADER, "boulder")["done_at"].isna().all()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", " \n ", "Nothing is written yet. Write a few words, then send it."),
        ("text", "x" * 4001, "The text has 4,001 characters, and 4,000 fit. Shorten it, then send it again."),
        ("text", "bell\a", "The text holds characters that cannot be shown. Type it, instead of pasting it."),
        ("text", "\x1b[2J", "The text holds characters that cannot be shown. Type it, instead of pasting it."),
        ("due_on", "", "The day is missing, or none of the calendar. Choose a day."),
        ("due_on", "2026-02-30", "The day is missing, or none of the calendar. Choose a day."),
        ("due_on", "2001-03-05", "Monday, 5 March 2001 is over. Choose today or a later day."),
        ("due_on", "9999-12-31", "The year 9999 is too far away. Choose another day."),
        ("assigned_to", CEM, "This person cannot be asked. Choose one from the list."),
        ("assigned_to", "", "This person cannot be asked. Choose one from the list."),
        ("application", "no such", "There is no such application. Reload the page and choose again."),
        ("done_by", MIA, "The form has fields that are not known. Reload the page and choose again."),
    ],
)
def test_a_field_that_is_wrong_is_told_with_what_to_do_and_nothing_is_kept(untouched, field, value, words):
    fields = {"account": "aurora", **ABOUT["follow-up"], field: value}
    assert untouched.send("follow-up", **fields) == (words, False)
    assert untouched.is_untouched


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "1" * 10, "١", "true"])
def test_a_number_is_one_that_a_row_can_have(untouched, number):
    assert untouched.send("complete", account="aurora", id=number)[1] is False


@pytest.mark.parametrize(
    "data",
    [
        None, 3, "note", [], {}, {"action": "note"}, {"action": "note", "fields": {}},
        {"action": "no such", "fields": {}, "nonce": "a" * 32},
        {"action": ["note"], "fields": {}, "nonce": "a" * 32},
        {"action": "note", "fields": {"text": 3}, "nonce": "a" * 32},
        {"action": "note", "fields": [["text", "a"]], "nonce": "a" * 32},
        {"action": "note", "fields": {"text": "x" * 20_001}, "nonce": "a" * 32},
        {"action": "note", "fields": {str(n): "" for n in range(13)}, "nonce": "a" * 32},
        {"action": "note", "fields": {}, "nonce": ""},
        {"action": "note", "fields": {}, "nonce": "a" * 33},
        {"action": "note", "fields": {}, "nonce": 3},
    ],
)  # fmt: skip
def test_what_no_form_sends_is_refused(untouched, data):
    answer = untouched.post(data)
    assert (answer.status_code, sorted(answer.json)) == (400, ["error", "of", "remedy"])
    assert untouched.is_untouched


def test_a_workspace_that_is_away_is_told_and_usage_is_still_answered(desk, tmp_path):
    desk.workspace.close()
    for file in tmp_path.glob("workspace.sqlite*"):
        file.write_text("no database " * 100)
    words = "Notes and follow-ups cannot be reached now. What you wrote is still here: send it again in a minute."
    assert desk.send("note", account="aurora", kind="note", text="Retires.") == (words, False)
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_USER": MIA}
    assert desk.client.get("/readyz").status_code == desk.client.get("/", environ_base=environ).status_code == 200


def said(desk):
    return verdicts_since(desk.workspace, ADA, date(2026, 1, 1))[["account_id", "question", "answer"]].values.tolist()


def test_a_change_is_acknowledged_explained_and_judged_by_who_sees_the_account(desk):
    change = {"account": "aurora", "application": "permit", "week": "2026-01-05"}
    desk.send("acknowledge", **change)
    desk.send("explain", **change, reason="summer closing")
    desk.send("vote", **change, useful="no")
    assert said(desk) == [
        ["aurora", "useful", "no"], ["aurora", "reason", "summer closing"], ["aurora", "seen", "yes"],
    ]  # fmt: skip
    assert not desk.send("vote", CEM, **change, useful="yes")[1]


def test_a_change_of_a_whole_application_is_judged_by_those_who_see_every_account(desk):
    change = {"application": "permit", "week": "2026-01-05"}
    assert not desk.send("acknowledge", MIA, **change)[1]
    assert desk.send("acknowledge", LEADER.user, **change)[1]
    assert desk.send("acknowledge", LEADER.user, week="2026-01-05") == (
        "It is not said which change is meant. Reload the page and choose again.", False,
    )  # fmt: skip
    assert len(said(desk)) == 1
