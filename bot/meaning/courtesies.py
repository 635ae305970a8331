"""Thanks, a goodbye, a thumb up, with nothing pending that matters: one kind sentence instead of “I didn't get that”."""

from __future__ import annotations

from bot.flow.moves import Move, Tell
from bot.hearing import Hearing

_COURTESIES = frozenset({"thanks", "goodbye", "yes"})
_MOST_WORDS = 8
_KIND_SIGNS = frozenset("👍🙏❤🧡💛💚💙💜🖤🤍🥰😍😘😊🙂😀😃😄😁🤩🙌👏🎉👌💪😉🤗✅💯")
_FILLERS = "\ufe0f\u200d \n🏻🏼🏽🏾🏿"


def decide(hearing: Hearing) -> Move | None:
    if not hearing.is_idle or hearing.is_stranded or (hearing.library.first and not hearing.state.get("met")):
        return None
    return Tell("courtesy") if _is_sign(hearing.text) or _is_said(hearing) else None


def _is_sign(text: str) -> bool:
    """Nothing but kind emojis."""
    signs = text.strip(_FILLERS)
    return bool(signs) and all(sign in _KIND_SIGNS or sign in _FILLERS for sign in signs)


def _is_said(hearing: Hearing) -> bool:
    if len(hearing.words) > _MOST_WORDS or "?" in hearing.text:
        return False
    reading = hearing.understood()
    found = set(reading.intents)
    return bool(found & {"thanks", "goodbye"}) and found <= _COURTESIES and not reading.severity
