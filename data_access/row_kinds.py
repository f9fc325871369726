"""What can a row behind a number be? Of each kind: its columns, and how the rows come to the number."""

from enum import StrEnum

from data_access import engagement_kinds
from data_access.accounts import LEFT_OUT_OF_BOTTOM
from data_access.filters import Filters, Measure


class Kind(StrEnum):
    """What a row is. Of those of ADDED_UP the values add up; of the others the rows are counted."""

    USE = "use"  # a pair with any of the measure in the period
    BEFORE = "before"  # the same in the comparison
    USED = "used"  # the rows of USE, counted
    USERS = "users"  # a person who was active in the period
    USERS_BEFORE = "users-before"
    PAIRS = "pairs"  # an account and an application, in a state asked for
    ACCOUNTS = "accounts"  # an account with such a pair
    ENTERED = "entered"  # a pair that came into a state asked for, in four weeks
    LEFT = "left"  # a pair that was in a state asked for, four weeks before
    CALLS = "calls"  # a pair to call, of the accounts on the work list
    HELD = "held"  # a pair entitled at the start of the period
    LOST = "lost"  # one of HELD that is not entitled at its end
    HELD_VALUE = "held-value"  # the rows of HELD, with their annual value
    LOST_VALUE = "lost-value"
    HELD_ACCOUNTS = "held-accounts"  # an account with a pair of HELD
    LOST_ACCOUNTS = "lost-accounts"  # one that has none left at the end
    ENDED = "ended"  # a pair cancelled in the period
    LEFT_OUT = "left-out"  # an account that the bottom leaves out, and of these:
    LEFT_OUT_ONBOARDING = "left-out-onboarding"
    LEFT_OUT_NO_DATA = "left-out-no-data"
    LEFT_OUT_NOT_STARTED = "left-out-not-started"
    LEFT_OUT_CANCELLED = "left-out-cancelled"
    # Of Engagement (rows_of_engagement.py).
    REGISTERED = "registered"  # a person who registered by the end of the period
    REGISTRATIONS = "registrations"  # a person who registered in it
    TRANSACTING = "transacting"  # a person with a charged message in it
    INVITED = "invited"  # a person invited in it
    ACTIVATED = "activated"  # of them one who was activated
    TRANSACTED = "transacted"  # of these one who transacted
    NOT_ACTIVATED = "not-activated"
    NOT_TRANSACTED = "not-transacted"
    COHORT = "cohort"  # a person of the cohort who was active so many months later
    COHORT_ACCOUNTS = "cohort-accounts"
    MESSAGES = "messages"  # a message of the period
    CHARGED = "charged"  # one that was charged
    CHARGES = "charges"  # the same, with what it cost
    DELIVERED = "delivered"
    PENDING = "pending"
    FAILED = "failed"
    UNJUDGED = "unjudged"  # with a status that says neither
    ADOPTERS = "adopters"  # an entitled pair that used a feature
    SESSIONS = "sessions"
    SINGLE = "single-events"
    TICKETS = "tickets"  # one opened in the period
    RESOLVED = "resolved"  # of them one that is resolved
    STILL_OPEN = "still-open"  # one that is not resolved at the end of the period


USE = {
    "account_id": "str", "account": "str", "application": "str", "state": "str", "value": "float64",
    "last_use_on": "datetime64[s]", "manager": "str",
}  # fmt: skip
PEOPLE = {
    "account_id": "str", "person": "str", "user_id": "str", "email": "str", "account": "str", "other_accounts": "Int64",
    "applications": "int64", "days_active": "int64", "last_day": "datetime64[s]", "logins": "int64",
}  # fmt: skip
PAIRS = {
    "account_id": "str", "account": "str", "application": "str", "state_before": "str", "state": "str",
    "since": "datetime64[s]", "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]", "reason": "str",
    "last_use_on": "datetime64[s]", "seats": "Int64", "annual_value": "float64",
}  # fmt: skip
VALUES = {
    "account_id": "str", "account": "str", "application": "str", "value": "float64", "state": "str",
    "started_on": "datetime64[s]", "cancelled_on": "datetime64[s]", "reason": "str", "manager": "str",
}  # fmt: skip
ACCOUNTS = {
    "account_id": "str", "account": "str", "state": "str", "seats": "Int64", "annual_value": "float64",
    "manager": "str", "plan": "str", "industry": "str", "region": "str",
}  # fmt: skip
# Why the bottom leaves out the accounts of a kind.
REASONS = {
    Kind.LEFT_OUT: LEFT_OUT_OF_BOTTOM,
    Kind.LEFT_OUT_ONBOARDING: ("onboarding",),
    Kind.LEFT_OUT_NO_DATA: ("no data",),
    Kind.LEFT_OUT_NOT_STARTED: ("not started",),
    Kind.LEFT_OUT_CANCELLED: ("cancelled",),
}
# The column of `churn` that holds the number of a kind.
CHURN = {
    Kind.HELD: "pairs", Kind.LOST: "pairs_lost", Kind.HELD_VALUE: "value", Kind.LOST_VALUE: "value_lost",
    Kind.HELD_ACCOUNTS: "accounts", Kind.LOST_ACCOUNTS: "accounts_lost",
}  # fmt: skip
COLUMNS = {
    Kind.USE: USE, Kind.BEFORE: USE, Kind.USED: USE, Kind.USERS: PEOPLE, Kind.USERS_BEFORE: PEOPLE,
    Kind.PAIRS: PAIRS, Kind.ENTERED: PAIRS, Kind.LEFT: PAIRS, Kind.CALLS: PAIRS, Kind.HELD: PAIRS, Kind.LOST: PAIRS,
    Kind.ENDED: PAIRS, Kind.HELD_VALUE: VALUES, Kind.LOST_VALUE: VALUES, Kind.ACCOUNTS: ACCOUNTS,
    Kind.HELD_ACCOUNTS: ACCOUNTS, Kind.LOST_ACCOUNTS: ACCOUNTS, **dict.fromkeys(REASONS, ACCOUNTS),
    **{Kind(name): columns for name, columns in engagement_kinds.COLUMNS.items()},
}  # fmt: skip
ADDED_UP = (Kind.USE, Kind.BEFORE, Kind.HELD_VALUE, Kind.LOST_VALUE, Kind.CHARGES)
OF_ENGAGEMENT = tuple(map(Kind, engagement_kinds.COLUMNS))


def told_by(kind: Kind, filters: Filters) -> Kind:
    """People do not add up over pairs: a number of people is told by the people themselves."""
    if filters.measure is not Measure.USERS:
        return kind
    return {Kind.USE: Kind.USERS, Kind.BEFORE: Kind.USERS_BEFORE}.get(kind, kind)


def usual_order(kind: Kind) -> str:
    """What is most comes first; where nothing is more, the first name."""
    columns = COLUMNS[kind]
    if kind is not Kind.CHARGES and (latest := {"sent_at", "started_at", "opened_at"} & columns.keys()):
        return latest.pop()
    return "value" if "value" in columns else "logins" if "logins" in columns else "account"
