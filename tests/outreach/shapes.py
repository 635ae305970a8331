"""What the tests of outreach are made of: news of an order, a buyer whom we know, and the house's doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from conversation.tables import Address, Conversation
from conversation.work import Database, Work
from outreach import taking, telling
from outreach.news import News
from outreach.policy import Policy
from outreach.tables import OrderNews
from tests.builders import MONDAY_NOON, a_conversation

MARTA = "+34600111222"
USUAL = Policy()


@dataclass
class HandDoors:
    """Notes which bots were told what; `opens` is the conversation of a buyer who never wrote."""

    zone: str = "Europe/Madrid"
    opens: Mapping[str, Any] | None = None
    begun: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)

    def open(self, work: Work, buyers: Mapping[str, str], kinds: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        return dict.fromkeys(buyers, self.opens) if self.opens else {}

    def begin(self, work: Work, begun: Sequence[telling.Begun]) -> None:
        self.begun += [(one.conversation_id, telling.EVENT, one.key, dict(one.data)) for one in begun]

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(key, data["kind"]) for _, _, key, data in self.begun]


def news(reference: str = "AB-12345", kind: str = "shipped", **changes: Any) -> News:
    """News of Marta's order, an hour old."""
    values: dict[str, Any] = {
        "key": f"{reference}:{kind}", "happened_at": MONDAY_NOON - timedelta(hours=1), "phone": MARTA, "facts": {}}
    return News(reference=reference, kind=kind, **(values | changes))


def a_buyer(work: Work, phone: str = MARTA, **changes: Any) -> str:
    """A conversation whose contact is found by her phone."""
    conversation_id = a_conversation(work, address=phone, **changes)
    contact = select(Conversation.__table__.c.contact_id).where(
        Conversation.__table__.c.conversation_id == conversation_id).scalar_subquery()
    work.connection.execute(update(Address.__table__).where(Address.__table__.c.contact_id == contact).values(
        family="phone", canonical=f"phone:{phone}"))
    return conversation_id


def take(database: Database, *told: News, policy: Policy = USUAL) -> int:
    with database.work() as work:
        return taking.take(work, "demo", told, policy)


def tick(database: Database, doors: HandDoors, policy: Policy = USUAL) -> int:
    with database.work() as work:
        return telling.tick(work, policy, doors)


def why(database: Database, key: str) -> tuple[str, str]:
    """How this piece of news ended: its state and the reason."""
    table = OrderNews.__table__
    with database.reading() as session:
        row = session.execute(select(table.c.state, table.c.why).where(table.c.key == key)).one()
    return row.state, row.why
