"""What a message holds besides words and files: an order, a filled form, a product asked about, the words it answers.

Pure: a message's own content in, values for a template out. Everything in it was written by a stranger, so it is cut to
what a page can hold, and an odd shape is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 40
LONGEST = 300
QUOTED = 140
# Our part's id, which comes back with each form (channels/meta_whatsapp_messages.py): nothing for people.
_NOT_SHOWN = ("flow_token",)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order; `price` is that of one piece, '' where none was told."""

    sku: str
    quantity: str
    price: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """`order`: its lines; `answers`: the fields of a form with what was entered; `product`: which one is asked about."""

    order: tuple[Item, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    product: str = ""


NOTHING_ENCLOSED = Enclosed()


def enclosed(content: Mapping[str, Any]) -> Enclosed:
    """What a message's content holds of these."""
    order, form, product = (_object(content.get(name)) for name in ("order", "form", "product"))
    items = order.get("items")
    return Enclosed(
        tuple(_items(items if isinstance(items, list) else []))[:MOST_LINES],
        tuple(_answers(form))[:MOST_LINES],
        _cut(product.get("sku") or product.get("catalog_id") or ""),
    )


def quotes(messages: Sequence[Mapping[str, Any]], parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, str]:
    """What the messages of a page said, by the ids under which the provider knows them."""
    found: dict[str, str] = {}
    for message in messages:
        sent = [part.get("provider_id") for part in parts.get(message["message_id"], ())]
        for provider_id in (message.get("provider_id"), *sent):
            if provider_id and message["text"]:
                found[provider_id] = _cut(message["text"], QUOTED)
    return found


def _items(items: Sequence[Any]) -> Iterator[Item]:
    for one in map(_object, items):
        if one:
            yield Item(_cut(one.get("sku", "")), _cut(one.get("qty", 1)), _cut(one.get("price", "")),
                       _cut(one.get("currency", "")))


def _answers(form: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in form.items():
        if name not in _NOT_SHOWN and value not in ("", None, [], {}):
            yield _cut(name), _cut(_as_words(value))


def _as_words(value: Any) -> str:
    """A list by its members; anything deeper as it came."""
    if isinstance(value, list) and not any(isinstance(one, list | dict) for one in value):
        return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _cut(value: Any, longest: int = LONGEST) -> str:
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
