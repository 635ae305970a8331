"""Reading cases: rows and what belongs to them, for pages, the pack and the operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from conversation.tables import Attachment, Message, TimelineEntry
from incidents import needs
from incidents.claim_rules import Rule, RuleBook
from incidents.errors import UnknownCase
from incidents.needs import Evidence, Need
from incidents.tables import OPEN_STATES, Incident, IncidentPhoto, IncidentStatement, IncidentTask

Reader = Session | Connection
Row = Mapping[str, Any]

_incident, _photo, _attachment = Incident.__table__, IncidentPhoto.__table__, Attachment.__table__
_statement, _task, _entry, _message = (
    IncidentStatement.__table__, IncidentTask.__table__, TimelineEntry.__table__, Message.__table__)
_by_id = select(_incident).where(_incident.c.incident_id == bindparam("key"))
_by_code = select(_incident).where(_incident.c.code == bindparam("key"))
_of_conversation = (
    select(_incident).where(_incident.c.conversation_id == bindparam("id")).order_by(_incident.c.opened_at.desc()).limit(20)
)
_photos = (
    select(_photo, _attachment.c.state, _attachment.c.stored_name, _attachment.c.thumbnail, _attachment.c.mime,
           _attachment.c.width, _attachment.c.height, _attachment.c.size, _attachment.c.why, _attachment.c.filename)
    .outerjoin(_attachment, _attachment.c.attachment_id == _photo.c.attachment_id)
    .outerjoin(_message, _message.c.message_id == _attachment.c.message_id)
    .where(_photo.c.incident_id == bindparam("id")).order_by(_message.c.seq, _attachment.c.n, _photo.c.incident_photo_id)
)
_statements = select(_statement).where(_statement.c.incident_id == bindparam("id")).order_by(_statement.c.said_at)
_tasks = select(_task).where(_task.c.incident_id == bindparam("id")).order_by(_task.c.due_at.is_(None), _task.c.due_at)
_twins = (
    select(_photo.c.incident_photo_id, _incident.c.code)
    .join(_incident, _incident.c.incident_id == _photo.c.incident_id)
    .where(_photo.c.incident_photo_id.in_(bindparam("ids", expanding=True)))
)
_sendable = (
    select(_attachment.c.attachment_id, _attachment.c.kind, _message.c.said_at, _message.c.seq)
    .join(_message, _message.c.message_id == _attachment.c.message_id)
    .where(_message.c.conversation_id == bindparam("id"), _message.c.direction == "inbound",
           _attachment.c.kind.in_(("image", "document")),
           ~select(_photo.c.incident_photo_id).where(_photo.c.attachment_id == _attachment.c.attachment_id,
                                                      _photo.c.refused != "taken_off").exists())
    .order_by(_message.c.seq, _attachment.c.n)
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case with everything that belongs to it, and what its carrier asks for."""

    case: Row
    photos: Sequence[Row]
    statements: Sequence[Row]
    tasks: Sequence[Row]
    rule: Rule
    needs: tuple[Need, ...]

    @property
    def counted(self) -> list[Row]:
        """The photos that count."""
        return [photo for photo in self.photos if not photo["refused"]]


def find(reader: Reader, key: str) -> Row:
    """A case by its id or code. Raises UnknownCase."""
    query = _by_id if key.startswith("inc_") else _by_code
    row = reader.execute(query, {"key": key}).mappings().first()
    if row is None:
        raise UnknownCase(key)
    return row


def of_conversation(reader: Reader, conversation_id: str) -> Sequence[Row]:
    """The cases of a conversation, the newest first."""
    return reader.execute(_of_conversation, {"id": conversation_id}).mappings().all()


def of_conversations(reader: Reader, conversation_ids: Sequence[str]) -> Sequence[Row]:
    """The cases of these conversations, the newest first."""
    query = select(_incident).where(_incident.c.conversation_id.in_(conversation_ids)).order_by(_incident.c.opened_at.desc())
    return reader.execute(query.limit(50)).mappings().all() if conversation_ids else []


def open_of_order(reader: Reader, order_key: str, kind: str) -> Row | None:
    """The case that is under way for this order and kind."""
    query = select(_incident).where(_incident.c.order_key == order_key, _incident.c.kind == kind,
                                    _incident.c.state.in_(OPEN_STATES))
    return reader.execute(query).mappings().first()


def dossier(reader: Reader, book: RuleBook, case: Row) -> Dossier:
    """Everything of a case."""
    key = {"id": case["incident_id"]}
    photos = reader.execute(_photos, key).mappings().all()
    statements = reader.execute(_statements, key).mappings().all()
    tasks = reader.execute(_tasks, key).mappings().all()
    rule = book.rule(case["carrier"], case["kind"])
    said = {one["who"] for one in statements}
    ticked = frozenset((case["details"] or {}).get("ticked") or ()) | {who for who in said if who in ("customer", "warehouse")}
    counted = [photo["kind"] for photo in photos if not photo["refused"]]
    return Dossier(case, photos, statements, tasks, rule, needs.of(rule, Evidence(case, counted, ticked)))


def twins(reader: Reader, photos: Sequence[Row]) -> dict[str, str]:
    """The code of the case in which the same photo is, by the id of the photo there."""
    ids = [photo["twin_id"] for photo in photos if photo["twin_id"]]
    return {row.incident_photo_id: row.code for row in reader.execute(_twins, {"ids": ids})} if ids else {}


def loose_files(reader: Reader, conversation_id: str) -> Sequence[Row]:
    """What she sent that belongs to no case yet, in the order it came."""
    return reader.execute(_sendable, {"id": conversation_id}).mappings().all()


def files_in_cases(reader: Reader, conversation_id: str) -> dict[str, str]:
    """The files of a conversation that are in a case, each with its code."""
    query = (select(_photo.c.attachment_id, _incident.c.code)
             .join(_incident, _incident.c.incident_id == _photo.c.incident_id)
             .where(_incident.c.conversation_id == conversation_id, _photo.c.refused != "taken_off"))
    return {row.attachment_id: row.code for row in reader.execute(query)}


def joined(reader: Reader, conversation_id: str) -> dict[str, int]:
    """How many photos came into each case of a conversation by themselves, by its id."""
    query = select(_entry.c.data).where(_entry.c.conversation_id == conversation_id, _entry.c.kind == "case_photos",
                                        _entry.c.actor == "system")
    found: dict[str, int] = {}
    for data in reader.execute(query).scalars():
        found[data["incident"]] = found.get(data["incident"], 0) + int(data.get("n", 0))
    return found


def history(reader: Reader, case: Row) -> list[Row]:
    """The lines of the timeline about a case, the oldest first."""
    query = (select(_entry).where(_entry.c.conversation_id == case["conversation_id"], _entry.c.kind.like("case_%"))
             .order_by(_entry.c.entry_id))
    return [row for row in reader.execute(query).mappings() if (row["data"] or {}).get("incident") == case["incident_id"]]
