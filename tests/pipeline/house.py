"""The whole house in one process but for its sockets: real flows, the demo shop, a real database."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

import channels
from bot.flow.library import Library, compiled, sources_of
from carriers.parcels import Parcels
from channels.base import Event
from conversation.events import Outgoing, Rendered
from conversation.tables import Conversation, Message, OutboxPart
from conversation.work import Database, Wiring
from orders import connector
from orders.base import Connector
from pipeline.answer import Bot
from pipeline.duty import Duty
from pipeline.intake import Intake
from pipeline.services import Services
from pipeline.turns import Writer
from tests.builders import Bell, HandClock

FLOWS = Path(__file__).parents[2] / "flows"
OURS = "+14155238886"
MARTA = "+34600111222"


@dataclass
class House:
    """A writer and what is behind it; `hear` is one webhook's worth of events. It sweeps only when it is woken."""

    database: Database
    clock: HandClock
    connector: Connector
    folder: Path = FLOWS
    parcels: Parcels = field(default_factory=Parcels)
    writer: Writer = field(init=False)
    intake: Intake = field(init=False)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        library = library_of(self.folder)
        wiring = Wiring(self.database.wiring.ring, _render, library.text, self.clock.now)
        self.database.wiring = wiring
        services = Services(self.connector, "a secret of tests", lambda: self.clock.now().date(), parcels=self.parcels)
        self.intake = Intake(Bot(lambda: library, services, Duty().open_queues), "es")
        self.writer = Writer(self.database, self.intake, sweep_seconds=3600.0)

    def event(self, text: str, sender: str = MARTA, **more: Any) -> Event:
        """A message of a contact on WhatsApp, with an id of its own."""
        return {"kind": "message", "provider": "twilio", "channel": "whatsapp", "account": OURS, "sender": sender,
                "provider_id": f"SM{next(self._numbers):032d}", "text": text, "profile_name": "Marta", **more}

    def hear(self, text: str, sender: str = MARTA, **more: Any) -> None:
        self.writer.submit([self.event(text, sender, **more)])

    def said(self) -> list[str]:
        """What we said so far, in all conversations, in order."""
        return [row["text"] for row in self.rows(Message) if row["direction"] == "outbound"]

    def last(self) -> str:
        return self.said()[-1]

    def conversation(self) -> dict[str, Any]:
        """The one conversation there is."""
        (row,) = self.rows(Conversation)
        return row

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """All rows of a table; messages and parts in their order."""
        query = select(table.__table__)
        if table is Message:
            query = query.order_by(Message.__table__.c.conversation_id, Message.__table__.c.seq)
        if table is OutboxPart:
            query = query.order_by(OutboxPart.__table__.c.position)
        with self.database.reading() as session:
            return [dict(row) for row in session.execute(query).mappings()]


def library_of(folder: Path) -> Library:
    """The flows of a folder. The same files are the same library for all tests: compiling takes longer than most of them."""
    return _compiled(tuple(sources_of(folder).items()))


@cache
def _compiled(sources: tuple[tuple[str, str], ...]) -> Library:
    loaded = compiled(dict(sources))
    assert loaded.library is not None, loaded.findings
    return loaded.library


def open_house(
    database: Database, clock: HandClock, bell: Bell, shop: Connector | None = None, folder: Path = FLOWS
) -> House:
    """A house on this database with the demo shop and the shipped flows, or those given."""
    return House(database, clock, shop or connector("demo", {}), folder)


def _render(kind: str, outgoing: Outgoing) -> Rendered:
    return channels.adapter(kind).render(outgoing)
