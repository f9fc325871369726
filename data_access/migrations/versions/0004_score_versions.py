"""How health is scored, and since when."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"

NUMBERS = (
    "usage_frequency_weight", "logins_weight", "ticket_responses_weight", "feature_adoption_weight",
    "csm_engagement_weight", "healthy", "at_risk",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "score_versions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("scaling", sa.String, nullable=False),
        *(sa.Column(name, sa.Double, nullable=False) for name in NUMBERS),
        sa.Column("note", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("score_versions")
