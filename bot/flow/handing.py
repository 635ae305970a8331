"""What people are handed with a conversation: to whom, why, where it stood, and what was learnt on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.errors import BotError
from bot.flow.effects import Evidence, HandOff
from bot.flow.library import Library
from bot.flow.model import HandOffPlan, Question, Step
from bot.flow.moves import ToPeople
from bot.flow.state import State

Frames = Sequence[State]
_SHORTEST_SECRET = 3


def handoff(library: Library, frames: Frames, move: ToPeople, summary: str, step: Step | None) -> HandOff:
    """The effect for a conversation whose flows stand so; `step` is the one that is being carried out."""
    flow = library.flow_of(frames[-1]) if frames else None
    return HandOff(
        queue=move.queue or (flow.queue if flow else "") or library.project.default_queue,
        reason=move.reason,
        summary=summary,
        priority=move.priority,
        evidence=quotable(library, frames, move.evidence),
        score=move.score,
        threshold=move.threshold,
        path=path(frames, step),
        known=learnt(library, frames),
        skills=move.skills,
    )


def owed(library: Library, frames: Frames, kept: Mapping[str, Any]) -> HandOff:
    """The same for a case that was promised earlier; the flow itself has told the contact."""
    before, why = kept.get("known"), str(kept.get("reason") or "asked")
    return HandOff(
        queue=str(kept.get("queue") or library.project.default_queue),
        reason=why,
        summary=str(kept.get("summary") or ""),
        priority=str(kept.get("priority") or "normal"),
        path=str(kept.get("path") or ""),
        known={**(before if isinstance(before, Mapping) else {}), **learnt(library, frames)},
        quiet=True,
        skills=tuple(str(skill) for skill in kept.get("skills") or ()),
    )


def owing(place: str, plan: HandOffPlan, frames: Frames, step: Step | None) -> State:
    """The case as the state keeps it while `if_closed` goes on; its summary is written when that is through."""
    return {
        "step": place,
        "queue": plan.queue,
        "reason": plan.reason,
        "priority": plan.priority,
        "skills": list(plan.skills),
        "path": path(frames, step),
        "depth": len(frames),
    }


def plan_of(library: Library, frames: Frames, kept: Mapping[str, Any]) -> HandOffPlan | None:
    """The `handoff` whose case is owed, if the flow it stands in is still under way."""
    name, _, step = str(kept.get("step") or "").partition(":")
    depth = int(kept.get("depth") or 0)
    frame = frames[depth - 1] if 0 < depth <= len(frames) else None
    flow = library.flow_of(frame) if frame is not None and frame["flow"] == name else None
    index = flow.by_id.get(step) if flow is not None else None
    plan = flow.steps[index].data if flow is not None and index is not None else None
    return plan if isinstance(plan, HandOffPlan) else None


def path(frames: Frames, step: Step | None) -> str:
    """`menu › order_status › order_ref`."""
    if not frames:
        return ""
    at = step.id if step is not None and step.id else frames[-1]["at"]
    return " › ".join((*(one["flow"] for one in frames), at))


def quotable(library: Library, frames: Frames, evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """The reasons without the contact's words, where those came in answer to a question for something sensitive."""
    if not evidence or not _asks_secret(library, frames):
        return evidence
    return tuple(replace(one, quote="") for one in evidence)


def _asks_secret(library: Library, frames: Frames) -> bool:
    flow = library.flow_of(frames[-1]) if frames else None
    index = flow.by_id.get(str(frames[-1].get("at"))) if flow is not None else None
    question = flow.steps[index].data if flow is not None and index is not None else None
    return isinstance(question, Question) and question.is_sensitive


def told_of(library: Library, frames: Frames, error: Exception, message: str) -> str:
    """What went wrong, for the editors, in words in which nothing stands that was asked as sensitive.

    An error of Python quotes what it stumbled over, as it had been read by then: of that only its kind is told.
    """
    asks = _asks_secret(library, frames)
    text = f"{type(error).__name__}: {error}" if isinstance(error, BotError) or not asks else type(error).__name__
    secrets = _secrets(library, frames) | ({message} if asks else set())
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "•••")
    return text


def _secrets(library: Library, frames: Frames) -> set[str]:
    """Every value that was asked as sensitive, in the running flow and in those below."""
    flows = [(one, library.flow_of(one)) for one in frames]
    found = (str(one["vars"].get(name) or "") for one, flow in flows if flow is not None for name in flow.sensitive)
    return {secret for secret in found if len(secret) >= _SHORTEST_SECRET}


def learnt(library: Library, frames: Frames) -> dict[str, Any]:
    """What the agent should not have to ask again; nothing that was asked as sensitive, under whatever name it was
    handed on, and no whole records."""
    flow = library.flow_of(frames[-1]) if frames else None
    if flow is None:
        return {}
    secrets = _secrets(library, frames)
    return {
        name: value
        for name, value in frames[-1]["vars"].items()
        if name not in flow.sensitive and value is not None and not isinstance(value, (dict, list))
        and str(value) not in secrets
    }
