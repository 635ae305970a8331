"""Stop and start words: a contact's wish to be left alone, as the whole message and never as a part of one.

On SMS the words are Twilio's own (it stops and starts by them) and ours; elsewhere only words nobody uses to say
something else. “cancel my order” is not one of them, and a question (“¿baja?”) is not a wish. Signs and emoji around
the word do not matter, nor do its capitals, nor the wide letters of some keyboards.
"""

from __future__ import annotations

import unicodedata

OURS = frozenset(("STOP", "BAJA", "SAIR", "UNSUBSCRIBE"))
# Twilio, "Support for opt-out keywords", read 2026-11-21
SMS_STOP = frozenset(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "BAJA", "SAIR"))
SMS_START = frozenset(("START", "UNSTOP", "YES"))
START = frozenset(("START", "ALTA", "VOLTAR"))
# Of her orders alone: what stands on the button below a notice, and what she may type.
NO_NEWS = frozenset(("no más avisos", "no mas avisos", "no quiero avisos", "no quiero más avisos", "no quiero mas avisos",
                     "sin avisos", "parar avisos", "no me avises más", "no me avises mas", "stop updates", "no more updates",
                     "no updates", "stop the updates", "não quero avisos", "nao quero avisos", "não quero mais avisos",
                     "nao quero mais avisos", "sem avisos", "não me avise mais", "nao me avise mais"))
NEWS = frozenset(("quiero avisos", "sí quiero avisos", "si quiero avisos", "quiero recibir avisos", "avisos sí", "avisos si",
                  "send updates", "start updates", "i want updates", "quero avisos", "sim quero avisos",
                  "quero receber avisos", "avisos sim"))
_LONGEST = 32
_ASKS = frozenset("?¿")


def asks_to_stop(kind: str, text: str) -> bool:
    """Is the whole message a stop word of this kind of channel?"""
    return _word(text) in (SMS_STOP if kind.endswith("sms") else OURS)


def asks_to_start(kind: str, text: str) -> bool:
    """Is the whole message a start word? Ask it only about a contact who has stopped: “yes” also answers."""
    word = _word(text)
    return word in START or (kind.endswith("sms") and word in SMS_START)


def asks_for_advertising(text: str) -> bool:
    """The same, of a contact who has written since she stopped: “voltar” may then be the way back in a menu."""
    return _word(text) == "START"


def asks_about_news(text: str) -> bool | None:
    """Is the whole message that she wants news of her orders (True) or no more of them (False)? None: it is neither."""
    if not 9 <= len(text) <= _LONGEST or not text[:1].isalpha():
        return None
    words = " ".join(text.casefold().replace(",", " ").rstrip(".! ").split())
    return False if words in NO_NEWS else True if words in NEWS else None


def _word(text: str) -> str:
    """The one word of a message in capitals; '' where it is more than a word."""
    if not text or len(text) > _LONGEST:
        return ""
    if text.isascii() and text.isalpha():
        return text.upper()
    if not _ASKS.isdisjoint(text):
        return ""
    letters = unicodedata.normalize("NFKC", text)
    first = next((place for place, letter in enumerate(letters) if letter.isalnum()), len(letters))
    last = next((place for place in range(len(letters) - 1, -1, -1) if letters[place].isalnum()), -1)
    word = letters[first:last + 1]
    return word.upper() if word.isalpha() else ""
