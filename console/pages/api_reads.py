"""What programs read beside conversations: who they are, queues, message templates, saved replies, flows."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from console import here
from console.errors import NothingHere
from console.flow_room import room
from console.route import Route
from handoff import access, capacity, hours, queues, saved_replies
from handoff.tables import Ticket

_ticket = Ticket.__table__
MINE = ("agent_id", "name", "email", "role", "languages", "skills", "capacity", "language", "theme", "time_zone",
        "presence", "signature", "sounds", "single_keys", "is_integration")


def me() -> Response:
    """Who asks, what she may see, and, for the console's own session, the token that its changes need."""
    viewer, row = here.viewer(), here.agent()
    with here.desk().database.reading() as session:
        load = capacity.load_of(session, viewer.agent_id, here.formats().now)
    is_key = bool(g.get("api_key_id"))
    facts = {name: row[name] for name in MINE} | {"queues": sorted(viewer.queues), "load": load}
    return jsonify(facts | ({"api_key_id": g.api_key_id} if is_key else {"csrf_token": generate_csrf()}))


def all_queues() -> Response:
    """Every queue: how many wait, since when, whether people are on duty, and what is promised."""
    with here.desk().database.reading() as session:
        waiting = _waiting(session)
        found = [_queue(row, waiting) for row in queues.every(session)]
    return jsonify({"queues": found})


def templates() -> Response:
    """Message templates, for when a window is closed."""
    found = here.desk().templates()
    return jsonify({"templates": [
        {"name": one.name, "category": one.category, "titles": dict(one.titles), "languages": sorted(one.wordings),
         "blanks": [dict(blank.labels) for blank in one.blanks]} for one in found.values()]})


def replies() -> Response:
    """Saved replies she may use; `?queue=…` leaves out those of other queues."""
    queue_id = request.args.get("queue", "")
    with here.desk().database.reading() as session:
        rows = (saved_replies.usable(session, here.viewer(), queue_id) if queue_id
                else saved_replies.every(session, here.viewer()))
        return jsonify({"saved_replies": [{name: _plain(value) for name, value in row.items()} for row in rows]})


def flows() -> Response:
    """The flows as they are with her drafts, and the set that is live (`base`), which publishing asks for."""
    if not here.viewer().sees_everything:
        raise NothingHere("The flows are for supervisors and admins.")
    now = room()
    return jsonify({"base": now.base, "files": sorted(now.files), "drafts": sorted(now.drafts)})


def tickets_of(conversation_id: str) -> Response:
    """The tickets of a conversation, the newest first."""
    with here.desk().database.reading() as session:
        access.conversation_for(session, here.viewer(), conversation_id)
        rows = session.execute(select(_ticket).where(_ticket.c.conversation_id == conversation_id)
                               .order_by(_ticket.c.epoch.desc())).mappings()
        return jsonify({"tickets": [{name: _plain(value) for name, value in row.items()} for row in rows]})


def _waiting(session: Session) -> dict[str, tuple[int, Any]]:
    query = (select(_ticket.c.queue_id, func.count().label("n"), func.min(_ticket.c.waiting_since).label("oldest"))
             .where(_ticket.c.state == "queued").group_by(_ticket.c.queue_id))
    return {row.queue_id: (row.n, row.oldest) for row in session.execute(query)}


def _queue(row: Any, waiting: dict[str, tuple[int, Any]]) -> dict[str, Any]:
    viewer, now = here.viewer(), here.formats().now
    count, oldest = waiting.get(row["queue_id"], (0, None))
    facts = {"queue_id": row["queue_id"], "titles": dict(row["titles"]), "mode": row["mode"], "is_default": row["is_default"],
             "is_open": hours.is_open(row, now), "is_paused": row["paused_at"] is not None,
             "promise_minutes": row["promise_minutes"], "is_mine": row["queue_id"] in viewer.queues}
    if viewer.sees_everything or row["queue_id"] in viewer.queues:
        facts |= {"waiting": count, "oldest_wait": _plain(oldest)}
    return facts


def _plain(value: Any) -> Any:
    return here.formats().iso(value) if hasattr(value, "tzinfo") else value


ROUTES = (
    Route("/api/me", "api_me", me),
    Route("/api/queues", "api_queues", all_queues),
    Route("/api/templates", "api_templates", templates),
    Route("/api/saved-replies", "api_saved_replies", replies),
    Route("/api/flows", "api_flows", flows),
    Route("/api/conversations/<conversation_id>/tickets", "api_tickets", tickets_of),
)
