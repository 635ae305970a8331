"""Order numbers, in whatever way a contact writes or says them, as the shop writes them.

The shop says what its references look like with regular expressions of the written form (`[A-Z]{2}-[0-9]{5}`).
What a contact types is compared without case and separators ("ab 12345", "AB.123-45"), and digits said as words
are read. Without a pattern of the shop, any number of four digits or more counts whose neighbourhood speaks for it.
Where she corrects herself ("AB-12354, no, AB-12345"), the right one comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import re2

from bot.understanding.number_words import words_and_folded
from bot.understanding.order_cues import NAMES_AN_ORDER, PLAIN, is_of_price_or_time, points_of
from bot.understanding.spoken_numbers import SAID, Said, said_numbers
from bot.understanding.written_numbers import ENOUGH, LEAST_DIGITS, Written, written_numbers

DEFAULT: tuple[str, ...] = ()

MAX_FOUND = 5
_MOST_LOOKED_AT = 24  # runs of figures in one message
_LOOKED_AT = 12  # words before a number that was said
_LEAST_OF_SHOP = 3
_LOOKS_ELSE = -0.5  # the points of what looks like a year or a round sum and has no word against it
_FEW_WORDS = 2  # the number and one word beside it
_PIECES = 3  # numbers side by side, below which it may be an hour, a year, a price
_POINTING = (("el",), ("numero",), ("number",))
_NEAR = 4  # words between such a one and what says that it is an order
_FIRST, _SECOND = 1, 2
_WRITTEN_BEFORE = 40  # characters before a number in which she says that she wrote it
_FEW_WORDS = 6  # between a number and its correction

_DIGIT = re.compile(r"[0-9]")
_FREE_NUMBER = re.compile(r"0[589]00[0-9]*")
_SPLIT = re.compile(r"[^0-9A-Za-z]+")
_WORD = re.compile(r"[^\W\d_]+")
_MARKS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\u20e3")) | {
    ord("\u00a0"): " ", ord("\u202f"): " ", ord("\u2011"): "-", ord("\u2012"): "-", ord("\u2014"): "-", ord("\u2212"): "-",
}  # fmt: skip
_UNITS_SAID = words_and_folded("units")
_CORRECTING = words_and_folded("correcting")
_FILLERS = words_and_folded("fillers")
_NEGATED = words_and_folded("negated")
_LINKS = words_and_folded("links")
_WROTE, _SAID_RIGHT = words_and_folded("wrote"), words_and_folded("said_right")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """`compacts`: what is compared with the shop's patterns, best first; `form`: how it is given without them."""

    compacts: tuple[str, ...]
    form: str
    score: float


def order_numbers(text: str, folded: Sequence[str], patterns: tuple[str, ...] = DEFAULT) -> tuple[str, ...]:
    """The references in `text` (whose folded words are `folded`), most likely first."""
    candidates: list[_Candidate] = []
    if not SAID.isdisjoint(folded):
        candidates += _spoken(folded)
    if _DIGIT.search(text):
        candidates += _written(text, _LEAST_OF_SHOP if patterns else LEAST_DIGITS)
    if not candidates:
        return ()
    candidates.sort(key=lambda one: -one.score)
    if patterns:
        # “estado 1943” is no year at such a shop, “cp 28013” is a postcode at every one.
        least = _LOOKS_ELSE if len(candidates) == 1 and len(folded) <= _FEW_WORDS else 0.0
        candidates = [one for one in candidates if one.score >= least or not one.form.isdigit()]
        found = [form for one in candidates for form in _fitting(one, patterns)]
    else:
        found = [one.form for one in candidates if one.score >= ENOUGH]
    return tuple(dict.fromkeys(found))[:MAX_FOUND]


def _spoken(folded: Sequence[str]) -> list[_Candidate]:
    runs = said_numbers(folded)
    points = [_said_points(run, folded) for run in runs]
    for at, (one, other) in enumerate(pairwise(runs)):
        if _is_corrected([], folded[one.end : other.start]):
            points[at] = min(points[at], ENOUGH - 0.1)
    return [
        _Candidate((run.letters + run.digits, run.digits), run.letters + run.digits, score)
        for run, score in zip(runs, points)
    ]


def _said_points(run: Said, folded: Sequence[str]) -> float:
    before = folded[max(0, run.start - _LOOKED_AT) : run.start][::-1]
    cue = points_of(before)
    if _is_amount(run, before, folded[run.end : run.end + 1]):
        return -1.0
    if run.is_amount or run.pieces < _PIECES:
        is_told = NAMES_AN_ORDER.intersection(folded[run.end : run.end + _NEAR])
        is_pointed = 0.5 * (before[:1] in _POINTING)
        return cue if cue < 0 else max(points_of(before[:_NEAR]), float(bool(is_told)), is_pointed)
    return cue + (0.75 if run.words >= LEAST_DIGITS else 0.0)


