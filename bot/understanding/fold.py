"""Folding: what a contact typed, made comparable; and the way back to her own words for a quote.

Folded text is a row of lower-case words without accents, each followed by one space, with a space in front.
Runs of a letter are one letter ("hooola", "perro" → "hola", "pero"; phrases are folded the same way), zero-width
characters and combining marks are gone, masked letters are read ("m13rda"). The end of a sentence is the word
`|`, a comma is `,`, a quotation mark is `"`, an emoji is a word such as `emoangry` where it says something.
Everything runs in time linear in the text, which is cut at MAX_CHARACTERS.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

MAX_CHARACTERS = 4000

EMOJI = {
    "emoangry": "😡🤬😠😤🖕💢👿",
    "emoeyes": "🙄🙃👏😒🤡",
    "emolove": "😍🎉❤🥰😘🙌🤩💕💖👍",
    "emolaugh": "😂🤣😆😅😹",
    "emosad": "😔😢😭😞☹🥺😿",
    "emofire": "🔥",
}
_EMOJI_WORDS = {character: word for word, characters in EMOJI.items() for character in characters}
_SKIPPED = "\x00"
_LEET = str.maketrans({"@": "a", "0": "o", "3": "e", "1": "i", "4": "a", "5": "s", "$": "s", "7": "t"})
_QUOTES = "\"“”«»„‟"
_APOSTROPHES = "'’‘`´"

# Word characters (with what masks a letter), or one sign; every other character stands between pieces.
_PIECE = re.compile(rf"[\w\x00@$*']+|[,;.!?…:()\"|]|[{''.join(_EMOJI_WORDS)}]")
_RUN = re.compile(r"([^\W\d_])\1+")
_MASKED = re.compile(r"[a-z]{1,3}(?:\*{2,}[a-z]*|\*[a-z]+)$")
_LEETABLE = re.compile(r"(?=.*[a-z].*[a-z])[a-z$@][a-z@$013457]{3,}$")
_DROPPED = str.maketrans("", "", _SKIPPED + "'_")
_SIGNS = {",": ",", '"': '"'}


class _Characters(dict[int, str]):
    """One character to exactly one character, worked out when first met, so that offsets stay true."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _QUOTES:
            folded = '"'
        elif character in _APOSTROPHES:
            folded = "'"
        elif unicodedata.category(character) in ("Mn", "Me", "Cf"):
            folded = _SKIPPED
        else:
            folded = unicodedata.normalize("NFKD", character).lower()[:1] or character
        self[code] = folded
        return folded


_characters = _Characters()


@dataclass(frozen=True, slots=True)
class Folded:
    """A text and its folded form: `words[i]` begins at `starts[i]` of `text` and at `spans[i]` of `original`."""

    original: str
    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def quote(self, start: int, end: int) -> str:
        """The contact's own writing behind `text[start:end]`, from whole word to whole word."""
        first, last = self.place(start, end)
        return self.original[first:last]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the original that writing stands."""
        if not self.words:
            return 0, 0
        first = max(0, bisect_right(self.starts, start + (self.text[start : start + 1] == " ")) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        return self.spans[first][0], self.spans[last][1]


def plain_word(word: str) -> str:
    """A word without accents, marks, masks, apostrophes and runs of a letter; `maskedswear` for "f***"."""
    if not (word.isascii() and word.isalnum() and word.islower()):
        word = word.translate(_characters).translate(_DROPPED)
    if "*" in word:
        bare = word.lstrip("*")
        if bare == word and _MASKED.match(word):
            return "maskedswear"
        word = bare.replace("*", "")
    if not word.isalpha() and _LEETABLE.match(word) and sum(map(str.isdigit, word)) <= 3:
        word = word.translate(_LEET)
    return _RUN.sub(_once, word)


def _once(run: re.Match[str]) -> str:
    return run[1]  # a function: a template would be looked up anew for every word


def fold(text: str, mend: Callable[[str], str] = plain_word) -> Folded:
    """Fold a text. `mend` turns a raw word into its folded form ("" leaves it out)."""
    original = text[:MAX_CHARACTERS]
    flat = original.translate(_characters)
    words: list[str] = []
    starts: list[int] = []
    spans: list[tuple[int, int]] = []
    at = 1
    for piece in _PIECE.finditer(flat):
        raw = piece.group()
        word = _sign(raw, words) if len(raw) == 1 and not raw.isalnum() else mend(raw)
        for one in word.split() if " " in word else (word,) if word else ():  # shorthand may stand for several words
            words.append(one)
            starts.append(at)
            spans.append(piece.span())
            at += len(one) + 1
    return Folded(original, f" {' '.join(words)} " if words else " ", tuple(words), tuple(starts), tuple(spans))


def _sign(sign: str, words: list[str]) -> str:
    """The word for a sign; an end of sentence stands once, and not at the beginning."""
    if sign in _EMOJI_WORDS:
        return _EMOJI_WORDS[sign]
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign in "@$*'_" or sign == _SKIPPED:
        return ""
    return "|" if words and words[-1] != "|" else ""
