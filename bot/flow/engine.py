"""The engine: one event or move in, a new state and effects out. Pure; the input is never changed.

Whatever goes wrong while a flow runs becomes an apology, a handoff and an alert with file and line: a contact is
never left in silence by a mistake in a flow.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import FlowBroken
from bot.flow.effects import Alert, Choice, Effect, Remind
from bot.flow.events import CallResult, Event, Moment, TimerDue
from bot.flow.library import Library
from bot.flow.model import CallPlan, Question, Step
from bot.flow.moves import Answer, Back, Cancel, Digress, Invalid, Move, Restart, Start, Tell, ToPeople
from bot.flow.run import Runner, Trace, pending
from bot.flow.state import CALL, State, opened
from bot.flow.texts import Texts
from bot.flow.values import coerced


def advance(
    library: Library, state: Mapping[str, Any], event: Event | Move, moment: Moment, message: str = ""
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Carry out one event or move. `message` is what the contact just wrote, for `message.text`.

    `Said` and `Pressed` come in as moves: which one they mean is decided by `bot.turn`.
    """
    run = Runner(library, opened(state), moment, message)
    try:
        _perform(run, event)
    except Exception as error:  # noqa: BLE001 - a flow never dies on a customer; the alert says where and what
        return apology(library, state, moment, error, run)
    run.alert_missing()
    return run.state, tuple(run.effects), tuple(run.trace)


def _perform(run: Runner, event: Event | Move) -> None:
    match event:
        case Answer():
            _answer(run, event)
        case Invalid():
            _invalid(run, run.pending_step())
        case Start():
            run.state["frames"] = []
            run.go(run.start(event.flow, event.known))
        case Digress():
            run.push(run.library.flows[event.flow], event.known, True)
            run.go(0)
        case Tell():
            _tell(run, event)
        case Cancel():
            _cancel(run)
        case Back():
            _back(run)
        case Restart():
            _restart(run)
        case ToPeople():
            run.to_people(event)
        case CallResult():
            _result(run, event)
        case TimerDue():
            _timer(run, event)
        case _:
            raise FlowBroken(f"What {type(event).__name__} means is decided in bot.turn.")


def _answer(run: Runner, answer: Answer) -> None:
    step = run.pending_step()
    question: Question = step.data
    before = run.values[question.save] if question.save else None
    if question.save:
        run.set(question.save, answer.value)
    for check in question.checks:
        if not check.is_true.call(run.values):
            if question.save:
                run.set(question.save, before)
            _invalid(run, step, check.otherwise)
            return
    run.state["wait"] = None
    run.trace.append(Trace(run.frame["flow"], step.id, step.line, f"answer:{answer.option}"))
    run.go(step.block(f"then.{answer.option}"))


def _invalid(run: Runner, step: Step, why: Texts | None = None) -> None:
    question: Question = step.data
    top = run.frame
    top["tries"] += 1
    if top["tries"] > question.retries:
        run.state["wait"] = None
        if "after_retries" in step.blocks:
            run.go(step.blocks["after_retries"])
        else:
            run.to_people(ToPeople("no_answer"))
        return
    own = why or (question.invalid[min(top["tries"], len(question.invalid)) - 1] if question.invalid else None)
    if own is not None:
        run.say(own, run.choices(step))
        run.wait(step)
        return
    run.prefix = run.sentence("option_hint" if question.is_choice else "fallback")
    run.prompt(step)


def _tell(run: Runner, move: Tell) -> None:
    text = run.sentence(move.text)
    found = pending(run.library, run.state) if move.repeats else None
    if found is not None:
        run.at(*found)
        run.prefix = text
        run.prompt(found[1])
        return
    choices = tuple(Choice(f"{move.text}:{key}", run.sentence(key)) for key in move.offers)
    run.say_plain(text, choices)


def _cancel(run: Runner) -> None:
    if not run.state["frames"]:
        run.say_plain(run.sentence("nothing_to_cancel"))
        return
    run.say_plain(run.sentence("cancelled"))
    run.end("cancelled")


