"""What providers report of parts they took. A report that it could not be delivered is a refusal like any other.

Several reports of one part come in any order, twice, and before our own note that the provider took it: the part moves
forward only (conversation/outbox.py), and what a failure asks for is done once (pipeline/refusals.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from channels import verdicts
from conversation import outbox
from conversation.events import Notice, Receipt, TimelineLine
from conversation.tables import Channel, Conversation
from conversation.work import Work
from pipeline import delivery_counts, refusals
from pipeline.parts import Attempt, Refusal

GIVE_UP_SECONDS = 900.0

_conversation, _channel = Conversation.__table__, Channel.__table__
_place = (
    select(_channel.c.kind, _channel.c.account)
    .join(_conversation, _conversation.c.channel_id == _channel.c.channel_id)
    .where(_conversation.c.conversation_id == bindparam("id"))
)


def take(work: Work, receipt: Receipt) -> bool:
    """Take in what a provider reports of one part; returns whether it was news."""
    part = outbox.part_of(work, receipt)
    if part is None:
        return False
    taken = _take_failure(work, part, receipt) if receipt.status == "failed" else outbox.advance(work, part, receipt)
    if taken and part["state"] == "unknown":
        kind, _account = _channel_of(work, part["conversation_id"])
        delivery_counts.settled(work, kind, "reported")
    return taken


def _take_failure(work: Work, part: Mapping[str, Any], receipt: Receipt) -> bool:
    if not outbox.is_news(part, receipt):
        return False
    kind, account = _channel_of(work, part["conversation_id"])
    refusal = Refusal(
        Attempt(part["part_id"], part["conversation_id"], part["attempt"]), kind, account, part["request"],
        part["first_at"] or part["created_at"], receipt.error_code or "unknown", receipt.error_text,
        verdicts.verdict(kind, receipt.error_code), is_reported=True,
        provider_id=receipt.provider_id or part["provider_id"] or "")
    if not refusals.handle(work, refusal, GIVE_UP_SECONDS):
        return False
    work.record(TimelineLine("receipt", part["conversation_id"], "system", None, part["epoch"],
                             {"message": part["message_id"], "state": "failed"}))
    work.notify(Notice("deliver", part["conversation_id"]))
    return True


def _channel_of(work: Work, conversation_id: str) -> tuple[str, str]:
    row = work.connection.execute(_place, {"id": conversation_id}).one()
    return row.kind, row.account
