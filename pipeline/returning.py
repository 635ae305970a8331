"""What the desk asks of the bot when people are done: whether it would go on, and with which flow it is to begin.

A turn runs only in the writer, so the flow is left as a row that is due at once.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import insert

from bot.flow.library import Library
from conversation import ids
from conversation.events import Notice
from conversation.work import Work
from pipeline.tables import Timer

KIND = "ticket_closed"


def answers(library: Callable[[], Library | None], flow: str) -> bool:
    """Whether there are flows to go on with, and this one among them if one is named."""
    found = library()
    return found is not None and bool(found.flows) and (not flow or flow in found.flows)


def begin_flow(work: Work, conversation_id: str, flow: str) -> None:
    """Let the bot begin this flow as soon as this transaction is over."""
    work.connection.execute(insert(Timer.__table__).values(
        timer_id=ids.new("tmr"), conversation_id=conversation_id, kind=KIND, payload={"flow": flow}, due_at=work.now,
        created_at=work.now))
    work.notify(Notice("turn", conversation_id))
