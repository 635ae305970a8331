"""The question whether a person should take over."""

from __future__ import annotations

from bot.flow.moves import Tell
from bot.hearing import Hearing

OFFERED = ("yes_word", "no_word")


def offer(hearing: Hearing, text: str = "") -> Tell:
    """Ask it; `text` is what is answered should she say no."""
    hearing.state["gentle"] = {"text": text[:500], "id": hearing.said.message_id}
    return Tell("ask_person", offers=OFFERED)
