"""Where a conversation stands: plain JSON, `{}` for a new one. Reading it never fails, whatever is in it.

frames    flows in progress, the running one last; see below
wait      what the running flow waits for: kind (answer, call, wait), seq, stage (reminders sent), media (voice notes);
          of a `wait` also until (epoch seconds)
seq       number of the last wait; a timer or result with another number is stale
vars      values that outlive a flow (`remembered:` of the project)
owed      a case that people get as soon as its flow is through: what `if_closed` goes on after
later     what happened outside and must wait until the running flow is over: [name, key, data] each
lang      the conversation's language; other: the language of the last message if it was another one
mood      what `bot.escalation` keeps of the last messages
judge     where a judge is asked: the last turns, and the message it was asked about
last      how the bot answered the previous turn: outcome, text, the variable it asked for
gentle    an open question “shall I pass you to a person?” with the message it came after
noticed   the contact was told once that this is an assistant
met       the contact has written before
misses    messages in a row that nothing fitted, with nothing pending; notes: attachments in a row that nobody asked for
offered   the buttons beside what was said last, [id, label] each, where no question is pending
numbers   the order number taken last and the others that the same message may have meant, where it had several
proven    which of `vars` are about a proven order, and since when (epoch seconds); a frame has the same of its own
topic     the queue of the last known question: its people take over, should she ask for one now

A frame has flow, rev (the shape it began with), at and verb (its step), vars, tries, digress, trail (questions asked),
begun and heard (epoch seconds: when it began, when the contact last moved it), and where there is a need
called    the flow below called this one and goes on after it
open      the question that has been asked and not answered
loops     the rounds of each `repeat` that is under way
event     what happened outside and woke it
wait      the `wait` it is in while another flow lies on top; `won` says what has ended that meanwhile
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

State = dict[str, Any]

# What each entry has to be to make sense; an entry of another kind is left out.
_SHAPES: Mapping[str, type] = {
    "seq": int, "lang": str, "other": str, "mood": dict, "last": dict, "gentle": dict, "notes": int, "owed": dict,
    "later": list, "misses": int, "topic": str, "offered": list,
    "numbers": list, "proven": dict,
}  # fmt: skip
# Parts of a frame that most do not have.
_RARE: Mapping[str, type] = {"called": bool, "open": str, "loops": dict, "event": dict, "wait": dict, "proven": dict}

ANSWER = "answer"
CALL = "call"
PAUSE = "wait"


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


def frame(flow: str, shape: str, known: Mapping[str, Any], now: int) -> State:
    return {
        "flow": flow,
        "rev": shape,
        "at": "",
        "verb": "",
        "vars": dict(known),
        "tries": 0,
        "digress": False,
        "trail": [],
        "begun": now,
        "heard": now,
    }


def other_numbers(state: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The other order numbers of the message from which an argument was taken, by the argument's name."""
    numbers = state.get("numbers")
    if not numbers:
        return {}
    others = tuple(str(number) for number in numbers[1:])
    return {name: others for name, value in arguments.items() if value == numbers[0]}


def waits_for_call(state: Mapping[str, Any]) -> bool:
    return _waits_for(state, CALL)


def waits_for_time(state: Mapping[str, Any]) -> bool:
    """The running flow is in a `wait`: for some time, or for something that happens outside."""
    return _waits_for(state, PAUSE)


def _waits_for(state: Mapping[str, Any], kind: str) -> bool:
    wait = state.get("wait")
    return bool(state.get("frames")) and isinstance(wait, dict) and wait.get("kind") == kind


def _is_frame(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("flow"), str)


def _frame(stored: Mapping[str, Any]) -> State:
    kept = stored.get("vars")
    trail = stored.get("trail")
    fresh = {
        "flow": stored["flow"],
        "rev": str(stored.get("rev", "")),
        "at": str(stored.get("at", "")),
        "verb": str(stored.get("verb", "")),
        "vars": dict(kept) if isinstance(kept, dict) else {},
        "tries": _whole(stored.get("tries")),
        "digress": stored.get("digress") is True,
        "trail": [str(name) for name in trail] if isinstance(trail, list) else [],
        "begun": _whole(stored.get("begun")),
        "heard": _whole(stored.get("heard")),
    }
    for key, kind in _RARE.items():
        if key in stored and isinstance(stored[key], kind):
            fresh[key] = stored[key]
    return fresh


def _whole(value: Any) -> int:
    return value if isinstance(value, int) else 0