def _back(run: Runner) -> None:
    run.pending_step()
    top = run.frame
    trail = top["trail"]
    flow = run.flow
    if len(trail) > 1 and trail[-2] in flow.by_id:
        dropped = flow.steps[flow.by_id[trail[-1]]].data if trail[-1] in flow.by_id else None
        if isinstance(dropped, Question) and dropped.save:
            run.set(dropped.save, None)
        top["trail"] = trail[:-2]
        run.go(run.goto(trail[-2]))
        return
    _tell(run, Tell("nothing_before", repeats=True))


def _restart(run: Runner) -> None:
    """A pending question was edited away: one sentence, then its flow again with what is known, else the menu."""
    run.say_plain(run.sentence("flow_changed"))
    top: State = run.state["frames"][-1] if run.state["frames"] else {"flow": "", "vars": {}}
    flow = run.library.flows.get(top["flow"]) or run.library.flows.get(run.library.project.menu)
    run.state["frames"], run.state["wait"] = [], None
    if flow is None:
        return
    known = {name: value for name, value in top["vars"].items() if name in flow.data}
    run.push(flow, known, False)
    run.go(0)


def _result(run: Runner, result: CallResult) -> None:
    wait = run.state["wait"]
    if not wait or wait.get("kind") != CALL or wait.get("seq") != result.seq:
        return
    flow = run.library.flow_of(run.frame)
    index = flow.by_id.get(run.frame["at"]) if flow else None
    step = flow.steps[index] if flow is not None and index is not None else None
    if flow is None or step is None or not isinstance(step.data, CallPlan):
        _restart(run)
        return
    run.at(flow, step)
    run.state["wait"] = None
    run.trace.append(Trace(run.frame["flow"], step.id, step.line, f"result:{result.status}"))
    if result.status == "found":
        _found(run, step.data, result)
        run.go(step.next)
    elif result.status in step.blocks:
        run.go(step.blocks[result.status])
    else:
        _unanswered(run, result.status)


def _found(run: Runner, plan: CallPlan, result: CallResult) -> None:
    if plan.save:
        run.set(plan.save, coerced(result.value or {}, plan.outputs))


def _unanswered(run: Runner, status: str) -> None:
    """A service had no good answer and the flow says nothing about it: never silence, always a person."""
    run.say_plain(run.sentence("apology"))
    run.to_people(ToPeople("system_down" if status == "failed" else status))


def _timer(run: Runner, timer: TimerDue) -> None:
    wait = run.state["wait"]
    found = pending(run.library, run.state)
    if found is None or wait is None or wait.get("seq") != timer.seq:
        return
    step = run.at(*found)
    question: Question = step.data
    if question.no_reply is None:
        return
    run.trace.append(Trace(run.frame["flow"], step.id, step.line, "no_reply"))
    if question.no_reply.remind is not None and not wait.get("stage"):
        run.say(question.no_reply.remind)
        run.state["wait"] = {**wait, "seq": run._next_seq(), "stage": 1}
        run.effects.append(Remind(run.state["seq"], question.no_reply.after_seconds))
        return
    run.state["wait"] = None
    if "no_reply.then" in step.blocks:
        run.go(step.blocks["no_reply.then"])
    else:
        run.state["frames"] = run.state["frames"][-1:]
        run.end("no_reply")


def apology(
    library: Library, state: Mapping[str, Any], moment: Moment, error: Exception, failed: Runner | None = None
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Nothing of the failed attempt is kept but its place: say sorry once, fetch a person, tell the editors."""
    safe = Runner(library, opened(state), moment, "")
    safe.say_plain(safe.sentence("apology"))
    safe.to_people(ToPeople("bot_error", priority="high"))
    safe.emit(Alert(f"{type(error).__name__}: {error}"[:500], (failed.place if failed else "") or _origin(error)))
    trace = failed.trace if failed else []
    return safe.state, tuple(safe.effects), (*trace, Trace(decision="bot_error"))


def _origin(error: Exception) -> str:
    """The line of our own code where an error came up, for the editors of the code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
