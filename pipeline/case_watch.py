"""What time brings to cases, carried out: photos are looked at, the desk is reminded, the customer hears the new state.

The bot says it (flow event `case_news`); what people hold is theirs, and shows the line instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import insert, select

from conversation import ids
from conversation.events import Notice
from conversation.files import Folder
from conversation.tables import Conversation
from conversation.work import Database, Work
from handoff import ladder, ledger, notices
from handoff.tables import LIVE_TICKET_STATES, Ticket
from incidents import cases, joining, order_facts, photo_rows, watch
from incidents.claim_rules import RuleBook
from incidents.errors import StaleCase
from incidents.rule_book import Rules
from incidents.watch import Calendar, Reminder
from orders.errors import ConnectorError
from orders.reference import fold
from pipeline.tables import Timer

EVENT = "case_news"
TRIES = 3
OVERLAP = timedelta(minutes=15)  # a file may be stored in a transaction that ends after a later one
BACK = timedelta(days=7)

logger = structlog.get_logger(__name__)
_conversation, _ticket = Conversation.__table__, Ticket.__table__


@dataclass(slots=True)
class Photos:
    """The slow worker's: it reads whole files, for which nobody who writes should have to wait. It remembers until when it
    has looked for photos that belong to a case; who is new looks a week back."""

    database: Database
    folder: Folder
    rules: Rules
    _seen: datetime | None = None

    def look(self) -> int:
        """Look at the photos that have come, and whether their cases are complete with them; how many cases that were."""
        now = self.database.wiring.now()
        joined = join_photos(self.database, self.rules, min(self._seen or now, now) - (OVERLAP if self._seen else BACK))
        self._seen = now
        found = photo_rows.look(self.database, self.folder)
        for incident_id in found:
            _refresh(self.database, self.rules, incident_id)
        return len(found) + joined


def join_photos(database: Database, rules: Rules, since: datetime) -> int:
    """What she sent to people since then goes into the case that lacks it; how many cases that were."""
    with database.reading() as session:
        waiting = joining.waiting(session, since)
    done = 0
    for conversation_id, files in waiting.items():
        with suppress(StaleCase), database.work() as work:  # somebody changed it at the same moment: the next look has it
            ledger.lock(work, conversation_id)
            done += bool(joining.join(work, rules.book, files, _talked_of(work, conversation_id)))
    return done


def _talked_of(work: Work, conversation_id: str) -> str:
    """The order that people talk with her about, folded; empty for none that is known."""
    query = select(_ticket.c.card).where(_ticket.c.conversation_id == conversation_id).order_by(_ticket.c.epoch.desc()).limit(1)
    known = (work.connection.execute(query).scalar() or {}).get("known") or {}
    told = known.get("order_ref")
    return fold(told) if isinstance(told, str) else ""


def tend(database: Database, zone: str, rules: Rules) -> int:
    """What is due now; how much changed. Days are those of the shop's zone."""
    with database.work() as work:
        due = watch.reminders(work, Calendar(zone, rules.book.own_days))
        for one in due:
            _remind(work, one)
        news = watch.untold(work)
        for case in news:
            _tell(work, case)
        return len(due) + len(news)


def ask_again(database: Database, rules: Rules, find: Callable[[str], Mapping[str, Any] | None]) -> int:
    """Ask the shop for the orders that it did not tell when their cases began; how many cases have theirs now.

    The slow worker's, with no transaction open while the shop is asked.
    """
    with database.reading() as session:
        if not order_facts.is_due(session, database.wiring.now()):
            return 0
    with database.work() as work:
        rows = order_facts.take(work)
    filled = 0
    for row in rows:
        try:
            order = find(row["order_reference"]) or {}
        except ConnectorError as error:
            logger.warning("a case still without its order", error=error.code)
            continue
        filled += bool(order)
        _written(database, partial(_fill, book=rules.book, incident_id=row["incident_id"], order=order))
    return filled


def _fill(work: Work, book: RuleBook, incident_id: str, order: Mapping[str, Any]) -> None:
    cases.fill(work, book, incident_id, order)


def _refresh(database: Database, rules: Rules, incident_id: str) -> None:
    _written(database, lambda work: cases.refresh(work, rules.book, incident_id))


def _written(database: Database, write: Callable[[Work], object]) -> None:
    for _ in range(TRIES):
        try:
            with database.work() as work:
                write(work)
            return
        except StaleCase:  # somebody changed it at the same moment: look at what it is now
            continue


def _remind(work: Work, reminder: Reminder) -> None:
    case = reminder.case
    query = select(_ticket).where(_ticket.c.conversation_id == case["conversation_id"]).order_by(_ticket.c.epoch.desc()).limit(1)
    ticket = work.connection.execute(query).mappings().first()
    if ticket is not None and ticket["holder_id"] and ticket["state"] in LIVE_TICKET_STATES:
        people = [ticket["holder_id"]]
    else:
        people = ladder.members(work.connection, ticket["queue_id"]) if ticket else []
    data = {"clock": "case", "text": case["code"], "days": reminder.days, "task": reminder.task, "ours": reminder.is_ours}
    notices.add(work, "warned", [*people, *ladder.supervisors(work.connection)], case["conversation_id"],
                ticket["ticket_id"] if ticket else "", data=data)


def _tell(work: Work, case: Mapping[str, Any]) -> None:
    query = select(_conversation.c.owner).where(_conversation.c.conversation_id == case["conversation_id"])
    owner = work.connection.execute(query).scalar_one_or_none()
    if owner != "bot" or case["state"] == "open":  # back to gathering: nothing that she would want to hear
        return
    data = {"code": case["code"], "state": case["state"], "kind": case["kind"], "order_ref": case["order_reference"]}
    work.connection.execute(insert(Timer.__table__).values(
        timer_id=ids.new("tmr"), conversation_id=case["conversation_id"], kind="external",
        payload={"name": EVENT, "key": case["code"], "data": data}, due_at=work.now, created_at=work.now))
    cases.log(work, case, "case_told", "system", state=case["state"])
    work.notify(Notice("turn", case["conversation_id"]))
