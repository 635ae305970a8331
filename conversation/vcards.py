"""Names and numbers of a vCard, as far as an agent wants to read them. Pure. Source: RFC 6350, 3.2 and 6."""

from __future__ import annotations

import re
from typing import Any

MOST_CARDS = 20
MOST_PHONES = 10
_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r"(?:[\w-]+\.)?(BEGIN|END|FN|N|TEL|ORG)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)?):(.*)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\,;nN])")


def contacts_of(content: bytes) -> list[dict[str, Any]]:
    """The cards as an event's `contacts`: {name, phones}."""
    cards: list[dict[str, Any]] = []
    card: dict[str, Any] = {}
    for line in _FOLD.sub("", content.decode("utf-8", "replace")).splitlines():
        found = _LINE.fullmatch(line.strip())
        if not found:
            continue
        name, value = found[1].upper(), _plain(found[3])
        if name == "BEGIN":
            card = {"name": "", "phones": []}
        elif name == "END" and (card.get("name") or card.get("phones")) and len(cards) < MOST_CARDS:
            cards.append(card)
            card = {}
        elif card:
            _take(card, name, value)
    return cards


def _take(card: dict[str, Any], name: str, value: str) -> None:
    if name == "TEL" and len(card["phones"]) < MOST_PHONES:
        card["phones"].append(value.removeprefix("tel:")[:40])
    elif name == "FN":
        card["name"] = value[:200]
    elif name in ("N", "ORG") and not card["name"]:
        family, _, given = value.partition(";")
        card["name"] = " ".join(part for part in (given.split(";")[0], family) if part)[:200]


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda match: " " if match[1] in "nN" else match[1], value).replace("\x00", "").strip()
