"""A fortnight of tickets before the demo began: from these waits are told, and reports and the wall have their figures.

The same at every start, but for the hour: only pick-ups at this hour of a day tell about now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from conversation import ids
from conversation.work import Work
from handoff.tables import Rating, Ticket

DAYS = 13  # within the fortnight from which waits are told
MINUTES = (-90, -45, 15, 60)  # about the hour at which the demo was first started
PROMISE = timedelta(minutes=15)
RATINGS = (5, 5, None, 4, 5, None, 3, 5, None, 4, 2, None)  # who says nothing leaves None
REASONS = ("human_request", "flow", "human_request", "frustration", "flow")
DISPOSITIONS = ("solved", "solved", "solved", "no_answer", "solved", "duplicate", "solved")
LATE_EACH = 11  # one in so many was taken after its promise


@dataclass(frozen=True, slots=True)
class Lane:
    """A queue with who takes its tickets, by turns; `minutes` are those of a day, about this hour."""

    queue_id: str
    takers: tuple[str, ...]
    minutes: tuple[int, ...]


LANES = (
    Lane("shipping", ("ana", "ana", "luis"), MINUTES),
    Lane("returns", ("bo", "ines"), (-75, 30)),
    Lane("billing", ("bo",), (-20,)),
    Lane("presales", ("luis", "ines"), (-70, -40, 45)),
)


def add(work: Work, conversations: Sequence[str], people: Mapping[str, str]) -> None:
    """Put them in, spread over these conversations; `people` are the agents' ids by their e-mail."""
    tickets = list(_tickets(work.now, conversations, people))
    work.connection.execute(insert(Ticket.__table__), tickets)
    ratings = [_rating(ticket, score) for n, ticket in enumerate(tickets) if (score := RATINGS[n % len(RATINGS)])]
    work.connection.execute(insert(Rating.__table__), ratings)


def _tickets(now: datetime, conversations: Sequence[str], people: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    n = 0
    for lane in LANES:
        for day in range(1, DAYS + 1):
            for minute in lane.minutes:
                holder = people[f"{lane.takers[n % len(lane.takers)]}@demo.example"]
                opened_at = now - timedelta(days=day, minutes=-minute)
                yield _ticket(conversations[n % len(conversations)], lane.queue_id, holder, opened_at, n)
                n += 1


def _ticket(conversation_id: str, queue_id: str, agent_id: str, opened_at: datetime, n: int) -> dict[str, Any]:
    """A resolved ticket; its epoch 0 is older than that of the story's own, which stays the newest."""
    is_late = n % LATE_EACH == LATE_EACH - 1
    taken_at = opened_at + (timedelta(minutes=19) if is_late else timedelta(minutes=2 + n * 7 % 8))
    replied_at = taken_at + timedelta(minutes=1 + n % 3)
    closed_at = replied_at + timedelta(minutes=6 + n * 5 % 17)
    due_at = opened_at + PROMISE
    return {
        "ticket_id": ids.new("tkt"),
        "conversation_id": conversation_id,
        "queue_id": queue_id,
        "state": "resolved",
        "reason": REASONS[n % len(REASONS)],
        "summary": "",
        "priority": "normal",
        "evidence": [],
        "card": {},
        "told": [],
        "epoch": 0,
        "ahead": 0,
        "holder_id": agent_id,
        "opened_at": opened_at,
        "waiting_since": opened_at,
        "due_at": due_at,
        "late_at": due_at if is_late else None,
        "broken_at": due_at if is_late else None,
        "picked_up_at": taken_at,
        "claimed_at": taken_at,
        "first_reply_at": replied_at,
        "replied_at": closed_at,
        "closed_by": agent_id,
        "closed_at": closed_at,
        "disposition": DISPOSITIONS[n % len(DISPOSITIONS)],
        "rating_asked_at": closed_at,
    }


def _rating(ticket: Mapping[str, Any], score: int) -> dict[str, Any]:
    return {"ticket_id": ticket["ticket_id"], "score": score, "comment": "",
            "created_at": ticket["closed_at"] + timedelta(minutes=4)}
