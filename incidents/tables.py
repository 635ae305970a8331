"""Tables of the cases of delivery."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

KINDS = ("late", "lost", "damaged", "wrong", "missing")
STATES = ("open", "ready", "claimed", "accepted", "refused", "closed")
OPEN_STATES = ("open", "ready", "claimed")
_IS_OPEN = text("state IN ('open','ready','claimed')")
_ASKS = text("facts_due_at IS NOT NULL")
_UNSEEN = text("sha256 = '' AND refused = ''")
WHO = ("warehouse", "carrier", "desk", "customer")


class Incident(SQLModel, table=True):
    """One case: at most one that is open for an order and kind.

    open (evidence is gathered) → ready (nothing that the carrier asks for lacks) → claimed (sent to the carrier) →
    accepted or refused by it → closed (settled with the customer). `order_facts` is the order as it stood.
    `deadline_on` is the carrier's last day for the claim, None where its rules do not say; `deadline_told_at` when
    people were reminded. `facts_due_at`: when the shop is to be asked for the order once more (`facts_tries` times so
    far), because it told nothing when the case began. `details`: what happened (`what`), and the documents and statements that are there (`ticked`).
    """

    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        Index("incident_of_order", "order_key", "kind", unique=True, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("incident_untold", "state_at", sqlite_where=text("told_state <> state"), postgresql_where=text("told_state <> state")),
        Index("incident_asks", "facts_due_at", sqlite_where=_ASKS, postgresql_where=_ASKS),
        Index("incident_deadline", "deadline_on", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    incident_id: str = Field(primary_key=True)
    code: str = Field(unique=True)  # what people say and write: INC-1042
    kind: str
    state: str = "open"
    conversation_id: str | None = Field(default=None, foreign_key="conversation.conversation_id", index=True)
    contact_id: str | None = Field(default=None, foreign_key="contact.contact_id", index=True)
    ticket_id: str | None = Field(default=None, index=True)
    order_reference: str
    order_key: str  # the reference folded, as all who look for it write it
    order_facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    carrier: str = ""  # the key of its rules; empty: none of those we know
    tracking_number: str = ""
    facts_due_at: datetime | None = None
    facts_tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    wish: str = ""  # replace, refund, open
    amount: str = ""  # decimal text: what is claimed, in `currency`
    currency: str = ""
    recovered: str = ""  # what the carrier paid
    verdict: str = ""  # the carrier's: accepted, refused; it stays when the case is closed
    deadline_on: date | None = None
    deadline_told_at: datetime | None = None
    claim_reference: str = ""  # how the carrier calls it
    outcome: str = ""
    opened_by: str | None = None  # an agent's id; None: the bot
    opened_at: datetime
    state_at: datetime
    told_state: str = ""  # the last state that the customer was told
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    version: int = 1


class IncidentPhoto(SQLModel, table=True):
    """A photo or document of a case. `refused` says why it does not count (duplicate, too_small, unreadable, too_early,
    taken_off); `twin_id` is the photo that shows the same. Until it was looked at, `sha256` is empty.
    """

    __tablename__ = "incident_photo"
    __table_args__ = (
        Index("incident_photo_unseen", "created_at", sqlite_where=_UNSEEN, postgresql_where=_UNSEEN),
        Index("incident_photo_once", "incident_id", "attachment_id", unique=True),
    )

    incident_photo_id: str = Field(primary_key=True)
    incident_id: str = Field(foreign_key="incident.incident_id", index=True)
    attachment_id: str | None = Field(default=None, index=True)
    sha256: str = ""
    likeness: str = ""  # a perceptual hash (incidents/likeness.py); empty where it is no picture
    kind: str = ""  # item, box, label, document
    said_at: datetime | None = None
    refused: str = ""
    twin_id: str | None = None
    created_at: datetime


class IncidentStatement(SQLModel, table=True):
    """What somebody says about it, with name and time: the customer, the warehouse, the carrier, an agent."""

    __tablename__ = "incident_statement"

    incident_statement_id: str = Field(primary_key=True)
    incident_id: str = Field(foreign_key="incident.incident_id", index=True)
    who: str
    name: str = ""
    text: str
    message_id: str | None = None
    agent_id: str | None = None
    said_at: datetime


class IncidentTask(SQLModel, table=True):
    """Something that somebody must do by `due_at`. `code` names its sentence; a text of its own stands in `text`."""

    __tablename__ = "incident_task"
    __table_args__ = (
        one_of("who", WHO),
        Index("incident_task_due", "due_at", sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),
    )

    incident_task_id: str = Field(primary_key=True)
    incident_id: str = Field(foreign_key="incident.incident_id", index=True)
    who: str
    code: str = ""
    text: str = ""
    due_at: datetime | None = None
    warned_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    created_at: datetime
