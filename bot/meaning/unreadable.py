"""What cannot be read: kinds of messages that no channel shows us, filled forms, nothing at all."""

from __future__ import annotations

from bot.flow.moves import Move, Tell
from bot.hearing import Hearing


def decide(hearing: Hearing) -> Move | None:
    said = hearing.said
    if said.kind == "form":  # it is kept as it was filled in, for whoever asked for it
        return Tell("form_kept", repeats=True)
    if said.kind == "unsupported" or not (hearing.text or said.media or said.location):
        return Tell("unreadable", repeats=True)
    return None
