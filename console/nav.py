"""The left column: views with their counts, queues, pages, and the agent herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import channel_cards, here
from console.listing import TABS, initials
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
    found = [{"key": "desk", "endpoint": "conversations", "icon": "message-square", "count": 0}]
    if viewer.sees_everything:
        open_letters = session.execute(
            select(func.count()).select_from(DeadLetter.__table__).where(DeadLetter.__table__.c.state == "open")
        ).scalar_one()
        found.append({"key": "trouble", "endpoint": "trouble", "icon": "triangle-alert", "count": open_letters})
        found.append({"key": "channels", "endpoint": "channels", "icon": "activity", "count": alarms})
        found.append({"key": "flows", "endpoint": "flows", "icon": "workflow", "count": 0})
        found.append({"key": "understanding", "endpoint": "understanding", "icon": "text-search", "count": 0})
        found.append({"key": "blocked", "endpoint": "blocked", "icon": "ban", "count": 0})
    found.append({"key": "me", "endpoint": "me", "icon": "user-round", "count": 0})
    return [entry | {"current": entry["key"] == page} for entry in found]


def _pips(load: int, capacity: int) -> list[str]:
    """One pip a place; those beyond her capacity are told apart."""
    over = min(max(0, load - capacity), 2)
    return ["on" if place < load else "" for place in range(min(capacity, MAX_PIPS))] + ["over"] * over
