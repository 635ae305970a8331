"""The tables of pipeline."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_flow_revision()
    _create_proof_attempt()
    _index_proof_attempt()
    _create_slow_work()
    _index_slow_work()
    _create_timer()
    _index_timer()


def _create_flow_revision() -> None:
    op.create_table(
        "flow_revision",
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("files", JSON, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )


def _create_proof_attempt() -> None:
    op.create_table(
        "proof_attempt",
        sa.Column("proof_attempt_id", sa.Integer(), nullable=False),
        sa.Column("order_hash", sa.String(), nullable=False),
        sa.Column("sender_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("proof_attempt_id"),
        sqlite_autoincrement=True,
    )


def _index_proof_attempt() -> None:
    with op.batch_alter_table("proof_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proof_attempt_order_hash"), ["order_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_proof_attempt_sender_hash"), ["sender_hash"], unique=False)


def _create_slow_work() -> None:
    op.create_table(
        "slow_work",
        sa.Column("slow_work_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("is_write", sa.Boolean(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("timeout_seconds", sa.Float(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("value", JSON, nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'answered', 'done', 'void')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("slow_work_id"),
    )


def _index_slow_work() -> None:
    with op.batch_alter_table("slow_work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slow_work_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "slow_work_open",
            ["state", "created_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued','running','answered')"),
            postgresql_where=sa.text("state IN ('queued','running','answered')"),
        )


def _create_timer() -> None:
    op.create_table(
        "timer",
        sa.Column("timer_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("timer_id"),
    )


def _index_timer() -> None:
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(
            "timer_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("fired_at IS NULL"),
            postgresql_where=sa.text("fired_at IS NULL"),
        )
