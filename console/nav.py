"""The left column: views with their counts, queues, pages, and the agent herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import channel_cards, here, notifying, rendering
from console.listing import TABS, initials
from console.reckoning import AsOf
from console.route import Entry
from console.rows import Asked, counted, queue_titles
from conversation import channel_health
from conversation.tables import DeadLetter, TimelineEntry
from handoff.access import Viewer
from handoff.tally import Counts

ICONS = {
    "mine": "user-round",
    "queued": "inbox",
    "unanswered": "message-circle-question-mark",
    "snoozed": "alarm-clock",
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
PHONE_PAGES = 4
ENTRIES = "relevo_console_entries"
PAGES = "relevo_console_pages"



def nav(
    session: Session, viewer: Viewer, asked: Asked | None, page: str = "desk", counts: Counts | None = None
) -> dict[str, Any]:
    """What `_nav.html` needs. `asked` is the list on the page, if there is one."""
    at = as_of(session)
    found = counts or here.reckoning().counts(session, viewer, at)
    alarms = channel_health.open_alarms(session) if viewer.sees_everything else []
    load = here.reckoning().load(session, viewer, at)
    shown = _pages(session, viewer, page, len(alarms))
    return {
        "views": [_view(tab, found, asked) for tab in TABS],
        "queues": _queues(session, viewer, asked, found),
        "pages": shown,
        "front": _front(shown),
        "page": page,
        "strip": channel_cards.strip(alarms, here.texts(), here.desk().channels),
        "load": load,
        "capacity": viewer.capacity,
        "pips": _pips(load, viewer.capacity),
        "presence": here.agent()["presence"],
        "may_choose": "console.presence" in current_app.view_functions,
        "live": _live(session, viewer, at),
    }


def _live(session: Session, viewer: Viewer, at: AsOf) -> dict[str, Any]:
    """What every page hears by: its stream from this state on, what rings, and of which version it is."""
    rings = notifying.QUIET if here.wants_fragment() else notifying.notices(session, viewer)
    return {"stream_url": url_for("console.stream", after=at.line), "notices": rings, "version": rendering.version()}


def latest_entry(session: Session) -> int:
    """The newest line of the timeline: a page that was read now knows everything up to it."""
    return session.execute(select(func.max(TimelineEntry.__table__.c.entry_id))).scalar() or 0


def as_of(session: Session) -> AsOf:
    """The state that this page is of; asked before anything else is read. Whoever did something sees what she did."""
    is_live = here.wants_fragment() and request.method == "GET"
    return AsOf(here.formats().now, latest_entry(session), is_live)


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
        "single_keys": row["single_keys"],
    }


def _view(tab: str, counts: Counts, asked: Asked | None) -> dict[str, Any]:
    current = asked is not None and asked.tab == tab and not (tab == "queued" and asked.queue_id)
    hot = tab == "queued" and bool(counts.late)
    return {"tab": tab, "icon": ICONS[tab], "count": counted(counts.tabs[tab]), "current": current, "hot": hot}


def _queues(session: Session, viewer: Viewer, asked: Asked | None, counts: Counts) -> list[dict[str, Any]]:
    return [
        {
            "queue_id": queue_id,
            "title": name,
            "count": counts.waiting.get(queue_id, 0),
            "hot": queue_id in counts.late,
            "icon": QUEUE_ICONS.get(queue_id, "inbox"),
            "current": asked is not None and asked.tab == "queued" and asked.queue_id == queue_id,
        }
        for queue_id, name in queue_titles(session, here.language(), retired=False).items()
        if viewer.sees_everything or queue_id in viewer.queues
    ]


def _pages(session: Session, viewer: Viewer, page: str, alarms: int) -> list[dict[str, Any]]:
    counts = {"trouble": _open_letters(session), "channels": alarms} if viewer.sees_everything else {}
    return [entry | {"count": counts.get(entry["key"], 0), "current": entry["key"] == page} for entry in _column(viewer)]


def _column(viewer: Viewer) -> list[dict[str, Any]]:
    """Her pages; who has no page of settings finds those that are for everybody here, before herself."""
    main = entries(viewer, "main")
    if any(entry["key"] == "admin" for entry in main):
        return main
    return [*main[:-1], *entries(viewer, "admin"), *main[-1:]]


def _front(pages: list[dict[str, Any]]) -> frozenset[str]:
    """The pages that have room at the foot of a phone; the rest stands behind “more”."""
    return frozenset(page["key"] for page in pages[:PHONE_PAGES])


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
