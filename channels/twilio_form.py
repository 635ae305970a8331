"""The form of a webhook of Twilio's: its fields, and the text that its signature covers.

Fields count as they stand in the body: blank values, unknown names and white space included. The bounds between
parameters are not signed, so whoever reads a form asks which names stood in it with more than one value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from channels.plain import clean

MAX_FIELDS = 100
MAX_FIELD_CHARACTERS = 65_536
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one request (the first value of each), and the text its signature covers after the URL.

    `repeated`: the names that have more than one value.
    """

    fields: Mapping[str, str]
    signed: bytes
    repeated: frozenset[str] = frozenset()


def read_form(body: bytes) -> Form | None:
    """The form of a urlencoded body; None when it has more or longer fields than any webhook of Twilio's."""
    if body.count(b"&") >= MAX_FIELDS:
        return None
    pairs = _pairs(body.decode("utf-8", "surrogateescape"))
    if len(body) > MAX_FIELD_CHARACTERS and _has_long_field(pairs):
        return None
    return _form(pairs)


def form_of(pairs: Pairs) -> Form | None:
    """The form that holds these fields; None when they are more or longer than in any webhook of Twilio's."""
    return None if len(pairs) > MAX_FIELDS or _has_long_field(pairs) else _form(list(pairs))


def signed_text(body: bytes) -> bytes:
    """What a signature covers of a urlencoded body, however long it is."""
    return _form(_pairs(body.decode("utf-8", "surrogateescape"))).signed


def _form(pairs: list[tuple[str, str]]) -> Form:
    fields, repeated = dict(pairs), frozenset[str]()
    if len(fields) != len(pairs):
        fields = dict(reversed(pairs))
        pairs = list(set(pairs))
        names = [name for name, _value in pairs]
        repeated = frozenset(name for name in fields if names.count(name) > 1)
    pairs.sort()
    signed = "".join([name + value for name, value in pairs])
    try:
        raw = signed.encode("utf-8")
    except UnicodeEncodeError:
        raw = _bytes_of(signed)
        fields = {clean(name): clean(value) for name, value in fields.items()}
    else:
        if "\x00" in signed:
            fields = {clean(name): clean(value) for name, value in fields.items()}
    return Form(fields, raw, repeated)


def _bytes_of(text: str) -> bytes:
    """The bytes that were decoded into `text`; a surrogate that no byte became is written as it stands."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _has_long_field(pairs: Pairs) -> bool:
    return any(len(name) + len(value) > MAX_FIELD_CHARACTERS for name, value in pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    """What `parse_qsl(text, keep_blank_values=True)` finds, in a third of its time: most fields have no escapes."""
    pairs = []
    for field in text.split("&"):
        if field:
            name, _, value = field.partition("=")
            pairs.append((_unescaped(name), _unescaped(value)))
    return pairs


def _unescaped(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="surrogateescape") if "%" in text else text
