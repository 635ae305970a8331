"""A case as it is handed over: everything the pack needs but the bytes of its photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.files import Folder
from conversation.tables import Address, Attachment, Contact, Conversation, Message
from incidents.case_rows import Dossier
from incidents.claim_rules import RuleBook

BEFORE = timedelta(days=2)  # what was said so long before the case began belongs to it
MOST_MESSAGES = 300

_message, _contact, _attachment = Message.__table__, Contact.__table__, Attachment.__table__
_conversation, _address = Conversation.__table__, Address.__table__


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom the carrier can ask. What nobody told us is empty."""

    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A case as it is handed over."""

    dossier: Dossier
    language: str
    shop: str
    recipient: Recipient
    carrier: str
    where: Mapping[str, str]
    claims: str | None
    said: Sequence[Mapping[str, Any]]
    folder: Folder
    now: datetime
    zone: tzinfo = UTC  # the shop's: its times are told in it
    is_cut: bool = False  # more was said than `said` holds
    files: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)  # that came with a message, by its id

    @property
    def code(self) -> str:
        return str(self.dossier.case["code"])

    def content(self, photo: Mapping[str, Any]) -> bytes | None:
        """The file of a photo; None for one that is no longer kept."""
        return self.folder.read(photo["stored_name"] or "") if photo["state"] == "stored" else None


@dataclass(frozen=True, slots=True)
class House:
    """Who makes a pack, and where the files are. Without a language the carrier's is taken."""

    book: RuleBook
    folder: Folder
    now: datetime
    shop: str = ""
    language: str = ""
    zone: tzinfo = UTC


def gather(session: Session, found: Dossier, house: House) -> Pack:
    """Everything that the pack needs but the bytes of the photos."""
    carrier = house.book.carriers.get(found.case["carrier"])
    said = _said(session, found.case)
    return Pack(
        dossier=found, language=house.language or (carrier.language if carrier else "es"), shop=house.shop,
        recipient=_recipient(session, found.case), carrier=carrier.name if carrier else str(found.case["carrier"]),
        where=carrier.where if carrier else {}, claims=carrier.claims if carrier else None,
        said=said[:MOST_MESSAGES], folder=house.folder, now=house.now, zone=house.zone, is_cut=len(said) > MOST_MESSAGES,
        files=_files(session, said))


def _recipient(session: Session, case: Mapping[str, Any]) -> Recipient:
    order = case["order_facts"] or {}
    contact = session.execute(select(_contact.c.name, _contact.c.email).where(_contact.c.contact_id == case["contact_id"])).first()
    phone = session.execute(
        select(_address.c.canonical).join(_conversation, _conversation.c.contact_id == _address.c.contact_id)
        .where(_conversation.c.conversation_id == case["conversation_id"], _address.c.canonical.like("+%")).limit(1)).scalar()
    return Recipient(str(order.get("customer_name") or (contact.name if contact else "")), str(order.get("address") or ""),
                     str(phone or ""), str(contact.email if contact else ""))


def _said(session: Session, case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    query = (select(_message.c.message_id, _message.c.author, _message.c.text, _message.c.said_at)
             .where(_message.c.conversation_id == case["conversation_id"], _message.c.said_at >= case["opened_at"] - BEFORE)
             .order_by(_message.c.seq).limit(MOST_MESSAGES + 1))
    return session.execute(query).mappings().all()


def _files(session: Session, said: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    query = (select(_attachment.c.attachment_id, _attachment.c.message_id, _attachment.c.kind, _attachment.c.filename)
             .where(_attachment.c.message_id.in_([one["message_id"] for one in said])).order_by(_attachment.c.n))
    found: dict[str, list[Mapping[str, Any]]] = {}
    for file in session.execute(query).mappings():
        found.setdefault(file["message_id"], []).append(file)
    return found
