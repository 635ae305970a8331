"""The sentences of the house as admins keep them: what is said now, what is usual, and `_texts.yaml` with another. Pure.

Only the entry that is changed is written anew; everything else of the file stays as it is, comments too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.flow.findings import Reporter
from bot.flow.project import defaults
from bot.flow.tree import plain, read

FILE = "_texts.yaml"
LANGUAGES = ("es", "en", "pt")
LONGEST = 1_024
# What the desk says to contacts, in the order of a ticket's life; the others are the bot's.
DESK = ("ack_open", "wait_next", "wait_range", "wait_unknown", "ack_closed", "noted", "position", "not_yet",
        "taken", "transfer", "late", "we_wait", "we_write", "queue_left", "returned", "resolved", "closed",
        "rating_thanks", "action_resend_tracking", "action_change_address", "action_cancel", "action_refund", "action_coupon")  # fmt: skip
SAMPLE: Mapping[str, Any] = {"n": 3, "a": 5, "b": 10, "agent": "Ana", "number": "AB-54321", "value": "AB-54321",
                             "order": "AB-54321", "amount": "20,00 €", "coupon": "LUZ-7KQ2", "carrier": "SEUR",
                             "address": "Marta Gil, Calle Mayor 14, 28001 Madrid", "parcel": "", "link": ""}
_BLANK = re.compile(r"\{\{?\s*([a-z_][a-z0-9_.]*)")
_KEY = re.compile(r"[a-z][a-z0-9_.]{0,63}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One sentence. `own` is what the shop wrote (empty: nothing), `usual` what is said otherwise; `group` desk, bot or own.

    `is_plain` is false for one with several variants, which only the editor of the flows can change.
    """

    key: str
    group: str
    own: Mapping[str, str]
    usual: Mapping[str, str]
    is_plain: bool = True

    @property
    def said(self) -> Mapping[str, str]:
        return self.own or self.usual

    @property
    def is_changed(self) -> bool:
        return bool(self.own) and any(self.usual.get(tag) != text for tag, text in self.own.items())

    @property
    def blanks(self) -> list[str]:
        """The names in braces that its texts use, the usual one's first."""
        texts = [*self.usual.values(), *self.own.values()]
        return list(dict.fromkeys(name for text in texts for name in _BLANK.findall(text)))


def entries(text: str) -> list[Entry]:
    """All sentences: those of the desk first, then the bot's, then what the shop has for its flows."""
    own: Mapping[str, Any] = _tree(text)
    usual: Mapping[str, Mapping[str, str]] = defaults()["texts"]
    desk = [key for key in DESK if key in usual]
    keys = [*desk, *(key for key in usual if key not in desk), *(key for key in own if key not in usual)]
    return [_entry(key, own.get(key), usual.get(key, {}), desk) for key in keys]


def entry(text: str, key: str) -> Entry | None:
    return next((one for one in entries(text) if one.key == key), None) if _KEY.fullmatch(key) else None


def text_with(text: str, key: str, wanted: Mapping[str, str] | None) -> str:
    """The file with this sentence by language; None takes the shop's own out. Raises ValueError where it cannot be."""
    lines = text.split("\n")
    begin = next((n for n, line in enumerate(lines) if re.match(rf"{re.escape(key)}\s*:", line)), None)
    told = (f"  {tag}: {json.dumps(one, ensure_ascii=False)}" for tag, one in (wanted or {}).items())
    block = [f"{key}:", *told] if wanted else []
    if begin is None:
        kept = text.rstrip("\n").split("\n") if text.strip() else []
        made = "\n".join([*kept, *block, ""])
    else:
        end = begin + 1
        while end < len(lines) and lines[end].startswith((" ", "\t")):
            end += 1
        made = "\n".join([*lines[:begin], *block, *lines[end:]])
    others = {name: one for name, one in _tree(text).items() if name != key}
    if _tree(made) != (others | {key: dict(wanted)} if wanted else others):
        raise ValueError(f"{FILE} is written in a way that only its own editor can change.")
    return made


def language_at(text: str, line: int) -> str:
    """Which language stands in this line of the file; empty for none."""
    lines = text.split("\n")
    found = re.match(r"\s+([a-z]{2})(?:-[A-Z]{2})?\s*:", lines[line - 1]) if 0 < line <= len(lines) else None
    return found[1] if found else ""


def key_at(text: str, line: int) -> str:
    """The sentence that this line of the file belongs to."""
    for one in reversed(text.split("\n")[:line]):
        found = re.match(r"([a-z][a-z0-9_.]*)\s*:", one)
        if found:
            return found[1]
    return ""


def _entry(key: str, own: Any, usual: Mapping[str, str], desk: list[str]) -> Entry:
    group = "desk" if key in desk else "bot" if usual else "own"
    if own is not None and not _is_plain(own):
        return Entry(key, group, {}, dict(usual), is_plain=False)
    written = {"es": own} if isinstance(own, str) else own
    return Entry(key, group, dict(written or {}), dict(usual))


def _is_plain(own: Any) -> bool:
    return isinstance(own, str) or (isinstance(own, dict) and all(isinstance(text, str) for text in own.values()))


def _tree(text: str) -> dict[str, Any]:
    found = plain(read(text, Reporter(FILE, text)))
    return found if isinstance(found, dict) else {}
