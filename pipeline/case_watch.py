"""What time brings to cases, carried out: photos are looked at, the desk is reminded, the customer hears the new state.

The bot says it (flow event `case_news`); what people hold is theirs, and shows the line instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select

from conversation import ids
from conversation.events import Notice
from conversation.files import Folder
from conversation.tables import Conversation
from conversation.work import Database, Work
from handoff import ladder, notices
from handoff.tables import LIVE_TICKET_STATES, Ticket
from incidents import cases, photo_rows, watch
from incidents.errors import StaleCase
from incidents.rule_book import Rules
from incidents.watch import Reminder
from pipeline.tables import Timer

EVENT = "case_news"
TRIES = 3

_conversation, _ticket = Conversation.__table__, Ticket.__table__


def look(database: Database, folder: Folder, rules: Rules) -> int:
    """Look at the photos that have come, and whether their cases are complete with them; how many cases that were.

    The slow worker's: it reads whole files, for which nobody who writes should have to wait.
    """
    found = photo_rows.look(database, folder)
    for incident_id in found:
        _refresh(database, rules, incident_id)
    return len(found)


def tend(database: Database, zone: str) -> int:
    """What is due now; how much changed. Days are those of the shop's zone."""
    with database.work() as work:
        due = watch.reminders(work, zone)
        for one in due:
            _remind(work, one)
        news = watch.untold(work)
        for case in news:
            _tell(work, case)
        return len(due) + len(news)


def _refresh(database: Database, rules: Rules, incident_id: str) -> None:
    for _ in range(TRIES):
        try:
            with database.work() as work:
                cases.refresh(work, rules.book, incident_id)
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
    data = {"clock": "case", "text": case["code"], "days": reminder.days, "task": reminder.task}
    notices.add(work, "warned", [*people, *ladder.supervisors(work.connection)], case["conversation_id"],
                ticket["ticket_id"] if ticket else "", data=data)


def _tell(work: Work, case: Mapping[str, Any]) -> None:
    query = select(_conversation.c.owner).where(_conversation.c.conversation_id == case["conversation_id"])
    owner = work.connection.execute(query).scalar_one_or_none()
    if owner != "bot":
        return
    data = {"code": case["code"], "state": case["state"], "kind": case["kind"], "order_ref": case["order_reference"]}
    work.connection.execute(insert(Timer.__table__).values(
        timer_id=ids.new("tmr"), conversation_id=case["conversation_id"], kind="external",
        payload={"name": EVENT, "key": case["code"], "data": data}, due_at=work.now, created_at=work.now))
    cases.log(work, case, "case_told", "system", state=case["state"])
    work.notify(Notice("turn", case["conversation_id"]))
