"""Laying a conversation aside, until a time or until the contact writes."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console import here, snoozes
from console.answers import Said, perform, refused
from console.composer import Writing
from console.route import Route, Twin
from console.tickets import conversation_of
from console.writing_bodies import SnoozeBody
from handoff import claims
from handoff.writing_errors import BadSnooze


def snooze(ticket_id: str) -> Response:
    """`until`: one of what is offered; `at`: a time of her own, in her zone."""
    conversation_id, formats = conversation_of(ticket_id), here.formats()
    asked = here.text_field("at") or here.text_field("until")
    try:
        until = snoozes.read(asked, formats.now, formats.zone)
    except BadSnooze as error:
        return refused(conversation_id, error, Writing())
    words = here.texts()
    told = words("done.snoozed", time=formats.soon(until)) if until else words("done.snoozed_reply")
    return perform(
        conversation_id,
        lambda work: claims.snooze(work, ticket_id, here.viewer().agent_id, until),
        lambda _: Said(told, {"until": until.isoformat() if until else None}),
    )


ROUTES = (
    Route("/tickets/<ticket_id>/snooze", "snooze", snooze, ("POST",),
          twin=Twin("Lay it aside until a time, or until the contact writes", SnoozeBody)),
)
