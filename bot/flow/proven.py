"""How long a proof is good: what a look-up showed of an order is forgotten when its time is over.

A mark stands beside what it is about: in the frame for its own variables, in the state for those that outlive flows.
"""

from __future__ import annotations

from bot.flow.identity_file import SERVICE
from bot.flow.state import State

MARK = "proven"


def shown(holder: State, service: str, name: str, now: int) -> None:
    """An order was shown and is kept in `holder` (a frame, or the state) under this name."""
    if service == SERVICE:
        _mark(holder, name, now)


def kept(state: State, frame: State, name: str, now: int) -> None:
    """A flow keeps something of an order that was proven: no longer than the proof itself."""
    _mark(state, name, max((frame.get(MARK) or {}).values(), default=now))


def forget(state: State, now: int, lasts_seconds: float) -> None:
    """Drop what was proven too long ago, from the top of the state and from every frame."""
    for holder in (state, *state["frames"]):
        marks = holder.get(MARK)
        over = [name for name, at in marks.items() if not isinstance(at, int) or now - at >= lasts_seconds] if marks else ()
        if over:
            holder["vars"] = {name: value for name, value in holder["vars"].items() if name not in over}
            holder[MARK] = {name: at for name, at in marks.items() if name not in over}


def _mark(holder: State, name: str, at: int) -> None:
    holder[MARK] = {**(holder.get(MARK) or {}), name: at}
