"""The workspace: which tables, at which grain?

What people write is about the source's own ids, since keys are dealt anew in
each generation of the usage store. Moments are UTC. A change here needs a step
in migrations/versions; a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Double, Identity, Index, Integer, MetaData, String, Table
from sqlalchemy.types import TypeDecorator

SCHEMA = "workspace"  # in PostgreSQL

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC on both databases: SQLite keeps no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


def _number() -> Column[int]:
    return Column("id", Integer, Identity(), primary_key=True)


# One row per note. Without an account it is everybody's; without a day it is on no time axis.
notes = Table(
    "notes",
    metadata,
    _number(),
    Column("account_id", String),
    Column("application_id", String),  # null: of all applications
    Column("day", Date),
    Column("kind", String, nullable=False),  # note, release, holiday or outage
    Column("text", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("notes_of_an_account", "account_id"),
    Index("notes_of_a_day", "day"),
    # The number of what was deleted must not come to name something else.
    sqlite_autoincrement=True,
)

# One row per thing to be done about an account.
follow_ups = Table(
    "follow_ups",
    metadata,
    _number(),
    Column("account_id", String, nullable=False),
    Column("application_id", String),
    Column("text", String, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("assigned_to", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("done_by", String),
    Index("follow_ups_of_an_account", "account_id"),
    sqlite_autoincrement=True,
)

# One row per account that somebody looks after.
assignments = Table(
    "assignments",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("assigned_to", String, nullable=False),
    Column("assigned_by", String, nullable=False),
    Column("assigned_at", Moment, nullable=False),
)

# One row per account that was put aside; on the day `until` it is back.
snoozes = Table(
    "snoozes",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("until", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("snoozed_by", String, nullable=False),
    Column("snoozed_at", Moment, nullable=False),
)

# One row per flagged change, question and, where people may differ, person.
verdicts = Table(
    "verdicts",
    metadata,
    _number(),
    Column("account_id", String),  # null: of an application as a whole
    Column("application_id", String),  # null: of an account as a whole
    Column("week", Date, nullable=False),  # in which the change began
    Column("question", String, nullable=False),  # seen, reason or useful
    Column("answer", String, nullable=False),
    Column("given_by", String, nullable=False),
    Column("given_at", Moment, nullable=False),
    Index("verdicts_of_a_week", "week"),
    sqlite_autoincrement=True,
)

# One row per table of the last back-test, in its order.
evaluations = Table(
    "evaluations",
    metadata,
    _number(),
    Column("made_at", Moment, nullable=False),
    Column("source", String, nullable=False),
    Column("title", String, nullable=False),
    Column("content", String, nullable=False),  # CSV with a row per method
    sqlite_autoincrement=True,
)

# One row per way in which health was scored, from its moment on. None is ever changed.
score_versions = Table(
    "score_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String, nullable=False),
    Column("scaling", String, nullable=False),  # percentile or min-max
    Column("usage_frequency_weight", Double, nullable=False),
    Column("logins_weight", Double, nullable=False),
    Column("ticket_responses_weight", Double, nullable=False),
    Column("feature_adoption_weight", Double, nullable=False),
    Column("csm_engagement_weight", Double, nullable=False),
    Column("healthy", Double, nullable=False),  # from so many points on
    Column("at_risk", Double, nullable=False),
    Column("note", String, nullable=False),
)

# One row per write, in its transaction.
audit = Table(
    "audit",
    metadata,
    _number(),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String),  # an account
    Column("detail", String, nullable=False),
    Column("nonce", String, nullable=False, unique=True),  # of the click that asked for it
    sqlite_autoincrement=True,
)

# One row: which write was the last.
version = Table("version", metadata, Column("number", BigInteger, nullable=False))
