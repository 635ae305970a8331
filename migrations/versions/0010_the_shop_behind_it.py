"""The shop behind it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_news_consent()
    _create_news_day()
    _create_news_feed()
    _create_news_group()
    _create_order_news()
    _index_order_news()
    _create_incident()
    _index_incident()
    _create_order_action()
    _index_order_action()
    _create_incident_photo()
    _index_incident_photo()
    _create_incident_statement()
    _index_incident_statement()
    _create_incident_task()
    _index_incident_task()
    _alter_conversation()
    _alter_step_log()
    _alter_ticket()


def _create_news_consent() -> None:
    op.create_table(
        "news_consent",
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("canonical", "family"),
    )


def _create_news_day() -> None:
    op.create_table(
        "news_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "canonical"),
    )


def _create_news_feed() -> None:
    op.create_table(
        "news_feed",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )


def _create_news_group() -> None:
    op.create_table(
        "news_group",
        sa.Column("news_group_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("made_by", sa.String(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("news_group_id"),
        sa.UniqueConstraint("cause"),
    )


def _create_order_news() -> None:
    op.create_table(
        "order_news",
        sa.Column("order_news_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("news_group_id", sa.String(), nullable=True),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("about", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'told', 'dropped', 'held')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["news_group_id"],
            ["news_group.news_group_id"],
        ),
        sa.PrimaryKeyConstraint("order_news_id"),
        sa.UniqueConstraint("key"),
    )


def _index_order_news() -> None:
    with op.batch_alter_table("order_news", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_news_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_news_news_group_id"), ["news_group_id"], unique=False)
        batch_op.create_index(
            "order_news_due",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index("order_news_of_order", ["order_key", "kind", "happened_at"], unique=False)


def _create_incident() -> None:
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("contact_id", sa.String(), nullable=True),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("order_facts", JSON, nullable=False),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("tracking_number", sa.String(), nullable=False),
        sa.Column("facts_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("facts_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("recovered", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("deadline_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_reference", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_state", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('late', 'lost', 'damaged', 'wrong', 'missing')", name="kind_known"),
        sa.CheckConstraint(
            "state IN ('open', 'ready', 'claimed', 'accepted', 'refused', 'closed')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.contact_id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("incident_id"),
        sa.UniqueConstraint("code"),
    )


def _index_incident() -> None:
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(
            "incident_asks",
            ["facts_due_at"],
            unique=False,
            sqlite_where=sa.text("facts_due_at IS NOT NULL"),
            postgresql_where=sa.text("facts_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "incident_deadline",
            ["deadline_on"],
            unique=False,
            sqlite_where=sa.text("state IN ('open','ready','claimed')"),
            postgresql_where=sa.text("state IN ('open','ready','claimed')"),
        )
        batch_op.create_index(
            "incident_of_order",
            ["order_key", "kind"],
            unique=True,
            sqlite_where=sa.text("state IN ('open','ready','claimed')"),
            postgresql_where=sa.text("state IN ('open','ready','claimed')"),
        )
        batch_op.create_index(
            "incident_untold",
            ["state_at"],
            unique=False,
            sqlite_where=sa.text("told_state <> state"),
            postgresql_where=sa.text("told_state <> state"),
        )
        batch_op.create_index(batch_op.f("ix_incident_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_ticket_id"), ["ticket_id"], unique=False)


def _create_order_action() -> None:
    op.create_table(
        "order_action",
        sa.Column("order_action_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("incident_id", sa.String(), nullable=True),
        sa.Column("order_reference", sa.String(), nullable=False),
        sa.Column("order_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("preview", JSON, nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tells_customer", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'running', 'done', 'failed', 'unsure', 'declined')", name="state_known"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("order_action_id"),
        sa.UniqueConstraint("key"),
    )


def _index_order_action() -> None:
    with op.batch_alter_table("order_action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_action_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_action_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_action_order_key"), ["order_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_action_ticket_id"), ["ticket_id"], unique=False)
        batch_op.create_index(
            "order_action_open",
            ["state", "created_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('proposed','approved','running')"),
            postgresql_where=sa.text("state IN ('proposed','approved','running')"),
        )
        batch_op.create_index(
            "order_action_untold",
            ["ended_at"],
            unique=False,
            sqlite_where=sa.text("state = 'done' AND tells_customer AND told_at IS NULL"),
            postgresql_where=sa.text("state = 'done' AND tells_customer AND told_at IS NULL"),
        )


def _create_incident_photo() -> None:
    op.create_table(
        "incident_photo",
        sa.Column("incident_photo_id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("attachment_id", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.String(), nullable=False),
        sa.Column("twin_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
        ),
        sa.PrimaryKeyConstraint("incident_photo_id"),
    )


def _index_incident_photo() -> None:
    with op.batch_alter_table("incident_photo", schema=None) as batch_op:
        batch_op.create_index("incident_photo_once", ["incident_id", "attachment_id"], unique=True)
        batch_op.create_index(
            "incident_photo_unseen",
            ["created_at"],
            unique=False,
            sqlite_where=sa.text("sha256 = '' AND refused = ''"),
            postgresql_where=sa.text("sha256 = '' AND refused = ''"),
        )
        batch_op.create_index(batch_op.f("ix_incident_photo_attachment_id"), ["attachment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_photo_incident_id"), ["incident_id"], unique=False)


def _create_incident_statement() -> None:
    op.create_table(
        "incident_statement",
        sa.Column("incident_statement_id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
        ),
        sa.PrimaryKeyConstraint("incident_statement_id"),
    )


def _index_incident_statement() -> None:
    with op.batch_alter_table("incident_statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_statement_incident_id"), ["incident_id"], unique=False)


def _create_incident_task() -> None:
    op.create_table(
        "incident_task",
        sa.Column("incident_task_id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("who IN ('warehouse', 'carrier', 'desk', 'customer')", name="who_known"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
        ),
        sa.PrimaryKeyConstraint("incident_task_id"),
    )


def _index_incident_task() -> None:
    with op.batch_alter_table("incident_task", schema=None) as batch_op:
        batch_op.create_index(
            "incident_task_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_incident_task_incident_id"), ["incident_id"], unique=False)


def _alter_conversation() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("news_stopped_at", sa.DateTime(timezone=True), nullable=True))


def _alter_step_log() -> None:
    with op.batch_alter_table("step_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("step_log_at"))
        batch_op.create_index("step_log_at", ["at", "conversation_id"], unique=False)


def _alter_ticket() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ticket_opened"))
        batch_op.create_index("ticket_opened", ["opened_at", "conversation_id"], unique=False)
