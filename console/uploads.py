"""What an agent attaches: read from the form, made safe, kept where providers may fetch it for three days.

It is kept before the reply is written, in a transaction of its own: a reply that is refused (a colleague was faster) has
its file still. One that is never sent goes when its time is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request

from channels import adapter, uploads
from channels.uploads import SMALLER_SIDE, Verdict
from console import here
from console.errors import BadFile
from conversation import filing, ids, media
from conversation.events import OutgoingMedia
from conversation.filenames import ENDINGS, disposition, ending, harmless
from conversation.files import Folder, name_of
from conversation.filetypes import ACTIVE, PICTURES, Hint, recognize
from conversation.filing import NotKept, Safe
from conversation.media import Kept

LONGEST_NAME = 40  # Twilio, "Accepted content types for media", read 2026-11-22: short, and without odd signs


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that is ready to go: where it is kept, what it is called, as what it is sent."""

    upload_id: str
    kept: Kept
    filename: str
    type: str

    def outgoing(self) -> OutgoingMedia:
        """As a message carries it; the address is what the provider fetches."""
        plain = disposition(self.filename, inline=True).split('"')[1].replace(" ", "-")
        stem, _, suffix = plain.rpartition(".")
        address = f"{here.desk().public_base}/files/{self.upload_id}/{quote(stem[:LONGEST_NAME] or 'file')}.{suffix}"
        return OutgoingMedia(address, self.type, self.kept.mime, self.filename)


def attached(kind: str) -> Attached | None:
    """What came with the form, for this kind of channel; None where nothing did. Raises BadFile."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _earlier(here.text_field("upload"), kind)
    desk = here.desk()
    content = file.stream.read(desk.media_max_bytes + 1)
    if len(content) > desk.media_max_bytes:
        raise BadFile("attach.too_big", limit=here.formats().bytes(desk.media_max_bytes))
    hint = Hint(file.mimetype or "", file.filename)
    mime = recognize(content, hint)
    if mime is None or mime in ACTIVE:
        raise BadFile("attach.not_allowed")
    safe = _made_safe(content, hint, mime, kind)
    found = _judged(kind, safe.mime, len(safe.content))
    return _kept(safe, harmless(file.filename, safe.mime), found.type)


def _made_safe(content: bytes, hint: Hint, mime: str, kind: str) -> Safe:
    limits = adapter(kind).limits
    formats = (uploads.pictures(limits) or PICTURES) & PICTURES
    try:
        safe = filing.made_safe(content, hint, formats, SMALLER_SIDE)
        if mime in PICTURES and uploads.verdict(limits, safe.mime, len(safe.content)).refused == "size":
            safe = filing.made_safe(content, hint, frozenset(("image/jpeg",)), SMALLER_SIDE)
    except NotKept:
        raise BadFile("attach.unreadable") from None
    return safe


def _judged(kind: str, mime: str, size: int) -> Verdict:
    found = uploads.verdict(adapter(kind).limits, mime, size)
    if found.refused == "type":
        raise BadFile("attach.wrong_type", form=ending(mime).lstrip(".").upper(), takes=takes(kind))
    if found.refused == "size":
        raise BadFile("attach.too_big", limit=here.formats().bytes(found.most_bytes))
    return found


def _kept(safe: Safe, filename: str, kind: str) -> Attached:
    desk, upload_id = here.desk(), ids.new("upl")
    try:
        kept = filing.put(Folder(desk.media_dir), upload_id, safe)
    except OSError:
        raise BadFile("attach.no_room") from None
    with desk.database.work() as work:
        media.upload(work, upload_id, filename, kept, here.viewer().agent_id)
    return Attached(upload_id, kept, filename, kind)


def of_saved_reply(row: Mapping[str, Any] | None, kind: str) -> Attached | None:
    """The picture of a saved reply, kept once more under a name of its own. Raises BadFile."""
    name = ((row or {}).get("upload") or {}).get("upload_id", "")
    if not name:
        return None
    desk = here.desk()
    with desk.database.reading() as session:
        found = media.upload_of(session, name, desk.database.wiring.now())
    path = Folder(desk.media_dir).path(found["stored_name"]) if found else None
    if found is None or path is None:
        raise BadFile("attach.gone")
    content, hint = path.read_bytes(), Hint(found["mime"], found["filename"])
    safe = _made_safe(content, hint, found["mime"], kind)
    return _kept(safe, harmless(found["filename"], safe.mime), _judged(kind, safe.mime, len(safe.content)).type)


def _earlier(upload_id: str, kind: str) -> Attached | None:
    """What she attached to a reply that was refused; it is hers alone to send."""
    if not upload_id:
        return None
    desk = here.desk()
    with desk.database.reading() as session:
        row = media.upload_of(session, upload_id[:40], desk.database.wiring.now())
    if row is None or row["uploaded_by"] != here.viewer().agent_id:
        raise BadFile("attach.gone")
    found = _judged(kind, row["mime"], row["size"])
    small = name_of(row["upload_id"], is_thumbnail=True)
    has_small = Folder(desk.media_dir).path(small) is not None
    kept = Kept(row["stored_name"], row["mime"], row["size"], small if has_small else None)
    return Attached(row["upload_id"], kept, row["filename"], found.type)


def takes(kind: str) -> str:
    """What this kind of channel takes, as the endings an agent knows: `JPG, PNG, PDF`. Empty: anything."""
    endings = (ENDINGS[mime][0] for mime in uploads.taken(adapter(kind).limits) if mime in ENDINGS)
    return ", ".join(one.lstrip(".").upper() for one in dict.fromkeys(endings))


def accept(kind: str) -> str:
    """The same for the file field: what a browser offers first."""
    limits = adapter(kind).limits
    found = list(uploads.taken(limits))
    return ",".join([*found, *sorted(PICTURES)]) if found else ""
