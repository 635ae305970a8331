"""Which files of an agent a kind of channel takes. Pure; the figures stand in the file of each kind.

What a channel has no form for at all (a file by SMS) goes as an address in the text, and the page says so. What it has a
form for, in another format or shorter than this one, is refused before anybody has sent anything: the agent is told
what it takes. Pictures are not refused for either: they are drawn anew in a format and size that it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from channels.limits import Limits

FAMILIES = ("image", "audio", "video")
SMALLER_SIDE = 2560  # a photo of this size is below every channel's limit as JPEG


@dataclass(frozen=True, slots=True)
class Verdict:
    """`type` is as what it is sent. `refused`: '', `type` (the format), or `size` (longer than `most_bytes`)."""

    type: str
    refused: str = ""
    most_bytes: int = 0


def verdict(limits: Limits, mime: str, size: int) -> Verdict:
    """Whether a file of this type and size may go."""
    kind = type_of(mime)
    formats = limits.files.get(kind)
    if formats and mime not in formats and mime in limits.files.get("document", frozenset()):
        kind, formats = "document", limits.files["document"]
    if formats is None:
        return Verdict(kind)
    most = limits.file_bytes.get(kind, 0)
    if formats and mime not in formats:
        return Verdict(kind, "type")
    return Verdict(kind, "size" if most and size > most else "", most)


def type_of(mime: str) -> str:
    """image, audio, video or document."""
    family = mime.partition("/")[0]
    return family if family in FAMILIES else "document"


def pictures(limits: Limits) -> frozenset[str]:
    """The formats in which a picture may go; none named: any."""
    return limits.files.get("image", frozenset())


def taken(limits: Limits) -> Iterator[str]:
    """The formats of everything it takes, once each; nothing where it takes any."""
    if all(limits.files.values()):
        yield from dict.fromkeys(mime for kind in limits.files if kind != "sticker" for mime in sorted(limits.files[kind]))
