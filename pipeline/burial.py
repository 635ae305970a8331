"""Turns that cannot be run, and work that was given up and is wanted again.

A burial never leaves the contact in silence: where the bot held the conversation she gets an apology and a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

from channels.base import Event
from conversation import inbox, media, outbox
from conversation.errors import UnknownDeadLetter
from conversation.events import Notice, OutgoingChoice, TimelineLine
from conversation.tables import DeadLetter, Message, OutboxPart
from conversation.work import Work
from handoff import replies
from pipeline import answer
from pipeline.dead_letters import bury, settle
from pipeline.identities import identity_of
from pipeline.intake import Due, Intake
from pipeline.tables import SlowWork

_letter, _part, _message, _slow = DeadLetter.__table__, OutboxPart.__table__, Message.__table__, SlowWork.__table__
_open_letter = select(_letter).where(_letter.c.dead_letter_id == bindparam("id"), _letter.c.state == "open")

_pieces = select(_part.c.part_id, _part.c.request).where(_part.c.message_id == bindparam("id")).order_by(_part.c.position)


def bury_event(work: Work, intake: Intake, event: Event, reason: str) -> None:
    """An event whose turn cannot be run: store what she said, say sorry, call a person."""
    if event["kind"] == "status" or not event.get("sender"):
        bury(work, "turn", None, reason, {"event": event})
        return
    if not inbox.first_time(work, identity_of(event)):
        return
    sender = intake.sender_of(event)
    talk = inbox.find_all(work, [sender])[sender]
    message = talk.heard(work, _without_poison(event))
    talk.row["heard_seq"] = message["seq"]
    inbox.write(work, [talk])
    bury(work, "turn", talk.conversation_id, reason, {"event": event, "message": message["message_id"]})
    answer.apologise(work, talk, reason)
    inbox.write(work, [talk])


def bury_due(work: Work, intake: Intake, due: Due, reason: str) -> None:
    """An answer or a timer that the bot cannot hear: settle it, say sorry, call a person. An event found, as any event."""
    if due.kind == "found":
        intake.settle(work, due)
        bury_event(work, intake, due.row["event"], reason)
        return
    talk = inbox.load(work, due.row["conversation_id"])
    assert talk is not None  # a foreign key holds it
    intake.settle(work, due)
    bury(work, "slow", talk.conversation_id, reason, {"row": due.key, "kind": due.kind})
    answer.apologise(work, talk, reason)
    inbox.write(work, [talk])


def rerun(work: Work, intake: Intake, dead_letter_id: str, by: str) -> None:
    """Do it again, now. Raises UnknownDeadLetter."""
    letter = work.connection.execute(_open_letter, {"id": dead_letter_id}).mappings().first()
    if letter is None:
        raise UnknownDeadLetter(f"There is no open dead letter {dead_letter_id}; somebody may have settled it.")
    {"turn": _rerun_turn, "send": _rerun_send, "slow": _rerun_slow}[letter["kind"]](work, intake, letter)
    settle(work, dead_letter_id, "rerun", by)
    work.record(TimelineLine("dead_letter_rerun", letter["conversation_id"] or "", by))


def _rerun_turn(work: Work, intake: Intake, letter: Mapping[str, Any]) -> None:
    """Answer what was kept of it; while people have the conversation it is with them already."""
    event = letter["payload"]["event"]
    if letter["conversation_id"] is None:
        intake.take_all(work, [event])
        return
    talk = inbox.load(work, letter["conversation_id"])
    assert talk is not None  # conversations are never deleted without their letters
    kept = select(_message).where(_message.c.message_id == letter["payload"]["message"])
    answer.hear_kept(work, talk, work.connection.execute(kept).mappings().one(), intake.bot)
    inbox.write(work, [talk])


def _rerun_send(work: Work, _intake: Intake, letter: Mapping[str, Any]) -> None:
    """A new message with a new provider call: the failed one stays what it is. Of a message in several pieces that one
    alone goes out again; the others have arrived, or have letters of their own.
    """
    found = select(_message).join(_part, _part.c.message_id == _message.c.message_id).where(
        _part.c.part_id == letter["payload"]["part"])
    message = work.connection.execute(found).mappings().one()
    choices = tuple(OutgoingChoice(choice["id"], choice["label"]) for choice in message["content"].get("choices", ()))
    outgoing = replace(replies.same_again(work, message), choices=choices, author="system")
    again = outbox.queue(work, message["conversation_id"], outgoing, message["agent_id"], message["ticket_id"])
    media.carry_over(work, message["message_id"], again)
    _keep_one_piece(work, (message["message_id"], again), letter["payload"]["part"])


def _keep_one_piece(work: Work, messages: tuple[str, str], part_id: str) -> None:
    """Of a message that was queued once more, drop all pieces but the one that a letter is about. Its channel may show it
    otherwise by now: in another number of pieces it goes out whole.
    """
    old, new = ([dict(row) for row in work.connection.execute(_pieces, {"id": one}).mappings()] for one in messages)
    place = next(n for n, part in enumerate(old) if part["part_id"] == part_id)
    if len(old) < 2 or len(old) != len(new):
        return
    work.connection.execute(_part.delete().where(
        _part.c.part_id.in_([part["part_id"] for n, part in enumerate(new) if n != place])))
    words = new[place]["request"].get("text")
    if words:
        work.connection.execute(update(_message).where(_message.c.message_id == messages[1]).values(text=words))


def _rerun_slow(work: Work, _intake: Intake, letter: Mapping[str, Any]) -> None:
    work.connection.execute(
        update(_slow).where(_slow.c.slow_work_id == letter["payload"]["row"])
        .values(state="queued", attempt=0, not_before=work.now, lease_until=None))
    work.notify(Notice("slow", letter["conversation_id"] or ""))


def _without_poison(event: Event) -> Event:
    """What is sure to fit: the words, without whatever else came with them."""
    kept: Event = {key: event[key] for key in ("kind", "provider", "channel", "account", "provider_id", "sender")
                   if key in event}  # type: ignore[literal-required,assignment]
    kept["text"] = event.get("text", "").replace("\x00", "")
    return kept
