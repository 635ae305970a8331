"""Who looks at a conversation and writes in it, and what rings: reported and asked for by open pages."""

from __future__ import annotations

from flask import jsonify, request
from werkzeug.wrappers import Response

from console import composer, here, notifying, screens, targets
from console.answers import answer_problem, saved
from console.problems import problem
from console.rendering import render
from console.route import Route, Twin
from console.writing_bodies import SeenBody, ViewingBody
from handoff import ringing, viewing
from handoff.drafts import MODES
from handoff.errors import HandoffError

_YES = ("1", "true", "True")


def look(conversation_id: str) -> Response:
    """A page shows this conversation, for the next half minute; with `typing`, somebody writes in it."""
    agent_id, mode = here.viewer().agent_id, here.text_field("mode")
    try:
        with here.desk().database.work() as work:
            if here.text_field("gone") in _YES:
                viewing.leave(work, conversation_id, agent_id)
            else:
                types = here.text_field("typing") in _YES
                viewing.look(work, conversation_id, agent_id, types, mode if mode in MODES else "reply")
    except HandoffError as error:
        return answer_problem(problem(error))
    return Response("", 204) if not here.wants_json() else viewers(conversation_id)


def viewers(conversation_id: str) -> Response:
    """Her colleagues before this conversation."""
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        found = viewing.others(session, sight.conversation["conversation_id"], here.viewer().agent_id, here.formats().now)
    return jsonify({"ok": True, "viewers": [{"agent": one.agent_id, "name": one.name, "typing": one.types} for one in found]})


def status_line(conversation_id: str) -> Response:
    """The line under the field, and the names in the head, as they are now."""
    with here.desk().database.reading() as session:
        sight, viewer = screens.sight_of(session, conversation_id), here.viewer()
        status = composer.status_of(session, viewer, sight, screens.writing())
        looking = viewing.others(session, conversation_id, viewer.agent_id, here.formats().now)
    thread = {"id": conversation_id, "viewers": looking}
    values = {"thread": thread, "status": status}
    return Response(render("_status.html", **values) + render("_viewers.html", oob=True, **values), mimetype="text/html")


def choices(conversation_id: str) -> Response:
    """To whom it may go as things stand, for a list that is open while colleagues come and go."""
    people_only = request.args.get("only") == "people"
    with here.desk().database.reading() as session:
        sight = screens.sight_of(session, conversation_id)
        found = targets.targets(session, sight) if sight.live_ticket else ()
    groups = targets.people(found) if people_only else found
    return Response(render("_targets.html", groups=groups, chosen=request.args.get("to", "")), mimetype="text/html")


def notices() -> Response:
    """What rings for her now: as a piece of the page, or as JSON."""
    with here.desk().database.reading() as session:
        found = notifying.notices(session, here.viewer())
    if here.wants_json():
        return jsonify(found)
    return Response(render("_notices.html", notices=found), mimetype="text/html")


def seen() -> Response:
    """She has looked."""
    up_to = here.number_field("up_to", 0)
    with here.desk().database.work() as work:
        count = ringing.saw(work, here.viewer().agent_id, up_to or None)
    if here.wants_fragment():
        return notices()
    return saved("/console/conversations", here.texts()("done.saved"), seen=count)


ROUTES = (
    Route("/conversations/<conversation_id>/viewing", "look", look, ("POST",),
          twin=Twin("Say that you look at it, or write in it, now", ViewingBody, "conversations")),
    Route("/conversations/<conversation_id>/viewers", "viewers", viewers,
          twin=Twin("Colleagues who look at it now", None, "conversations")),
    Route("/conversations/<conversation_id>/status", "status_line", status_line),
    Route("/conversations/<conversation_id>/targets", "targets", choices),
    Route("/notices", "notices", notices, twin=Twin("What rings for you now", None, "agents")),
    Route("/notices/seen", "notices_seen", seen, ("POST",), twin=Twin("Say that you have seen your notices", SeenBody, "agents")),
)
