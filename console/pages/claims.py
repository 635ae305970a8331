"""Who holds a ticket: claim, take over, release, transfer."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from console import here, transcripts
from console.answers import Said, perform, refused
from console.bodies import AssignmentBody, ClaimBody, OfferBody, ReleaseBody, TakeoverBody, TransferBody
from console.composer import Writing
from console.errors import BadField
from console.programs.once import HEADER
from console.route import Route, Twin
from console.rows import queue_titles
from console.tickets import conversation_of, name_of
from conversation.work import Work
from handoff import access, claims
from handoff.claims import ClaimResult, Giving
from handoff.errors import AlreadyClaimed


def claim(ticket_id: str) -> Response:
    """Exactly one of any number of agents gets it; the others are told who did."""
    conversation_id, faster = _faster(ticket_id)
    if faster:
        return refused(conversation_id, faster, Writing())
    epoch, force = here.number_field("epoch"), _force()
    return perform(
        conversation_id,
        lambda work: claims.claim(work, ticket_id, _me(), epoch, force),
        lambda result: _claimed(result, "done.claimed"),
    )


def _faster(ticket_id: str) -> tuple[str, AlreadyClaimed | None]:
    """The conversation, and who has it already: to tell her so, nobody who writes has to wait. A request that names itself
    may have been hers before, which only the transaction knows. Raises UnknownTicket."""
    viewer = here.viewer()
    with here.desk().database.reading() as session:
        ticket = access.ticket_for(session, viewer, ticket_id)
        is_lost = claims.is_held(ticket) and ticket["holder_id"] != viewer.agent_id and HEADER not in request.headers
        return ticket["conversation_id"], claims.lost(session, ticket) if is_lost else None


def takeover(conversation_id: str) -> Response:
    """Take it from the bot."""
    epoch, force = here.number_field("epoch"), _force()
    return perform(
        conversation_id,
        lambda work: claims.take_over(work, conversation_id, _me(), epoch, force),
        lambda result: _claimed(result, "done.taken"),
    )


def accept_offer(ticket_id: str) -> Response:
    """Take what is on offer to her."""
    conversation_id, epoch = conversation_of(ticket_id), here.number_field("epoch")
    return perform(
        conversation_id,
        lambda work: claims.accept(work, ticket_id, _me(), epoch),
        lambda result: _claimed(result, "done.claimed"),
    )


def decline_offer(ticket_id: str) -> Response:
    """Leave it to the next one."""
    return perform(
        conversation_of(ticket_id),
        lambda work: claims.decline_offer(work, ticket_id, _me()),
        lambda _: Said(here.texts()("offer.declined")),
    )


def assign(ticket_id: str) -> Response:
    """A supervisor gives a waiting ticket to an agent (`to=agt_…` or `to=agent:agt_…`)."""
    conversation_id, epoch, force = conversation_of(ticket_id), here.number_field("epoch"), _force()
    to_agent = here.text_field("to").removeprefix("agent:")
    return perform(
        conversation_id,
        lambda work: claims.assign(work, ticket_id, to_agent, epoch, Giving(_me(), force)),
        lambda result: Said(here.texts()("assign.assigned", agent=result.holder_name),
                            {"ticket": result.ticket_id, "epoch": result.epoch, "holder": result.holder_name}),
    )


def release(ticket_id: str) -> Response:
    conversation_id, why = conversation_of(ticket_id), here.text_field("reason")[:500]
    return perform(
        conversation_id,
        lambda work: claims.release(work, ticket_id, _me(), why),
        lambda _: Said(here.texts()("done.released")),
    )


def transfer(ticket_id: str) -> Response:
    """To a colleague (`to=agent:agt_…`) or to a queue (`to=queue:returns`), with a note."""
    conversation_id = conversation_of(ticket_id)
    kind, _, target = here.text_field("to").partition(":")
    note = here.text_field("note")[:4000]

    def move(work: Work) -> str:
        if kind == "agent":
            return _to_colleague(work, ticket_id, target, note)
        if kind == "queue":
            claims.transfer_to_queue(work, ticket_id, _me(), target, note)
            return queue_titles(work.session, here.language()).get(target, target)
        raise BadField("to")

    return perform(conversation_id, move, lambda to: Said(here.texts()("done.transferred", to=to), {"to": to}))


def _to_colleague(work: Work, ticket_id: str, target: str, note: str) -> str:
    claims.transfer_to_agent(work, ticket_id, _me(), target, note)
    return transcripts.agent_names(work.session).get(target, "")


def _claimed(result: ClaimResult, key: str) -> Said:
    words = here.texts()
    text = words(key, name=name_of(result.conversation_id))
    if result.on_the_wire:
        text += " " + words("done.wire", n=len(result.on_the_wire))
    return Said(text, _facts(result), focus=True)


def _facts(result: ClaimResult) -> dict[str, Any]:
    return {
        "ticket": result.ticket_id,
        "epoch": result.epoch,
        "holder": result.holder_name,
        "on_the_wire": [{"message": part["message_id"], "text": part["text"]} for part in result.on_the_wire],
    }


def _force() -> bool:
    return here.text_field("force") in ("1", "True")


def _me() -> str:
    return here.viewer().agent_id


ROUTES = (
    Route("/tickets/<ticket_id>/claim", "claim", claim, ("POST",), twin=Twin("Take a ticket that waits", ClaimBody)),
    Route("/tickets/<ticket_id>/claim", "unclaim", release, ("DELETE",), twin=Twin("Put a ticket back into its queue", ReleaseBody)),
    Route("/tickets/<ticket_id>/offer", "accept_offer", accept_offer, ("POST",),
          twin=Twin("Take the ticket that is on offer to you", OfferBody)),
    Route("/tickets/<ticket_id>/offer", "refuse_offer", decline_offer, ("DELETE",),
          twin=Twin("Leave the ticket that is on offer to you to the next one")),
    Route("/tickets/<ticket_id>/offer/refusal", "decline_offer", decline_offer, ("POST",),
          twin=Twin("Leave the ticket that is on offer to you to the next one")),
    Route("/tickets/<ticket_id>/assignment", "assign", assign, ("POST",),
          twin=Twin("Give a waiting ticket to an agent (supervisors)", AssignmentBody)),
    Route("/tickets/<ticket_id>/release", "release", release, ("POST",),
          twin=Twin("Put a ticket back into its queue", ReleaseBody)),
    Route("/tickets/<ticket_id>/transfers", "transfer", transfer, ("POST",), twin=Twin("Pass a ticket on", TransferBody)),
    Route("/conversations/<conversation_id>/takeover", "takeover", takeover, ("POST",),
          twin=Twin("Take a conversation from the bot", TakeoverBody, "conversations")),
)
