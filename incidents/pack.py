"""The pack of a case: everything a carrier wants in one file. What lacks is named, never left out in silence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversation.filenames import ending
from conversation.files import Folder
from conversation.tables import Contact, Conversation, Message
from incidents import pdf
from incidents.case_rows import Dossier
from incidents.claim_rules import RuleBook
from incidents.vocabulary import word

BEFORE = timedelta(days=2)  # what was said so long before the case began belongs to it
MOST_MESSAGES = 300

_message, _contact, _conversation = Message.__table__, Contact.__table__, Conversation.__table__


@dataclass(frozen=True, slots=True)
class Pack:
    """A case as it is handed over. `files` are the bytes behind its photos, None for one that is no longer kept."""

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

    @property
    def code(self) -> str:
        return str(self.dossier.case["code"])

    def content(self, photo: Mapping[str, Any]) -> bytes | None:
        """The file of a photo."""
        return self.folder.read(photo["stored_name"] or "") if photo["state"] == "stored" else None


def gather(session: Session, found: Dossier, book: RuleBook, shop: str, folder: Folder, now: datetime, language: str = "") -> Pack:
    """Everything that the pack needs but the bytes of the photos. Without a language the carrier's is taken."""
    carrier = book.carriers.get(found.case["carrier"])
    names = session.execute(select(_contact.c.name).where(_contact.c.contact_id == found.case["contact_id"])).scalar()
    known = (found.case["order_facts"] or {}).get("customer_name")
    return Pack(
        dossier=found, language=language or (carrier.language if carrier else "es"), shop=shop,
        recipient=str(known or names or ""), carrier=carrier.name if carrier else str(found.case["carrier"]),
        where=carrier.where if carrier else {}, claims=carrier.claims if carrier else None,
        said=_said(session, found.case), folder=folder, now=now)


def zipped(pack: Pack) -> Iterator[bytes]:
    """The zip, piece by piece: the PDF, each photo as it is kept, the facts for a program, what was said."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _members(pack):
            archive.writestr(f"{pack.code}/{name}", content)
            yield sink.taken()
    yield sink.taken()


def photo_name(n: int, photo: Mapping[str, Any]) -> str:
    return f"{n:02}-{photo['kind'] or 'photo'}{ending(photo['mime'] or '')}"


def facts(pack: Pack) -> dict[str, Any]:
    """The case as a program reads it. Of the need that nobody documents the state says so: `unknown`."""
    case, found = pack.dossier.case, pack.dossier
    return {
        "code": case["code"], "kind": case["kind"], "state": case["state"], "order": case["order_reference"],
        "carrier": case["carrier"], "tracking_number": case["tracking_number"], "amount": case["amount"],
        "currency": case["currency"], "recovered": case["recovered"], "wish": case["wish"],
        "what": (case["details"] or {}).get("what", ""), "deadline": _plain(case["deadline_on"]),
        "claim_reference": case["claim_reference"], "outcome": case["outcome"], "opened_at": _plain(case["opened_at"]),
        "order_facts": case["order_facts"],
        "needs": [{"group": need.group, "code": need.code, "state": need.state, "has": need.has, "wants": need.wants}
                  for need in found.needs],
        "photos": [{"file": photo_name(n, photo), "kind": photo["kind"], "sent_at": _plain(photo["said_at"]),
                    "sha256": photo["sha256"], "refused": photo["refused"]} for n, photo in enumerate(found.photos, 1)],
        "statements": [{"who": one["who"], "name": one["name"], "text": one["text"], "at": _plain(one["said_at"])}
                       for one in found.statements],
        "tasks": [{"who": one["who"], "code": one["code"], "text": one["text"], "due_at": _plain(one["due_at"]),
                   "done_at": _plain(one["done_at"])} for one in found.tasks],
        "sources": [{"url": source.url, "read": source.read.isoformat()} for source in found.rule.sources],
    }


def transcript(pack: Pack) -> str:
    """What was said around it, a line each."""
    who = {"contact": word(pack.language, "who", "customer"), "agent": word(pack.language, "who", "desk"), "bot": pack.shop,
           "system": pack.shop}
    lines = [f"{one['said_at']:%Y-%m-%d %H:%M} UTC  {who[one['author']]}: {one['text'] or '…'}" for one in pack.said]
    return "\n".join([word(pack.language, "pack", "said"), "", *lines, ""])


def _members(pack: Pack) -> Iterator[tuple[str, bytes]]:
    yield f"{pack.code}.pdf", pdf.made(pack)
    for n, photo in enumerate(pack.dossier.photos, 1):
        content = None if photo["refused"] == "taken_off" else pack.content(photo)
        if content is not None:
            yield f"photos/{photo_name(n, photo)}", content
    yield "case.json", json.dumps(facts(pack), ensure_ascii=False, indent=2, default=str).encode()
    yield "transcript.txt", transcript(pack).encode()


def _said(session: Session, case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    query = (select(_message.c.author, _message.c.text, _message.c.said_at)
             .where(_message.c.conversation_id == case["conversation_id"], _message.c.said_at >= case["opened_at"] - BEFORE)
             .order_by(_message.c.seq).limit(MOST_MESSAGES))
    return session.execute(query).mappings().all()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


class _Sink(io.RawIOBase):
    """A file that only goes forward and is emptied as it fills."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
