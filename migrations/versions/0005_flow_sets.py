"""Flow sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_flow_folder()
    _create_flow_set()
    _index_flow_set()
    _create_flow_draft()
    _alter_conversation()
    _alter_flow_revision()
    _alter_step_log()


def _create_flow_folder() -> None:
    op.create_table(
        "flow_folder",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("adopted", JSON, nullable=False),
        sa.Column("given", JSON, nullable=False),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("behind", JSON, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_flow_set() -> None:
    op.create_table(
        "flow_set",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("rolled_back_from", sa.String(), nullable=False),
        sa.CheckConstraint("origin IN ('folder', 'console', 'cli')", name="origin_known"),
        sa.PrimaryKeyConstraint("serial"),
        sqlite_autoincrement=True,
    )


def _index_flow_set() -> None:
    with op.batch_alter_table("flow_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flow_set_content"), ["content"], unique=False)


def _create_flow_draft() -> None:
    op.create_table(
        "flow_draft",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("agent_id", "file"),
    )


def _alter_conversation() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standing", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("standing_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "conversation_standing",
            ["standing"],
            unique=False,
            sqlite_where=sa.text("standing IS NOT NULL"),
            postgresql_where=sa.text("standing IS NOT NULL"),
        )


def _alter_flow_revision() -> None:
    with op.batch_alter_table("flow_revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("flow", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("shape", sa.String(), nullable=False))
        batch_op.add_column(sa.Column("first_set", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("last_set", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("expires_seconds", sa.Float(), nullable=False))
        batch_op.add_column(sa.Column("moved_in", sa.Integer(), nullable=True))
        batch_op.create_index("flow_revision_shape", ["flow", "shape"], unique=False)
        batch_op.drop_column("files")
        batch_op.drop_column("published_at")
        batch_op.drop_column("published_by")


def _alter_step_log() -> None:
    with op.batch_alter_table("step_log", schema=None) as batch_op:
        batch_op.create_index("step_log_at", ["at"], unique=False)
