"""Channels, media and alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_alarm()
    _index_alarm()
    _create_channel_health()
    _create_channel_hour()
    _create_delivery_count()
    _create_found_event()
    _index_found_event()
    _create_poll()
    _create_send_count()
    _create_upload()
    _alter_attachment()
    _alter_contact()
    _alter_conversation()
    _alter_outbox_part()


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("alarm_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level IN ('warning', 'critical')", name="level_known"),
        sa.PrimaryKeyConstraint("alarm_id"),
    )


def _index_alarm() -> None:
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "alarm_open",
            ["key"],
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )


def _create_channel_health() -> None:
    op.create_table(
        "channel_health",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("last_webhook_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error_code", sa.String(), nullable=True),
        sa.Column("last_error_text", sa.String(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_why", sa.String(), nullable=True),
        sa.Column("limited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("findings", JSON, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "account"),
    )


def _create_channel_hour() -> None:
    op.create_table(
        "channel_hour",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inbound", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "account", "hour"),
    )


def _create_delivery_count() -> None:
    op.create_table(
        "delivery_count",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", "provider", "label"),
    )


def _create_found_event() -> None:
    op.create_table(
        "found_event",
        sa.Column("found_event_id", sa.Integer(), nullable=False),
        sa.Column("event", JSON, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("found_event_id"),
        sqlite_autoincrement=True,
    )


def _index_found_event() -> None:
    with op.batch_alter_table("found_event", schema=None) as batch_op:
        batch_op.create_index(
            "found_event_open",
            ["found_event_id"],
            unique=False,
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        )


def _create_poll() -> None:
    op.create_table(
        "poll",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("read_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )


def _create_send_count() -> None:
    op.create_table(
        "send_count",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "account", "address"),
    )


def _create_upload() -> None:
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.String(), nullable=False),
        sa.Column("stored_name", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id"),
    )


def _alter_attachment() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("size", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stored_name", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("thumbnail", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("width", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("height", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("attempt", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("why", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("seconds", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "attachment_kept",
            ["stored_at"],
            unique=False,
            sqlite_where=sa.text("state = 'stored'"),
            postgresql_where=sa.text("state = 'stored'"),
        )
        batch_op.create_index(
            "attachment_open",
            ["attachment_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('remote','fetching')"),
            postgresql_where=sa.text("state IN ('remote','fetching')"),
        )


def _alter_contact() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("blocked_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("blocked_why", sa.String(), nullable=True))
        batch_op.create_index(
            "contact_blocked",
            ["blocked_at"],
            unique=False,
            sqlite_where=sa.text("blocked_at IS NOT NULL"),
            postgresql_where=sa.text("blocked_at IS NOT NULL"),
        )


def _alter_conversation() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("marketing_stopped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("marketing_rests_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unreachable_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unreachable_code", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("free_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("burst_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("burst_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("loop_mark", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("loop_count", sa.Integer(), server_default="0", nullable=False))


def _alter_outbox_part() -> None:
    with op.batch_alter_table("outbox_part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("earlier_id", sa.String(), nullable=True))
