"""The live stream of one tab: server-sent events that say what changed, never what it says now.

The page fetches the pieces with its own permissions. An event's id is the number of the timeline's line, so that a
browser that was cut off goes on where it was; what is too far back is `resync`: everything on the page is old.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

import metrics
from console import sightings
from console.listing import initials
from console.tail import GAPS_AT_START, NEWS, Line, Tail
from conversation.tables import TimelineEntry
from conversation.work import Database
from handoff import access, viewing
from handoff.access import Viewer

PING_SECONDS = 15.0
RETRY_MS = 2_000
REPLAY_LIMIT = 1_000

_entry = TimelineEntry.__table__
_since = (
    select(_entry.c.entry_id, _entry.c.conversation_id, _entry.c.kind)
    .where(_entry.c.entry_id > bindparam("last"))
    .order_by(_entry.c.entry_id)
    .limit(REPLAY_LIMIT + 1)
)


@dataclass
class Tab:
    """One open page: whose it is, which conversation it shows, what it has heard, of which `version` our pages are, and
    where it knows that somebody types.

    `list_tab` is the tab of its list, empty where it has none or another program listens.
    """

    database: Database
    who: Callable[[], Viewer | None]
    conversation_id: str = ""
    last_id: int = 0
    version: str = ""
    list_tab: str = ""
    known: set[str] = field(default_factory=set)
    typing: set[str] = field(default_factory=set)


def events(
    tail: Tail, tab: Tab, ping_seconds: float = PING_SECONDS, tick: Callable[[], float] = time.monotonic
) -> Iterator[str]:
    """The frames of a stream, until the agent's session ends or nobody listens."""
    metrics.streams.inc()
    place = tail.join()
    try:
        viewer = tab.who()
        if viewer is None:
            return
        yield f"retry: {RETRY_MS}\n\n" + _replay(tab, viewer)
        asked_at = tick()
        while viewer is not None:
            lines = tail.wait(place, max(0.0, asked_at + ping_seconds - tick()))
            place = tail.place if lines is None else lines[-1].place if lines else place
            yield _resync(tab) if lines is None else _told(tab, viewer, lines) + _beside(tab, viewer, lines)
            if tick() - asked_at >= ping_seconds:
                viewer, asked_at = tab.who(), tick()
                yield _frame("ping", tab.last_id, {"id": tab.last_id, "version": tab.version})
    finally:
        tail.leave()
        metrics.streams.dec()


def _replay(tab: Tab, viewer: Viewer) -> str:
    """What was written since the page was read, or since the stream broke. Some numbers before it are told again, for
    their transactions may have ended later; a page that hears of a change twice fetches the same twice."""
    with tab.database.reading() as session:
        tab.known = sightings.at_hand(session, viewer)
        after = tab.last_id if tab.database.engine.dialect.name == "sqlite" else tab.last_id - GAPS_AT_START
        rows = session.execute(_since, {"last": max(0, after)}).all()
    if len(rows) > REPLAY_LIMIT:
        return _resync(tab)
    return _told(tab, viewer, [
        Line(0, row.entry_id, row.conversation_id or "", news=NEWS.get(row.kind, "")) for row in rows])


def _told(tab: Tab, viewer: Viewer, lines: list[Line]) -> str:
    """One frame a conversation that changed or left her sight, one more for what was said or delivered in it, then one
    for the list, and one for the conversation on the page."""
    written = [line for line in lines if line.kind == "entry"]
    newest = {line.conversation_id: line.entry_id for line in sorted(written, key=lambda line: line.entry_id)}
    if not newest:
        return ""
    seen = _seen(tab, viewer, written)
    tab.last_id = max(tab.last_id, *newest.values())
    told = [key for key in newest if key in seen or key in tab.known]
    tab.known = (tab.known | seen) - (set(newest) - seen)
    news = {(line.news, line.conversation_id) for line in written if line.news and line.conversation_id in seen}
    named = [("row" if key in seen else "row_gone", key) for key in told if key] + sorted(news)
    whole = [(name, "") for name in _list_of(tab, viewer, [line for line in written if line.conversation_id in told])]
    shown = [("conversation", tab.conversation_id)] if tab.conversation_id in told else []
    return "".join(_of_conversation(tab, name, key, newest) for name, key in [*named, *whole, *shown])


