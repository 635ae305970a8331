"""SMS characters: what GSM-7 knows, and what may be written with it instead.

One character outside GSM-7 turns the whole message into UCS-2, with 70 instead of 160 units a segment, so typographic
signs are folded. Letters are never touched: an á stays an á (3GPP TS 23.038, tables 6.2.1 and 6.2.1.1; Twilio, "What is
the SMS character limit?", read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}[]~\\|€\f")  # two units each
_ALL = BASIC | EXTENDED
SINGLE_UNITS, PART_UNITS = 160, 153
SINGLE_UCS2, PART_UCS2 = 70, 67
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
        **dict.fromkeys("\u2022\u00b7\u2023", "-"),
        "\u2026": "...",
        "\t": " ",
    }
)


_FOLDABLE = re.compile(f"[{re.escape(''.join(map(chr, _FOLDED)))}]")


def fold(text: str) -> str:
    """`text` with quotes, dashes, dots and spaces as GSM-7 has them."""
    return text.translate(_FOLDED) if _FOLDABLE.search(text) else text


def is_gsm(text: str) -> bool:
    """Can GSM-7 carry every character of `text`?"""
    return _ALL.issuperset(text)


def units(text: str) -> int:
    """How much of its SMS a text fills: characters, those that count two as two."""
    if is_gsm(text):
        return sum(2 if character in EXTENDED else 1 for character in text)
    return sum(2 if character > "\uffff" else 1 for character in text)


def segments(text: str) -> int:
    """How many SMS the text is paid as. What counts two units never stands on both sides of a border."""
    if is_gsm(text):
        sizes = [2 if character in EXTENDED else 1 for character in text] if not EXTENDED.isdisjoint(text) else None
        return _filled(sizes, len(text), SINGLE_UNITS, PART_UNITS)
    sizes = [2 if character > "\uffff" else 1 for character in text] if max(text) > "\uffff" else None
    return _filled(sizes, len(text), SINGLE_UCS2, PART_UCS2)


def _filled(sizes: Iterable[int] | None, length: int, single: int, each: int) -> int:
    if sizes is None:
        return 1 if length <= single else -(-length // each)
    sizes = list(sizes)
    if sum(sizes) <= single:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > each:
            count, used = count + 1, 0
        used += size
    return count
