"""A small house that can be broken at will: one web process and one sender, without sockets, on a file of its own.

The bot says back what it hears (`flows/`). The provider is a list; its answers are what a test says they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

import faults
from bot.flow.library import Library, load
from channels.base import Answer, Event
from channels.errors import NotStored
from conversation.tables import Conversation, Message, OutboxPart
from conversation.work import Database, Wiring, Work
from handoff import claims as holding
from handoff.tables import Ticket
from orders import connector
from orders.base import Connector
from pipeline import claims, reconcile
from pipeline.answer import Bot
from pipeline.claims import Claimed, Outcome, Patience
from pipeline.duty import Duty
from pipeline.intake import Intake
from pipeline.services import Services
from pipeline.turns import Writer
from tests.builders import HandClock, a_queue, an_agent, one_part, plain_text
from tests.engines import sharing_words

FLOWS = Path(__file__).with_name("flows")
PATIENCE = Patience(lease=30.0, proof_first=30.0, proof_last=120.0, give_up=1e9)
OURS = "+14155238886"
AGENTS = ("Ana", "Bo")


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted mistake: what it does to a database that was opened, and the moves it replaces."""

    name: str = "none"
    plant: Callable[[Database], None] = lambda database: None
    claim: Callable[..., Any] = holding.claim


@dataclass
class SmallHouse:
    """What a machine drives. `accepted` is the provider's log: (part id, conversation id, position)."""

    url: str
    bug: Bug = field(default_factory=Bug)
    clock: HandClock = field(default_factory=HandClock)
    accepted: list[Claimed] = field(default_factory=list)
    senders: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.owner = ""
        self.provider: list[dict[str, Any]] = []
        self.replace_sender()
        self.open()
        with self.database.work() as work:
            a_queue(work, "general", is_default=True)
            for name in AGENTS:
                an_agent(work, name, ["general"], capacity=99)

    def open(self) -> None:
        """Start the web process on what the last one left; its first sweep is over when this returns."""
        wiring = Wiring(lambda notices: None, one_part, plain_text, self.clock.now)
        self.database = sharing_words(Database(self.url, wiring))
        self.bug.plant(self.database)
        services = Services(_shop(), "a secret of tests", lambda: self.clock.now().date())
        self.intake = Intake(Bot(library, services, Duty().open_queues), "es")
        self.writer = Writer(self.database, self.intake, sweep_seconds=3600.0, pace_seconds=0.0)
        self.writer.submit([])
        self.writer.submit([])  # taken only after the sweep that every writer begins with

    def close(self) -> None:
        self.writer.stop()
        self.database.close()

    def crash(self) -> None:
        """End this web process without a word, and start the next one."""
        faults.disarm()
        self.close()
        self.open()

    def deliver(self, groups: Sequence[Sequence[Event]]) -> bool:
        """Post these webhooks, side by side when there are several; False where they were not acknowledged."""
        with ThreadPoolExecutor(max(1, len(groups))) as pool:
            return all(pool.map(self._post, groups))

    def _post(self, events: Sequence[Event]) -> bool:
        try:
            self.writer.submit(events)
        except (NotStored, faults.Fault):
            return False
        return True

    def take_due(self) -> int:
        """Hear the timers that are due; returns how many there were."""
        with self.database.work() as work:
            return self.intake.take_due(work, 64)

    def replace_sender(self) -> None:
        """The sender is another process now, on a host of which nobody can ask whether it lives."""
        self.owner = f"elsewhere-{next(self.senders)}:1"

    def begin_sending(self) -> list[Claimed]:
        """One round of the sender: claim what may go now."""
        with self.database.work() as work:
            return claims.take(work, self._conversation_ids(work), self.owner, PATIENCE)

    def send(self, claimed: Claimed, arrives: bool) -> None:
        """The bytes leave; whether they arrive is the network's affair."""
        if arrives:
            self.accepted.append(claimed)
            self.provider.append({"provider_id": f"SM{len(self.accepted):032d}", "text": claimed.request["text"],
                                  "created_ms": int(self.clock.now().timestamp() * 1000), "to": claimed.address})

    def record(self, claimed: Claimed, outcome: str) -> None:
        """Write down how sending went, as the sender heard it."""
        known = self.provider[-1]["provider_id"] if outcome == "sent" else ""
        with self.database.work() as work:
            claims.record(work, [Outcome(claimed, Answer(outcome, known, "code"))], PATIENCE)

    def reconcile(self) -> None:
        """Leases of the dead become doubts; doubts are held against the provider's whole list."""
        with self.database.work() as work:
            reconcile.orphans(work, PATIENCE)
            for doubt in reconcile.doubts(work):
                accepted = [message for message in self.provider if message["to"] == doubt.address]
                reconcile.with_list(work, doubt, accepted, PATIENCE)

    def rows(self, table: Any, *order: Any) -> list[dict[str, Any]]:
        """All rows of a table."""
        with self.database.reading() as session:
            query = select(table.__table__).order_by(*order)
            return [dict(row) for row in session.connection().execute(query).mappings()]

    def conversations(self) -> dict[str, dict[str, Any]]:
        """Every conversation by its address."""
        return {row["address"]: row for row in self.rows(Conversation)}

    def messages(self) -> list[dict[str, Any]]:
        return self.rows(Message, Message.__table__.c.conversation_id, Message.__table__.c.seq)

    def parts(self) -> list[dict[str, Any]]:
        return self.rows(OutboxPart, OutboxPart.__table__.c.position)

    def tickets(self) -> list[dict[str, Any]]:
        """Every ticket, the latest last."""
        return self.rows(Ticket, Ticket.__table__.c.epoch)

    def _conversation_ids(self, work: Work) -> list[str]:
        return list(work.connection.execute(select(Conversation.__table__.c.conversation_id)).scalars())


@cache
def _shop() -> Connector:
    return connector("demo", {})


@cache
def library() -> Library:
    """The flows of this folder."""
    loaded = load(FLOWS)
    assert loaded.library is not None, loaded.findings
    return loaded.library


def event(text: str, address: str, number: int) -> Event:
    """A message of a contact on WhatsApp; `number` makes its provider id."""
    return {"kind": "message", "provider": "twilio", "channel": "whatsapp", "account": OURS, "sender": address,
            "provider_id": f"SM{number:032d}", "text": text, "profile_name": "Marta"}
