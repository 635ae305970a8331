"""What the bot's variables are called for people: `order_ref` is “pedido”. A shop's own names become readable. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from console.words import Words

_HUMP = re.compile(r"(?<=[a-záéíóúñç])(?=[A-Z])")
_LAST_PARTS = ("ref", "id", "value", "answer")  # what programmers add and nobody reads
LONGEST_VALUE = 120


def known(words: Words, name: str) -> str:
    """A name for people: ours, or the flow's own in plain words (`giftCard_id` is “gift card”)."""
    if words.has(f"known.{name}"):
        return words(f"known.{name}")
    parts = _HUMP.sub("_", name).replace("-", "_").strip("_").split("_")
    if len(parts) > 1 and parts[-1].lower() in _LAST_PARTS:
        parts = parts[:-1]
    return " ".join(part if part.isupper() else part.lower() for part in parts if part)


def shown(words: Words, name: str, value: Any) -> str:
    """One thing that is known: its name and its value, or the name alone where the value is no text."""
    label = known(words, name)
    if isinstance(value, Mapping):
        value = value.get("reference", "")
    if isinstance(value, bool):
        return f"{label}: {words('known.yes' if value else 'known.no')}"
    if isinstance(value, str | int | float):
        text = " ".join(str(value).split())
        return f"{label} {text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + '…'}".strip()
    return label
