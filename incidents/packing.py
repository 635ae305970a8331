"""A case as it is handed over: everything the pack needs but the bytes of its photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.files import Folder
from conversation.tables import Contact, Message
from incidents.case_rows import Dossier
from incidents.claim_rules import RuleBook

BEFORE = timedelta(days=2)  # what was said so long before the case began belongs to it
MOST_MESSAGES = 300

_message, _contact = Message.__table__, Contact.__table__


@dataclass(frozen=True, slots=True)
class Pack:
    """A case as it is handed over."""

    dossier: Dossier
    language: str
    shop: str
    recipient: str
    carrier: str
    where: Mapping[str, str]
    claims: str | None
    said: Sequence[Mapping[str, Any]]
    folder: Folder
    now: datetime
    is_cut: bool = False  # more was said than `said` holds

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


def gather(session: Session, found: Dossier, house: House) -> Pack:
    """Everything that the pack needs but the bytes of the photos."""
    carrier = house.book.carriers.get(found.case["carrier"])
    names = session.execute(select(_contact.c.name).where(_contact.c.contact_id == found.case["contact_id"])).scalar()
    known = (found.case["order_facts"] or {}).get("customer_name")
    said = _said(session, found.case)
    return Pack(
        dossier=found, language=house.language or (carrier.language if carrier else "es"), shop=house.shop,
        recipient=str(known or names or ""), carrier=carrier.name if carrier else str(found.case["carrier"]),
        where=carrier.where if carrier else {}, claims=carrier.claims if carrier else None,
        said=said[:MOST_MESSAGES], folder=house.folder, now=house.now, is_cut=len(said) > MOST_MESSAGES)


def _said(session: Session, case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    query = (select(_message.c.author, _message.c.text, _message.c.said_at)
             .where(_message.c.conversation_id == case["conversation_id"], _message.c.said_at >= case["opened_at"] - BEFORE)
             .order_by(_message.c.seq).limit(MOST_MESSAGES + 1))
    return session.execute(query).mappings().all()
