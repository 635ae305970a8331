"""Who is looking at a conversation, and who is writing in it: reported by open pages, forgotten half a minute later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, update

from conversation.events import Notice
from conversation.work import Work
from handoff import access
from handoff.access import Reader
from handoff.house_tables import Viewing
from handoff.tables import Agent

LOOKS_FOR = timedelta(seconds=35)  # a page reports itself every 15 s; one report may be lost
TYPES_FOR = timedelta(seconds=8)

_viewing, _agent = Viewing.__table__, Agent.__table__
_hers = (_viewing.c.conversation_id == bindparam("conversation")) & (_viewing.c.agent_id == bindparam("agent"))
_again = update(_viewing).where(_hers).values(
    seen_at=bindparam("now"), typing_at=bindparam("typing"), mode=bindparam("how"))
_present = (
    select(_viewing.c.conversation_id, _viewing.c.agent_id, _viewing.c.typing_at, _viewing.c.mode, _agent.c.name)
    .join(_agent, _agent.c.agent_id == _viewing.c.agent_id)
    .where(_viewing.c.seen_at > bindparam("since"))
    .order_by(_agent.c.name)
)
_present_in = _present.where(_viewing.c.conversation_id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Looker:
    """A colleague before a conversation; `types` while she writes to the contact, and not a note."""

    agent_id: str
    name: str
    types: bool = False


def look(work: Work, conversation_id: str, agent_id: str, typing: bool = False, mode: str = "reply") -> None:
    """A page of hers shows this conversation now. Raises UnknownTicket."""
    viewer = access.viewer(work.connection, agent_id)
    access.conversation_for(work.connection, viewer, conversation_id)
    key = {"conversation": conversation_id, "agent": agent_id, "now": work.now, "typing": work.now if typing else None,
           "how": mode}
    if not work.connection.execute(_again, key).rowcount:
        work.connection.execute(delete(_viewing).where(_viewing.c.seen_at <= work.now - 4 * LOOKS_FOR))
        work.connection.execute(insert(_viewing).values(
            conversation_id=conversation_id, agent_id=agent_id, seen_at=work.now, typing_at=key["typing"], mode=mode))
    work.notify(Notice("changed", conversation_id))


def leave(work: Work, conversation_id: str, agent_id: str) -> None:
    """The page is gone, or nobody sees it."""
    work.connection.execute(delete(_viewing).where(
        _viewing.c.conversation_id == conversation_id, _viewing.c.agent_id == agent_id))
    work.notify(Notice("changed", conversation_id))


def others(reader: Reader, conversation_id: str, agent_id: str, now: datetime) -> list[Looker]:
    """Her colleagues before this conversation."""
    return of_many(reader, (conversation_id,), agent_id, now).get(conversation_id, [])


def of_many(reader: Reader, conversation_ids: Sequence[str], agent_id: str, now: datetime) -> dict[str, list[Looker]]:
    """Her colleagues before each of these conversations, for the rows of a list."""
    if not conversation_ids:
        return {}
    found: dict[str, list[Looker]] = defaultdict(list)
    rows = reader.execute(_present_in, {"since": now - LOOKS_FOR, "ids": list(conversation_ids)})
    for row in rows:
        if row.agent_id != agent_id:
            found[row.conversation_id].append(Looker(row.agent_id, row.name, _types(row.typing_at, row.mode, now)))
    return dict(found)


def standing(reader: Reader, now: datetime) -> dict[str, frozenset[tuple[str, bool]]]:
    """Everybody before every conversation: what a live page compares with what it knew."""
    found: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for row in reader.execute(_present, {"since": now - LOOKS_FOR}):
        found[row.conversation_id].add((row.agent_id, _types(row.typing_at, row.mode, now)))
    return {key: frozenset(who) for key, who in found.items()}


def _types(typing_at: datetime | None, mode: str, now: datetime) -> bool:
    return typing_at is not None and mode == "reply" and now - typing_at < TYPES_FOR
