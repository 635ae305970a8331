"""What people are handed with a conversation: to whom, why, where it stood, and what was learnt on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.flow.effects import HandOff
from bot.flow.library import Library
from bot.flow.model import Flow, Step
from bot.flow.moves import ToPeople
from bot.flow.state import State

Frames = Sequence[State]


def handoff(library: Library, frames: Frames, move: ToPeople, summary: str, step: Step | None) -> HandOff:
    """The effect for a conversation whose flows stand so; `step` is the one that is being carried out."""
    flow = library.flow_of(frames[-1]) if frames else None
    return HandOff(
        queue=move.queue or (flow.queue if flow else "") or library.project.default_queue,
        reason=move.reason,
        summary=summary,
        priority=move.priority,
        evidence=move.evidence,
        score=move.score,
        threshold=move.threshold,
        path=path(frames, step),
        known=learnt(frames, flow),
    )


def owed(library: Library, frames: Frames, kept: Mapping[str, Any]) -> HandOff:
    """The same for a case that was promised earlier; the flow itself has told the contact."""
    flow = library.flow_of(frames[-1]) if frames else None
    before, why = kept.get("known"), str(kept.get("reason") or "asked")
    return HandOff(
        queue=str(kept.get("queue") or library.project.default_queue),
        reason=why,
        summary=str(kept.get("summary") or ""),
        priority=str(kept.get("priority") or "normal"),
        path=str(kept.get("path") or ""),
        known={**(before if isinstance(before, Mapping) else {}), **learnt(frames, flow)},
        quiet=True,
    )


def path(frames: Frames, step: Step | None) -> str:
    """`menu › order_status › order_ref`."""
    if not frames:
        return ""
    at = step.id if step is not None and step.id else frames[-1]["at"]
    return " › ".join((*(one["flow"] for one in frames), at))


def learnt(frames: Frames, flow: Flow | None) -> dict[str, Any]:
    """What the agent should not have to ask again; nothing that was asked as sensitive, no whole records."""
    if flow is None:
        return {}
    return {
        name: value
        for name, value in frames[-1]["vars"].items()
        if name not in flow.sensitive and value is not None and not isinstance(value, (dict, list))
    }
