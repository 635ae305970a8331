"""Which messages a count is about: “the assistant gave the same answer three times” points at those three. Pure.

The bot says how many; here they are found again among what was said, by likeness and by how its turns ended. Where one
cannot be told for certain it is not pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz

LOOKED_AT = 12  # turns before the message, of either side
_ALIKE = 60  # rapidfuzz token_set_ratio, 0-100
_DIGITS = re.compile(r"\d+")
_TIMES = re.compile(r"(\d{1,3})×")
_FAILED = ("fallback", "fallbacks")
_OF_THE_BOT = ("same_answer", "like_answer", "same_slot", "put_off")
_OF_HERS = ("repeat", "repeats", "rephrase", "rephrases", "again")
_NUMBERS = ("given_again", "asked_given")
COUNTS = frozenset((*_FAILED, *_OF_THE_BOT, *_OF_HERS, *_NUMBERS, "wait"))


@dataclass(frozen=True, slots=True)
class Uttered:
    """One message on the way to the evidence; `failed`: the bot had not understood when it wrote this."""

    message_id: str
    by_bot: bool
    text: str
    failed: bool = False


def times(quote: str) -> int:
    """How often, of `3×`; 0 where it is no such count."""
    found = _TIMES.fullmatch(quote)
    return int(found[1]) if found else 0


def counted(code: str, quote: str, said: Sequence[Uttered]) -> tuple[str, ...]:
    """The messages a piece of evidence counts, oldest first; `said` ends with the message it stands in."""
    count = times(quote) or 2
    if not said:
        return ()
    if code in _FAILED:
        failed = [turn[0].message_id for turn in _bot_turns(said) if turn[0].failed]
        return tuple(failed[-(times(quote) or 1) :])
    if code in _OF_THE_BOT:
        return _with_likes([(turn[0].message_id, _whole(turn)) for turn in _bot_turns(said)], count)
    hers = [(one.message_id, one.text) for one in said if not one.by_bot][-LOOKED_AT:]
    if code in _OF_HERS:
        return _with_likes(hers, count)
    if code in _NUMBERS:
        return tuple(message_id for message_id, text in hers if quote and quote in _digits(text))
    return tuple(message_id for message_id, _ in hers[-2:]) if code == "wait" else ()


def _bot_turns(said: Sequence[Uttered]) -> list[list[Uttered]]:
    return [list(turn) for by_bot, turn in groupby(said, key=lambda one: one.by_bot) if by_bot][-LOOKED_AT:]


def _whole(turn: Sequence[Uttered]) -> str:
    return "\n".join(one.text for one in turn)


def _with_likes(texts: Sequence[tuple[str, str]], count: int) -> tuple[str, ...]:
    """The last one, with those before it that are most like it."""
    if not texts:
        return ()
    *earlier, (last, text) = texts
    likeness = {message_id: fuzz.token_set_ratio(text.casefold(), other.casefold()) for message_id, other in earlier}
    nearest = sorted((one for one in likeness if likeness[one] >= _ALIKE), key=lambda one: -likeness[one])[: count - 1]
    return (*(message_id for message_id, _ in earlier if message_id in nearest), last)


def _digits(text: str) -> str:
    return "".join(_DIGITS.findall(text))
