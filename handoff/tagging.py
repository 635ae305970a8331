"""Words that agents hang on things: tags of a conversation, and what is known of its contact."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation
from conversation.work import Work
from handoff import access, ledger
from handoff.finding_errors import BadTag
from handoff.tables import LIVE_TICKET_STATES, Ticket

LONGEST_TAG = 40
MOST_TAGS = 20

_conversation, _contact, _ticket = Conversation.__table__, Contact.__table__, Ticket.__table__


def add(work: Work, conversation_id: str, agent_id: str, tag: str) -> bool:
    """Hang a tag on a conversation; False where it hangs there already. Raises BadTag, UnknownTicket."""
    word = " ".join(tag.split())
    if not 1 <= len(word) <= LONGEST_TAG:
        raise BadTag(tag)
    conversation, name = _permitted(work, conversation_id, agent_id)
    tags = list(conversation["tags"] or ())
    if any(one.casefold() == word.casefold() for one in tags):
        return False
    if len(tags) >= MOST_TAGS:
        raise BadTag(tag)
    _write(work, conversation_id, [*tags, word])
    work.record(TimelineLine("tagged", conversation_id, agent_id, data={"tag": word, "agent": name}))
    return True


def remove(work: Work, conversation_id: str, agent_id: str, tag: str) -> bool:
    """Take a tag off; False where there is none of this name. Raises UnknownTicket."""
    word = " ".join(tag.split()).casefold()
    conversation, name = _permitted(work, conversation_id, agent_id)
    tags = list(conversation["tags"] or ())
    kept = [one for one in tags if one.casefold() != word]
    if len(kept) == len(tags):
        return False
    _write(work, conversation_id, kept)
    work.record(TimelineLine("untagged", conversation_id, agent_id, data={"tag": tag[:LONGEST_TAG], "agent": name}))
    return True


def mark_unread(work: Work, conversation_id: str, agent_id: str) -> None:
    """Let it look as if nobody had read it yet. Raises UnknownTicket."""
    conversation, _ = _permitted(work, conversation_id, agent_id)
    ledger.note_conversation(work, conversation_id, {"unread": max(1, conversation["unread"])})
    work.record(TimelineLine("marked_unread", conversation_id, agent_id, epoch=conversation["epoch"]))


def set_vip(work: Work, contact_id: str, agent_id: str, is_vip: bool) -> bool:
    """Say that a contact is (or is not) one of those who go first; False where nothing changes. Raises UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    theirs = access.conversations_of(work.connection, viewer, contact_id)
    facts = dict(work.connection.execute(
        _contact.select().with_only_columns(_contact.c.facts).where(_contact.c.contact_id == contact_id)).scalar_one())
    if bool(facts.get("vip")) == is_vip:
        return False
    work.connection.execute(
        update(_contact).where(_contact.c.contact_id == contact_id).values(facts=facts | {"vip": is_vip}))
    work.connection.execute(
        update(_ticket)
        .where(_ticket.c.conversation_id.in_(theirs), _ticket.c.state.in_(LIVE_TICKET_STATES))
        .values(vip=is_vip))
    for one in theirs:
        work.record(TimelineLine("vip_set" if is_vip else "vip_unset", one, agent_id, data={"agent": viewer.name}))
    return True


def _permitted(work: Work, conversation_id: str, agent_id: str) -> tuple[Any, str]:
    viewer = access.viewer(work.connection, agent_id)
    access.conversation_for(work.connection, viewer, conversation_id)
    return ledger.lock(work, conversation_id), viewer.name


def _write(work: Work, conversation_id: str, tags: list[str]) -> None:
    work.connection.execute(
        update(_conversation).where(_conversation.c.conversation_id == conversation_id).values(tags=tags))
