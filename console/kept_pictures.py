"""Pictures that are sent again and again, as those of saved replies: made safe once, and kept until they are taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from console import here
from console.errors import BadFile
from conversation import filing, ids, media
from conversation.filenames import harmless
from conversation.files import Folder
from conversation.filetypes import PICTURES, Hint, recognize
from conversation.filing import NotKept, Safe
from conversation.media import Kept
from conversation.work import Work

SMALLER_SIDE = 1_600
FORMATS = frozenset(("image/jpeg", "image/png"))  # every channel of ours takes these


def given() -> tuple[str, Safe] | None:
    """The picture that came with the form: its name, and what is kept of it; None where none did. Raises BadFile."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    most = here.desk().media_max_bytes
    content = file.stream.read(most + 1)
    if len(content) > most:
        raise BadFile("attach.too_big", limit=here.formats().bytes(most))
    hint = Hint(file.mimetype or "", file.filename)
    if recognize(content, hint) not in PICTURES:
        raise BadFile("admin.replies.no_picture")
    try:
        safe = filing.made_safe(content, hint, FORMATS, SMALLER_SIDE)
    except NotKept:
        raise BadFile("attach.unreadable") from None
    return harmless(file.filename, safe.mime), safe


def put(found: tuple[str, Safe]) -> tuple[str, str, Kept]:
    """Keep it in the media folder: its id, name and file. Raises BadFile."""
    upload_id = ids.new("upl")
    try:
        return upload_id, found[0], filing.put(Folder(here.desk().media_dir), upload_id, found[1])
    except OSError:
        raise BadFile("attach.no_room") from None


def note(work: Work, made: tuple[str, str, Kept]) -> dict[str, Any]:
    """The row of it, which does not end by itself; what a saved reply keeps of it."""
    upload_id, filename, kept = made
    media.upload(work, upload_id, filename, kept, here.viewer().agent_id)
    media.keep_upload(work, upload_id)
    return {"upload_id": upload_id, "filename": filename, "mime": kept.mime}


def drop(work: Work, upload: Mapping[str, Any]) -> None:
    """Nothing names it any more."""
    if upload.get("upload_id"):
        media.end_upload(work, upload["upload_id"])
