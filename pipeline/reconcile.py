"""Parts whose outcome is unknown: found out, never guessed.

Twilio lists what it accepted. Absent from the whole list 30 s and again 120 s after it was sent, a part was not accepted
and is sent again. Where a provider has no list, its report is waited for; after a minute without one the part stays
unknown, the conversation goes on, and a person may send it again. Nothing is sent twice by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from conversation import holders
from conversation.events import Notice
from conversation.outbox import IS_OPEN, SETTLED_CHECKS
from conversation.tables import Channel, Conversation, OutboxPart
from conversation.work import Work
from pipeline import delivery_counts, parts
from pipeline.claims import Patience
from pipeline.parts import Attempt

REPORT_SECONDS = 60.0
CLOCK_SLACK = timedelta(seconds=2)  # providers date in whole seconds, by a clock of their own
LIMIT = 64

_part, _conversation, _channel = OutboxPart.__table__, Conversation.__table__, Channel.__table__
_doubtful = (
    select(_part.c.part_id, _part.c.conversation_id, _part.c.request, _part.c.sending_at, _part.c.attempt, _part.c.checked,
           _conversation.c.address, _channel.c.kind, _channel.c.account)
    .join(_conversation, _conversation.c.conversation_id == _part.c.conversation_id)
    .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
    .where(IS_OPEN, _part.c.state == "unknown", _part.c.checked < SETTLED_CHECKS, _part.c.not_before <= bindparam("now"))
    .order_by(_part.c.sending_at).limit(LIMIT)
)
_leased = select(_part.c.part_id, _part.c.owner, _part.c.lease_until, _part.c.sending_at).where(
    IS_OPEN, _part.c.state == "sending")
_orphan = (
    update(_part).where(_part.c.part_id == bindparam("id"), _part.c.state == "sending",
                        _part.c.owner == bindparam("by"))
    .values(state="unknown", owner=None, lease_until=None, checked=0, not_before=bindparam("later"),
            error_code="interrupted", error_text="The sender ended before the provider answered.")
)
_known = select(_part.c.provider_id).where(_part.c.provider_id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """One part of which we do not know whether the provider has it.

    `is_filled_in`: the provider wrote its words from a template or content, perhaps not letter by letter as we have them.
    """

    part_id: str
    conversation_id: str
    kind: str
    account: str
    address: str
    text: str
    sending_at: datetime
    attempt: int
    checked: int
    is_filled_in: bool = False

    @property
    def as_attempt(self) -> Attempt:
        return Attempt(self.part_id, self.conversation_id, self.attempt)


def orphans(work: Work, patience: Patience) -> int:
    """Parts left in `sending` by a sender that is gone: their outcome is unknown. Returns how many."""
    found = 0
    for part in work.connection.execute(_leased).mappings().all():
        if part["lease_until"] <= work.now or holders.is_dead(part["owner"]):
            later = part["sending_at"] + timedelta(seconds=patience.proof_first)
            found += work.connection.execute(_orphan, {"id": part["part_id"], "by": part["owner"],
                                                       "later": later}).rowcount
    return found


def doubts(work: Work) -> list[Doubt]:
    """Unknown parts that are due to be looked for."""
    return [
        Doubt(row["part_id"], row["conversation_id"], row["kind"], row["account"], row["address"],
              row["request"].get("text", ""), row["sending_at"], row["attempt"], row["checked"],
              bool({"template", "content"} & row["request"].keys()))
        for row in work.connection.execute(_doubtful, {"now": work.now}).mappings()
    ]


def without_list(work: Work, doubt: Doubt) -> None:
    """No list to look into: wait for the report, then leave it unknown and let the conversation go on."""
    if (work.now - doubt.sending_at).total_seconds() < REPORT_SECONDS:
        parts.look_again(work, doubt.as_attempt, doubt.checked, doubt.sending_at + timedelta(seconds=REPORT_SECONDS))
    elif parts.leave_unknown(work, doubt.as_attempt):
        delivery_counts.settled(work, doubt.kind, "left")


def with_list(work: Work, doubt: Doubt, accepted: Sequence[Mapping[str, Any]], patience: Patience) -> None:
    """Hold the whole list of what the provider accepted for this contact against one unknown part."""
    match = _match(work, doubt, accepted)
    if match is not None:
        parts.accept(work, doubt.part_id, match)
        delivery_counts.settled(work, doubt.kind, "listed")
    elif (work.now - doubt.sending_at).total_seconds() >= patience.proof_last:
        if parts.send_again(work, doubt.as_attempt):
            delivery_counts.settled(work, doubt.kind, "absent")
    else:
        later = doubt.sending_at + timedelta(seconds=patience.proof_last)
        parts.look_again(work, doubt.as_attempt, doubt.checked + 1, later)
    work.notify(Notice("deliver", doubt.conversation_id))


def _match(work: Work, doubt: Doubt, accepted: Iterable[Mapping[str, Any]]) -> str | None:
    """The provider's id of our part: same words, not earlier than we sent it, and nobody else's."""
    since_ms = (doubt.sending_at - CLOCK_SLACK).timestamp() * 1000
    fitting = [
        message for message in accepted
        if (doubt.is_filled_in or message["text"] == doubt.text) and (message["created_ms"] or since_ms) >= since_ms
    ]
    if not fitting:
        return None
    taken = set(work.connection.execute(_known, {"ids": [message["provider_id"] for message in fitting]}).scalars())
    free = [message for message in fitting if message["provider_id"] not in taken]
    return min(free, key=lambda message: message["created_ms"] or 0)["provider_id"] if free else None
