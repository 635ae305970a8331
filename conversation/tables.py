"""Tables of the conversation model.

Keys are public ids (`conversation/ids.py`). Times are aware UTC. What must be true is a constraint.
An outbound message has no state of its own: it is as far as its weakest `outbox_part`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

Json = JSON().with_variant(JSONB(), "postgresql")

OWNERS = ("bot", "queue", "agent")
DIRECTIONS = ("inbound", "outbound")
AUTHORS = ("contact", "bot", "agent", "system")
PART_STATES = ("queued", "sending", "unknown", "sent", "delivered", "read", "failed", "expired", "suppressed")
ACCEPTED = text("provider_id IS NOT NULL")
OPEN_PART_STATES = ("queued", "sending", "unknown")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A check that `column` holds one of these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Contact(SQLModel, table=True):
    """A customer, on one or more channels. While she is blocked (`blocked_by` an agent's id, or `system`) what she
    writes is kept and answered by nobody. `person_id` is the same for contacts that an agent said are one person.
    """

    __table_args__ = (
        Index("contact_blocked", "blocked_at", sqlite_where=text("blocked_at IS NOT NULL"),
              postgresql_where=text("blocked_at IS NOT NULL")),
    )

    contact_id: str = Field(primary_key=True)
    name: str = ""
    email: str = ""
    language: str | None = None
    country: str | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    person_id: str | None = Field(default=None, index=True)
    blocked_at: datetime | None = None
    blocked_by: str | None = None
    blocked_why: str | None = None
    created_at: datetime


class Channel(SQLModel, table=True):
    """One endpoint of ours: a number or a page. `kind` is the adapter's name, `account` the number or page."""

    __table_args__ = (UniqueConstraint("kind", "account"),)

    channel_id: str = Field(primary_key=True)
    kind: str
    account: str
    name: str = ""
    created_at: datetime


class Address(SQLModel, table=True):
    """A contact's id on one kind of channel. `canonical` is what is compared, `value` what is written to."""

    __table_args__ = (UniqueConstraint("family", "canonical"),)

    address_id: str = Field(primary_key=True)
    family: str
    canonical: str
    value: str
    contact_id: str = Field(foreign_key="contact.contact_id", index=True)


class Conversation(SQLModel, table=True):
    """All that one contact and we ever say on one channel; never closed. `address` is the one she last wrote from.

    `state` belongs to the bot and is read by nobody else; it was written under `state_epoch`, so an older one than
    `epoch` tells that people held the conversation since. `epoch` grows by one at each change of owner; what was
    decided under an older one is dropped. `last_seq` numbers what was said, in both directions; the bot has heard
    everything up to `heard_seq`. `waiting_since` is the time of the oldest customer message that no person has answered.
    `opted_out_at`: she wants nothing; `marketing_stopped_at`: nothing that advertises, `marketing_rests_until`: none of
    it for a while, because the provider held one back; `news_stopped_at`: no news of her orders that she did not ask
    for. `unreachable_at`: the provider
    says that this address does not exist or cannot be reached (`unreachable_code`), until she writes again.
    `free_until`: an advertisement she came from lets us write longer than the usual window. `burst_…` counts what she
    wrote within a minute, `loop_…` what looks like a machine that answers ours (pipeline/abuse.py). `standing` says
    where in which flows she is (`bot.flow.live`), `standing_at` since when nothing happened there.
    """

    __table_args__ = (
        UniqueConstraint("channel_id", "contact_id"),
        one_of("owner", OWNERS),
        Index("conversation_recent", "last_message_at"),
        Index("conversation_standing", "standing", sqlite_where=text("standing IS NOT NULL"),
              postgresql_where=text("standing IS NOT NULL")),
    )

    conversation_id: str = Field(primary_key=True)
    channel_id: str = Field(foreign_key="channel.channel_id")
    contact_id: str = Field(foreign_key="contact.contact_id", index=True)
    address: str
    owner: str = "bot"
    epoch: int = 0
    language: str = "es"
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    state_epoch: int = 0
    standing: str | None = None
    standing_at: datetime | None = None
    tags: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    last_seq: int = 0
    heard_seq: int = 0
    unread: int = 0
    preview: str = ""
    preview_author: str = "contact"
    created_at: datetime
    last_message_at: datetime
    last_inbound_at: datetime | None = None
    waiting_since: datetime | None = None
    opted_out_at: datetime | None = None
    marketing_stopped_at: datetime | None = None
    marketing_rests_until: datetime | None = None
    news_stopped_at: datetime | None = None
    unreachable_at: datetime | None = None
    unreachable_code: str | None = None
    free_until: datetime | None = None
    day: str = ""
    day_count: int = 0
    burst_at: datetime | None = None
    burst_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    loop_mark: str = Field(default="", sa_column_kwargs={"server_default": ""})
    loop_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Message(SQLModel, table=True):
    """One thing said. `content` holds what is not text: media, location, choices, form, contacts, order.

    `epoch` is that of the conversation when it was written.
    """

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        one_of("direction", DIRECTIONS),
        one_of("author", AUTHORS),
    )

    message_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id")
    seq: int
    direction: str
    author: str
    kind: str = "message"
    text: str = ""
    payload: str | None = None
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    provider_id: str | None = None
    reply_to: str | None = None
    agent_id: str | None = None
    ticket_id: str | None = None
    epoch: int = 0
    said_at: datetime
    created_at: datetime


