"""The wall for a program."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from console import here
from console.channel_cards import as_data
from console.wall_views import Around
from handoff.figures import KEPT
from handoff.wall import Person, Tile, Waiting, Wall
from handoff.window_radar import Closing


def facts(wall: Wall, around: Around) -> dict[str, Any]:
    """Everything the page shows, as plain JSON; times in UTC."""
    waiting = wall.waiting
    return {
        "at": _iso(here.formats().now),
        "waiting": len(waiting),
        "oldest": _waiting(waiting[0]) if waiting else None,
        "promises": {"kept": sum(one.promise == KEPT for one in wall.decided), "due": len(wall.decided)},
        "bot": {"alone": around.bot[0], "of": around.bot[1]},
        "queues": [_tile(tile) for tile in wall.tiles],
        "people": [_person(one) for one in wall.people],
        "radar": [_closing(one) for one in around.radar],
        "pulled_forward": {"answered_in_time": around.avoided[0], "of": around.avoided[1]},
        "broken": [one.facts.ticket_id for one in wall.broken],
        "alarms": [as_data(one, here.formats()) for one in around.alarms],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    queue = tile.queue
    return {
        "queue": queue["queue_id"], "titles": queue["titles"], "promise_minutes": queue["promise_minutes"],
        "open": tile.is_open, "opens_at": _iso(tile.opens_at), "paused": queue["paused_at"] is not None,
        "waiting": [_waiting(one) for one in tile.waiting], "late": tile.late, "kept": tile.kept, "due": tile.due,
        "attending": tile.attending, "members": tile.members,
    }  # fmt: skip


def _waiting(one: Waiting) -> dict[str, Any]:
    return {"ticket": one.ticket_id, "conversation": one.conversation_id, "queue": one.queue_id, "name": one.name,
            "epoch": one.epoch, "waiting_since": _iso(one.since), "due_at": _iso(one.due_at), "late": one.is_late}


def _person(one: Person) -> dict[str, Any]:
    return {
        "agent": one.agent_id, "name": one.name, "role": one.role, "presence": one.presence, "load": one.load,
        "capacity": one.capacity, "held": one.held, "queues": list(one.queues), "handled_today": one.handled,
        "waiting_since": _iso(one.waits["contact_waits"]) if one.waits else None,
        "reply_due_at": _iso(one.waits["reply_due_at"]) if one.waits else None,
        "rating": round(one.score, 2) if one.score is not None else None, "rated": one.rated,
    }  # fmt: skip


def _closing(one: Closing) -> dict[str, Any]:
    return {"ticket": one.ticket_id, "conversation": one.conversation_id, "name": one.name, "queue": one.queue_id,
            "holder": one.holder, "priority": one.priority, "closes_at": _iso(one.closes_at), "opens_at": _iso(one.opens_at)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
