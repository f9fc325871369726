"""Notes, follow-ups, assignments, snoozes, the audit log and the version."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

MOMENT = sa.DateTime(timezone=True)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, sa.Identity(), primary_key=True)


def upgrade() -> None:
    op.create_table(
        "notes",
        _number(),
        sa.Column("account_id", sa.String),
        sa.Column("application_id", sa.String),
        sa.Column("day", sa.Date),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("notes_of_an_account", "notes", ["account_id"])
    op.create_index("notes_of_a_day", "notes", ["day"])
    op.create_table(
        "follow_ups",
        _number(),
        sa.Column("account_id", sa.String, nullable=False),
        sa.Column("application_id", sa.String),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("assigned_to", sa.String, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
        sa.Column("done_by", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_index("follow_ups_of_an_account", "follow_ups", ["account_id"])
    op.create_table(
        "assignments",
        sa.Column("account_id", sa.String, primary_key=True),
        sa.Column("assigned_to", sa.String, nullable=False),
        sa.Column("assigned_by", sa.String, nullable=False),
        sa.Column("assigned_at", MOMENT, nullable=False),
    )
    op.create_table(
        "snoozes",
        sa.Column("account_id", sa.String, primary_key=True),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("snoozed_by", sa.String, nullable=False),
        sa.Column("snoozed_at", MOMENT, nullable=False),
    )
    op.create_table(
        "audit",
        _number(),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("nonce", sa.String, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    version = op.create_table("version", sa.Column("number", sa.BigInteger, nullable=False))
    op.bulk_insert(version, [{"number": 0}])


def downgrade() -> None:
    for table in ("version", "audit", "snoozes", "assignments", "follow_ups", "notes"):
        op.drop_table(table)
