"""Presence: an agent says whether she takes conversations, and a page that is hidden says that she is still there."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from console import answers, here
from console.errors import BadField
from console.problems import problem
from console.route import Route, Twin
from handoff import colleagues, presence
from handoff.colleagues import Colleague
from handoff.tables import PRESENCES


class PresenceBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    presence: str = Field("", pattern="^(online|away)?$", description="online or away; left out: still there, as before.")

def report() -> Response:
    """`presence=online|away` chooses; without it the page only says that it is open."""
    wanted, agent_id = here.text_field("presence"), here.viewer().agent_id
    if wanted and wanted not in PRESENCES:
        return answers.answer_problem(problem(BadField("presence")))
    with here.desk().database.work() as work:
        now = presence.choose(work, agent_id, wanted) if wanted else presence.seen(work, agent_id)
    return answers.saved(_back(), here.texts()(f"presence.is_{now}"), presence=now)


def agents() -> Response:
    """Who works here; `?queue=…` says beside each whether a conversation can be passed to her now."""
    queue_id = request.args.get("queue", "")
    with here.desk().database.reading() as session:
        found = colleagues.every(session, here.formats().now)
    return jsonify({"agents": [_as_json(one, queue_id) for one in found]})


def _as_json(one: Colleague, queue_id: str) -> dict[str, Any]:
    words = here.texts()
    seen = one.last_seen_at.isoformat() if one.last_seen_at else None
    said = {"presence": one.presence, "presence_text": words(f"presence.{one.presence}"), "last_seen_at": seen}
    room = {"load": one.load, "capacity": one.capacity, "room": one.room}
    able = {"takes": one.takes(queue_id)} if queue_id else {}
    return {"agent": one.agent_id, "name": one.name, "role": one.role, "is_me": one.agent_id == here.viewer().agent_id,
            "queues": list(one.queues), "languages": list(one.languages), "skills": list(one.skills),
            **said, **room, **able}


def _back() -> str:
    """The page she was on, if it is one of ours."""
    asked = here.text_field("next")
    is_ours = asked.startswith("/console/") and "\\" not in asked and "\n" not in asked
    return asked if is_ours else url_for("console.conversations")


ROUTES = (
    Route("/presence", "presence", report, ("POST",), twin=Twin("Say whether you take conversations", PresenceBody, "agents")),
    Route("/api/agents", "api_agents", agents),
)
