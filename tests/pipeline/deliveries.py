"""One outbound part and what a provider says of it: at once, and in reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

import channels
from channels.base import Answer
from conversation import outbox
from conversation.events import Outgoing, Receipt, Rendered
from conversation.tables import Alarm, ChannelHealth, Conversation, DeadLetter, Message, OutboxPart, TimelineEntry
from conversation.work import Database, Wiring
from pipeline import claims, receipts
from pipeline.claims import Claimed, Outcome, Patience
from tests.builders import HandClock, a_channel, a_conversation

ACCOUNTS = {"twilio-whatsapp": "+14155238886", "twilio-sms": "+15005550006", "meta-whatsapp": "106540352242922",
            "meta-messenger": "108000000000001", "meta-instagram": "17841400000000001"}
PATIENCE = Patience()


@dataclass
class Delivery:
    """A conversation on one channel and one part to it, with the hands of a sender and of a provider."""

    database: Database
    clock: HandClock
    kind: str = "twilio-whatsapp"
    conversation_id: str = ""
    claimed: Claimed | None = None

    def __post_init__(self) -> None:
        with self.database.work() as work:
            channel = a_channel(work, self.kind, ACCOUNTS[self.kind])
            self.conversation_id = a_conversation(work, address=self.phone, channel_id=channel)

    @property
    def phone(self) -> str:
        return f"+3460011122{list(ACCOUNTS).index(self.kind)}"

    def say(self, request: dict[str, Any] | None = None, **changes: Any) -> Delivery:
        """Put one part into the outbox, as this request."""
        usual = self.database.wiring
        shape = request or {"text": "hola"}
        object.__setattr__(self.database, "wiring", Wiring(
            usual.ring, lambda kind, outgoing: Rendered((shape,)), usual.text, usual.now))
        with self.database.work() as work:
            outbox.queue(work, self.conversation_id, Outgoing(shape.get("text", ""), **changes))
        object.__setattr__(self.database, "wiring", usual)
        return self

    def claim(self) -> Claimed | None:
        """A round of the sender."""
        with self.database.work() as work:
            found = claims.take(work, [self.conversation_id], "a:1", PATIENCE)
        self.claimed = found[0] if found else None
        return self.claimed

    def sent(self) -> Delivery:
        """Claimed, and the provider took it."""
        claimed = self.claim()
        assert claimed is not None
        return self.answer(Answer("sent", provider_id=self.sid))

    @property
    def sid(self) -> str:
        """What the provider calls the attempt that was claimed last."""
        assert self.claimed is not None
        return f"SM{self.claimed.attempt}"

    def answer(self, answer: Answer) -> Delivery:
        """The provider's answer to the attempt that was claimed last."""
        assert self.claimed is not None
        with self.database.work() as work:
            claims.record(work, [Outcome(self.claimed, answer)], PATIENCE)
        return self

    def refuse(self, code: str, subcode: str = "", status: int = 400, retry_after: str = "") -> Delivery:
        """The provider's error object, read by the adapter."""
        if self.kind.startswith("twilio"):
            body: dict[str, Any] = {"code": int(code), "message": "no"}
        else:
            error = {"code": int(code), "message": "no"}
            body = {"error": error | ({"error_subcode": int(subcode)} if subcode else {})}
        headers = {"Retry-After": retry_after} if retry_after else {}
        return self.answer(channels.adapter(self.kind).answer(status, headers, json.dumps(body).encode()))

    def report(self, status: str, code: str = "", of: Claimed | None = None) -> bool:
        """A report of the attempt `of`, of the last one otherwise."""
        about = of or self.claimed
        assert about is not None
        receipt = Receipt(status, about.attempt_id, f"SM{about.attempt}", code, "no" if code else "")
        with self.database.work() as work:
            return receipts.take(work, receipt)

    def rows(self, table: Any, *order: Any) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            query = select(table.__table__).order_by(*order)
            return [dict(row) for row in session.execute(query).mappings()]

    @property
    def part(self) -> dict[str, Any]:
        mine = [row for row in self.rows(OutboxPart, OutboxPart.__table__.c.position)
                if row["conversation_id"] == self.conversation_id]
        return mine[-1]

    @property
    def state(self) -> tuple[str, str | None]:
        return self.part["state"], self.part["error_code"]

    @property
    def waits(self) -> float:
        """Seconds until the part may go."""
        return (self.part["not_before"] - self.clock.now()).total_seconds()

    @property
    def conversation(self) -> dict[str, Any]:
        return next(row for row in self.rows(Conversation) if row["conversation_id"] == self.conversation_id)

    @property
    def message(self) -> dict[str, Any]:
        return self.rows(Message, Message.__table__.c.seq)[-1]

    @property
    def health(self) -> dict[str, Any]:
        return self.rows(ChannelHealth)[0]

    def alarms(self) -> list[tuple[str, str, int]]:
        return [(row["text"], row["level"], row["times"]) for row in self.rows(Alarm)]

    def rows_of_alarms(self) -> list[dict[str, Any]]:
        return self.rows(Alarm)

    def told(self, kind: str) -> int:
        """How many lines of this kind the timeline has."""
        return sum(row["kind"] == kind for row in self.rows(TimelineEntry))

    def buried(self) -> int:
        return len(self.rows(DeadLetter))

    def change(self, **changes: Any) -> None:
        """Change the conversation behind everybody's back."""
        with self.database.work() as work:
            mine = Conversation.__table__.c.conversation_id == self.conversation_id
            work.connection.execute(update(Conversation.__table__).where(mine).values(**changes))
