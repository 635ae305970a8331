"""Who holds a ticket: claim, take over, release, transfer."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from console import here, transcripts
from console.answers import Said, perform
from console.bodies import ClaimBody, ReleaseBody, TakeoverBody, TransferBody
from console.errors import BadField, ColleagueFull
from console.route import Route, Twin
from console.rows import queue_titles
from console.tickets import conversation_of, name_of
from conversation.work import Work
from handoff import claims
from handoff.claims import ClaimResult
from handoff.errors import NoRoom


def claim(ticket_id: str) -> Response:
    """Exactly one of any number of agents gets it; the others are told who did."""
    conversation_id = conversation_of(ticket_id)
    epoch, force = here.number_field("epoch"), here.text_field("force") == "1"
    return perform(
        conversation_id,
        lambda work: claims.claim(work, ticket_id, _me(), epoch, force),
        lambda result: _claimed(result, "done.claimed"),
    )


def takeover(conversation_id: str) -> Response:
    """Take it from the bot."""
    epoch = here.number_field("epoch")
    return perform(
        conversation_id,
        lambda work: claims.take_over(work, conversation_id, _me(), epoch),
        lambda result: _claimed(result, "done.taken"),
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
    name = transcripts.agent_names(work.session).get(target, "")
    try:
        claims.transfer_to_agent(work, ticket_id, _me(), target, note)
    except NoRoom as error:
        raise ColleagueFull(name) from error
    return name


def _claimed(result: ClaimResult, key: str) -> Said:
    words = here.texts()
    text = words(key, name=name_of(result.conversation_id))
    if result.on_the_wire:
        text += " " + words("done.wire", n=len(result.on_the_wire))
    facts: dict[str, Any] = {
        "ticket": result.ticket_id,
        "epoch": result.epoch,
        "holder": result.holder_name,
        "on_the_wire": [{"message": part["message_id"], "text": part["text"]} for part in result.on_the_wire],
    }
    return Said(text, facts, focus=True)


def _me() -> str:
    return here.viewer().agent_id


ROUTES = (
    Route("/tickets/<ticket_id>/claim", "claim", claim, ("POST",), twin=Twin("Take a ticket that waits", ClaimBody)),
    Route("/tickets/<ticket_id>/claim", "unclaim", release, ("DELETE",), twin=Twin("Put a ticket back into its queue", ReleaseBody)),
    Route("/tickets/<ticket_id>/release", "release", release, ("POST",),
          twin=Twin("Put a ticket back into its queue", ReleaseBody)),
    Route("/tickets/<ticket_id>/transfers", "transfer", transfer, ("POST",), twin=Twin("Pass a ticket on", TransferBody)),
    Route("/conversations/<conversation_id>/takeover", "takeover", takeover, ("POST",),
          twin=Twin("Take a conversation from the bot", TakeoverBody, "conversations")),
)
