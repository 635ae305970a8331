"""Where to go on in a flow whose running step was edited away: no service is asked and nothing is said on the way."""

from __future__ import annotations

from bot.flow.formulas import known
from bot.flow.model import Flow, Question, Step
from bot.flow.run import Runner

_FARTHEST = 200
_BRANCHES = ("if", "switch")


def place(run: Runner) -> int:
    """The running flow, in its new shape: the number of the step to go on at, 0 where it has to begin again."""
    top, flow = run.frame, run.flow
    top["rev"] = flow.shape
    top["vars"] = {name: value for name, value in top["vars"].items() if name in flow.data}
    kept = {name: one for name, one in top.pop("loops", {}).items() if _is_loop(flow, name)}
    if kept:
        top["loops"] = kept
    run.turned()
    found = _nearest(run, flow)
    if found is None:
        top |= {"at": "", "verb": "", "trail": [], "tries": 0}
        top.pop("loops", None)
        return 0
    return found


def _is_loop(flow: Flow, name: str) -> bool:
    return name in flow.by_id and flow.steps[flow.by_id[name]].kind.name == "repeat"


def _nearest(run: Runner, flow: Flow) -> int | None:
    """The first question on the way that is not answered yet and whose words can be filled in."""
    at = _after_last_answer(run, flow)
    for _ in range(_FARTHEST):
        if not 0 <= at < len(flow.steps):
            return None
        step = flow.steps[at]
        if step.when is not None and not step.when.call(run.values):
            at = step.next
        elif isinstance(step.data, Question):
            if _can_be_put(run, step):
                return at
            at = _answered(run, step)
        else:
            at = _passed(run, flow, step)
    return None


def _after_last_answer(run: Runner, flow: Flow) -> int:
    """Where the last question of hers that is still there leads; the beginning, where none is."""
    gone = run.frame["at"]
    for name in reversed(run.frame["trail"]):
        index = flow.by_id.get(name)
        if name != gone and index is not None and isinstance(flow.steps[index].data, Question):
            return _answered(run, flow.steps[index])
    return 0


def _answered(run: Runner, step: Step) -> int:
    save = step.data.save
    return step.block(f"then.{run.values[save]}") if save else step.next


def _can_be_put(run: Runner, step: Step) -> bool:
    question: Question = step.data
    if question.save and known(run.values[question.save]):
        return False
    names = {name for found in question.text.by_language.values() for one in found for name in one.names}
    return all(known(run.values[name]) for name in names)


def _passed(run: Runner, flow: Flow, step: Step) -> int:
    """Branches decide by what is known; where a flow ends there is nothing to go on at; the rest is passed over."""
    if step.kind.name in _BRANCHES:
        return step.kind.run(run, step)
    if step.kind.name == "goto":
        return flow.by_id.get(str(step.data), -1)
    return -1 if step.kind.ends else step.next
