"""The flows of a conversation on top of each other, as they stand in its state. Plain lists and dicts."""

from __future__ import annotations

from itertools import pairwise

from bot.flow.model import Step
from bot.flow.state import State


def bar_the_way_back(frames: list[State]) -> None:
    """`back` never crosses something that was done, in the running flow or in those that called it."""
    for one in reversed(frames):
        one["trail"] = []
        if not one.get("called"):
            return


def leave_loops(frame: State, target: Step) -> None:
    """Going out of a `repeat` ends it; going to it from within begins its next round."""
    kept = {name: one for name, one in frame.get("loops", {}).items() if name in (*target.inside, target.id)}
    if kept:
        frame["loops"] = kept
    else:
        frame.pop("loops", None)


def make_room(frames: list[State]) -> list[State]:
    """Take away what the contact left longest ago, with all that it had called; nothing where she left nothing.

    What is in a `wait` of its own stays as long as something else can go.
    """
    starts = [0, *(place for place, one in enumerate(frames) if place and one["digress"])]
    if len(starts) < 2:
        return []
    spans = list(pairwise(starts))
    start, end = next(((a, b) for a, b in spans if not any("wait" in one for one in frames[a:b])), spans[0])
    gone = frames[start:end]
    del frames[start:end]
    frames[0]["digress"] = False
    return gone
