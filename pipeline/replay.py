"""What the bot would answer to an event as the first one of its conversation: pure, nothing stored, nothing sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import clock
from bot import turn
from bot.flow.effects import Call, Effect
from bot.flow.events import CallResult, Event, Moment, Pressed, Said
from bot.flow.library import Library
from orders.base import Connector
from orders.service import find_order
from pipeline.answer import CALLS_PER_TURN, WAKES_BOT


def answer_to(event: Mapping[str, Any], library: Library, connector: Connector) -> Sequence[Effect]:
    """The effects of one turn; services are asked only where they are local."""
    if event["kind"] not in WAKES_BOT:
        return ()
    moment = Moment(clock.now(), {"phone": event.get("sender", "")}, language=library.project.default_language,
                    channel=f"{event['provider']}-{event['channel']}")
    state: dict[str, Any] = {}
    told: list[Effect] = []
    heard: Event | None = _heard(event)
    for _ in range(CALLS_PER_TURN):
        if heard is None:
            break
        done = turn.hear(library, state, heard, moment)
        state = done.state
        told.extend(done.effects)
        heard = _answered(done.effects, connector)
    return told


def _heard(event: Mapping[str, Any]) -> Event:
    if "payload" in event:
        return Pressed(event["payload"], event.get("text", ""))
    media = tuple(item.get("type", "file") for item in event.get("media", ()))
    return Said(event.get("text", ""), kind=event["kind"], media=media, location=event.get("location"))


def _answered(effects: Sequence[Effect], connector: Connector) -> CallResult | None:
    calls = [effect for effect in effects if isinstance(effect, Call)]
    if not calls or not connector.local:
        return None
    value = find_order(connector, calls[-1].arguments, clock.now().date())
    return CallResult(calls[-1].seq, "found" if value is not None else "not_found", value)
