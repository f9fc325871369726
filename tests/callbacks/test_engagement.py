"""What Engagement says of two agencies, of the funnel of the example, and of sources that tell little."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from dash import Dash
from flask import g

from callbacks import engagement, engagement_exports
from callbacks import engagement_lists as lists
from callbacks import engagement_messages as channels
from callbacks import engagement_people as people
from callbacks import engagement_when as when
from callbacks import engagement_work as work
from callbacks.exports import notes
from callbacks.query import filters, query
from callbacks.request import BadInput
from layouts.engagement_parts import PARTS
from tests.engaged import engaged_agencies
from tests.given import LEADER, Given

ASKED = "?period=4w"


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Given:
    return engaged_agencies(Given(tmp_path_factory.mktemp("engaged")))


@contextmanager
def asked(given: Given, search: str = ASKED) -> Iterator[tuple[Any, Any]]:
    """Four weeks up to Sunday 1 February 2026, with addresses relative to an application."""
    with Dash(__name__).server.app_context(), given.opened.pin() as generation:
        g.scope, g.generation = LEADER, generation
        yield filters(search), query(search)


def words(tree: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", tree)).split())


def test_the_heading_answers_in_figures(agencies: Given):
    with asked(agencies) as question:
        head, lacking = map(words, engagement.update_heading(*question))
    assert "3 people active in the period; 0.2 a day on average at its end; 7 messages sent; 1 of 4 invited" in head
    assert lacking == ""


def test_people_are_registered_active_and_transacting(agencies: Given):
    with asked(agencies) as question:
        answer = people.update_people(*question, "light")
        table = people.by_bucket(*question)
    head, _, above, below = map(words, answer[1 : 1 + len(PARTS)])
    assert head.startswith("3 people active, of 4 registered 75.0 % of those registered were active.")
    assert above == "Registered 4 ▲ 100.0% Active 3 new Transacting 1 new"
    assert "12 Jan 2026 4 2 0" in below
    assert table[["registered", "active", "transacting", "new"]].values.tolist() == [
        [4, 2, 1, 2], [4, 2, 0, 0], [4, 0, 0, 0], [4, 1, 0, 0],
    ]  # fmt: skip
    assert words(answer[6]).startswith("2 new registrations in the period Most in the week of 5 Jan 2026: 2")


def test_days_weeks_and_months_of_a_selection_are_those_kept_where_it_is_everybody(agencies: Given):
    """Both agencies as a choice of accounts are everybody, counted on the fly."""
    with asked(agencies) as question:
        kept = people.active_days(*question)
    with asked(agencies, f"{ASKED}&account=a&account=b") as question:
        counted = people.active_days(*question)
    assert counted.equals(kept)
    last = kept.iloc[-1]
    assert last[["daily", "weekly", "monthly"]].tolist() == [1, 1, 3]
    assert last["average"] == pytest.approx(5 / 28)
    assert last["stickiness"] == pytest.approx(5 / 28 / 3)


def test_a_month_of_30_days_can_be_chosen(agencies: Given):
    with asked(agencies, f"{ASKED}&mau=30") as question:
        figure, head, *_ = people.update_active(*question, "dark")
    assert "A person active in 30 days" in words(head)
    assert figure["layout"]["annotations"][-1]["text"] == "In 30 days"


def test_people_by_hour_are_the_mean_of_the_days_of_that_weekday(agencies: Given):
    """Four Mondays: Ann and Cy each came at nine on one of them."""
    with asked(agencies) as question:
        hours = people_by_hour = when.people_by_hour(question[0])
        head = words(when.update_hours(*question, "light")[1])
        charged = words(when.update_charged(*question, "light")[1])
    assert hours.loc[1, 9] == 0.5
    assert people_by_hour.to_numpy().sum() == 1.25
    assert head.startswith("Most people on Mondays from 9 to 10 o'clock 0.5 then; 80 % of all Monday to Friday")
    assert charged.startswith("Most charged messages on Tuesdays from 10 to 11 o'clock 2 then; 100 %")


def test_channels_state_success_with_its_interval_and_leave_out_what_is_not_known(agencies: Given):
    with asked(agencies) as question:
        rows = channels.by_channel(question[0])
        table, reasons = map(words, channels.update_channels(*question))
    totals = rows[rows["is_total"]].set_index("channel")
    assert totals.loc["All", ["messages", "delivered", "failed", "pending", "unknown"]].tolist() == [7, 3, 2, 1, 1]
    assert totals["success"].tolist() == pytest.approx([3 / 5, 2 / 3, 1 / 2])
    assert totals.loc["SMS", ["low", "high"]].tolist() == pytest.approx([0.2077, 0.9385], abs=5e-5)
    assert "E-mail delivers least, 50.0 %; SMS most, 66.7 %" in table
    assert "1 message not judged: their status (“teleported”) does not say what became of them." in table
    assert "SMS 4 3 1.25 2 1 1 66.7 % 20.8–93.9 %" in table
    assert "E-mail 3 1 0.10 1 1 0 50.0 % 9.5–90.5 %" in table
    assert "Invalid number SMS 1 50.0 %" in reasons


def test_channels_and_categories_narrow_messages(agencies: Given):
    with asked(agencies, f"{ASKED}&channel=SMS&category=notice") as question:
        assert channels.by_channel(question[0])["messages"].tolist() == [2, 2, 2]
        head = words(engagement.update_heading(*question)[0])
        file = engagement_exports.EXPORTS["channels"](*question)
        said = notes(question[0])
    assert said[-2:] == [("Channels", "SMS"), ("Categories", "notice")]
    assert "Channel: SMS ✕ Category: notice ✕" in head
    assert file.iloc[2, :3].tolist() == ["SMS", "notice", 2]


def test_a_reason_and_a_priority_that_came_along_from_rows_are_chips(agencies: Given):
    with asked(agencies, f"{ASKED}&reason=Invalid+number&priority=Low") as question:
        head = words(engagement.update_heading(*question)[0])
        failures = words(channels.update_channels(*question)[1])
        tickets = words(work.update_tickets(*question, "light")[3])
    assert "Reason: Invalid number ✕ Priority: Low ✕" in head
    assert failures.startswith("Invalid number (SMS): 100 % of the failures")
    assert tickets.startswith("Opened 1 new Open at the end 1 ")


def test_a_selection_of_nobody_is_told_in_whole_sentences(agencies: Given):
    with asked(agencies, f"{ASKED}&state=cancelled") as question:
        head = words(engagement.update_heading(*question)[0])
        people_by_hour, charged = (
            words(found(*question, "light")[1]) for found in (when.update_hours, when.update_charged)
        )
    assert "0 people active in the period; 0 a day on average at its end; 0 messages sent; nobody was invited." in head
    assert people_by_hour.startswith("When are people active?")
    assert charged.startswith("When are messages charged?")


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("channel=Fax", "There is no channel 'Fax'. Choose of: E-mail, SMS."),
        ("category=x", "There is no category 'x'. Choose of: notice, receipt."),
        ("feature=x", "There is no feature 'x'."),
        ("cohort=2026-13", "'2026-13' is no month."),
        ("cohort=January", "'January' is no month."),
        ("later=-1", "'-1' is no number of months."),
        ("mau=29", "'29' is no mau. Accepted: 28, 30."),
    ],
)
def test_what_is_not_there_is_refused(agencies: Given, search: str, said: str):
    with pytest.raises(BadInput, match=re.escape(said)), asked(agencies, f"?{search}"):
        pass


def test_the_funnel_of_the_example(tmp_path):
    """210 invited, 105 activated, 34 transacting: 50 %, 32.38 % and 16.19 %."""
    given = Given(tmp_path).use("a", "permit", "2026-02-01 09:00")
    for number in range(210):
        given.row("users", user=f"u{number}", account="a", invited_on="2026-01-06",
                  activated_on="2026-01-07" if number < 105 else None,
                  transacted_on="2026-01-08" if number < 34 else None)  # fmt: skip
    given.loaded()
    with asked(given, "?period=2026-01-05..2026-02-01&step=transacted") as question:
        funnel, dropped = map(words, lists.update_funnel(*question))
    # The log begins on its one day, and the period with it.
    assert "Nobody was invited" in funnel
    given.use("a", "permit", "2026-01-05 09:00").loaded()
    with asked(given, "?period=2026-01-05..2026-02-01&step=transacted") as question:
        funnel, dropped = map(words, lists.update_funnel(*question))
    assert "Of 210 people invited, 50 % activated and 16.19 % transacted" in funnel
    assert "Activated 105 50 % 50 % 105" in funnel
    assert "Transacted 34 32.38 % 16.19 % 71" in funnel
    assert dropped.startswith("71 people activated and without a transaction")


def test_features_sessions_and_tickets_are_told_in_words(agencies: Given):
    with asked(agencies) as question:
        adoption, features = map(words, work.update_adoption(*question))
        sessions = [words(part) for part in work.update_sessions(*question, "light")[1:]]
        tickets = [words(part) for part in work.update_tickets(*question, "light")[1:]]
    lengths, priorities = sessions.pop(), tickets.pop()
    # Of 1 + 2 × 3 on offer, 1 + 3 are used.
    assert adoption.startswith("An account uses 57.1 % of the features that its applications offer")
    assert "Permit 50.0 %" in adoption
    assert features.startswith("1 feature nobody uses: print")
    assert sessions[0].startswith("Half of the sessions last 4 min or more")
    assert "Median 4 min One in ten is longer than 8.8 min" in sessions[2]
    assert "Permit 3 4 min 8.8 min 2" in lengths
    assert tickets[0].startswith("3 tickets opened in the period; half are resolved within 20 h")
    assert "Answers a ticket 2.0" in tickets[2]
    assert "High 2 2 20 h 2 h 3.0" in priorities


def test_a_cohort_cell_leads_to_its_people(agencies: Given):
    with asked(agencies) as question:
        [card] = lists.update_cohorts(*question)
        accounts = words(*lists.update_cohorts(question[0], query(f"{ASKED}&who=accounts")))
    assert "1 person left out: their first use may lie before the log." in words(card)
    assert "Oct 2025 1 100 % 100 % 0 % 0 %" in words(card)
    assert "cohort=2025-10&amp;later=1&amp;period=4w&amp;rows=cohort" in card
    assert "No month of first use lies wholly in the log." in accounts


def test_a_source_that_names_nobody_says_what_each_block_needs(tmp_path):
    given = (
        Given(tmp_path).use("a", "permit", "2026-01-05 09:00", user="").use("a", "permit", "2026-02-01 09:00", user="")
    )
    given.row("tickets", ticket="t", account="a", opened_at="2026-01-06 08:00").loaded()
    with asked(given) as question:
        head, lacking = map(words, engagement.update_heading(*question))
        drawn = [people.update_active(*question, "light"), when.update_hours(*question, "light")]
        texts = [
            *channels.update_channels(*question),
            *lists.update_funnel(*question),
            *work.update_adoption(*question),
        ]
        tickets = work.update_tickets(*question, "light")
    assert head.endswith("follows. Cohorts Tickets")
    for needs in (
        "Active people : usage.columns: user", "Registered people and new registrations : users: registered_on",
        "Channels, delivery and failures : messages: account, sent_at, channel, status",
        "Funnel and who dropped out : users: account, invited_on, activated_on, transacted_on",
    ):  # fmt: skip
        assert needs in lacking
    assert "Tickets :" not in lacking
    assert [part for answer in drawn for part in answer[1:]] == [""] * 2 * len(PARTS)
    assert texts == [""] * 6
    assert words(tickets[1]).startswith("1 ticket opened in the period")


@pytest.mark.parametrize(
    "search", [ASKED, "?period=4w&vs=none&by=month&channel=SMS", "?period=all&app=fleet&who=accounts"]
)
def test_every_card_has_its_file(agencies: Given, search: str):
    with asked(agencies, search) as question:
        for name, table in engagement_exports.EXPORTS.items():
            assert len(table(*question).columns) > 1, name


def test_a_month_before_all_else_is_drawn_without_a_cohort(agencies: Given):
    with asked(agencies, "?period=2025-09-01..2025-09-10") as question:
        assert "No month of first use" in words(*lists.update_cohorts(*question))
        assert "The log is shorter than 28 days" in words(people.update_active(*question, "light")[1])
