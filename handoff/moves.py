"""The table of legal moves of a ticket. Pure; what is not in it is refused and changes nothing.

In the table the state `bot` stands for a conversation without a live ticket. A claim is the same row whoever makes it:
the agent herself, the router for her, or a supervisor who names her.
"""

from __future__ import annotations

from dataclasses import dataclass

from handoff.errors import IllegalMove

ENGINE, CONTACT, CLOCK, ROUTER = "engine", "contact", "clock", "router"
AGENT, HOLDER, SUPERVISOR = "agent", "holder", "supervisor"
CANCELLED = "cancelled"  # the disposition of a ticket whose contact left the queue herself
BLOCKED = "blocked"  # of one whose contact is not answered any more
OWNER_OF = {"bot": "bot", "queued": "queue", "assigned": "agent", "snoozed": "agent", "resolved": "bot", "returned": "bot"}


@dataclass(frozen=True, slots=True)
class Move:
    """One row: a move takes a ticket from one state to another, if one of these asks for it."""

    name: str
    before: str
    after: str
    by: tuple[str, ...]


MOVES = (
    Move("open", "bot", "queued", (ENGINE,)),
    Move("take_over", "bot", "assigned", (AGENT, SUPERVISOR)),
    Move("claim", "queued", "assigned", (AGENT, SUPERVISOR, ROUTER)),
    Move("return", "queued", "returned", (CONTACT, SUPERVISOR, CLOCK)),  # CLOCK: the page's own inbox is silent again
    Move("resolve", "queued", "resolved", (CONTACT, SUPERVISOR)),
    Move("release", "assigned", "queued", (HOLDER, SUPERVISOR, CLOCK)),
    Move("transfer_to_queue", "assigned", "queued", (HOLDER, SUPERVISOR)),
    Move("transfer_to_agent", "assigned", "assigned", (HOLDER, SUPERVISOR)),
    Move("snooze", "assigned", "snoozed", (HOLDER, SUPERVISOR)),
    Move("wake", "snoozed", "assigned", (CLOCK, CONTACT)),
    Move("release", "snoozed", "queued", (CLOCK, CONTACT)),
    Move("return", "assigned", "returned", (HOLDER, SUPERVISOR)),
    Move("return", "snoozed", "returned", (HOLDER, SUPERVISOR)),
    Move("resolve", "assigned", "resolved", (HOLDER, SUPERVISOR, CLOCK)),
    Move("resolve", "snoozed", "resolved", (HOLDER, SUPERVISOR)),
)
_TABLE = {(row.name, row.before): row for row in MOVES}


def find(name: str, state: str) -> Move:
    """The row of this move from this state. Raises IllegalMove."""
    row = _TABLE.get((name, state))
    if row is None:
        raise IllegalMove(state, name)
    return row


def is_for_people(row: Move) -> bool:
    """Whether anybody of ours may make this move; some are the clock's and the contact's alone."""
    return any(actor in row.by for actor in (AGENT, HOLDER, SUPERVISOR))


def require_disposition(row: Move, disposition: str) -> None:
    """What nobody took is not settled by an agent's word, unless it is spam. Raises IllegalMove."""
    if row.name == "resolve" and row.before == "queued" and disposition != "spam":
        raise IllegalMove(row.before, row.name)


def changes_owner(row: Move) -> bool:
    """Whether who may speak is another one afterwards; from agent to agent counts."""
    return OWNER_OF[row.before] != OWNER_OF[row.after] or row.name == "transfer_to_agent"
