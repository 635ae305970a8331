"""Understanding."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_verdict()


def _create_verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("wrong", JSON, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('not_a_reason', 'bot_should_know')", name="kind_known"),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.ticket_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
