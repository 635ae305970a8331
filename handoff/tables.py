"""Tables of the desk: the people, their queues, and the tickets they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

ROLES = ("agent", "supervisor", "admin")
TICKET_STATES = ("queued", "assigned", "snoozed", "resolved", "returned")
VERDICTS = ("not_a_reason", "bot_should_know")
LIVE_TICKET_STATES = ("queued", "assigned", "snoozed")
LIVE = text("state IN ('queued','assigned','snoozed')")
UNCLAIMED = text("state = 'queued' AND late_at IS NULL")
PICKED_UP = text("picked_up_at IS NOT NULL")


class Agent(SQLModel, table=True):
    """A person of ours. `name` is the display name customers hear; `password_hash` is Argon2id, empty until she set one."""

    __table_args__ = (one_of("role", ROLES),)

    agent_id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str = "agent"
    password_hash: str = ""
    invite_hash: str | None = None
    invite_until: datetime | None = None
    languages: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    capacity: int = 4
    language: str = "es"
    theme: str = "system"
    time_zone: str = "Europe/Madrid"
    demo: bool = False
    last_seen_at: datetime | None = None
    deactivated_at: datetime | None = None
    created_at: datetime


class AgentSession(SQLModel, table=True):
    """One log-in of an agent; the cookie holds a token of which only the hash is kept, so it can be revoked."""

    __tablename__ = "agent_session"

    token_hash: str = Field(primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id", index=True)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class LoginFailure(SQLModel, table=True):
    """One failed log-in, counted per account and per address in the database (a restart of Redis resets nothing)."""

    __tablename__ = "login_failure"
    __table_args__ = {"sqlite_autoincrement": True}

    login_failure_id: int | None = Field(default=None, primary_key=True)
    email: str = Field(index=True)
    source: str = Field(index=True)
    at: datetime


class Queue(SQLModel, table=True):
    """A named list of tickets waiting for people. `queue_id` is the name flows use (`shipping`).

    `titles` by language; `hours` {"mon": [["09:00","14:00"],["16:00","19:30"]], …}, empty = always open; `holidays` ISO days.
    """

    queue_id: str = Field(primary_key=True)
    titles: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    hours: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    holidays: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    time_zone: str = "Europe/Madrid"
    promise_minutes: int = 15
    is_default: bool = False
    created_at: datetime


class Membership(SQLModel, table=True):
    """An agent works in a queue."""

    agent_id: str = Field(foreign_key="agent.agent_id", primary_key=True)
    queue_id: str = Field(foreign_key="queue.queue_id", primary_key=True)


class Ticket(SQLModel, table=True):
    """One human stretch of a conversation, from handoff to resolve or return. At most one live one a conversation.

    `card` is what the agent sees first: path, known facts, summary. `evidence` is a list of {code, quote, message_id, points}.
    `told` lists the texts the customer has had, each at most once. `ahead` is how many waited before it when it was
    opened. `epoch` is that of the conversation at the last change of owner, so the newest ticket has the highest.
    `claimed_at` is of the present holder, `picked_up_at` of the first; `replied_at` is the last reply of a person.
    """

    __table_args__ = (
        one_of("state", TICKET_STATES),
        Index("ticket_one_live", "conversation_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ticket_of_conversation", "conversation_id", "epoch"),
        Index("ticket_waiting", "state", "queue_id", "waiting_since"),
        Index("ticket_due", "due_at", sqlite_where=UNCLAIMED, postgresql_where=UNCLAIMED),
        Index("ticket_picked_up", "queue_id", "picked_up_at", sqlite_where=PICKED_UP, postgresql_where=PICKED_UP),
    )

    ticket_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id")
    queue_id: str = Field(foreign_key="queue.queue_id")
    state: str = "queued"
    reason: str
    summary: str = ""
    priority: str = "normal"
    score: float | None = None
    threshold: float | None = None
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    card: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    told: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    holder_id: str | None = Field(default=None, foreign_key="agent.agent_id", index=True)
    epoch: int
    ahead: int = 0
    opened_at: datetime
    waiting_since: datetime
    due_at: datetime | None = None
    late_at: datetime | None = None
    picked_up_at: datetime | None = None
    claimed_at: datetime | None = None
    first_reply_at: datetime | None = None
    replied_at: datetime | None = None
    snoozed_until: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    disposition: str | None = None


class Note(SQLModel, table=True):
    """Text only agents see. `seq` is the conversation's last number when it was written: its place in the transcript."""

    note_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id", index=True)
    ticket_id: str | None = None
    agent_id: str = Field(foreign_key="agent.agent_id")
    seq: int
    text: str
    created_at: datetime


class Draft(SQLModel, table=True):
    """What an agent has typed and not sent, per conversation and mode (reply or note)."""

    __table_args__ = (UniqueConstraint("conversation_id", "agent_id", "mode"),)

    draft_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id")
    agent_id: str = Field(foreign_key="agent.agent_id")
    mode: str
    text: str
    updated_at: datetime


class FlowDraft(SQLModel, table=True):
    """A file of the flows as an agent is writing it: published with her others, and nobody else sees it before.

    `text` is None where she wants the file gone. `base` is the set that was live when she began with this file.
    """

    __tablename__ = "flow_draft"

    agent_id: str = Field(foreign_key="agent.agent_id", primary_key=True)
    file: str = Field(primary_key=True)
    text: str | None = None
    base: str = ""
    saved_at: datetime


class Rating(SQLModel, table=True):
    """What a contact said of a ticket, 1 to 5."""

    ticket_id: str = Field(foreign_key="ticket.ticket_id", primary_key=True)
    score: int
    comment: str = ""
    created_at: datetime


class Verdict(SQLModel, table=True):
    """What an agent said of the reason the bot gave for a ticket: that it was none for a person, or that the bot should
    have known the answer. `wrong` are the places in the ticket's evidence she means, empty for all of it.
    """

    __table_args__ = (one_of("kind", VERDICTS),)

    ticket_id: str = Field(foreign_key="ticket.ticket_id", primary_key=True)
    kind: str
    wrong: list[int] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    note: str = ""
    agent_id: str = Field(foreign_key="agent.agent_id")
    said_at: datetime


class SavedReply(SQLModel, table=True):
    """Text ready to send, by language."""

    __tablename__ = "saved_reply"

    saved_reply_id: str = Field(primary_key=True)
    name: str
    texts: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime
