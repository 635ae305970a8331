"""A flow that waits for whatever the contact writes next (`wait` with `on: {reply: …}`)."""

from __future__ import annotations

from bot.flow.moves import Move, Reply
from bot.hearing import Hearing


def decide(hearing: Hearing) -> Move | None:
    return Reply() if hearing.takes_reply else None
