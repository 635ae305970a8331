"""Past conversations as the bot had them: what contacts wrote, what it had done before, where people took over.

Read in small pages, each in a short transaction of its own that only reads; the caller says when its time is up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.escalation_memory import FRESH_AFTER
from console.formats import as_utc
from console.replay import PastTalk, PastText, PastTicket, Stretch
from conversation.tables import Channel, Contact, Conversation, Message, StepLog
from conversation.work import Database
from handoff.tables import Ticket, Verdict
from handoff.verdicts import OF_PEOPLE

MAX_TALKS = 2000
PAGE = 50
MAX_MESSAGES = 200  # of a conversation, the newest
PAUSE = FRESH_AFTER  # a talk after it is a new one
_LAST = {"answered": "answer", "asked": "ask", "fallback": "fallback"}
_PUT = ("entered", "re-asked")
_conversation, _contact, _channel = Conversation.__table__, Contact.__table__, Channel.__table__
_message, _log, _ticket, _verdict = Message.__table__, StepLog.__table__, Ticket.__table__, Verdict.__table__

Late = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Act:
    """A turn of the bot: how it ended, the decision that took the message (empty: none), the question it put."""

    at: datetime
    outcome: str
    row: str = ""
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What there is to read: the newest conversations since a time, and how many there are in all."""

    since: datetime
    until: datetime
    ids: tuple[str, ...]
    total: int


def past(database: Database, since: datetime, until: datetime) -> Past:
    """Conversations in which a contact wrote since then, the newest first."""
    written = _conversation.c.last_inbound_at >= since
    with database.reading() as session:
        total = session.execute(select(func.count()).select_from(_conversation).where(written)).scalar_one()
        newest = (_conversation.c.last_message_at.desc(), _conversation.c.conversation_id)
        found = session.execute(
            select(_conversation.c.conversation_id).where(written).order_by(*newest).limit(MAX_TALKS)
        )
        return Past(since, until, tuple(found.scalars()), total)


def pages(database: Database, found: Past, late: Late) -> Iterator[list[PastTalk]]:
    """The talks, a page at a time, until all are read or the time is up."""
    acts = _acts(database, found, late)
    for start in range(0, len(found.ids), PAGE):
        if late():
            return
        with database.reading() as session:
            page = _page(session, found.ids[start : start + PAGE], found.since, acts)
        yield page


def _acts(database: Database, found: Past, late: Late) -> dict[str, list[Act]]:
    """What the bot did in these conversations, day by day: the log has no index but its time."""
    acts: dict[str, list[Act]] = defaultdict(list)
    day = found.since
    while day <= found.until and not late():
        following = day + timedelta(days=1)
        columns = (_log.c.conversation_id, _log.c.at, _log.c.outcome, _log.c.steps)
        query = select(*columns).where(_log.c.at >= day, _log.c.at < following, _log.c.conversation_id.in_(found.ids))
        with database.reading() as session:
            for row in session.execute(query.order_by(_log.c.step_log_id)):
                acts[row.conversation_id].append(_act(row))
        day = following
    return acts


def _act(row: Any) -> Act:
    decisions = [step[4] for step in row.steps if len(step) > 4 and not step[0]]
    asked = [f"{step[0]}.{step[2]}" for step in row.steps if step[3] in _PUT]
    return Act(as_utc(row.at), row.outcome, decisions[0] if decisions else "", asked[-1] if asked else "")


