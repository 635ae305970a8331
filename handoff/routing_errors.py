"""What goes wrong where conversations are given out. Each is a lost race or a closed door: nothing has changed.

HandoffError (handoff/errors.py)
  RoutingError     base; `facts` are those a program may need
    Away           she said that she takes nothing now
    Reserved       it waits for a colleague for a moment
    OfferOver      what was offered to her went on to somebody else
    LacksSkill     the ticket asks for what she has not
    CannotTake     the colleague it was to go to cannot have it
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handoff.errors import HandoffError


class RoutingError(HandoffError):
    """Base of the errors of giving out."""

    code = "routing_error"

    @property
    def facts(self) -> dict[str, Any]:
        return {}


class Away(RoutingError):
    """She is not at her desk, by her own word."""

    code = "away"

    def __init__(self) -> None:
        super().__init__("You are away; say that you are available before you take a conversation over.")


class Reserved(RoutingError):
    """It is kept for somebody for a moment; after `until` it is for everybody again."""

    code = "reserved"

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(f"This conversation is kept for {name} until {until:%H:%M:%S} UTC; after that anybody may claim it.")
        self.name = name
        self.until = until

    @property
    def facts(self) -> dict[str, Any]:
        return {"winner": self.name, "until": self.until.isoformat()}


class OfferOver(RoutingError):
    """It is not on offer to her, or not any more."""

    code = "offer_over"

    def __init__(self) -> None:
        super().__init__("This offer is over; the conversation is in its queue or with a colleague.")


class LacksSkill(RoutingError):
    """What she does not have of what the ticket asks for; she may claim it all the same."""

    code = "lacks_skill"

    def __init__(self, skills: Sequence[str]) -> None:
        super().__init__(f"This conversation asks for {', '.join(skills)}; leave it to a colleague, or claim it all the same.")
        self.skills = tuple(skills)

    @property
    def facts(self) -> dict[str, Any]:
        return {"skills": list(self.skills)}


class CannotTake(RoutingError):
    """Whom it was to go to cannot have it: `away`, `full`, or not in the `queue`. It can always go to a queue.

    `waits`: it is in its queue now, and stays there.
    """

    code = "cannot_take"

    def __init__(self, name: str, why: str, queue_id: str, waits: bool = False) -> None:
        reason = {"away": "is not at her desk", "full": "holds as many as she can"}.get(why, "does not work in this queue")
        next_step = "choose somebody else, or leave it in its queue" if waits else "pass the conversation to a queue"
        super().__init__(f"{name} {reason}; {next_step}.")
        self.name = name
        self.why = why
        self.queue_id = queue_id
        self.waits = waits

    @property
    def facts(self) -> dict[str, Any]:
        return {"winner": "", "colleague": self.name, "reason": self.why, "offer": f"queue:{self.queue_id}"}
