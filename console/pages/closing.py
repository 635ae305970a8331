"""How a ticket ends: resolved, or back to the bot."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console import here, sending
from console.answers import Said, perform
from console.bodies import ResolutionBody
from console.pages import blocks
from console.route import Route, Twin
from console.tickets import conversation_of
from console.writing_bodies import ReturnBody
from handoff import closing
from handoff.closing import Survey


def resolve(ticket_id: str) -> Response:
    conversation_id = conversation_of(ticket_id)
    disposition = here.text_field("disposition") or "solved"
    agent_id = here.viewer().agent_id
    survey = Survey(here.text_field("no_survey") not in ("1", "True"), sending.window_of(conversation_id))
    return perform(
        conversation_id,
        lambda work: closing.resolve(work, ticket_id, agent_id, disposition, survey),
        lambda _: Said(here.texts()("done.resolved"), offer=blocks.offer(conversation_id) if disposition == "spam" else None),
    )


def return_ticket(ticket_id: str) -> Response:
    """To the bot; with `entry` it begins that flow."""
    conversation_id, agent_id, entry = conversation_of(ticket_id), here.viewer().agent_id, here.text_field("entry")[:80]
    return perform(
        conversation_id,
        lambda work: closing.return_to_bot(work, ticket_id, agent_id, entry),
        lambda _: Said(here.texts()("done.returned")),
    )


ROUTES = (
    Route("/tickets/<ticket_id>/resolution", "resolve", resolve, ("POST",), twin=Twin("End a ticket", ResolutionBody)),
    Route("/tickets/<ticket_id>/return", "return_ticket", return_ticket, ("POST",), 
          twin=Twin("Give the conversation back to the bot", ReturnBody)),
)