class OutboxPart(SQLModel, table=True):
    """One call of a provider. Parts of a conversation go out one after the other, by `position`.

    `epoch` is compared when the part is claimed: a bot's part of an older epoch is suppressed. `owner` and
    `lease_until` say who is sending it. `first_at` starts the 15 minutes after which a part is given up. `earlier_id` is
    the provider's id of an attempt that it took and could not deliver; the part was then sent once more.
    """

    __tablename__ = "outbox_part"
    __table_args__ = (
        UniqueConstraint("conversation_id", "position"),
        one_of("state", PART_STATES),
        Index(
            "outbox_part_open",
            "conversation_id",
            "position",
            sqlite_where=text("state IN ('queued','sending','unknown')"),
            postgresql_where=text("state IN ('queued','sending','unknown')"),
        ),
        Index("outbox_part_accepted", "provider_id", sqlite_where=ACCEPTED, postgresql_where=ACCEPTED),
    )

    part_id: str = Field(primary_key=True)
    message_id: str = Field(foreign_key="message.message_id", index=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id")
    position: int
    author: str
    epoch: int
    request: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    state: str = "queued"
    provider_id: str | None = None
    earlier_id: str | None = None
    attempt: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    not_before: datetime
    first_at: datetime | None = None
    sending_at: datetime | None = None
    checked: int = 0
    error_code: str | None = None
    error_text: str | None = None
    created_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None


NOTABLE = text("kind IN ('alert','pulled_forward')")  # lines that pages look for among millions
# What people of ours did, without what happens with every message: the few lines that an audit asks for by person.
BY_PERSON = text("substr(actor, 1, 4) = 'agt_'"
                 " AND kind NOT IN ('message','receipt','attachment','typing','seen')")
ALARM_LEVELS = ("warning", "critical")


class Attachment(SQLModel, table=True):
    """Something that came with a message: a reference at the provider (`remote`) until a worker has fetched it.

    remote → fetching (a worker holds it until `lease_until`) → stored (→ removed, when it got too old) | failed |
    too_big; not tried before `not_before`. `stored_name` and `thumbnail` are generated names in the media folder, `mime`
    is what the bytes say once they are stored, `filename` what the sender called it, `seconds` how long a recording is.
    `why` is the code of a failure (conversation/media.py). What an agent sent has a row too, stored from the beginning.
    """

    __table_args__ = (
        Index(
            "attachment_open",
            "attachment_id",
            sqlite_where=text("state IN ('remote','fetching')"),
            postgresql_where=text("state IN ('remote','fetching')"),
        ),
        Index("attachment_kept", "stored_at", sqlite_where=text("state = 'stored'"),
              postgresql_where=text("state = 'stored'")),
    )

    attachment_id: str = Field(primary_key=True)
    message_id: str = Field(foreign_key="message.message_id", index=True)
    n: int = 0
    kind: str
    mime: str | None = None
    filename: str | None = None
    remote: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    state: str = "remote"
    size: int | None = None
    stored_name: str | None = None
    thumbnail: str | None = None
    width: int | None = None
    height: int | None = None
    attempt: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    not_before: datetime | None = None
    owner: str | None = None  # the process that fetches it
    lease_until: datetime | None = None
    why: str | None = None
    seconds: float | None = None
    stored_at: datetime | None = None


class Upload(SQLModel, table=True):
    """A file of ours that a provider may fetch at an unguessable address until `expires_at`."""

    upload_id: str = Field(primary_key=True)
    stored_name: str
    mime: str
    filename: str = ""
    size: int
    uploaded_by: str
    created_at: datetime
    expires_at: datetime


class Alarm(SQLModel, table=True):
    """Trouble that a person must see: at most one open of a `key`. `text` names a sentence that `facts` fill in.

    `kind` and `account` say which channel it is about; empty: none. Written by `conversation.alarms` alone. It is
    mailed once (`mailed_at`), not before `mail_after`, which also says that somebody is at it.
    """

    __table_args__ = (
        one_of("level", ALARM_LEVELS),
        Index("alarm_open", "key", unique=True, sqlite_where=text("cleared_at IS NULL"),
              postgresql_where=text("cleared_at IS NULL")),
    )

    alarm_id: str = Field(primary_key=True)
    key: str
    level: str
    text: str
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    kind: str = ""
    account: str = ""
    times: int = 1
    raised_at: datetime
    last_at: datetime
    mailed_at: datetime | None = None
    mail_after: datetime | None = None
    mail_tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    seen_by: str | None = None
    cleared_at: datetime | None = None


class ChannelHealth(SQLModel, table=True):
    """What is known of one endpoint of ours. `paused_until` holds its sends back, `paused_why` says whether
    the provider is away (`breaker`) or our set-up is broken (`config`); emptied, all that waits is tried at once.
    `limited_at` is when the provider last said that we send too fast.

    `findings`: what the last check at the provider said, a list of {check, state: ok|warning|bad|unknown, text,
    values}; it was written at `checked_at`, the next one is due at `check_due_at` (empty: now).
    """

    __tablename__ = "channel_health"

    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    last_webhook_at: datetime | None = None
    last_inbound_at: datetime | None = None
    last_sent_at: datetime | None = None
    last_refused_at: datetime | None = None
    last_error_code: str | None = None
    last_error_text: str | None = None
    failures: int = 0
    paused_until: datetime | None = None
    paused_why: str | None = None
    limited_at: datetime | None = None
    findings: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    checked_at: datetime | None = None
    check_due_at: datetime | None = None


class ChannelHour(SQLModel, table=True):
    """How many messages came in on an endpoint in an hour (UTC): what a silence is compared with. Kept for 15 days."""

    __tablename__ = "channel_hour"

    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    hour: datetime = Field(primary_key=True)
    inbound: int = 0


class SendCount(SQLModel, table=True):
    """How many parts an endpoint sent on a day (UTC), to an address (`''`: to all): budgets are held against it."""

    __tablename__ = "send_count"

    day: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    address: str = Field(primary_key=True, default="")
    parts: int = 0


class SeenId(SQLModel, table=True):
    """A hash of (channel, event class, provider id) for everything that ever came in; kept for ever."""

    __tablename__ = "seen_id"
    __table_args__ = {"sqlite_with_rowid": False}

    digest: bytes = Field(sa_column=Column(LargeBinary(16), primary_key=True))


class DeadLetter(SQLModel, table=True):
    """Work that was given up: what it was, why, and what is needed to run it again.

    `kind`: turn (an inbound event), send (an outbound part), slow (a call of a service). `state`: open, rerun, dismissed.
    """

    __tablename__ = "dead_letter"

    dead_letter_id: str = Field(primary_key=True)
    conversation_id: str | None = Field(default=None, index=True)
    kind: str
    reason: str
    payload: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    state: str = "open"
    created_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None


class TimelineEntry(SQLModel, table=True):
    """The only append-only log: audit, live pages and reports read it. Written in the transaction of what it tells.

    `actor`: `bot`, `contact`, `system` or an agent's id.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (
        Index("timeline_entry_notable", "kind", "at", sqlite_where=NOTABLE, postgresql_where=NOTABLE),
        Index("timeline_entry_by_person", "actor", "entry_id", sqlite_where=BY_PERSON, postgresql_where=BY_PERSON),
        {"sqlite_autoincrement": True},
    )

    entry_id: int | None = Field(default=None, primary_key=True)
    conversation_id: str | None = Field(default=None, index=True)
    ticket_id: str | None = None
    kind: str
    actor: str
    epoch: int | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    at: datetime


class StepLog(SQLModel, table=True):
    """What one turn of the bot went through, and how it ended. `steps` is a list of [flow, revision, step, what]."""

    __tablename__ = "step_log"
    __table_args__ = (Index("step_log_at", "at", "conversation_id"), {"sqlite_autoincrement": True})

    step_log_id: int | None = Field(default=None, primary_key=True)
    conversation_id: str
    outcome: str
    steps: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    at: datetime
