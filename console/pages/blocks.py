"""Whom we do not answer: block, unblock, and the list of the blocked for supervisors."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from console import here, naming, nav, screens
from console.answers import Said, perform
from console.bodies import BlockBody
from console.errors import NothingHere
from console.rendering import page
from console.route import SUPERVISORS, Entry, Route, Twin
from handoff import blocking


def block(conversation_id: str) -> Response:
    """What she writes is kept from now on, and answered by nobody."""
    why, agent_id = here.text_field("why"), here.viewer().agent_id
    return perform(
        conversation_id,
        lambda work: blocking.block(work, conversation_id, agent_id, why),
        lambda _: Said(here.texts()("done.blocked"), {"blocked": True}),
    )


def unblock(conversation_id: str) -> Response:
    """She is answered again from her next message on."""
    agent_id, from_list = here.viewer().agent_id, here.text_field("from") == "list"

    def say(_: bool) -> Said:
        return Said(here.texts()("done.unblocked"), {"blocked": False})

    answer = perform(conversation_id, lambda work: blocking.unblock(work, conversation_id, agent_id), say)
    if from_list and answer.status_code == 303:
        flash(here.texts()("done.unblocked"), "good")
        return redirect(url_for("console.blocked"), 303)
    return answer


def blocked() -> Response:
    """Everybody who is blocked, for supervisors and admins."""
    if not here.viewer().sees_everything:
        raise NothingHere("This page is for supervisors and admins.")
    with here.desk().database.reading() as session:
        people = [_person(row) for row in blocking.blocked(session.connection(), here.viewer())]
        if here.wants_json():
            return jsonify({"blocked": [{**one, "at": here.formats().iso(one["at"])} for one in people]})
        return page(
            "blocked.html",
            people=people,
            nav=nav.nav(session, here.viewer(), None, "blocked"),
            me=nav.me(here.agent()),
            banner=screens.flashed(),
            csrf_header=screens.csrf_header(),
        )


def offer(conversation_id: str) -> dict[str, Any]:
    """The button that blocks whoever's conversation was just closed as spam."""
    return {
        "action": url_for("console.block", conversation_id=conversation_id),
        "label": here.texts()("block.offer"),
        "fields": {"why": "spam"},
    }


def _person(row: Any) -> dict[str, Any]:
    words = here.texts()
    return {
        "name": naming.shown_name(row["name"], row.get("address", "")),
        "address": row.get("address", ""),
        "channel": words(f"channels.{naming.channel(row.get('kind', ''))}"),
        "conversation_id": row.get("conversation_id", ""),
        "why": words.either(f"block.why.{row['blocked_why']}", "block.why.other"),
        "by": row["agent"],
        "at": row["blocked_at"],
    }


ROUTES = (
    Route("/conversations/<conversation_id>/block", "block", block, ("POST",), twin=Twin("Answer this contact no more", BlockBody, "conversations")),
    Route("/conversations/<conversation_id>/block", "unblock_too", unblock, ("DELETE",), twin=Twin("Answer this contact again", None, "conversations")),
    Route("/conversations/<conversation_id>/unblock", "unblock", unblock, ("POST",), twin=Twin("Answer this contact again", None, "conversations")),
    Route("/blocked", "blocked", blocked, entry=Entry("blocked", "ban", 80, SUPERVISORS),
          twin=Twin("Everybody who is blocked", None, "conversations")),
)
