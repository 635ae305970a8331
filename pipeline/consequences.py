"""What a refusal means beyond the part it is about: for the contact, for the channel, for the operators.

Called once for each attempt by pipeline/refusals.py, in the transaction that moved the part.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from conversation import alarms
from conversation.alarms import Trouble
from conversation.events import TimelineLine
from conversation.tables import Address, ChannelHealth, Conversation, Message, OutboxPart
from conversation.work import Work
from pipeline.breaker import BROKEN, LONGEST_MEND_SECONDS, MEND_SECONDS
from pipeline.parts import Refusal

REST = timedelta(hours=24)  # before WhatsApp is asked again to deliver something that advertises
LONGEST_TEXT = 300
# The sentences of these are in conversation/troubles.yaml.
_TROUBLES = {
    ("CONFIG", ""): ("channel_stopped", "critical"),
    ("CONFIG", "template"): ("template_refused", "warning"),
    ("CONFIG", "region"): ("region_refused", "warning"),
    ("CONFIG", "recipient"): ("recipient_refused", "warning"),
    ("CONFIG", "tag"): ("request_refused", "warning"),
    ("CONTENT", "ours"): ("request_refused", "warning"),
    ("RATE", "spam"): ("spam_limit", "critical"),
}

_conversation, _address, _health = Conversation.__table__, Address.__table__, ChannelHealth.__table__
_part, _message = OutboxPart.__table__, Message.__table__
_this = _conversation.c.conversation_id == bindparam("id")
_stop = update(_conversation).where(_this, _conversation.c.opted_out_at.is_(None)).values(opted_out_at=bindparam("now"))
_stop_marketing = (
    update(_conversation).where(_this, _conversation.c.marketing_stopped_at.is_(None))
    .values(marketing_stopped_at=bindparam("now"))
)
_rest = update(_conversation).where(_this).values(marketing_rests_until=bindparam("until"))
_lose = (  # not where she wrote after the attempt: then this is the address of somebody who is there
    update(_conversation)
    .where(_this, _conversation.c.unreachable_at.is_(None),
           or_(_conversation.c.last_inbound_at.is_(None), _conversation.c.last_inbound_at < bindparam("since")))
    .values(unreachable_at=bindparam("now"), unreachable_code=bindparam("code"))
)
_phone = (
    select(_address.c.value)
    .join(_conversation, _conversation.c.contact_id == _address.c.contact_id)
    .where(_this, _address.c.family == "whatsapp", _address.c.value.startswith("+")).limit(1)
)
_move = update(_conversation).where(_this).values(address=bindparam("new_address"))
_one = and_(_health.c.kind == bindparam("of_kind"), _health.c.account == bindparam("of_account"))
_failures = select(_health.c.failures).where(_one)
_pause = (
    update(_health).where(_one, or_(_health.c.paused_until.is_(None), _health.c.paused_until < bindparam("now")))
    .values(paused_until=bindparam("until"), paused_why=BROKEN, failures=_health.c.failures + 1)
)
_limit = (
    update(_health)
    .where(_one, or_(_health.c.limited_at.is_(None), _health.c.limited_at < bindparam("before")))
    .values(limited_at=bindparam("now"))
)
_note = update(_health).where(_one).values(
    last_refused_at=bindparam("now"), last_error_code=bindparam("code"), last_error_text=bindparam("why"))
_content = (
    select(_message.c.message_id, _message.c.content)
    .join(_part, _part.c.message_id == _message.c.message_id).where(_part.c.part_id == bindparam("part"))
)
_put_content = update(_message).where(_message.c.message_id == bindparam("id")).values(content=bindparam("new_content"))


def follow(work: Work, refusal: Refusal, is_over: bool) -> None:
    """Write what a refusal means for others. `is_over`: the part will not be tried again."""
    verdict = refusal.verdict
    match verdict.error_class, verdict.action:
        case "OPTOUT", "marketing":
            _mark(work, refusal, _stop_marketing, "marketing_stopped")
        case "OPTOUT", _:
            _mark(work, refusal, _stop, "opted_out")
        case ("DEAD", _) | ("FINAL", "blocked") if is_over:
            _mark(work, refusal, _lose, "unreachable")
        case "FINAL", "rest":
            work.connection.execute(_rest, {"id": refusal.attempt.conversation_id, "until": work.now + REST})
    if refusal.is_reported:
        _tell_channel(work, refusal)
    trouble = _TROUBLES.get((verdict.error_class, verdict.action))
    if trouble is not None:
        _tell_operators(work, refusal, *trouble)


def _mark(work: Work, refusal: Refusal, statement: Any, kind: str) -> None:
    conversation_id = refusal.attempt.conversation_id
    given = {"id": conversation_id, "now": work.now}
    if statement is _lose:
        given |= {"code": refusal.code, "since": refusal.first_at}
    if work.connection.execute(statement, given).rowcount:
        work.record(TimelineLine(kind, conversation_id, "system", data={"code": refusal.code}))


def _tell_channel(work: Work, refusal: Refusal) -> None:
    """The sender is another process: what a report says of the whole channel it reads in the table."""
    of = {"of_kind": refusal.kind, "of_account": refusal.account}
    row = {"kind": refusal.kind, "account": refusal.account, "failures": 0, "findings": []}
    made = (sqlite if work.is_sqlite else postgresql).insert(_health).values(**row)
    work.connection.execute(made.on_conflict_do_nothing(index_elements=["kind", "account"]))
    work.connection.execute(_note, {**of, "now": work.now, "code": refusal.code, "why": refusal.text[:LONGEST_TEXT]})
    match refusal.verdict.error_class, refusal.verdict.action:
        case "CONFIG", "":
            times = min(work.connection.execute(_failures, of).scalar() or 0, 12)
            rest = timedelta(seconds=min(LONGEST_MEND_SECONDS, MEND_SECONDS * 2**times))
            work.connection.execute(_pause, {**of, "now": work.now, "until": work.now + rest})
        case "RATE", "" | "spam":
            work.connection.execute(_limit, {**of, "now": work.now, "before": work.now - timedelta(seconds=1)})


def _tell_operators(work: Work, refusal: Refusal, text: str, level: str) -> None:
    facts = {"code": refusal.code, "reason": refusal.text[:LONGEST_TEXT]}
    key = f"{text}:{refusal.kind}:{refusal.account}"
    if text != "channel_stopped":
        key = f"{key}:{refusal.code}"
    alarms.raise_alarm(work, Trouble(key, text, level, facts, refusal.kind, refusal.account))


def move_to_phone(work: Work, conversation_id: str) -> bool:
    """Write to the contact's phone number from now on, where one is known; returns whether there is one."""
    phone = work.connection.execute(_phone, {"id": conversation_id}).scalar()
    if phone is None:
        return False
    work.connection.execute(_move, {"id": conversation_id, "new_address": phone})
    work.record(TimelineLine("address_changed", conversation_id, "system"))
    return True


def tell_degraded(work: Work, part_id: str, changed: tuple[str, ...]) -> None:
    """The agent sees beside the message what had to be left out."""
    row = work.connection.execute(_content, {"part": part_id}).mappings().first()
    if row is None:
        return
    degraded = list(dict.fromkeys((*row["content"].get("degraded", ()), *changed)))
    work.connection.execute(_put_content, {"id": row["message_id"], "new_content": {**row["content"], "degraded": degraded}})
