"""Tables around the desk: settings, who is looking, what an agent is told, programs' keys, and hooks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, Column, Index, UniqueConstraint, event, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

HOOK_CALL_STATES = ("queued", "delivered", "given_up")
LETTER_STATES = ("queued", "sent", "given_up")


class HouseSetting(SQLModel, table=True):
    """A setting of the desk that admins change in the console; what is not here has its default."""

    __tablename__ = "house_setting"

    key: str = Field(primary_key=True)
    value: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    changed_by: str
    changed_at: datetime


class Viewing(SQLModel, table=True):
    """Who has a conversation before her eyes, and who is typing there; older than half a minute it says nothing."""

    conversation_id: str = Field(foreign_key="conversation.conversation_id", primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id", primary_key=True)
    seen_at: datetime
    typing_at: datetime | None = None
    mode: str = "reply"


class Notice(SQLModel, table=True):
    """Something one agent is to know: `kind` (handoff/notices.py), where, and what for. Seen once she looked, or told by
    e-mail or push while no page of hers is open (`told_by`).
    """

    __table_args__ = (
        Index("notice_unseen", "agent_id", sqlite_where=text("seen_at IS NULL"), postgresql_where=text("seen_at IS NULL")),
        Index("notice_untold", "tell_at", sqlite_where=text("tell_at IS NOT NULL"), postgresql_where=text("tell_at IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    notice_id: int | None = Field(default=None, primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id")
    kind: str
    conversation_id: str | None = None
    ticket_id: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    created_at: datetime
    seen_at: datetime | None = None
    tell_at: datetime | None = None
    told_by: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    tries: int = 0


class PushSubscription(SQLModel, table=True):
    """A browser of an agent that may be rung (Web Push, RFC 8030); `endpoint_hash` names it."""

    __tablename__ = "push_subscription"

    endpoint_hash: str = Field(primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id", index=True)
    endpoint: str
    p256dh: str
    auth: str
    device: str = ""
    created_at: datetime
    failed_at: datetime | None = None


class ApiKey(SQLModel, table=True):
    """A program's way in: it acts as `agent_id`, an integration or a person. Only the hash of the key is kept."""

    __tablename__ = "api_key"

    key_hash: str = Field(primary_key=True)
    api_key_id: str = Field(unique=True)
    agent_id: str = Field(foreign_key="agent.agent_id", index=True)
    name: str
    hint: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class Hook(SQLModel, table=True):
    """Where a shop's program hears of what happens to tickets: signed with `secret`; `events` are the kinds it wants.

    It has heard the timeline up to `last_entry_id`. `include_text`: also what was said.
    """

    hook_id: str = Field(primary_key=True)
    url: str
    secret: str
    events: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    include_text: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    last_entry_id: int = 0
    delivered_at: datetime | None = None
    created_by: str
    created_at: datetime
    failing_since: datetime | None = None
    paused_at: datetime | None = None
    removed_at: datetime | None = None


class HookCall(SQLModel, table=True):
    """One event on its way to a hook: tried until it is `delivered` or `given_up`, both to be seen."""

    __tablename__ = "hook_call"
    __table_args__ = (
        one_of("state", HOOK_CALL_STATES),
        UniqueConstraint("hook_id", "entry_id"),
        Index("hook_call_due", "not_before", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
    )

    hook_call_id: str = Field(primary_key=True)
    hook_id: str = Field(foreign_key="hook.hook_id", index=True)
    entry_id: int
    event: str
    body: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    state: str = "queued"
    attempt: int = 0
    not_before: datetime
    lease_until: datetime | None = None
    status: int | None = None
    error: str | None = None
    created_at: datetime
    ended_at: datetime | None = None


class KeptResult(SQLModel, table=True):
    """What an action of a program came to, under the key it named: the same request a second time does nothing more.

    Written in the transaction of the action; kept for a day. `result` is {value}.
    """

    __tablename__ = "kept_result"

    agent_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    fingerprint: str
    result: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime = Field(index=True)


class Letter(SQLModel, table=True):
    """An e-mail on its way: tried until the mail server took it (`sent`) or it is `given_up`, both to be seen.

    `text` is emptied at the end where it holds a link that opens something (`secret`).
    """

    __table_args__ = (
        one_of("state", LETTER_STATES),
        Index("letter_due", "not_before", sqlite_where=text("state = 'queued'"), postgresql_where=text("state = 'queued'")),
        Index("letter_of_agent", "agent_id", "kind", "created_at"),
    )

    letter_id: str = Field(primary_key=True)
    agent_id: str | None = None
    to_address: str
    kind: str
    subject: str
    text: str
    secret: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    state: str = "queued"
    attempt: int = 0
    not_before: datetime
    lease_until: datetime | None = None
    error: str | None = None
    created_at: datetime
    ended_at: datetime | None = None


class ResetRequest(SQLModel, table=True):
    """Somebody says that she forgot her password. Kept whether or not the e-mail is one of ours: a worker looks."""

    __tablename__ = "reset_request"
    __table_args__ = (
        Index("reset_request_open", "at", sqlite_where=text("answered_at IS NULL"), postgresql_where=text("answered_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    reset_request_id: int | None = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    source: str = Field(index=True)
    at: datetime
    answered_at: datetime | None = None


class KnownBrowser(SQLModel, table=True):
    """A browser that is not asked for the second factor for a while; its cookie holds a token, we only its hash."""

    __tablename__ = "known_browser"

    token_hash: str = Field(primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id", index=True)
    device: str = ""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class SearchEntry(SQLModel, table=True):
    """Something that search finds: a message, or (without one) who a conversation is with. Its words lie in `search_words`
    under the same number, in the index of the database (handoff/search_store.py).

    Of the latter `seq` is how far the conversation's messages are in the index, `digest` tells whether its words changed.
    """

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("message_id"), {"sqlite_autoincrement": True})

    search_entry_id: int | None = Field(default=None, primary_key=True)
    conversation_id: str = Field(index=True)
    message_id: str | None = None
    seq: int = 0
    digest: str = ""


class SearchMark(SQLModel, table=True):
    """How far the index is: the timeline's line up to which all is in it, and the entry last looked at again."""

    __tablename__ = "search_mark"

    name: str = Field(primary_key=True)
    entry_id: int = 0
    checked_id: int = 0


# Beside `search_entry` lie its words, in the index each database has for that; no model describes it. Migration 0008.
SEARCH_WORDS = {
    "sqlite": ("CREATE VIRTUAL TABLE search_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')",),
    "postgresql": (
        "CREATE TABLE search_words (search_entry_id integer PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX search_words_words ON search_words USING gin (words)",
    ),
}
for _dialect, _statements in SEARCH_WORDS.items():
    for _statement in _statements:
        event.listen(SearchEntry.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
