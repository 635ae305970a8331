"""What an agent says of the reason the bot gave: that it was none, or that the bot should have known."""

from __future__ import annotations

from werkzeug.wrappers import Response

from console import here
from console.answers import Said, perform
from console.bodies import VerdictBody
from console.route import Route, Twin
from console.tickets import conversation_of
from handoff import verdicts
from handoff.verdicts import Judged

MOST_PIECES = 40  # no ticket carries more evidence


def judge(ticket_id: str) -> Response:
    """`kind` says what, `wrong_0=1` … which pieces of the evidence, `note` why; without a kind it is taken back."""
    kind = here.text_field("kind")
    if not kind:
        return withdraw(ticket_id)
    wrong = tuple(place for place in range(MOST_PIECES) if here.text_field(f"wrong_{place}") == "1")
    judged, agent_id = Judged(kind, wrong, here.text_field("note")), here.viewer().agent_id
    return perform(
        conversation_of(ticket_id),
        lambda work: verdicts.judge(work, ticket_id, agent_id, judged),
        lambda _: Said(here.texts()("done.judged"), {"verdict": kind}),
    )


def withdraw(ticket_id: str) -> Response:
    agent_id = here.viewer().agent_id
    return perform(
        conversation_of(ticket_id),
        lambda work: verdicts.withdraw(work, ticket_id, agent_id),
        lambda _: Said(here.texts()("done.unjudged"), {"verdict": ""}),
    )


ROUTES = (
    Route("/tickets/<ticket_id>/verdict", "judge", judge, ("POST",), twin=Twin("Say that the reason was none, or that the bot should have known", VerdictBody)),
    Route("/tickets/<ticket_id>/verdict", "withdraw_verdict", withdraw, ("DELETE",), twin=Twin("Take it back")),
)
