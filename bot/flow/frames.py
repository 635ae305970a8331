"""Flows on top of each other: running one, ending it, and going on with the one below."""

from __future__ import annotations

from typing import Any

from bot.errors import BudgetBreached
from bot.flow import resettling
from bot.flow.declared import OUTCOME
from bot.flow.effects import Ended, Remind
from bot.flow.model import END, WAIT, Question, Step, SubFlow
from bot.flow.places import paused, standing
from bot.flow.run import MAX_STEPS, Runner, Trace
from bot.flow.state import PAUSE, State


def go(run: Runner, at: int) -> None:
    """Run steps until one waits, hands over, or every flow is through."""
    while at != WAIT:
        if at == END:
            at = over(run, run.outcome or "done")
            continue
        flow = run.flow
        step = run.at(flow, flow.steps[at])
        run.steps += 1
        if run.steps > MAX_STEPS:
            raise BudgetBreached(f"One event made the flow take more than {MAX_STEPS} steps.")
        if step.when is not None and not step.when.call(run.values):
            at = step.next
            continue
        run.trace.append(Trace(flow.name, step.id, step.line, "", flow.revision))
        at = step.kind.run(run, step)
        if run.missing:
            run.alert_missing()


def over(run: Runner, outcome: str) -> int:
    """End the running flow. Answers where the one below goes on, or WAIT."""
    run.outcome = ""
    owed = run.state.get("owed")
    if owed and len(run.state["frames"]) <= int(owed.get("depth") or 1):
        _told(run, run.frame, outcome)
        return run.settle()
    ended = _popped(run, outcome)
    if ended.get("called"):
        return _returned(run, ended, outcome)
    return resume(run) if run.state["frames"] else WAIT


def _popped(run: Runner, outcome: str) -> State:
    ended: State = run.state["frames"].pop()
    run.state["wait"] = None
    run.turned()
    _told(run, ended, outcome)
    return ended


def _told(run: Runner, frame: State, outcome: str) -> None:
    run.close(frame, "dropped")
    flow = run.library.flow_of(frame)
    run.effects.append(Ended(frame["flow"], outcome, frame["vars"]))
    run.trace.append(Trace(frame["flow"], "", 0, outcome, flow.revision if flow else "", "ended"))


def _returned(run: Runner, ended: State, outcome: str) -> int:
    """The flow that was called is through: the caller gets its outputs and goes on, without a word."""
    flow = run.library.flow_of(run.frame)
    step = standing(flow, run.frame)
    if flow is None or step is None or not isinstance(step.data, SubFlow):
        return mend(run)
    run.at(flow, step)
    if step.data.save:
        called = run.library.flow_of(ended)
        given = {name: ended["vars"].get(name) for name in (called.outputs if called else ())}
        run.set(step.data.save, {OUTCOME: outcome, **given})
    return step.next


def resume(run: Runner) -> int:
    """Go on with the flow below: what it waits for goes on quietly, its question is put once more after one sentence."""
    top = run.frame
    parked = top.pop("wait", None)
    if parked is not None:
        run.state["wait"] = {name: value for name, value in parked.items() if name != "won"}
        return _wait_on(run, parked)
    flow = run.library.flow_of(top)
    step = standing(flow, top)
    if flow is None or step is None or not isinstance(step.data, Question):
        return mend(run)
    run.at(flow, step)
    run.prefix = run.sentence("bridge")
    run.prompt(step)
    return WAIT


def _wait_on(run: Runner, parked: dict[str, Any]) -> int:
    found = paused(run.library, run.state)
    if found is None:
        return mend(run)
    step = run.at(*found)
    won = parked.get("won")
    if isinstance(won, dict):
        return win(run, step, str(won.get("block")), won.get("event"))
    left = int(parked.get("until") or 0) - run.now
    if left <= 0:
        return win(run, step, "timeout")
    is_reminded = bool(parked.get("stage")) or step.data.remind is None
    half = step.data.seconds / 2
    _set_timer(run, int(is_reminded or left <= half), left if is_reminded or left <= half else left - half)
    return WAIT


def _set_timer(run: Runner, stage: int, seconds: float) -> None:
    seq = run.next_seq()
    run.state["wait"] |= {"seq": seq, "stage": stage}
    run.effects.append(Remind(seq, seconds))


def hold(run: Runner) -> None:
    """Let the `wait` of the flow that is on top now go on; what has ended it meanwhile comes by its timer, not here."""
    parked = run.frame.pop("wait", None)
    if parked is not None:
        run.state["wait"] = dict(parked)
        left = 0 if "won" in parked else int(parked.get("until") or 0) - run.now
        _set_timer(run, int(parked.get("stage") or 0), max(left, 1))


def win(run: Runner, step: Step, block: str, event: Any = None) -> int:
    """A `wait` is over: by its time, by something that happened, or by what the contact wrote."""
    run.state["wait"] = None
    if isinstance(event, dict):
        run.frame["event"] = event
        run.values.pop("event", None)
    run.note(step, {"timeout": "timeout", "on.reply": "reply"}.get(block, "event"), block.removeprefix("on."))
    return step.block(block)


def mend(run: Runner) -> int:
    """Where the running flow stood is gone from its file: say so, and go on at the next question that can be put.

    Else the flow begins again with what is known; where the flow itself is gone, the one below or the menu goes on.
    """
    if run.library.flow_of(run.frame) is None:
        return _without_flow(run)
    run.close(run.frame, "dropped")
    run.state["wait"] = None
    run.say_plain(run.sentence("flow_changed"))
    return resettling.place(run)


def _without_flow(run: Runner) -> int:
    run.say_plain(run.sentence("flow_changed"))
    while run.state["frames"] and run.library.flow_of(run.frame) is None:
        _popped(run, "gone")
    if run.state["frames"]:
        return resume(run)
    menu = run.library.project.menu
    return run.start(menu, {}) if menu in run.library.flows else WAIT


def cut(run: Runner, depth: int, outcome: str) -> None:
    """End what lies above the first `depth` flows, and say nothing of it."""
    while len(run.state["frames"]) > depth:
        _popped(run, outcome)


def silenced(run: Runner) -> None:
    """The contact says nothing more: the running flow is over, and those below that wait for words of hers with it."""
    if run.state.get("owed"):
        over(run, "no_reply")
        if run.state["frames"]:
            run.settle()
        return
    place = base(run, len(run.state["frames"]) - 1)
    kept = waits_below(run, place)
    cut(run, place + 1, "no_reply")
    _popped(run, "no_reply")
    for one in reversed(run.state["frames"][kept:]):
        run.close(one, "dropped")
    del run.state["frames"][kept:]
    run.turned()
    if kept:
        go(run, resume(run))


def base(run: Runner, place: int) -> int:
    """The lowest frame of the calls that the frame at this place is part of."""
    frames = run.state["frames"]
    while place > 0 and frames[place].get("called"):
        place -= 1
    return place


def waits_below(run: Runner, depth: int) -> int:
    """How many of the first `depth` flows are left when those go that nobody will come back to: the topmost `wait`."""
    frames = run.state["frames"]
    while depth > 0 and "wait" not in frames[depth - 1]:
        depth -= 1
    return depth


def is_paused(run: Runner) -> bool:
    wait = run.state.get("wait")
    return bool(run.state["frames"]) and isinstance(wait, dict) and wait.get("kind") == PAUSE
