"""What a saved reply does once it was sent: a tag, another queue, laid aside, resolved. In that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversation.work import Work
from handoff import access, claims, closing, tagging
from handoff.closing import Survey, Window

_ORDER = ("tag", "transfer", "snooze", "resolve")


@dataclass(frozen=True, slots=True)
class Then:
    """One thing to do: what (`DOINGS` of handoff/saved_replies.py) and its value; `until` is that of a snooze, `window`
    says whether a contact whose matter is resolved may be asked how it was.
    """

    do: str
    value: str = ""
    until: datetime | None = None
    window: Window | None = None


def run(work: Work, ticket_id: str, agent_id: str, then: Sequence[Then], note: str) -> list[str]:
    """Do it as this agent; `note` goes with a transfer. Returns what was done.

    A ticket that has left her hands (passed on) is left alone by what would come after. Raises what the moves raise.
    """
    done: list[str] = []
    for one in sorted(then, key=lambda one: _ORDER.index(one.do)):
        if "transfer" in done and one.do != "tag":
            break
        _do(work, ticket_id, agent_id, one, note)
        done.append(one.do)
        if one.do == "snooze":
            break
    return done


def _do(work: Work, ticket_id: str, agent_id: str, one: Then, note: str) -> None:
    if one.do == "resolve":
        closing.resolve(work, ticket_id, agent_id, one.value or "solved", Survey(window=one.window))
    elif one.do == "snooze":
        claims.snooze(work, ticket_id, agent_id, one.until)
    elif one.do == "transfer":
        claims.transfer_to_queue(work, ticket_id, agent_id, one.value, note)
    elif one.value.strip():
        viewer = access.viewer(work.connection, agent_id)
        tagging.add(work, access.ticket_for(work.connection, viewer, ticket_id)["conversation_id"], agent_id, one.value)


def of_row(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The actions of a saved reply's row that we know."""
    return [action for action in row["actions"] if action.get("do") in _ORDER]
