"""Promises: what contacts were told of their wait, and whether it was kept.

A promise is kept when somebody took the ticket before its end: the time she was told, or, where none could be told, the
queue's own. `broken_at` is written by the ladder the moment it is over (or by the claim that came too late).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from handoff.access import Reader
from handoff.tables import Ticket

_ticket = Ticket.__table__
# People opened these themselves, or hear nothing: nobody was promised anything.
UNPROMISED = ("agent_takeover", "agent_started", "external", "loop", "too_many", "group")


@dataclass(frozen=True, slots=True)
class Kept:
    """`kept` of `of` promises whose end is known; there is no share where there were none."""

    kept: int
    of: int

    @property
    def share(self) -> float | None:
        return self.kept / self.of if self.of else None


def was_kept(ticket: Mapping[str, Any]) -> bool | None:
    """None while it is open, where nothing was promised, or where the contact left before its end. Pure."""
    if ticket["reason"] in UNPROMISED:
        return None
    if ticket["broken_at"] is not None:
        return False
    return True if ticket["picked_up_at"] is not None else None


def is_settled() -> ColumnElement[bool]:
    """The tickets of which `was_kept` knows, as a condition."""
    ended = or_(_ticket.c.broken_at.is_not(None), _ticket.c.picked_up_at.is_not(None))
    return and_(_ticket.c.reason.not_in(UNPROMISED), ended)


def kept_between(reader: Reader, since: datetime, until: datetime, queue_id: str = "") -> Kept:
    """How many promises of the tickets opened in between were kept, of one queue or of all."""
    query = select(
        func.count().filter(_ticket.c.broken_at.is_(None)), func.count()
    ).where(is_settled(), _ticket.c.opened_at >= since, _ticket.c.opened_at < until)
    if queue_id:
        query = query.where(_ticket.c.queue_id == queue_id)
    kept, of = reader.execute(query).one()
    return Kept(kept, of)
