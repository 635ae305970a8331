"""The normal form of docs/channels.md, written down a second time: what `faults` finds in an event is a bug."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

KINDS = frozenset(("message", "reply", "form", "reaction", "edited", "deleted", "mention", "referral", "opt_in", "opt_out",
                   "status", "echo", "system", "unsupported", "error"))
MEDIA = frozenset(("image", "audio", "video", "document", "sticker", "contact", "share", "file"))
STATUSES = frozenset(("queued", "sent", "delivered", "read", "failed"))
SYSTEMS = frozenset(("number_changed", "user_id_changed", "identity_changed", "thread_passed"))
TEXTS = ("provider", "channel", "account", "provider_id", "sender", "recipient", "text", "payload", "story_id", "reply_to",
         "target", "group_id", "error_code", "error_text", "callback_data", "category", "new_address", "profile_name",
         "username")
FLAGS = ("forwarded", "standby", "provider_replied", "from_us")


def text(value: Any) -> bool:
    """A text that is there and that every database takes."""
    return isinstance(value, str) and value != "" and _encodes(value)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def moment(value: Any) -> bool:
    return isinstance(value, int) and 946_684_800_000 <= value <= 4_102_444_800_000


def one_of(values: frozenset[str]) -> Callable[[Any], bool]:
    return lambda value: value in values


def each(check: Callable[[Any], bool], empty: bool = False) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and (empty or value != []) and all(map(check, value))


def having(**checks: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """An object with nothing but these keys, each right."""
    return lambda value: isinstance(value, dict) and all(name in checks and checks[name](value[name]) for name in value)


FIELDS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(TEXTS, text),
    **dict.fromkeys(FLAGS, lambda value: value is True),
    **dict.fromkeys(("at_ms", "watermark_ms"), moment),
    "kind": one_of(KINDS),
    "status": one_of(STATUSES),
    "system": one_of(SYSTEMS),
    "sender_alt": each(text),
    "form": lambda value: isinstance(value, dict),
    "media": each(
        having(type=one_of(MEDIA), mime=text, url=text, id=text, filename=text, voice=flag, animated=flag)
    ),
    "location": having(lat=number, lon=number, name=text, address=text),
    "contacts": each(having(name=text, phones=each(text, empty=True))),
    "order": having(catalog_id=text, items=each(having(sku=text, qty=number, price=number, currency=text), empty=True)),
    "product": having(catalog_id=text, sku=text),
    "referral": having(type=text, id=text, ref=text, source=text, ctwa_clid=text),
}
NEEDED = {"status": "status", "echo": "recipient", "error": "account"}  # all others: the sender


def faults(event: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with this event, in words."""
    for name, value in event.items():
        if name not in FIELDS:
            yield f"{name} is no field"
        elif not FIELDS[name](value):
            yield f"{name} cannot be {value!r}"
    for name in ("kind", "provider", "channel", "account", NEEDED.get(event.get("kind", ""), "sender")):
        if name not in event:
            yield f"{name} is missing"
    if not all(map(_encodes, _texts(event))):
        yield "a text in it cannot be stored"
    json.dumps(event, allow_nan=False)


def _texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value, keys and all."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from (name, *_texts(member))
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _encodes(value: str) -> bool:
    """PostgreSQL takes no NUL, and half of a surrogate pair is no UTF-8."""
    if "\x00" in value:
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
