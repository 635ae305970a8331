"""Reading what strangers send: plain values out of untrusted JSON and forms, without ever raising.

A wrong type reads as “not there”. Every text that leaves this module can be stored and printed anywhere: NUL is
taken out (PostgreSQL refuses it) and lone surrogates become U+FFFD (they cannot be written as UTF-8).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

MAX_DEPTH = 50
MAX_NUMBER_DIGITS = 32
EARLIEST_MS = 946_684_800_000  # 2000-01-01: before it, a “time” is a mistake
LATEST_MS = 4_102_444_800_000  # 2100-01-01
SECONDS_BELOW = 100_000_000_000  # the year 5138 in seconds, 1973 in milliseconds
EXACT_BELOW = 2**53  # from here on a float no longer tells one whole number from the next
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOTHING: Mapping[str, Any] = {}


def clean(text: str) -> str:
    """`text` without NUL and lone surrogates, otherwise unchanged."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def text_of(value: Any) -> str:
    """A text or a whole number as clean text; anything else as ''. Ids are numbers in some payloads."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_BELOW:
        return str(int(value))
    return ""


def object_of(value: Any) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def list_of(value: Any) -> Sequence[Any]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else ()


def number_of(value: Any) -> float | None:
    """A finite number, also when it came as text; 0 is a number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and "_" in value:  # 1_000 is a number to Python alone
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number - number == 0 else None


def moment_of(value: Any) -> int | None:
    """A time as milliseconds since 1970; None when it is none or cannot be true.

    It is told by its size whether seconds or milliseconds were meant: WhatsApp sends seconds, Messenger milliseconds
    and, now and then, seconds all the same.
    """
    number = number_of(value)
    if number is None:
        return None
    time = round(number * 1000) if abs(number) < SECONDS_BELOW else round(number)
    return time if EARLIEST_MS <= time <= LATEST_MS else None


def with_values(**facts: Any) -> dict[str, Any]:
    """The facts that are there: None, '' and empty containers are left out; 0 and False stay."""
    return {name: value for name, value in facts.items() if value is not None and value != "" and value != []}


def json_of(body: bytes | str) -> Any:
    """The JSON value of `body`, or None when it is none. Depth, digits and encoding cannot break it."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None


def clean_tree(value: Any, depth: int = 0) -> Any:
    """A JSON value with every text clean; what is deeper than MAX_DEPTH is cut off."""
    if isinstance(value, str):
        return clean(value)
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): clean_tree(member, depth + 1) for key, member in value.items()}
    if isinstance(value, list):
        return [clean_tree(member, depth + 1) for member in value]
    return value


def _whole_number(digits: str) -> int | str:
    # Python refuses to read very long numbers at all, which would lose the rest of a batch with them.
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else digits


def _real_number(text: str) -> int | float | None:
    """A number with a point or an exponent. A whole one too long for a float (an id, 7.48e18) stays exact."""
    value = float(text)
    if value - value != 0:
        return None  # beyond every float, and no JSON could store it
    if abs(value) >= EXACT_BELOW and (exact := Decimal(text)).adjusted() < MAX_NUMBER_DIGITS and exact == int(exact):
        return int(exact)
    return value


def _no_number(_name: str) -> None:
    # NaN and Infinity are not JSON, and neither can be stored as JSON.
    return None


_DECODER = json.JSONDecoder(parse_int=_whole_number, parse_float=_real_number, parse_constant=_no_number, strict=False)
