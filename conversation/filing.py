"""Makes a file of anybody's one of ours: recognized, freed of where it was made, drawn anew if it is a picture, kept."""

from __future__ import annotations

from dataclasses import dataclass

from conversation import durations, files, pictures
from conversation.files import Folder
from conversation.filetypes import PICTURES, Hint, recognize
from conversation.media import Kept
from conversation.pictures import LONGEST_SIDE, NotDrawn
from conversation.positions import without_position


class NotKept(Exception):
    """The file cannot be kept; `code` is one of conversation/media.py."""

    def __init__(self, code: str) -> None:
        super().__init__(f"The file cannot be kept: {code}.")
        self.code = code


@dataclass(frozen=True, slots=True)
class Safe:
    """A file that may be kept and shown."""

    content: bytes
    mime: str
    thumbnail: bytes = b""
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def made_safe(
    content: bytes, hint: Hint, formats: frozenset[str] = PICTURES, side: int = LONGEST_SIDE
) -> Safe:
    """The file without what must not be kept of it; pictures in one of `formats`. Raises NotKept."""
    mime = recognize(content, hint)
    if mime is None:
        raise NotKept("not_allowed")
    if mime not in PICTURES:
        bare = without_position(content, mime)
        return Safe(bare, mime, seconds=durations.seconds_of(bare, mime))
    try:
        drawn = pictures.drawn(content, formats, side)
    except NotDrawn:
        raise NotKept("unreadable") from None
    return Safe(drawn.content, drawn.mime, drawn.thumbnail, drawn.width, drawn.height)


def put(folder: Folder, row_id: str, safe: Safe) -> Kept:
    """Keep it in the media folder, under the name of this row. Raises OSError."""
    name = files.name_of(row_id)
    folder.write(name, safe.content)
    small = None
    if safe.thumbnail:
        small = files.name_of(row_id, is_thumbnail=True)
        folder.write(small, safe.thumbnail)
    return Kept(name, safe.mime, len(safe.content), small, safe.width, safe.height, safe.seconds)
