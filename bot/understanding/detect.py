"""Which of our languages a text is written in, from its words and letters."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bot.understanding.lexicon import languages_of, lexicon

LANGUAGES = ("es", "en", "pt")
FEW_LETTERS = 12
SURE = 2.0  # points by which a short text must lead to overrule the conversation's language
_TWO = 2  # words that are filed under another language alone: one of them may be a gap in our lists

_Votes = tuple[tuple[str, float], ...]

_LETTERS = dict.fromkeys("ñ¿¡", "es") | dict.fromkeys("ãõçêôàâ", "pt")
_ENDINGS = {
    "es": ("cion", "dad", "ado", "ido", "iendo", "ais", "eis", "aste", "iste", "uelto"),
    "en": ("ing", "tion", "ed", "ly", "ght", "ck", "ness", "ould", "th"),
    "pt": ("cao", "coes", "oes", "dade", "inho", "inha", "ndo", "eram", "amos", "aram", "agem"),
}


def detect(text: str, words: Iterable[str], fallback: str | None) -> str | None:
    """The language of `text`, whose folded words are `words`; `fallback` where it does not tell.

    The fallback holds unless the evidence is plain: words or letters that the other language has and it has not.
    """
    scores = dict.fromkeys(LANGUAGES, 0.0)
    votes = [_votes(word) for word in words]
    for language, points in (vote for word in votes for vote in word):
        scores[language] += points
    letters = [_LETTERS[letter] for letter in set(text.lower()) & _LETTERS.keys()]
    for language in letters:
        scores[language] += 1.5
    best, second = sorted(LANGUAGES, key=lambda language: -scores[language])[:2]
    lead = scores[best] - scores[second]
    if fallback is None:
        return best if scores[best] > 0 else None
    if best not in letters and not _is_plain(votes, best, fallback):
        return fallback
    is_short = sum(map(str.isalpha, text[:200])) < FEW_LETTERS
    return best if lead >= (SURE if is_short else 0.1) else fallback


def _is_plain(votes: list[_Votes], language: str, other: str) -> bool:
    """One word that only this language has, or two that it has and the other has not; endings are none."""
    speaks_for = [word for word in map(dict, votes) if word.get(language, 0.0) >= 1.0 and other not in word]
    return len(speaks_for) >= _TWO or any(word[language] >= SURE for word in speaks_for)


@lru_cache(maxsize=65536)
def _votes(word: str) -> _Votes:
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
