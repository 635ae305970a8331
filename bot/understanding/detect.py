"""Which of our languages a text is written in, from its words and letters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.understanding.lexicon import languages_of, lexicon

LANGUAGES = ("es", "en", "pt")
FEW_LETTERS = 12
SURE = 2.0  # points by which a short text must lead to overrule the conversation's language

_LETTERS = dict.fromkeys("ñ¿¡", "es") | dict.fromkeys("ãõçêôàâ", "pt")
_ENDINGS = {
    "es": ("cion", "dad", "ado", "ido", "iendo", "ais", "eis", "aste", "iste", "uelto"),
    "en": ("ing", "tion", "ed", "ly", "ght", "ck", "ness", "ould", "th"),
    "pt": ("cao", "coes", "oes", "dade", "inho", "inha", "ndo", "eram", "amos", "aram", "agem"),
}


def detect(text: str, words: Iterable[str], fallback: str | None) -> str | None:
    """The language of `text`, whose folded words are `words`; `fallback` where it does not tell.

    Below FEW_LETTERS letters the fallback holds unless the evidence is plain.
    """
    scores = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        for language, points in _votes(word):
            scores[language] += points
    for letter in set(text.lower()) & _LETTERS.keys():
        scores[_LETTERS[letter]] += 1.5
    best, second = sorted(LANGUAGES, key=lambda language: -scores[language])[:2]
    lead = scores[best] - scores[second]
    if fallback is not None and sum(map(str.isalpha, text[:200])) < FEW_LETTERS:
        return best if lead >= SURE else fallback
    return best if lead > 0 or (fallback is None and scores[best] > 0) else fallback


@lru_cache(maxsize=65536)
def _votes(word: str) -> tuple[tuple[str, float], ...]:
    """What a word says: function words most, endings and the lexicons' other words a little."""
    book = lexicon()
    inside = [language for language in LANGUAGES if word in book.function_words[language]]
    if inside:
        return tuple((language, 2.0 / len(inside)) for language in inside)
    filed = languages_of(word)
    if filed and len(filed) < len(LANGUAGES):
        return tuple((language, 1.0 / len(filed)) for language in filed)
    return tuple(
        (language, 0.4) for language, endings in _ENDINGS.items() if len(word) > 4 and word.endswith(endings)
    )
