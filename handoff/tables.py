"""Tables of the desk: the people, their queues, and the tickets they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

ROLES = ("agent", "supervisor", "admin")
QUEUE_MODES = ("pull", "push", "offer")
PRESENCES = ("online", "away")
TICKET_STATES = ("queued", "assigned", "snoozed", "resolved", "returned")
VERDICTS = ("not_a_reason", "bot_should_know")
LIVE_TICKET_STATES = ("queued", "assigned", "snoozed")
LIVE = text("state IN ('queued','assigned','snoozed')")
UNCLAIMED = text("state = 'queued' AND late_at IS NULL")
PICKED_UP = text("picked_up_at IS NOT NULL")
OFFERED = text("offered_to IS NOT NULL")
WATCHED = text("rung_due_at IS NOT NULL")
ANSWER_DUE = text("reply_due_at IS NOT NULL")
DUE_CHECKED = text("due_check_at IS NOT NULL")
RESOLVE_CHECKED = text("resolve_check_at IS NOT NULL")


def json_list() -> Column[Any]:
    return Column(Json, nullable=False, server_default=text("'[]'"))


def json_map() -> Column[Any]:
    return Column(Json, nullable=False, server_default=text("'{}'"))


def zero() -> dict[str, str]:
    return {"server_default": "0"}


def no() -> dict[str, Any]:
    return {"server_default": text("false")}


def yes() -> dict[str, Any]:
    return {"server_default": text("true")}


def blank() -> dict[str, str]:
    return {"server_default": ""}


class Agent(SQLModel, table=True):
    """A person of ours. `name` is the display name customers hear; `password_hash` is Argon2id, empty until she set one.

    `presence` is what she says herself: `online` (she takes conversations) or `away`; `last_seen_at` is when a page of
    hers last reported itself. `assigned_at` is when she last got a conversation. `second_factor` is the sealed secret
    of her authenticator, in force from `second_factor_at`; `recovery` are the hashes of her recovery codes.
    `notify` is {kind: [email, push]}: how she is told while no page of hers is open. An `is_integration` agent is a
    program with API keys; she has no password and is no colleague in any list.
    """

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
    skills: list[str] = Field(default_factory=list, sa_column=json_list())
    presence: str = Field(default="online", sa_column_kwargs={"server_default": "online"})
    presence_at: datetime | None = None
    assigned_at: datetime | None = None
    signature: str = Field(default="", sa_column_kwargs=blank())
    sounds: bool = Field(default=True, sa_column_kwargs=yes())
    single_keys: bool = Field(default=True, sa_column_kwargs=yes())
    notify: dict[str, Any] = Field(default_factory=dict, sa_column=json_map())
    second_factor: str | None = None
    second_factor_at: datetime | None = None
    second_factor_step: int | None = None
    recovery: list[str] = Field(default_factory=list, sa_column=json_list())
    reset_hash: str | None = None
    reset_until: datetime | None = None
    is_integration: bool = Field(default=False, sa_column_kwargs=no())
    last_seen_at: datetime | None = None
    deactivated_at: datetime | None = None
    created_at: datetime


class AgentSession(SQLModel, table=True):
    """One log-in of an agent; the cookie holds a token of which only the hash is kept, so it can be revoked.

    `device` is what her browser calls itself, in two words. One that is `kept` does not end while its pages are closed.
    """

    __tablename__ = "agent_session"

    token_hash: str = Field(primary_key=True)
    agent_id: str = Field(foreign_key="agent.agent_id", index=True)
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    device: str = Field(default="", sa_column_kwargs=blank())
    kept: bool = Field(default=False, sa_column_kwargs=no())


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

    `titles` by language; `hours` {"mon": [["09:00","14:00"],["16:00","19:30"]], …}, empty = always open; `holidays` ISO days,
    with what each is called in `holiday_names`.
    `mode`: agents take (`pull`), the router gives (`push`), or it asks one after the other (`offer`, `offer_seconds`
    each). In `pull` the router offers what nobody took for `offer_after_seconds` (empty: never). `relax_after_seconds`
    later the skills are dropped one by one. `reply_minutes` is a holder's time for her first word, `answer_minutes`
    for each further one, `resolve_minutes` for the whole (empty: none). A queue that is paused takes no new tickets.
    `handoff/queue_book.py` alone writes `mode`, and checks it: a CHECK on a table that is in use would rebuild it in SQLite.
    """

    queue_id: str = Field(primary_key=True)
    titles: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    hours: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    holidays: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    holiday_names: dict[str, str] = Field(default_factory=dict, sa_column=json_map())
    time_zone: str = "Europe/Madrid"
    promise_minutes: int = 15
    is_default: bool = False
    mode: str = Field(default="pull", sa_column_kwargs={"server_default": "pull"})
    offer_after_seconds: int | None = Field(default=60, sa_column_kwargs={"server_default": "60"})
    offer_seconds: int = Field(default=30, sa_column_kwargs={"server_default": "30"})
    relax_after_seconds: int = Field(default=120, sa_column_kwargs={"server_default": "120"})
    reply_minutes: int = Field(default=5, sa_column_kwargs={"server_default": "5"})
    answer_minutes: int | None = None
    resolve_minutes: int | None = None
    overflow_queue_id: str | None = None
    auto_resolve_hours: int = Field(default=24, sa_column_kwargs={"server_default": "24"})
    asks_rating: bool = Field(default=True, sa_column_kwargs=yes())
    paused_at: datetime | None = None
    paused_by: str | None = None
    retired_at: datetime | None = None
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
    `skills` are wanted of who takes it, the first to be dropped first, the language after all of them; `relaxed` counts
    how many were. `offered_to` has it on offer until `offered_until`; `reserved_for` is the agent it waits for until
    `reserved_until`; `excluded` is {agent: until} of those who do not get it again yet
    (handoff/offers.py). `requeued_at` is when it last
    came back to a queue. `rung` is how far the ladder of the unclaimed has been climbed, `rung_due_at` when it goes on;
    of a ticket whose contact is to write, when it closes by itself.
    `reply_due_at` is by when its holder must have written, `reply_warn_at` when she is reminded of it; `resolve_due_at`
    is the end of the whole, `rest_seconds` how long its clock stood still, since `resting_since`. `due_check_at` and
    `resolve_check_at` are when those two clocks are looked at next: at three quarters, at the end, never again.
    `promised` is what the contact was told of her wait: {at, from, to, until, target} (minutes, and the instant it is
    broken; without minutes it is the queue's own promise, `target` in any case); `broken_at` when it was. `paced` is
    {n, at, place, to} of what she was told of her place. `rating_asked_at` and `rating_until` are of the question after
    it. `held_outside_until`: somebody answers from the page's own inbox. `former_snooze` is the time that was cut short.
    """

    __table_args__ = (
        one_of("state", TICKET_STATES),
        Index("ticket_one_live", "conversation_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ticket_of_conversation", "conversation_id", "epoch"),
        Index("ticket_waiting", "state", "queue_id", "waiting_since"),
        Index("ticket_at_work", "state", "queue_id", "holder_id", "conversation_id", "waiting_since", "due_at",
              sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ticket_due", "due_at", sqlite_where=UNCLAIMED, postgresql_where=UNCLAIMED),
        Index("ticket_picked_up", "queue_id", "picked_up_at", sqlite_where=PICKED_UP, postgresql_where=PICKED_UP),
        Index("ticket_offered", "offered_to", sqlite_where=OFFERED, postgresql_where=OFFERED),
        Index("ticket_rung", "rung_due_at", sqlite_where=WATCHED, postgresql_where=WATCHED),
        Index("ticket_answer_due", "reply_due_at", sqlite_where=ANSWER_DUE, postgresql_where=ANSWER_DUE),
        Index("ticket_due_checked", "due_check_at", sqlite_where=DUE_CHECKED, postgresql_where=DUE_CHECKED),
        Index("ticket_resolve_checked", "resolve_check_at", sqlite_where=RESOLVE_CHECKED, postgresql_where=RESOLVE_CHECKED),
        Index("ticket_closed", "closed_at"),
        Index("ticket_opened", "opened_at", "conversation_id"),
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
    vip: bool = Field(default=False, sa_column_kwargs=no())
    skills: list[str] = Field(default_factory=list, sa_column=json_list())
    relaxed: int = Field(default=0, sa_column_kwargs=zero())
    offered_to: str | None = None
    offered_until: datetime | None = None
    reserved_for: str | None = None
    reserved_until: datetime | None = None
    excluded: dict[str, Any] = Field(default_factory=dict, sa_column=json_map())
    requeued_at: datetime | None = None
    reopens: str | None = None
    rung: int = Field(default=0, sa_column_kwargs=zero())
    rung_due_at: datetime | None = None
    reply_due_at: datetime | None = None
    reply_warn_at: datetime | None = None
    breached_at: datetime | None = None
    due_check_at: datetime | None = None
    resolve_due_at: datetime | None = None
    resolve_check_at: datetime | None = None
    rest_seconds: int = Field(default=0, sa_column_kwargs=zero())
    resting_since: datetime | None = None
    promised: dict[str, Any] = Field(default_factory=dict, sa_column=json_map())
    broken_at: datetime | None = None
    paced: dict[str, Any] = Field(default_factory=dict, sa_column=json_map())
    former_snooze: datetime | None = None
    held_outside_until: datetime | None = None
    rating_asked_at: datetime | None = None
    rating_until: datetime | None = None


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
    """What an agent has typed and not sent, per conversation and mode (reply or note).

    `seq` is the number of the last thing said that her page showed, `saved_reply_id` what the text was made of.
    """

    __table_args__ = (UniqueConstraint("conversation_id", "agent_id", "mode"),)

    draft_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id")
    agent_id: str = Field(foreign_key="agent.agent_id")
    mode: str
    text: str
    seq: int = Field(default=0, sa_column_kwargs=zero())
    saved_reply_id: str | None = None
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
    """Text ready to send, by language, with {blanks} to fill in and {order.eta} to be filled.

    `shortcut` is what is typed behind `/`. It is there in all queues or in those named, for everybody or for `agent_id`
    alone; `steps` are flow steps it is suggested for, `upload` a picture that goes with it, `actions` what is done once
    it was sent: a list of {do: resolve|snooze|tag|transfer, value}.
    """

    __tablename__ = "saved_reply"

    saved_reply_id: str = Field(primary_key=True)
    name: str
    texts: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    shortcut: str = Field(default="", sa_column_kwargs=blank())
    queues: list[str] = Field(default_factory=list, sa_column=json_list())
    agent_id: str | None = None
    steps: list[str] = Field(default_factory=list, sa_column=json_list())
    upload: dict[str, Any] = Field(default_factory=dict, sa_column=json_map())
    actions: list[dict[str, Any]] = Field(default_factory=list, sa_column=json_list())
    used: int = Field(default=0, sa_column_kwargs=zero())
    updated_at: datetime | None = None
    retired_at: datetime | None = None
    created_at: datetime


class Skill(SQLModel, table=True):
    """What some agents can do and some tickets ask for: a word of ours (`refunds`) with its titles."""

    skill_id: str = Field(primary_key=True)
    titles: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    created_at: datetime
