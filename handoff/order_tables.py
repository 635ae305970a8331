"""Table of what agents had the shop do with an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

STATES = ("proposed", "approved", "running", "done", "failed", "unsure", "declined")
_IS_OPEN = text("state IN ('proposed','approved','running')")
_IS_UNTOLD = text("state = 'done' AND tells_customer AND told_at IS NULL")


class OrderAction(SQLModel, table=True):
    """One action on one order, asked for by an agent. `key` comes with the form: the same one is one action.

    proposed (above her limit: somebody who may must approve) → approved → running (a worker asks the shop, once) → done,
    failed (certainly not done), unsure (nobody knows: look into the shop), or declined. `asked` is what was asked for,
    `preview` what she saw, `result` what the shop said. Who looked into the shop settles what is unsure (`decided_by`).
    """

    __tablename__ = "order_action"
    __table_args__ = (
        one_of("state", STATES),
        Index("order_action_open", "state", "created_at", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index("order_action_untold", "ended_at", sqlite_where=_IS_UNTOLD, postgresql_where=_IS_UNTOLD),
    )

    order_action_id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id", index=True)
    ticket_id: str | None = Field(default=None, index=True)
    incident_id: str | None = Field(default=None, index=True)
    order_reference: str
    order_key: str = Field(index=True)
    kind: str
    state: str
    asked: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    preview: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    amount: str = ""  # decimal text, in `currency`
    currency: str = ""
    reason: str
    tells_customer: bool = True
    asked_by: str = Field(foreign_key="agent.agent_id")
    decided_by: str | None = Field(default=None, foreign_key="agent.agent_id")
    decided_at: datetime | None = None
    owner: str | None = None  # the process that asks the shop
    lease_until: datetime | None = None
    error: str = ""
    created_at: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None  # when the customer's text went into the outbox
    version: int = 1
