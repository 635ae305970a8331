"""The pack of a case: everything a carrier wants in one file. What lacks is named, never left out in silence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from conversation.filenames import ending
from incidents.calendar_words import moment
from incidents.packing import Pack
from incidents.vocabulary import word


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
        "deadline_by": found.rule.deadline.by if case["deadline_on"] and found.rule.deadline else "", "terms": found.rule.terms,
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
        "messages": {"in_transcript": len(pack.said), "is_cut": pack.is_cut},
        "sources": [{"url": source.url, "read": source.read.isoformat()} for source in found.rule.sources],
    }


def transcript(pack: Pack) -> str:
    """What was said around it, a line each."""
    who = {"contact": word(pack.language, "who", "customer"), "agent": word(pack.language, "who", "desk"), "bot": pack.shop,
           "system": pack.shop}
    numbers = {photo["attachment_id"]: n for n, photo in enumerate(pack.dossier.photos, 1)}
    lines = [f"{moment(one['said_at'], pack.language, pack.zone)}  {who[one['author']]}: {_told(pack, one, numbers)}"
             for one in pack.said]
    if pack.is_cut:
        lines += ["", word(pack.language, "pack", "cut").format(n=len(pack.said), code=pack.code)]
    head = [word(pack.language, "pack", "said"), word(pack.language, "pack", "zone").format(zone=pack.zone), ""]
    return "\n".join([*head, *lines, ""])


def _told(pack: Pack, message: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """Its words, and what came with them: a photo of the case by its number there."""
    files = [_file(pack.language, one, numbers.get(one["attachment_id"])) for one in pack.files.get(message["message_id"], ())]
    return " ".join(part for part in (message["text"], *files) if part) or "…"


def _file(language: str, file: Mapping[str, Any], n: int | None) -> str:
    kind = word(language, "files", file["kind"], word(language, "files", "other"))
    name = f" {file['filename']}" if file["filename"] else ""
    return f"[{word(language, 'files', 'photo').format(n=n)}]" if n else f"[{kind}{name}]"


def _members(pack: Pack) -> Iterator[tuple[str, bytes]]:
    from incidents import pdf  # a typesetter: loaded where a pack is made, not by every process

    yield f"{pack.code}.pdf", pdf.made(pack)
    for n, photo in enumerate(pack.dossier.photos, 1):
        content = None if photo["refused"] == "taken_off" else pack.content(photo)
        if content is not None:
            yield f"photos/{photo_name(n, photo)}", content
    yield "case.json", json.dumps(facts(pack), ensure_ascii=False, indent=2, default=str).encode()
    yield "transcript.txt", transcript(pack).encode()


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
