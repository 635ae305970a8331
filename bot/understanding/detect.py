"""Which of our languages a text is written in, from its words and letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from bot.understanding.lexicon import languages_of, lexicon

LANGUAGES = ("es", "en", "pt")
_SHORTEST = 4  # letters of a word whose looks are judged
FEW_LETTERS = 12
SURE = 2.0  # points by which a short text must lead to overrule the conversation's language
_TWO = 2  # words that are filed under another language alone: one of them may be a gap in our lists

_Votes = tuple[float, float, float]  # for es, en, pt

_LETTERS = dict.fromkeys("ñ¿¡", "es") | dict.fromkeys("ãõçêôàâ", "pt")
# How words end, and what stands in them, in folded writing (runs of a letter are one).
_ENDINGS = {
    "es": ("cion", "dad", "iendo", "ieron", "aron", "ais", "eis", "aste", "iste", "uelto", "illo", "ita", "ito", "aba"),
    "en": ("ing", "tion", "ed", "ly", "ght", "ck", "ness", "ould", "th", "ful", "less", "ers", "ry", "ty"),
    "pt": (
        "cao",
        "coes",
        "oes",
        "dade",
        "inho",
        "inha",
        "eram",
        "amos",
        "aram",
        "agem",
        "ou",
        "ei",
        "iram",
        "am",
        "avel",
    ),
}
_INSIDE = {"es": ("ue", "ie"), "en": ("th", "wh", "sh", "oo", "ck", "w", "k"), "pt": ("nh", "lh")}
_BY_LETTER = 1.5
_BY_ENDING = 0.4
_BY_INSIDE = 0.3
# Words that only one of the three writes so, beside those of the lexicons.
_OWN: Mapping[str, frozenset[str]] = {
    language: frozenset(text.split())
    for language, text in yaml.load(
        Path(__file__).with_name("language_words.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    ).items()
}


def detect(text: str, words: Iterable[str], fallback: str | None) -> str | None:
    """The language of `text`, whose folded words are `words`; `fallback` where it does not tell.

    The fallback holds unless the evidence is plain: words or letters that the other language has and it has not.
    """
    spanish = english = portuguese = 0.0
    votes = [_votes(word) for word in words if not word.startswith("emo")]
    for es, en, pt in votes:
        spanish += es
        english += en
        portuguese += pt
    scores = {"es": spanish, "en": english, "pt": portuguese}
    letters: list[str] = []
    if not text.isascii():
        letters = [_LETTERS[letter] for letter in _LETTERS.keys() & set(text.lower())]
        for language in letters:
            scores[language] += _BY_LETTER
    best = max(LANGUAGES, key=scores.__getitem__)
    if fallback is None or fallback not in LANGUAGES:
        return best if scores[best] > 0 else fallback
    if best == fallback or (best not in letters and not _is_plain(votes, best, fallback)):
        return fallback
    lead = scores[best] - max(scores[language] for language in LANGUAGES if language != best)
    is_short = sum(map(str.isalpha, text[:200])) < FEW_LETTERS
    return best if lead >= (SURE if is_short else 0.1) else fallback


def _is_plain(votes: list[_Votes], language: str, other: str) -> bool:
    """One word that only this language has, or two that it has and the other has not; endings are none."""
    here, there = LANGUAGES.index(language), LANGUAGES.index(other)
    speaks_for = [word[here] for word in votes if word[here] >= 1.0 and not word[there]]
    return len(speaks_for) >= _TWO or any(points >= SURE for points in speaks_for)


@lru_cache(maxsize=65536)
def _votes(word: str) -> _Votes:
    """What a word says for each language: function words most, the other words we know a little, the letters least."""
    book = lexicon()
    inside = [language for language in LANGUAGES if word in book.function_words[language]]
    if inside:
        return _shared(inside, SURE)
    filed = [language for language in LANGUAGES if word in _OWN[language]] or languages_of(word)
    if filed and len(filed) < len(LANGUAGES):
        return _shared(filed, 1.0)
    return _looks(word, "es"), _looks(word, "en"), _looks(word, "pt")


def _shared(languages: Collection[str], points: float) -> _Votes:
    """The points of a word, divided among the languages that have it."""
    each = points / len(languages)
    return each * ("es" in languages), each * ("en" in languages), each * ("pt" in languages)


def _looks(word: str, language: str) -> float:
    """What the letters of a word that no list has say for a language."""
    if len(word) < _SHORTEST or not word.isalpha():
        return 0.0
    ends = _BY_ENDING * word.endswith(_ENDINGS[language])
    return ends + _BY_INSIDE * any(part in word for part in _INSIDE[language])
