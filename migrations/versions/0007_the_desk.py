"""The desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_hook()
    _create_house_setting()
    _create_kept_result()
    _index_kept_result()
    _create_letter()
    _index_letter()
    _create_reset_request()
    _index_reset_request()
    _create_search_entry()
    _index_search_entry()
    _create_search_mark()
    _create_skill()
    _create_api_key()
    _index_api_key()
    _create_hook_call()
    _index_hook_call()
    _create_known_browser()
    _index_known_browser()
    _create_notice()
    _index_notice()
    _create_push_subscription()
    _index_push_subscription()
    _create_viewing()
    _alter_agent()
    _alter_agent_session()
    _alter_contact()
    _alter_draft()
    _alter_queue()
    _alter_saved_reply()
    _alter_slow_work()
    _alter_ticket()
    _alter_timeline_entry()


def _create_hook() -> None:
    op.create_table(
        "hook",
        sa.Column("hook_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("include_text", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("last_entry_id", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("hook_id"),
    )


def _create_house_setting() -> None:
    op.create_table(
        "house_setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def _create_kept_result() -> None:
    op.create_table(
        "kept_result",
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("result", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "key"),
    )


def _index_kept_result() -> None:
    with op.batch_alter_table("kept_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_result_created_at"), ["created_at"], unique=False)


def _create_letter() -> None:
    op.create_table(
        "letter",
        sa.Column("letter_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("secret", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'given_up')", name="state_known"),
        sa.PrimaryKeyConstraint("letter_id"),
    )


def _index_letter() -> None:
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "letter_due",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index("letter_of_agent", ["agent_id", "kind", "created_at"], unique=False)


def _create_reset_request() -> None:
    op.create_table(
        "reset_request",
        sa.Column("reset_request_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("reset_request_id"),
        sqlite_autoincrement=True,
    )


def _index_reset_request() -> None:
    with op.batch_alter_table("reset_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reset_request_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_reset_request_source"), ["source"], unique=False)
        batch_op.create_index(
            "reset_request_open",
            ["at"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )


def _create_search_entry() -> None:
    op.create_table(
        "search_entry",
        sa.Column("search_entry_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("search_entry_id"),
        sa.UniqueConstraint("message_id"),
        sqlite_autoincrement=True,
    )


def _index_search_entry() -> None:
    with op.batch_alter_table("search_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_entry_conversation_id"), ["conversation_id"], unique=False)


def _create_search_mark() -> None:
    op.create_table(
        "search_mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("checked_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_skill() -> None:
    op.create_table(
        "skill",
        sa.Column("skill_id", sa.String(), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("skill_id"),
    )


def _create_api_key() -> None:
    op.create_table(
        "api_key",
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("api_key_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("key_hash"),
        sa.UniqueConstraint("api_key_id"),
    )


def _index_api_key() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_key_agent_id"), ["agent_id"], unique=False)


def _create_hook_call() -> None:
    op.create_table(
        "hook_call",
        sa.Column("hook_call_id", sa.String(), nullable=False),
        sa.Column("hook_id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'delivered', 'given_up')", name="state_known"),
        sa.ForeignKeyConstraint(
            ["hook_id"],
            ["hook.hook_id"],
        ),
        sa.PrimaryKeyConstraint("hook_call_id"),
        sa.UniqueConstraint("hook_id", "entry_id"),
    )


def _index_hook_call() -> None:
    with op.batch_alter_table("hook_call", schema=None) as batch_op:
        batch_op.create_index(
            "hook_call_due",
            ["not_before"],
            unique=False,
            sqlite_where=sa.text("state = 'queued'"),
            postgresql_where=sa.text("state = 'queued'"),
        )
        batch_op.create_index(batch_op.f("ix_hook_call_hook_id"), ["hook_id"], unique=False)


def _create_known_browser() -> None:
    op.create_table(
        "known_browser",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )


def _index_known_browser() -> None:
    with op.batch_alter_table("known_browser", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_browser_agent_id"), ["agent_id"], unique=False)


def _create_notice() -> None:
    op.create_table(
        "notice",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("data", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", JSON, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("notice_id"),
        sqlite_autoincrement=True,
    )


def _index_notice() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(
            "notice_unseen",
            ["agent_id"],
            unique=False,
            sqlite_where=sa.text("seen_at IS NULL"),
            postgresql_where=sa.text("seen_at IS NULL"),
        )
        batch_op.create_index(
            "notice_untold",
            ["tell_at"],
            unique=False,
            sqlite_where=sa.text("tell_at IS NOT NULL"),
            postgresql_where=sa.text("tell_at IS NOT NULL"),
        )


def _create_push_subscription() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("endpoint_hash", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.PrimaryKeyConstraint("endpoint_hash"),
    )


def _index_push_subscription() -> None:
    with op.batch_alter_table("push_subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_push_subscription_agent_id"), ["agent_id"], unique=False)


def _create_viewing() -> None:
    op.create_table(
        "viewing",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.agent_id"],
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
        ),
        sa.PrimaryKeyConstraint("conversation_id", "agent_id"),
    )


def _alter_agent() -> None:
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("presence", sa.String(), server_default="online", nullable=False))
        batch_op.add_column(sa.Column("presence_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("signature", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("sounds", sa.Boolean(), server_default=sa.text("(true)"), nullable=False))
        batch_op.add_column(sa.Column("single_keys", sa.Boolean(), server_default=sa.text("(true)"), nullable=False))
        batch_op.add_column(sa.Column("notify", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("second_factor", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("second_factor_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recovery", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("reset_hash", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("reset_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("is_integration", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )


def _alter_agent_session() -> None:
    with op.batch_alter_table("agent_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("device", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("kept", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))


def _alter_contact() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_contact_person_id"), ["person_id"], unique=False)


def _alter_draft() -> None:
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seq", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("saved_reply_id", sa.String(), nullable=True))


def _alter_queue() -> None:
    with op.batch_alter_table("queue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holiday_names", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("mode", sa.String(), server_default="pull", nullable=False))
        batch_op.add_column(sa.Column("offer_after_seconds", sa.Integer(), server_default="60", nullable=True))
        batch_op.add_column(sa.Column("offer_seconds", sa.Integer(), server_default="30", nullable=False))
        batch_op.add_column(sa.Column("relax_after_seconds", sa.Integer(), server_default="120", nullable=False))
        batch_op.add_column(sa.Column("reply_minutes", sa.Integer(), server_default="5", nullable=False))
        batch_op.add_column(sa.Column("answer_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("resolve_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("overflow_queue_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("auto_resolve_hours", sa.Integer(), server_default="24", nullable=False))
        batch_op.add_column(sa.Column("asks_rating", sa.Boolean(), server_default=sa.text("(true)"), nullable=False))
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_by", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def _alter_saved_reply() -> None:
    with op.batch_alter_table("saved_reply", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shortcut", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("queues", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("agent_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("steps", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("upload", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("actions", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("used", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def _alter_slow_work() -> None:
    with op.batch_alter_table("slow_work", schema=None) as batch_op:
        batch_op.create_index(
            "slow_work_failed",
            ["answered_at"],
            unique=False,
            sqlite_where=sa.text("status = 'failed'"),
            postgresql_where=sa.text("status = 'failed'"),
        )


def _alter_ticket() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("vip", sa.Boolean(), server_default=sa.text("(false)"), nullable=False))
        batch_op.add_column(sa.Column("skills", JSON, server_default=sa.text("'[]'"), nullable=False))
        batch_op.add_column(sa.Column("relaxed", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("offered_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reserved_for", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("reserved_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("excluded", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("requeued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reopens", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("rung_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reply_warn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_check_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resolve_due_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resolve_check_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rest_seconds", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("resting_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("promised", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("broken_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paced", JSON, server_default=sa.text("'{}'"), nullable=False))
        batch_op.add_column(sa.Column("former_snooze", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("held_outside_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rating_asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("rating_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ticket_answer_due",
            ["reply_due_at"],
            unique=False,
            sqlite_where=sa.text("reply_due_at IS NOT NULL"),
            postgresql_where=sa.text("reply_due_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ticket_at_work",
            ["state", "queue_id", "holder_id", "conversation_id", "waiting_since", "due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('queued','assigned','snoozed')"),
            postgresql_where=sa.text("state IN ('queued','assigned','snoozed')"),
        )
        batch_op.create_index("ticket_closed", ["closed_at"], unique=False)
        batch_op.create_index(
            "ticket_due_checked",
            ["due_check_at"],
            unique=False,
            sqlite_where=sa.text("due_check_at IS NOT NULL"),
            postgresql_where=sa.text("due_check_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ticket_offered",
            ["offered_to"],
            unique=False,
            sqlite_where=sa.text("offered_to IS NOT NULL"),
            postgresql_where=sa.text("offered_to IS NOT NULL"),
        )
        batch_op.create_index("ticket_opened", ["opened_at"], unique=False)
        batch_op.create_index(
            "ticket_resolve_checked",
            ["resolve_check_at"],
            unique=False,
            sqlite_where=sa.text("resolve_check_at IS NOT NULL"),
            postgresql_where=sa.text("resolve_check_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ticket_rung",
            ["rung_due_at"],
            unique=False,
            sqlite_where=sa.text("rung_due_at IS NOT NULL"),
            postgresql_where=sa.text("rung_due_at IS NOT NULL"),
        )


def _alter_timeline_entry() -> None:
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index(
            "timeline_entry_notable",
            ["kind", "at"],
            unique=False,
            sqlite_where=sa.text("kind IN ('alert','pulled_forward')"),
            postgresql_where=sa.text("kind IN ('alert','pulled_forward')"),
        )