def _of_conversation(tab: Tab, name: str, key: str, newest: Mapping[str, int]) -> str:
    about = {"id": newest[key], "conversation": key} if key else {"id": tab.last_id}
    return _frame(name, tab.last_id, about)


def _list_of(tab: Tab, viewer: Viewer, lines: list[Line]) -> list[str]:
    """Whether her list is another (`list`), or its numbers alone (`counts`). That a text arrived changes neither, and a
    message between others only the numbers, where its conversation stands otherwise than before."""
    moving = [line for line in lines if line.news != "status"]
    if any(_is_listed(line, viewer, tab.list_tab) for line in moving):
        return ["list"]
    return ["counts"] if any(line.counts for line in moving) else []


def _is_listed(line: Line, viewer: Viewer, list_tab: str) -> bool:
    """Whether the list of this tab may look different: an agent's own, with those that wait below, holds nothing that is
    said between others and their contacts; those that wait and those laid aside only what stands so."""
    if not line.news or line.ticket is None:
        return True
    state = line.ticket.get("state")
    if list_tab == "mine":
        return line.ticket.get("holder_id") == viewer.agent_id or state == "queued"
    return line.counts or list_tab not in ("queued", "snoozed") or state == list_tab


def _seen(tab: Tab, viewer: Viewer, lines: list[Line]) -> frozenset[str]:
    """Which of their conversations she may see, by the newest tickets that were read with them, else by the tables."""
    tickets = {line.conversation_id: line.ticket for line in lines}
    if viewer.sees_everything:
        return frozenset(tickets)
    if all(ticket is not None for ticket in tickets.values()):
        return frozenset(key for key, ticket in tickets.items() if key and ticket and access.may_see(viewer, ticket))
    with tab.database.reading() as session:
        return sightings.visible(session, viewer, tickets)


def _beside(tab: Tab, viewer: Viewer, lines: list[Line]) -> str:
    """What stands in no timeline: that something rings, who came and went, who looks and types where she may see it."""
    rings = any(line.kind == "notify" and line.agent_id == viewer.agent_id for line in lines)
    people = sorted({line.agent_id for line in lines if line.kind == "presence"})
    frames = [_frame("notify", tab.last_id, {"id": tab.last_id})] if rings else []
    frames += [_frame("presence", tab.last_id, {"id": tab.last_id, "agent": agent_id}) for agent_id in people]
    if viewer.agent_id in people:  # a supervisor may have said it for her
        frames.append(_frame("counts", tab.last_id, {"id": tab.last_id}))
    changed = {line.conversation_id for line in lines if line.kind == "viewers"}
    return "".join([*frames, *(_around(tab, viewer, changed) if changed else ())])


def _around(tab: Tab, viewer: Viewer, changed: set[str]) -> Iterator[str]:
    """Who is before these conversations: `viewers` for the one on the page, `lookers` for rows beside it; and who types."""
    with tab.database.reading() as session:
        seen = sorted(sightings.visible(session, viewer, changed))
        looking = viewing.of_many(session, seen, viewer.agent_id, tab.database.wiring.now())
    for key in seen:
        found = looking.get(key, [])
        types = [one.name for one in found if one.types]
        names = [one.name for one in found]
        who = {"conversation": key, "names": names, "short": [initials(name) for name in names], "typing": types}
        is_beside = bool(tab.conversation_id) and key != tab.conversation_id
        yield _frame("lookers" if is_beside else "viewers", tab.last_id, who)
        if types or key in tab.typing:
            yield _frame("typing", tab.last_id, {"conversation": key, "names": types})
        (tab.typing.add if types else tab.typing.discard)(key)


def _resync(tab: Tab) -> str:
    """Too much was missed: the page is to be read anew."""
    with tab.database.reading() as session:
        tab.last_id = (
            session.execute(select(_entry.c.entry_id).order_by(_entry.c.entry_id.desc()).limit(1)).scalar() or 0
        )
    return "".join(_frame(name, tab.last_id, {"id": tab.last_id}) for name in ("resync", "list", "conversation"))


def _frame(event: str, entry_id: int, data: dict[str, object]) -> str:
    """One event; its data is one line of JSON, whatever it holds."""
    return f"id: {entry_id}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
