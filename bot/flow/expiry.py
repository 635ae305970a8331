"""Flows that nobody has moved for too long are quietly over: what the contact writes then is understood afresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow import frames
from bot.flow.effects import Effect
from bot.flow.events import Moment
from bot.flow.library import Library
from bot.flow.run import Runner, Trace
from bot.flow.state import opened

# However often the contact comes back to it, a flow is over after this long. A `wait` lasts as long as it says.
HARD_SECONDS = 7 * 86_400

Dropped = tuple[Mapping[str, Any], tuple[Effect, ...], tuple[Trace, ...]]


def drop(library: Library, state: Mapping[str, Any], moment: Moment) -> Dropped:
    """The state without the flows whose time is over, and what is to be told of them. Asked before what the contact
    wrote is understood; where nothing is over the very same state comes back."""
    running = state.get("frames")
    top = running[-1] if isinstance(running, list) and running else None
    if not isinstance(top, dict) or not _is_over(library, top, state.get("wait"), int(moment.now.timestamp())):
        return state, (), ()
    run = Runner(library, opened(state), moment, "")
    if not run.state["frames"]:
        return state, (), ()
    _drop(run)
    return run.state, tuple(run.effects), tuple(run.trace)


def _drop(run: Runner) -> None:
    """All that lies below goes with it, but for a flow that is in a `wait` of its own."""
    place = frames.base(run, len(run.state["frames"]) - 1)
    kept = frames.waits_below(run, place)
    while kept and _is_over(run.library, run.state["frames"][kept - 1], run.state["frames"][kept - 1]["wait"], run.now):
        kept = frames.waits_below(run, kept - 1)
    frames.cut(run, kept, "expired")
    if run.state["frames"]:
        frames.hold(run)


def _is_over(library: Library, frame: Mapping[str, Any], wait: Any, now: int) -> bool:
    heard, begun = frame.get("heard"), frame.get("begun")
    if not isinstance(heard, int) or not isinstance(begun, int) or not heard:
        return False
    until = wait.get("until") if isinstance(wait, dict) else None
    if isinstance(until, int):
        heard, begun = max(heard, until), max(begun, until - HARD_SECONDS)
    if now - begun > HARD_SECONDS:
        return True
    flow = library.flow_of(frame)
    return flow is not None and now - heard > flow.expires_seconds
