"""Photos that she sends while people have her conversation join the case that still lacks some, by themselves.

Only where there is no doubt whose they are: the open cases of the conversation are all about one order, it is the one that
people talk with her about, and the photo came since. What somebody set aside stays aside; all else is offered on the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversation.tables import Attachment, Conversation, Message
from conversation.work import Work
from incidents import case_rows, needs, photo_rows
from incidents.case_rows import Reader
from incidents.cases import log, refresh
from incidents.claim_rules import RuleBook
from incidents.tables import OPEN_STATES, Incident, IncidentPhoto

Row = Mapping[str, Any]
AT_ONCE = 100

_incident, _photo, _attachment = Incident.__table__, IncidentPhoto.__table__, Attachment.__table__
_message, _conversation = Message.__table__, Conversation.__table__


def waiting(reader: Reader, since: datetime) -> dict[str, list[Row]]:
    """The pictures that came since then to people, and are in no case, by the conversation; only where a case is open."""
    query = (
        select(_attachment.c.attachment_id, _attachment.c.kind, _message.c.said_at, _message.c.conversation_id)
        .join(_message, _message.c.message_id == _attachment.c.message_id)
        .join(_conversation, _conversation.c.conversation_id == _message.c.conversation_id)
        .where(
            _attachment.c.state == "stored", _attachment.c.stored_at >= since, _attachment.c.kind == "image",
            _message.c.direction == "inbound", _conversation.c.owner != "bot", _message.c.epoch == _conversation.c.epoch,
            select(_incident.c.incident_id).where(_incident.c.conversation_id == _message.c.conversation_id,
                                                  _incident.c.state == "open").exists(),
            ~select(_photo.c.incident_photo_id).where(_photo.c.attachment_id == _attachment.c.attachment_id).exists())
        .order_by(_message.c.seq, _attachment.c.n).limit(AT_ONCE)
    )
    found: dict[str, list[Row]] = {}
    for row in reader.execute(query).mappings():
        found.setdefault(row["conversation_id"], []).append(row)
    return found


def join(work: Work, book: RuleBook, files: Sequence[Row], order_key: str) -> str:
    """Put them into the case of their conversation; its id, or none. `order_key`: what people talk with her about, folded."""
    cases = case_rows.of_conversation(work.connection, files[0]["conversation_id"])
    case = _meant([one for one in cases if one["state"] in OPEN_STATES], order_key)
    if case is None or not needs.lacks_photos(case_rows.dossier(work.connection, book, case).needs):
        return ""
    mine = [one for one in files if one["said_at"] >= case["opened_at"]]
    added = photo_rows.add(work, case["incident_id"], mine) if mine else 0
    if not added:
        return ""
    log(work, case, "case_photos", "system", n=added)
    refresh(work, book, case["incident_id"])
    return str(case["incident_id"])


def _meant(cases: Sequence[Row], order_key: str) -> Row | None:
    """The newest that is gathering, where all are about one order, and nobody talks about another."""
    orders = {case["order_key"].partition("?")[0] for case in cases}
    if len(orders) != 1 or (order_key and order_key not in orders):
        return None
    return next((case for case in cases if case["state"] == "open"), None)
