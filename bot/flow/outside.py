"""What happens outside: which flow it is for, whether it may begin now, and what has to wait for its turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.flow import frames
from bot.flow.effects import Alert, Begun, Remind
from bot.flow.events import External
from bot.flow.formulas import text
from bot.flow.model import WAIT, Flow, Pause
from bot.flow.places import standing
from bot.flow.run import MAX_SENDS, MAX_STEPS, Runner, Trace, Values
from bot.flow.state import CALL, PAUSE, State
from bot.flow.values import coerced, stored
from bot.flow.words import fold

MAX_LATER = 10
MAX_DEPTH = 3
# A flow on top is left alone while the contact may still be answering it; then what waits below goes on.
QUIET_SECONDS = 900
BREATH_SECONDS = 60
_NO_WAIT = 0  # no `wait` has this number: its timer wakes nothing but what waits for its turn
_LONGEST = 4_000  # ten of them, and what the flows keep beside them, are less than a conversation may keep
_LONGEST_FACT = 500


def hear(run: Runner, event: External) -> None:
    """To the flow that waits for it; else it begins the flow that starts with it, now or when its turn comes."""
    facts = _facts(event)
    if _wakes(run, event, facts):
        return
    name = run.library.events.get(event.name, "")
    if not name or _is_running(run, run.library.flows[name], event.key):
        run.trace.append(Trace(decision=f"event:{event.name}:ignored"))
        return
    kept = run.state.get("later") or []
    if len(kept) >= MAX_LATER:
        run.emit(Alert(f"Too many events wait for this conversation; “{event.name}” is dropped.", f"{name}.yaml:1"))
        return
    run.state["later"] = [*kept, [event.name, event.key, facts]]


def catch_up(run: Runner) -> None:
    """Begin what has been waiting for its turn, the oldest first: as many as one turn has room for, the rest soon."""
    while run.state.get("later") and _may_begin(run):
        if run.sends > MAX_SENDS // 2 or run.steps > MAX_STEPS // 2:
            run.emit(Remind(_NO_WAIT, BREATH_SECONDS))
            return
        (name, key, facts), *rest = run.state["later"]
        if rest:
            run.state["later"] = rest
        else:
            del run.state["later"]
        flow = run.library.flows.get(run.library.events.get(str(name), ""))
        if flow is not None:
            run.emit(Begun(flow.name, str(name)))
            _begin(run, flow, str(key), facts if isinstance(facts, dict) else {})


def rings_below(run: Runner, seq: int) -> bool:
    """A timer of a `wait` that another flow lies on: noted, and carried out once the contact has left that one."""
    for place, frame in enumerate(run.state["frames"][:-1]):
        parked = frame.get("wait")
        if parked is None or parked.get("seq") != seq:
            continue
        left = int(parked.get("until") or 0) - run.now
        if left > 0 and "won" not in parked:
            run.emit(Remind(seq, left))  # that was only the time to remind
            return True
        if "won" not in parked:
            frame["wait"] = {**parked, "won": {"block": "timeout"}}
        _when_quiet(run, place, seq)
        return True
    return False


def _when_quiet(run: Runner, place: int, seq: int) -> None:
    """What lies on top ends by itself when the contact has not answered it for a while."""
    wait = run.state["wait"] or {}
    busy_until = int(wait.get("until") or run.now) if wait.get("kind") in (CALL, PAUSE) else int(run.frame["heard"])
    left = busy_until + QUIET_SECONDS - run.now
    if left > 0:
        run.emit(Remind(seq, left))
        return
    frames.cut(run, place + 1, "no_reply")
    frames.go(run, frames.resume(run))


def _wakes(run: Runner, event: External, facts: State) -> bool:
    everyone = run.state["frames"]
    for place in range(len(everyone) - 1, -1, -1):
        frame = everyone[place]
        is_top = place == len(everyone) - 1
        wait = run.state["wait"] if is_top else frame.get("wait")
        if not wait or wait.get("kind") != PAUSE or "won" in wait:
            continue
        flow = run.library.flow_of(frame)
        step = standing(flow, frame)
        if flow is None or step is None or not isinstance(step.data, Pause) or event.name not in step.data.events:
            continue
        if not _concerns(run, flow, frame, event.key):
            continue
        block = f"on.{event.name}"
        if is_top:
            run.at(flow, step)
            frames.go(run, frames.win(run, step, block, facts))
        else:
            frame["wait"] = {**wait, "won": {"block": block, "event": facts}}
            _when_quiet(run, place, int(wait.get("seq") or 0))
        return True
    return False


def _concerns(run: Runner, flow: Flow, frame: State, key: str) -> bool:
    """Is an event with this key about what this flow is about? One without a key is for everybody."""
    if flow.triggers.key is None or not key:
        return True
    return fold(text(flow.triggers.key.call(Values(run, frame)))) == fold(key)


def _is_running(run: Runner, flow: Flow, key: str) -> bool:
    """The same thing may be told twice: a flow that is about it already is not begun again."""
    if flow.triggers.key is None or not key:
        return False
    return any(one["flow"] == flow.name and _concerns(run, flow, one, key) for one in run.state["frames"])


def _may_begin(run: Runner) -> bool:
    if not run.state["frames"]:
        return True
    if run.state.get("owed") or (run.state["wait"] or {}).get("kind") == CALL:
        return False
    if sum(1 for one in run.state["frames"] if one["digress"]) >= MAX_DEPTH:
        return False
    flow = run.library.flow_of(run.frame)
    return frames.is_paused(run) or (flow is not None and flow.interrupts != "no")


def _begin(run: Runner, flow: Flow, key: str, facts: State) -> None:
    running = run.library.flow_of(run.frame) if run.state["frames"] else None
    if running is not None and running.interrupts == "replace" and not frames.is_paused(run):
        run.start(flow.name, coerced(facts, flow.inputs))
    else:
        run.push(flow, coerced(facts, flow.inputs), digress=bool(run.state["frames"]))
    run.frame["event"], run.is_heavy = facts, True
    if flow.about and key:
        run.set(flow.about, coerced({flow.about: key}, flow.data).get(flow.about))
    run.turned()
    frames.go(run, 0 if flow.steps else WAIT)


def _facts(event: External) -> State:
    """What the flow sees as `event`. What is too big for a state keeps its short facts alone."""
    data: Mapping[str, Any] = event.data if isinstance(event.data, Mapping) else {}
    facts: State = {**stored(data), "name": event.name, "key": event.key}
    if len(json.dumps(facts, default=str)) <= _LONGEST:
        return facts
    short = {name: value for name, value in facts.items() if isinstance(value, (str, int, bool))}
    return {name: value[:_LONGEST_FACT] if isinstance(value, str) else value for name, value in list(short.items())[:30]}
