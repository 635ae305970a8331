"""The left column: views with their counts, queues, pages, and the agent herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import channel_cards, here
from console.listing import TABS, initials
from console.route import Entry
from console.rows import Asked, queue_titles
from conversation import channel_health
from conversation.tables import DeadLetter
from handoff import access, claims
from handoff.access import Viewer
from handoff.tables import Ticket

ICONS = {
    "mine": "user-round",
    "queued": "inbox",
    "unanswered": "message-circle-question-mark",
    "all": "messages-square",
}
QUEUE_ICONS = {
    "shipping": "truck",
    "orders": "truck",
    "returns": "undo-2",
    "payments": "credit-card",
    "presales": "shopping-bag",
    "sales": "shopping-bag",
    "general": "headset",
}
MAX_PIPS = 8
ENTRIES = "relevo_console_entries"

_ticket = Ticket.__table__


def nav(session: Session, viewer: Viewer, asked: Asked | None, page: str = "desk") -> dict[str, Any]:
    """What `_nav.html` needs. `asked` is the list on the page, if there is one."""
    counts = access.counts_for(session, viewer)
    alarms = channel_health.open_alarms(session) if viewer.sees_everything else []
    load = claims.load_of(session, viewer.agent_id, here.formats().now)
    return {
        "views": [_view(tab, counts, asked, _overdue(session, viewer) if tab == "queued" else False) for tab in TABS],
        "queues": _queues(session, viewer, asked),
        "pages": _pages(session, viewer, page, len(alarms)),
        "strip": channel_cards.strip(alarms, here.texts(), here.desk().channels),
        "load": load,
        "capacity": viewer.capacity,
        "pips": _pips(load, viewer.capacity),
    }


def me(row: Mapping[str, Any]) -> dict[str, Any]:
    """The agent as pages show her to herself."""
    return {
        "agent_id": row["agent_id"],
        "name": row["name"],
        "email": row["email"],
        "role": row["role"],
        "language": row["language"],
        "theme": row["theme"],
        "initials": initials(row["name"]),
    }


def _view(tab: str, counts: Mapping[str, int], asked: Asked | None, hot: bool) -> dict[str, Any]:
    current = asked is not None and asked.tab == tab and not asked.queue_id
    return {"tab": tab, "icon": ICONS[tab], "count": counts[tab], "current": current, "hot": hot and counts[tab] > 0}


def _queues(session: Session, viewer: Viewer, asked: Asked | None) -> list[dict[str, Any]]:
    waiting = dict(
        session.execute(
            select(_ticket.c.queue_id, func.count()).where(_ticket.c.state == "queued").group_by(_ticket.c.queue_id)
        ).all()
    )
    return [
        {
            "queue_id": queue_id,
            "title": name,
            "count": waiting.get(queue_id, 0),
            "icon": QUEUE_ICONS.get(queue_id, "inbox"),
            "current": asked is not None and asked.queue_id == queue_id,
        }
        for queue_id, name in queue_titles(session, here.language()).items()
        if viewer.sees_everything or queue_id in viewer.queues
    ]


def _overdue(session: Session, viewer: Viewer) -> bool:
    """Whether somebody waits longer than was promised, in a queue she sees."""
    late = (
        select(_ticket.c.ticket_id).where(_ticket.c.state == "queued", _ticket.c.due_at < here.formats().now).limit(1)
    )
    if not viewer.sees_everything:
        late = late.where(_ticket.c.queue_id.in_(sorted(viewer.queues)))
    return session.execute(late).first() is not None


def _pages(session: Session, viewer: Viewer, page: str, alarms: int) -> list[dict[str, Any]]:
    counts = {"trouble": _open_letters(session), "channels": alarms} if viewer.sees_everything else {}
    return [entry | {"count": counts.get(entry["key"], 0), "current": entry["key"] == page}
            for entry in entries(viewer, "main")]


def entries(viewer: Viewer, group: str) -> list[dict[str, Any]]:
    """The pages of a group that she may open, in their order: {key, endpoint, icon}."""
    found: Mapping[str, Entry] = current_app.extensions[ENTRIES]
    ordered = sorted(found.items(), key=lambda pair: pair[1].place)
    return [{"key": entry.key, "endpoint": endpoint, "icon": entry.icon} for endpoint, entry in ordered
            if entry.group == group and (not entry.roles or viewer.role in entry.roles)]


def _open_letters(session: Session) -> int:
    letter = DeadLetter.__table__
    return session.execute(select(func.count()).select_from(letter).where(letter.c.state == "open")).scalar_one()


def _pips(load: int, capacity: int) -> list[str]:
    """One pip a place; those beyond her capacity are told apart."""
    over = min(max(0, load - capacity), 2)
    return ["on" if place < load else "" for place in range(min(capacity, MAX_PIPS))] + ["over"] * over
