"""Stop and start words: a contact's wish to be left alone, as the whole message and never as a part of one.

On SMS the words are Twilio's own (it stops and starts by them) and ours; elsewhere only words nobody uses to say
something else. “cancel my order” is not one of them.
"""

from __future__ import annotations

OURS = frozenset(("STOP", "BAJA", "SAIR", "UNSUBSCRIBE"))
# Twilio, "Support for opt-out keywords", read 2026-11-21
SMS_STOP = frozenset(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "BAJA", "SAIR"))
SMS_START = frozenset(("START", "UNSTOP", "YES"))
START = frozenset(("START", "ALTA", "VOLTAR"))
_TRAILING = " \t\r\n.!¡"
_LONGEST = 16


def asks_to_stop(kind: str, text: str) -> bool:
    """Is the whole message a stop word of this kind of channel?"""
    return _word(text) in (SMS_STOP if kind.endswith("sms") else OURS)


def asks_to_start(kind: str, text: str) -> bool:
    """Is the whole message a start word? Ask it only about a contact who has stopped: “yes” also answers."""
    word = _word(text)
    return word in START or (kind.endswith("sms") and word in SMS_START)


def _word(text: str) -> str:
    return "" if len(text) > _LONGEST else text.strip(_TRAILING).upper()
