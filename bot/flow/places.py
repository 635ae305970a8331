"""Where a conversation stands in its flows: the question that waits for the contact, the `wait` it is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow.library import Library
from bot.flow.model import Flow, Pause, Step
from bot.flow.state import ANSWER, PAUSE


def standing(flow: Flow | None, frame: Mapping[str, Any]) -> Step | None:
    """The step at which a frame stands: of the same name and the same verb as when it came there. None: it is gone."""
    index = flow.by_id.get(str(frame.get("at"))) if flow is not None else None
    if flow is None or index is None:
        return None
    step = flow.steps[index]
    verb = frame.get("verb")
    return step if not verb or step.kind.name == verb else None


def pending(library: Library, state: Mapping[str, Any]) -> tuple[Flow, Step] | None:
    """The question that waits for the contact, if there is one and its flow still has it."""
    found = _waiting(library, state, ANSWER)
    return found if found is not None and found[1].kind.waits else None


def paused(library: Library, state: Mapping[str, Any]) -> tuple[Flow, Step] | None:
    """The `wait` that the running flow is in, if it is in one and its flow still has it."""
    found = _waiting(library, state, PAUSE)
    return found if found is not None and isinstance(found[1].data, Pause) else None


def takes_reply(library: Library, state: Mapping[str, Any]) -> bool:
    """Does the running flow wait for a message of the contact, whatever it says (`on: {reply: …}`)?"""
    found = paused(library, state)
    return found is not None and "on.reply" in found[1].blocks


def _waiting(library: Library, state: Mapping[str, Any], kind: str) -> tuple[Flow, Step] | None:
    frames, wait = state.get("frames"), state.get("wait")
    if not isinstance(frames, list) or not frames or not isinstance(wait, dict) or wait.get("kind") != kind:
        return None
    top = frames[-1]
    flow = library.flow_of(top) if isinstance(top, dict) else None
    step = standing(flow, top) if flow is not None else None
    return (flow, step) if flow is not None and step is not None else None