def _is_amount(run: Said, before: Sequence[str], after: Sequence[str]) -> bool:
    """Money, an hour, a year or a free number said in words?"""
    if after and after[0] in _UNITS_SAID or _FREE_NUMBER.fullmatch(run.digits):
        return True
    return (run.is_amount or run.pieces < _PIECES) and is_of_price_or_time(before)


def _written(text: str, least: int) -> list[_Candidate]:
    if not text.isascii():
        text = text.translate(_MARKS)
    runs = written_numbers(text, least)[:_MOST_LOOKED_AT]
    points = [run.points for run in runs]
    for at, (one, other) in enumerate(pairwise(runs)):
        before = _words(text[max(0, one.start - _WRITTEN_BEFORE) : one.start])
        between = _words(text[one.end : other.start][:80])
        right = _right_one(one.compact, other.compact, before, between)
        if right:
            points[at + right - 1] += ENOUGH
            points[at + 2 - right] = min(points[at + 2 - right], ENOUGH - 0.1)
            points[at + 1] = max(points[at + 1], one.points) if right == _SECOND else points[at + 1]
    return [_Candidate(_compacts(run), run.form, score) for run, score in zip(runs, points)]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().translate(PLAIN))


def _right_one(one: str, other: str, before: Sequence[str], between: Sequence[str]) -> int:
    """Of two numbers side by side, the first (1) or the second (2) where she says which is wrong; 0 where she does not."""
    if list(between) == ["no"] and any(word in _SAID_RIGHT for word in before[-2:]) and not _is_negated(before[-3:]):
        return _FIRST  # “era 4471 no 4417”
    if _is_corrected(before, between):
        return _SECOND
    if _is_negated(between):
        return _FIRST if len(one) == len(other) else 0
    wrote = any(word in _WROTE for word in before[-_FEW_WORDS:])
    return _SECOND if wrote and len(between) <= _FEW_WORDS and _is_alike(one, other) else 0


def _is_alike(one: str, other: str) -> bool:
    """As long, and the most of it the same: one slip of the fingers away."""
    same = sum(map(str.__eq__, one, other))
    return len(one) == len(other) and 2 * same >= len(one)


def _is_corrected(before: Sequence[str], between: Sequence[str]) -> bool:
    """Is what follows the right number in place of the one before?"""
    if len(between) > _FEW_WORDS or _is_negated(between):
        return False
    says_so = any(word in _CORRECTING for word in between) and all(
        word in _CORRECTING or word in _FILLERS for word in between
    )
    return says_so or (_is_negated(before[-3:]) and all(word in _FILLERS for word in between))


def _is_negated(said: Sequence[str]) -> bool:
    """“not”, “no es el”, “não o”: the number behind is the wrong one."""
    rest = list(said)
    while rest and rest[-1] in _LINKS:
        rest.pop()
    return bool(rest) and rest[-1] in _NEGATED and (len(rest) < len(said) or rest[-1] in ("not", "isnt"))


def _compacts(run: Written) -> tuple[str, ...]:
    body = _SPLIT.sub("", run.body).upper()
    return (run.compact, body) if run.letters else (body,)


def _fitting(candidate: _Candidate, patterns: tuple[str, ...]) -> list[str]:
    """The references in a run of digits and letters: all of it, or its pieces where several stand side by side."""
    if whole := next((form for compact in candidate.compacts if (form := _as_written(compact, patterns))), ""):
        return [whole]
    pieces = [_SPLIT.sub("", piece) for piece in candidate.form.split("-")]
    pairs = [one + other for one, other in pairwise(pieces)]
    return [form for piece in (*pieces, *pairs) if (form := _as_written(piece, patterns))]


@lru_cache(maxsize=4096)
def _as_written(compact: str, patterns: tuple[str, ...]) -> str:
    """The compact reference with the separators that a pattern of the shop has; "" where none fits."""
    forms = (
        (pattern, form)
        for pattern, separators in map(_shape, patterns)
        for count in range(min(2, len(separators)) + 1)
        for form in _with_separators(compact, separators, count)
    )
    return next((form for pattern, form in forms if pattern.fullmatch(form)), "")


def _with_separators(compact: str, separators: str, count: int) -> Iterable[str]:
    for places in combinations(range(1, min(len(compact), 24)), count):
        pieces = [compact[start:end] for start, end in zip((0, *places), (*places, len(compact)))]
        for separator in separators or ("",):
            yield separator.join(pieces)


@lru_cache(maxsize=64)
def _shape(pattern: str) -> tuple[Any, str]:
    outside = re.sub(r"\[[^\]]*\]|\{[^}]*\}|\\\w", "", pattern)  # of `[A-Z]{2}\-[0-9]{5}` the hyphen is left
    return re2.compile(pattern), "".join(sign for sign in "-/#_" if sign in outside)
