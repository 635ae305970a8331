"""Five planted mistakes. A model test that does not find each of them proves nothing.

None of them touches our code: they are triggers, rewritten statements, or a careless variant of a move.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, select, update

from conversation.tables import Conversation
from conversation.work import Database, Work
from handoff import access
from handoff.claims import ClaimResult
from handoff.tables import Ticket
from tests.breaking.small_house import Bug


def _forget_what_was_seen(database: Database) -> None:
    _trigger(database, "CREATE TRIGGER IF NOT EXISTS planted AFTER INSERT ON seen_id "
                       "BEGIN DELETE FROM seen_id WHERE digest = NEW.digest; END")


def _fire_again(database: Database) -> None:
    _trigger(database, "CREATE TRIGGER IF NOT EXISTS planted AFTER UPDATE OF fired_at ON timer "
                       "BEGIN UPDATE timer SET fired_at = NULL WHERE timer_id = NEW.timer_id; END")


def _ignore_the_epoch(database: Database) -> None:
    _rewrite(database, "conversation.epoch AS current_epoch", "outbox_part.epoch AS current_epoch")


def _send_in_any_order(database: Database) -> None:
    _rewrite(database, "ORDER BY outbox_part.conversation_id, outbox_part.position",
             "ORDER BY outbox_part.conversation_id, outbox_part.position DESC")


def _claim_whatever_it_is(work: Work, ticket_id: str, agent_id: str, epoch: int) -> ClaimResult:
    ticket, conversation = Ticket.__table__, Conversation.__table__
    name = access.viewer(work.connection, agent_id).name
    row = work.connection.execute(select(ticket).where(ticket.c.ticket_id == ticket_id)).mappings().one()
    work.connection.execute(update(ticket).where(ticket.c.ticket_id == ticket_id).values(
        holder_id=agent_id, state="assigned", claimed_at=work.now, epoch=row["epoch"] + 1))
    work.connection.execute(update(conversation).where(conversation.c.conversation_id == row["conversation_id"]).values(
        owner="agent", epoch=conversation.c.epoch + 1))
    return ClaimResult(ticket_id, row["conversation_id"], epoch + 1, name)


def _trigger(database: Database, statement: str) -> None:
    with database.work() as work:
        work.connection.exec_driver_sql(statement)


def _rewrite(database: Database, right: str, wrong: str) -> None:
    @event.listens_for(database.engine, "before_cursor_execute", retval=True)
    def _(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        return statement.replace(right, wrong), parameters


BUGS = (
    Bug("dedupe off", _forget_what_was_seen),
    Bug("epoch check off", _ignore_the_epoch),
    Bug("claim without condition", claim=_claim_whatever_it_is),
    Bug("position order off", _send_in_any_order),
    Bug("timer refires", _fire_again),
)
