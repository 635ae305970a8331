"""Where a conversation stands: plain JSON, `{}` for a new one. Reading it never fails, whatever is in it.

frames    flows in progress, the running one last: flow, rev (its shape), at (step), vars, tries, digress, trail
wait      what the running flow waits for: kind (answer, call), seq, stage (reminders sent), media (voice notes)
seq       number of the last wait; a timer or result with another number is stale
vars      values that outlive a flow (`remembered:` of the project)
lang      the conversation's language; other: the language of the last message if it was another one
mood      what `bot.escalation` keeps of the last messages
last      how the bot answered the previous turn: outcome, text, the variable it asked for
gentle    an open question “shall I pass you to a person?” with the message it came after
noticed   the contact was told once that this is an assistant
met       the contact has written before
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

State = dict[str, Any]

# What each entry has to be to make sense; an entry of another kind is left out.
_SHAPES: Mapping[str, type] = {
    "seq": int, "lang": str, "other": str, "mood": dict, "last": dict, "gentle": dict, "notes": int,
}  # fmt: skip

ANSWER = "answer"
CALL = "call"


def copied(state: Mapping[str, Any]) -> State:
    """The top level, free to change, without what cannot be read (an older or foreign state)."""
    fresh = dict(state)
    for key, kind in _SHAPES.items():
        if key in fresh and not isinstance(fresh[key], kind):
            del fresh[key]
    return fresh


def opened(state: Mapping[str, Any]) -> State:
    """A copy that may be changed down to the frames; what hangs below is replaced, never changed in place."""
    fresh = copied(state)
    frames = state.get("frames")
    fresh["frames"] = [_frame(frame) for frame in frames if _is_frame(frame)] if isinstance(frames, list) else []
    remembered = state.get("vars")
    fresh["vars"] = dict(remembered) if isinstance(remembered, dict) else {}
    wait = state.get("wait")
    fresh["wait"] = dict(wait) if isinstance(wait, dict) and fresh["frames"] else None
    fresh.setdefault("seq", 0)
    return fresh


def frame(flow: str, shape: str, known: Mapping[str, Any], is_digression: bool = False) -> State:
    return {
        "flow": flow,
        "rev": shape,
        "at": "",
        "vars": dict(known),
        "tries": 0,
        "digress": is_digression,
        "trail": [],
    }


def waits_for_call(state: Mapping[str, Any]) -> bool:
    wait = state.get("wait")
    return bool(state.get("frames")) and isinstance(wait, dict) and wait.get("kind") == CALL


def _is_frame(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("flow"), str)


def _frame(stored: Mapping[str, Any]) -> State:
    kept = stored.get("vars")
    trail = stored.get("trail")
    tries = stored.get("tries")
    return {
        "flow": stored["flow"],
        "rev": str(stored.get("rev", "")),
        "at": str(stored.get("at", "")),
        "vars": dict(kept) if isinstance(kept, dict) else {},
        "tries": tries if isinstance(tries, int) else 0,
        "digress": stored.get("digress") is True,
        "trail": [str(name) for name in trail] if isinstance(trail, list) else [],
    }
