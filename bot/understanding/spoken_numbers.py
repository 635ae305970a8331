"""Numbers said digit by digit, in Spanish, Portuguese and English, as a voice note or a careful typist has them.

“cuatro doble cero siete”, “cuarenta y uno veintidós”, “six double two oh nine”, “meia zero um dois”, “4 doble cero 2”,
“uve, cero, cero, cuatro”, “a be de Barcelona guion uno dos tres”. Words come folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.understanding.number_words import joined_tens, letter_names, numbered, said

LEAST_DIGITS, MOST_DIGITS = 4, 18
_MOST_LETTERS = 4
_LEAST_WORDS = 2
_SPELLING = 2  # words between a letter and the word that begins with it
_APART = 3  # words from one piece to the next
_LONGEST_FIGURES = 4  # written beside spoken ones; longer runs of figures are numbers of their own


_UNITS = numbered("units", 0)
_PLURALS = numbered("plurals", 0)
_TEENS = numbered("teens", 10) | joined_tens()
_TENS = numbered("tens", 20, 10)
_ENGLISH_TENS = numbered("english_tens", 20, 10)
_HUNDREDS = numbered("hundreds", 100, 100)
_TIMES = dict.fromkeys(said("twice"), 2) | dict.fromkeys(said("thrice"), 3)
_AND = said("and")
_HUNDRED = said("hundred")
_THOUSAND = said("thousand")
_JOINTS = said("joints") | {",", "|", "-"}
_SPELLS = said("spells")
_LETTER_NAMES = letter_names("letters")
_DOUBLED = said("doubled")
_LEADS = said("leads")
_WEAK_NAMES = letter_names("weak_letters")
SAID: frozenset[str] = frozenset().union(_UNITS, _TEENS, _TENS, _ENGLISH_TENS, _HUNDREDS, _TIMES, _THOUSAND)


@dataclass(frozen=True, slots=True)
class Said:
    """Digits (and letters spelled in front of them) said from word `start` to `end`.

    `words` of them were words and not figures, in `pieces` numbers. `is_amount`: with hundreds or thousands.
    """

    letters: str
    digits: str
    start: int
    end: int
    words: int
    pieces: int
    is_amount: bool


def said_numbers(words: Sequence[str]) -> list[Said]:
    """Every run of at least four digits of which at least two words were said."""
    found: list[Said] = []
    places = [at for at, word in enumerate(words) if word in SAID or word.isdigit()]
    over = 0
    for at, following in pairwise(places):
        if at < over or following - at > _APART:
            continue
        run = _run(words, at)
        if run is not None:
            over = run.end
            if run.words >= _LEAST_WORDS and LEAST_DIGITS <= len(run.letters + run.digits) <= MOST_DIGITS:
                found.append(run)
    return found


def _run(words: Sequence[str], start: int) -> Said | None:
    digits, spoken, pieces, is_amount = "", 0, 0, False
    at = end = start
    while at < len(words):
        piece, after, has_scale = _piece(words, at)
        if not piece:
            if digits and words[at] in _JOINTS and at - end < 2:
                at += 1
                continue
            break
        digits += piece
        spoken += sum(not word.isdigit() for word in words[at:after])
        pieces += 1
        is_amount |= has_scale
        at = end = after
    if not digits:
        return None
    letters, first = _letters(words, start)
    if end + 2 == len(words) and words[end] == "," and _name(words[-1]):  # “uve siete siete uno, a”
        digits, end = digits + _name(words[-1]), len(words)
    return Said(letters, digits, first, end, spoken, pieces, is_amount)


def _piece(words: Sequence[str], at: int) -> tuple[str, int, bool]:
    """One number at this place: its digits, where it ends, whether it counts in hundreds or thousands."""
    word, following = words[at], words[at + 1] if at + 1 < len(words) else ""
    if word.isdigit():
        return (word, at + 1, False) if len(word) <= _LONGEST_FIGURES else ("", at, False)
    if word in _TIMES:
        digit = str(_UNITS[following]) if following in _UNITS else following if len(following) == 1 else ""
        return (digit * _TIMES[word], at + 2, False) if digit.isdigit() else ("", at, False)
    if _UNITS.get(word, 0) in (2, 3, 4) and following in _PLURALS:
        return str(_PLURALS[following]) * _UNITS[word], at + 2, False
    if word == "o":  # “six o three”
        return ("0", at + 1, False) if at and words[at - 1] in _UNITS and following in _UNITS else ("", at, False)
    value, after = _below_thousand(words, at)
    scale = value >= 100 if value is not None else False
    if after < len(words) and words[after] in _THOUSAND:
        rest, last = _below_thousand(words, _past_and(words, after + 1))
        whole = (1 if value is None else value) * 1000 + (rest or 0)
        return str(whole), last if rest is not None else after + 1, True
    return ("", at, False) if value is None else (str(value), after, scale)


def _below_thousand(words: Sequence[str], at: int) -> tuple[int | None, int]:
    word = words[at] if at < len(words) else ""
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _HUNDREDS:
        rest, after = _below_hundred(words, _past_and(words, at + 1))
        return _HUNDREDS[word] + (rest or 0), after if rest is not None else at + 1
    if word in _UNITS and following in _HUNDRED:
        rest, after = _below_hundred(words, _past_and(words, at + 2))
        return _UNITS[word] * 100 + (rest or 0), after if rest is not None else at + 2
    return _below_hundred(words, at)


def _below_hundred(words: Sequence[str], at: int) -> tuple[int | None, int]:
    word = words[at] if at < len(words) else ""
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in _ENGLISH_TENS:
        unit = _UNITS.get(following, 0)
        return _ENGLISH_TENS[word] + unit, at + (2 if unit else 1)
    if word in _TENS:
        unit = _UNITS.get(words[at + 2], 0) if following in _AND and at + 2 < len(words) else 0
        return _TENS[word] + unit, at + (3 if unit else 1)
    value = _TEENS.get(word, _UNITS.get(word))
    return (None, at) if value is None else (value, at + 1)


def _past_and(words: Sequence[str], at: int) -> int:
    return at + 1 if at + 1 < len(words) and words[at] in _AND else at


def _letters(words: Sequence[str], start: int) -> tuple[str, int]:
    """The letters spelled right before `start`, and where they begin; a weak name (“a”) counts beside a plain one."""
    spelled: list[tuple[str, int, bool]] = []  # letter, place, whether it may be a word of the sentence
    at = start
    while at > 0 and len(spelled) < _MOST_LETTERS:
        at -= 1
        word = words[at]
        if word in _JOINTS:
            continue
        named = _named_by_word(words, at)
        if named >= 0:
            spelled.append((word[0].upper(), named, False))
            at = named
        elif _name(word) or word in _DOUBLED:
            # “be” is a word of English; behind another letter (“a be”) it is none.
            is_word = word not in _LETTER_NAMES and not (word == "be" and at > 0 and bool(_name(words[at - 1])))
            spelled.append((_name(word), at, is_word))
            if at > 0 and words[at - 1] in _TIMES:  # “doble uve”, “double b”
                letter = "W" if word in _DOUBLED else _name(word) * _TIMES[words[at - 1]]
                spelled[-1] = (letter, at - 1, False)
                at -= 1
        else:
            break
    while spelled and spelled[-1][2] and spelled[-1][0] != "A" and words[max(0, spelled[-1][1] - 1)] not in _LEADS:
        spelled.pop()
    if all(is_word for _, _, is_word in spelled):
        return "", start
    return "".join(letter for letter, _, _ in reversed(spelled)), spelled[-1][1]


def _named_by_word(words: Sequence[str], at: int) -> int:
    """Where “B de Barcelona”, “M as in Mike” begins when it ends at this word; -1 if it is none."""
    back = at - 1
    while at - back <= _SPELLING and back > 0 and words[back] in _SPELLS:
        back -= 1
    is_it = back < at - 1 and back >= 0 and _name(words[back]) == words[at][:1].upper()
    return back if is_it else -1


def _name(word: str) -> str:
    return _LETTER_NAMES.get(word) or _WEAK_NAMES.get(word, "")
