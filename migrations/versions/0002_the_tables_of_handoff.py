"""The tables of handoff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_agent()
    _create_login_failure()
    _index_login_failure()
    _create_queue()
    _create_saved_reply()
    _create_agent_session()
    _index_agent_session()
    _create_membership()
    _create_draft()
    _create_note()
    _index_note()
    _create_ticket()
    _index_ticket()
    _create_rating()


def _create_agent() -> None:
    op.create_table(
        "agent",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("invite_hash", sa.String(), nullable=True),
        sa.Column("invite_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name="role_known"),
        sa.PrimaryKeyConstraint("agent_id"),
        sa.UniqueConstraint("email"),
    )


def _create_login_failure() -> None:
    op.create_table(
        "login_failure",
        sa.Column("login_failure_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("login_failure_id"),
        sqlite_autoincrement=True,
    )


def _index_login_failure() -> None:
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_failure_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_failure_source"), ["source"], unique=False)


def _create_queue() -> None:
    op.create_table(
        "queue",
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.Column("holidays", JSON, nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("promise_minutes", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("queue_id"),
    )


def _create_saved_reply() -> None:
    op.create_table(
        "saved_reply",
        sa.Column("saved_reply_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("saved_reply_id"),
    )


def _create_agent_session() -> None:
    op.create_table(
        "agent_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _index_agent_session() -> None:
    with op.batch_alter_table("agent_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_session_agent_id"), ["agent_id"], unique=False)


def _create_membership() -> None:
    op.create_table(
        "membership",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.queue_id"],
        ),
        sa.PrimaryKeyConstraint("agent_id", "queue_id"),
    )


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("draft_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("draft_id"),
        sa.UniqueConstraint("conversation_id", "agent_id", "mode"),
    )


def _create_note() -> None:
    op.create_table(
        "note",
        sa.Column("note_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("note_id"),
    )


def _index_note() -> None:
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_conversation_id"), ["conversation_id"], unique=False)


def _create_ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("threshold", sa.Float(), nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("card", JSON, nullable=False),
        sa.Column("told", JSON, nullable=False),
        sa.Column("holder_id", sa.String(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picked_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_reply_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'assigned', 'snoozed', 'resolved', 'returned')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.queue_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
    )


def _index_ticket() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            "ticket_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'queued' AND late_at IS NULL"),
            postgresql_where=sa.text("state = 'queued' AND late_at IS NULL"),
        )
        batch_op.create_index("ticket_of_conversation", ["conversation_id", "epoch"], unique=False)
        batch_op.create_index(
            "ticket_one_live",
            ["conversation_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('queued','assigned','snoozed')"),
            postgresql_where=sa.text("state IN ('queued','assigned','snoozed')"),
        )
        batch_op.create_index(
            "ticket_picked_up",
            ["queue_id", "picked_up_at"],
            unique=False,
            sqlite_where=sa.text("picked_up_at IS NOT NULL"),
            postgresql_where=sa.text("picked_up_at IS NOT NULL"),
        )
        batch_op.create_index("ticket_waiting", ["state", "queue_id", "waiting_since"], unique=False)


def _create_rating() -> None:
    op.create_table(
        "rating",
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["ticket.ticket_id"],
        ),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