def _page(session: Session, ids: Sequence[str], since: datetime, acts: Mapping[str, list[Act]]) -> list[PastTalk]:
    messages = _by_conversation(session.execute(
        select(_message.c.conversation_id, _message.c.message_id, _message.c.author, _message.c.text, _message.c.payload,
               _message.c.created_at)
        .where(_message.c.conversation_id.in_(ids), _message.c.created_at >= since)
        .order_by(_message.c.conversation_id, _message.c.seq)
    ))  # fmt: skip
    tickets = _by_conversation(session.execute(
        select(_ticket.c.conversation_id, _ticket.c.ticket_id, _ticket.c.reason, _ticket.c.opened_at, _ticket.c.closed_at,
               _verdict.c.kind)
        .outerjoin(_verdict, _verdict.c.ticket_id == _ticket.c.ticket_id)
        .where(_ticket.c.conversation_id.in_(ids), or_(_ticket.c.closed_at.is_(None), _ticket.c.closed_at >= since))
        .order_by(_ticket.c.opened_at, _ticket.c.epoch)
    ))  # fmt: skip
    heads = session.execute(
        select(
            _conversation.c.conversation_id,
            _conversation.c.language,
            _contact.c.name,
            _contact.c.country,
            _channel.c.kind,
        )
        .join(_contact, _contact.c.contact_id == _conversation.c.contact_id)
        .join(_channel, _channel.c.channel_id == _conversation.c.channel_id)
        .where(_conversation.c.conversation_id.in_(ids))
    )
    return [
        PastTalk(row.conversation_id, row.name, row.kind, row.language[:2], stretches(
            messages[row.conversation_id][-MAX_MESSAGES:], tickets[row.conversation_id], acts.get(row.conversation_id, ())
        ), row.country or "")
        for row in heads
    ]  # fmt: skip


def _by_conversation(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(row)
    return found


def stretches(messages: Sequence[Any], tickets: Sequence[Any], acts: Sequence[Act]) -> tuple[Stretch, ...]:
    """The texts that the bot had to answer, cut where people took over and at long pauses."""
    found: list[Stretch] = []
    texts: list[PastText] = []
    waiting, is_back = list(tickets), False
    for text in _texts(messages, tickets, acts):
        while waiting and as_utc(waiting[0].opened_at) < text.at:
            found.append(Stretch(tuple(texts), _past_ticket(waiting.pop(0)), is_back))
            texts, is_back = [], True
        if texts and text.at - texts[-1].at >= PAUSE:
            found.append(Stretch(tuple(texts), None, is_back))
            texts, is_back = [], False
        texts.append(text)
    found.append(Stretch(tuple(texts), _past_ticket(waiting[0]) if waiting else None, is_back))
    return tuple(stretch for stretch in found if stretch.texts)


def _past_ticket(row: Any) -> PastTicket | None:
    """The ticket, where the bot opened it."""
    return None if row.reason in OF_PEOPLE else PastTicket(row.ticket_id, row.reason, row.kind == "not_a_reason")


def _texts(messages: Sequence[Any], tickets: Sequence[Any], acts: Sequence[Act]) -> Iterator[PastText]:
    """What the contact wrote while the bot had the conversation, with what the bot did before."""
    answer, before = "", Act(datetime.min, "")
    at = 0
    for message in messages:
        said_at = as_utc(message.created_at)
        if message.author == "bot":
            answer = message.text
        if message.author != "contact" or _is_held(said_at, tickets):
            continue
        while at < len(acts) and acts[at].at < said_at:
            before, at = _then(before, acts[at]), at + 1
        now = next((act for act in acts[at:] if act.row or act.at > said_at), None)
        took = now if now is not None and now.at == said_at else Act(said_at, "", "tap" if message.payload else "")
        if message.text.strip():
            outcome = _LAST.get(before.outcome, "")
            yield PastText(message.message_id, message.text, said_at, took.row, took.outcome, outcome,
                           answer[:200] if outcome else "", before.slot if outcome else "")  # fmt: skip
        if took is now:
            before, at = _then(before, took), acts.index(took, at) + 1


def _then(before: Act, act: Act) -> Act:
    """The last turn in which the bot said something; after a handing over nothing is left of it."""
    return before if act.outcome in ("silent", "later") else act


def _is_held(at: datetime, tickets: Sequence[Any]) -> bool:
    return any(as_utc(one.opened_at) < at and (one.closed_at is None or at < as_utc(one.closed_at)) for one in tickets)
