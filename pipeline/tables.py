"""Tables of what the pipeline still has to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, literal_column, text
from sqlmodel import Field, SQLModel

from conversation.tables import Json, one_of

ORIGINS = ("folder", "console", "cli")
SLOW_STATES = ("queued", "running", "answered", "done", "void")
FAILED = text("status = 'failed'")


class Timer(SQLModel, table=True):
    """Something the writer must hear at `due_at`. A reminder whose `seq` is no longer the flow's is stale and does nothing.

    `kind`: `reminder` (payload {seq}), `ticket_closed` (payload {flow}: the bot begins it), `external` (payload {name, key, data}).
    """

    __table_args__ = (
        Index("timer_due", "due_at", sqlite_where=text("fired_at IS NULL"), postgresql_where=text("fired_at IS NULL")),
    )

    timer_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id", index=True)
    kind: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    due_at: datetime
    fired_at: datetime | None = None
    created_at: datetime


class SlowWork(SQLModel, table=True):
    """A call of a service that needs the world. Run outside any transaction; its answer comes back as an event.

    queued → running (a worker holds it until `lease_until`) → answered → done (the bot has heard), or void (too late).
    """

    __tablename__ = "slow_work"
    __table_args__ = (
        one_of("state", SLOW_STATES),
        Index(
            "slow_work_open",
            "state",
            "created_at",
            sqlite_where=text("state IN ('queued','running','answered')"),
            postgresql_where=text("state IN ('queued','running','answered')"),
        ),
        Index("slow_work_failed", "answered_at", sqlite_where=FAILED, postgresql_where=FAILED),
    )

    slow_work_id: str = Field(primary_key=True)
    conversation_id: str = Field(foreign_key="conversation.conversation_id", index=True)
    seq: int
    epoch: int
    service: str
    arguments: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    is_write: bool = False
    key: str = ""
    timeout_seconds: float = 8.0
    state: str = "queued"
    attempt: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    not_before: datetime
    status: str | None = None
    value: dict[str, Any] | None = Field(default=None, sa_column=Column(Json))
    error: str | None = None
    created_at: datetime
    answered_at: datetime | None = None


# Written out, not bound: a database finds a partial index only by the very words of its condition.
IS_OPEN = SlowWork.__table__.c.state.in_(  # type: ignore[attr-defined]
    [literal_column(f"'{state}'") for state in ("queued", "running", "answered")])


class FoundEvent(SQLModel, table=True):
    """An event of the normal form that waits for the writer: found in a provider's list because no webhook brought it,
    or held for a moment (`not_before`, `tries`) because what it is about had not been settled when it came.
    """

    __tablename__ = "found_event"
    __table_args__ = (
        Index("found_event_open", "found_event_id", sqlite_where=text("taken_at IS NULL"),
              postgresql_where=text("taken_at IS NULL")),
        {"sqlite_autoincrement": True},
    )

    found_event_id: int | None = Field(default=None, primary_key=True)
    event: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    found_at: datetime
    not_before: datetime | None = None
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    taken_at: datetime | None = None


class Poll(SQLModel, table=True):
    """How far a provider's list was read: everything of `source` (an account sid) before `read_until` is known."""

    source: str = Field(primary_key=True)
    read_until: datetime
    polled_at: datetime
    found: int = 0


class DeliveryCount(SQLModel, table=True):
    """What is counted of deliveries by several processes, and outlives them; `/metrics` shows it.

    `what`: `unknown_code` (`label` a code that no table of errors knows), `unknown_part` (`label` how a part whose
    outcome was unknown was settled).
    """

    __tablename__ = "delivery_count"

    what: str = Field(primary_key=True)
    provider: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    number: int = 0


class FlowSet(SQLModel, table=True):
    """All files of the flows as they were published together; the newest row is live in every process.

    A rollback is a new row with older files. `content` is the hash of `files`, `published_by` an agent's id, `folder`
    or `cli`. Files are kept for as long as somebody may stand in a flow of them, and for ever: they are small.
    """

    __tablename__ = "flow_set"
    __table_args__ = (one_of("origin", ORIGINS), {"sqlite_autoincrement": True})

    serial: int | None = Field(default=None, primary_key=True)
    content: str = Field(index=True)
    files: dict[str, str] = Field(sa_column=Column(Json, nullable=False))
    published_at: datetime
    published_by: str
    comment: str = ""
    origin: str
    rolled_back_from: str = ""


class FlowRevision(SQLModel, table=True):
    """One wording of one shape of a flow, and the sets (by serial) that first and last had it.

    Whoever stands in a shape that is no longer live finishes it as the newest set with it had it. `moved_in` is the
    set with which those who stood in it were moved to the live shape; empty: they stay. `expires_seconds`: who has
    been silent for longer is no longer in the flow.
    """

    __tablename__ = "flow_revision"
    __table_args__ = (Index("flow_revision_shape", "flow", "shape"),)

    revision: str = Field(primary_key=True)
    flow: str
    shape: str
    first_set: int
    last_set: int
    expires_seconds: float
    moved_in: int | None = None


class FlowFolder(SQLModel, table=True):
    """What is known of the folder of the flows; one row, `flows`.

    `adopted` are hashes of its files as they last became live from there, `given` of those that were published
    elsewhere and written to it since, `behind` names of those that could not be written. `findings` say why it cannot
    be used now, `since` when it was found so.
    """

    __tablename__ = "flow_folder"

    name: str = Field(primary_key=True)
    folder: str = ""
    state: str = "unwatched"
    adopted: dict[str, str] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    given: dict[str, str] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    findings: list[Any] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    behind: list[str] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    since: datetime | None = None


class ProofAttempt(SQLModel, table=True):
    """One failed proof for an order. `order_hash` and `sender_hash` are keyed hashes."""

    __tablename__ = "proof_attempt"
    __table_args__ = {"sqlite_autoincrement": True}

    proof_attempt_id: int | None = Field(default=None, primary_key=True)
    order_hash: str = Field(index=True)
    sender_hash: str = Field(index=True)
    at: datetime
