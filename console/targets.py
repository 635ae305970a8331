"""To whom a ticket may go: colleagues who may see its queue and have room, and the other queues."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from console import here
from console.rows import queue_titles
from handoff import colleagues, presence
from handoff.access import SEES_EVERYTHING, Sight
from handoff.colleagues import Colleague


@dataclass(frozen=True, slots=True)
class Target:
    """One choice of a list: the value of the form, its words, and whether it can take a ticket now."""

    value: str
    text: str
    can_take: bool = True


Groups = tuple[tuple[str, list[Target]], ...]


def targets(session: Session, sight: Sight) -> Groups:
    """Groups of a list, those of the queue first. Who has no room or is not at her desk is shown and cannot be chosen."""
    words, ticket = here.texts(), sight.live_ticket or {}
    found = sorted(colleagues.every(session, here.formats().now), key=lambda one: (one.role in SEES_EVERYTHING, one.name.casefold()))
    people = [_person(one) for one in found if one.agent_id != ticket["holder_id"]
              and (ticket["queue_id"] in one.queues or one.role in SEES_EVERYTHING)]
    queues = [Target(f"queue:{queue_id}", name) for queue_id, name in
              queue_titles(session, here.language(), retired=False).items()
              if queue_id != ticket["queue_id"]]
    return tuple((words(label), group) for label, group in (("action.agent_group", people), ("action.queue_group", queues))
                 if group)


def people(groups: Groups) -> Groups:
    """The colleagues among them."""
    return tuple((label, group) for label, group in groups if group[0].value.startswith("agent:"))


def _person(one: Colleague) -> Target:
    words, value = here.texts(), f"agent:{one.agent_id}"
    if one.presence != presence.ONLINE:
        return Target(value, words(f"target.{one.presence}", name=one.name), can_take=False)
    key = "free" if one.room else "full"
    return Target(value, words(f"target.{key}", name=one.name, load=one.load, capacity=one.capacity), can_take=bool(one.room))
