"""What hangs on a message beside its words: edited, taken back, written elsewhere, reactions, where it came from. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.formats import as_utc

# Kinds whose entry stands for something that has no words of its own.
_WORDLESS = {"unsupported": "circle-alert", "deleted": "x", "reaction": "reply", "edited": "rotate-ccw",
             "mention": "image", "system": "circle-alert", "opt_in": "check", "opt_out": "ban", "referral": "link"}


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its icon, the key of its words (`sign.<key>`) and who it is about."""

    icon: str
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Older:
    """What a message said before it was edited, and until when."""

    text: str
    until: datetime


def signs(message: Mapping[str, Any]) -> tuple[Sign, ...]:
    """The signs of a message, in the order in which they are shown."""
    return tuple(_signs(message, message["content"] or {}))


def _signs(message: Mapping[str, Any], content: Mapping[str, Any]) -> Iterator[Sign]:
    if content.get("deleted"):
        yield Sign("x", "deleted")
        return
    if content.get("elsewhere"):
        yield Sign("arrow-right-left", "elsewhere")
    if content.get("group"):
        yield Sign("messages-square", "group", str(content.get("from_name") or content.get("from") or ""))
    if content.get("story_id") and message["kind"] != "mention":
        yield Sign("image", "story")
    if content.get("forwarded"):
        yield Sign("arrow-right-left", "forwarded")
    referral = content.get("referral")
    if referral:
        is_ad = referral.get("source") == "ADS" or referral.get("ctwa_clid") or referral.get("type") == "ad"
        yield Sign("link", "ad" if is_ad or referral.get("id") else "link")
    if message["kind"] in _WORDLESS and not (message["kind"] == "referral" and referral):
        yield Sign(_WORDLESS[message["kind"]], message["kind"])


def reactions(message: Mapping[str, Any]) -> tuple[str, ...]:
    """The emoji that people put on it."""
    return tuple(str(one.get("emoji", "")) for one in (message["content"] or {}).get("reactions", ()))


def older(message: Mapping[str, Any]) -> tuple[Older, ...]:
    """What it said before, the oldest first."""
    edits = (message["content"] or {}).get("edits", ())
    return tuple(Older(str(one["text"]), as_utc(datetime.fromisoformat(one["at"]))) for one in edits)


def state_of(message: Mapping[str, Any], parts: str) -> str:
    """How far a message is; what was written elsewhere has no parts of ours and has left for certain."""
    if message["direction"] == "inbound":
        return "received"
    return "sent" if (message["content"] or {}).get("elsewhere") else parts
