"""The engine: one event or move in, a new state and effects out. Pure; the input is never changed.

Whatever goes wrong while a flow runs becomes an apology, a handoff and an alert with file and line: a contact is
never left in silence by a mistake in a flow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.errors import BudgetBreached, FlowBroken
from bot.flow import frames, gathering, handing, outside, proven
from bot.flow.effects import Alert, Choice, Effect, Remind
from bot.flow.events import CallResult, Event, External, Moment, TimerDue
from bot.flow.library import Library
from bot.flow.model import CallPlan, Question, Step
from bot.flow.moves import (
    Answer,
    AskAnew,
    Back,
    Cancel,
    Digress,
    GoBack,
    Invalid,
    Move,
    Part,
    Reply,
    Restart,
    Start,
    Tell,
    ToPeople,
)  # fmt: skip
from bot.flow.places import paused, pending, standing
from bot.flow.run import Runner, Trace
from bot.flow.state import CALL, State, opened
from bot.flow.texts import Texts
from bot.flow.values import coerced

MAX_STATE_BYTES = 65_536
# What the people of the shop read where nobody knows whether a service did what it was asked for.
UNSURE = "dudoso"
_OUTSIDE = (CallResult, TimerDue, External)


def advance(
    library: Library, state: Mapping[str, Any], event: Event | Move, moment: Moment, message: str = ""
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Carry out one event or move. `message` is what the contact just wrote, for `message.text`.

    `Said` and `Pressed` come in as moves: which one they mean is decided by `bot.turn`.
    """
    run = Runner(library, opened(state), moment, message)
    try:
        if not isinstance(event, _OUTSIDE):
            proven.forget(run.state, run.now, library.identity.lasts_seconds)
            if run.state["frames"]:
                run.frame["heard"] = run.now
        if run.state.get("owed"):
            run.renew_owed()
            run.missing.clear()
        _perform(run, event)
        outside.catch_up(run)
        if run.state.get("owed") and not run.state["frames"]:
            run.settle()
        if run.is_heavy:
            _check_size(run.state)
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
        case Part():
            gathering.add(run, run.pending_step(), event)
        case AskAnew():
            _ask_anew(run, run.pending_step())
        case Start():
            _start(run, event)
        case Digress():
            run.push(run.library.flows[event.flow], event.known, digress=True)
            frames.go(run, 0)
        case GoBack():
            _go_back(run, event)
        case Tell():
            _tell(run, event)
        case Reply():
            _reply(run)
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
        case External():
            outside.hear(run, event)
        case _:
            raise FlowBroken(f"What {type(event).__name__} means is decided in bot.turn.")


def _check_size(state: State) -> None:
    """What a database keeps of a conversation has a bound; a flow that heaps things up is stopped there."""
    if state["frames"] and len(json.dumps(state)) > MAX_STATE_BYTES:
        raise BudgetBreached(f"What the flows keep of this conversation is more than {MAX_STATE_BYTES} bytes.")


def _start(run: Runner, move: Start) -> None:
    """In place of everything, or of the running flow alone; a flow that waits for its time goes on below."""
    if frames.is_paused(run):
        run.push(run.library.flows[move.flow], move.known, digress=True)
        frames.go(run, 0)
        return
    everyone = run.state["frames"]
    place = frames.base(run, len(everyone) - 1) if everyone else 0
    left = place if move.keeps else frames.waits_below(run, place)
    for one in reversed(everyone[left:]):
        run.close(one, "dropped")
    is_on_top = left > 0 and (left < place or everyone[place]["digress"])
    del everyone[left:]
    owed = run.state.get("owed")
    if owed:
        run.state["owed"] = {**owed, "depth": min(int(owed.get("depth") or 1), left + 1)}
    run.state["wait"] = None
    run.push(run.library.flows[move.flow], move.known, digress=is_on_top)
    frames.go(run, 0)


def _go_back(run: Runner, move: GoBack) -> None:
    frames.cut(run, move.depth, "left")
    if move.known:
        _start(run, Start(run.frame["flow"], move.known, keeps=True))
    else:
        if "wait" in run.frame:  # a wait goes on without a word, and she has written one
            run.say_plain(run.sentence("go_on"))
        frames.go(run, frames.resume(run))


def _reply(run: Runner) -> None:
    found = paused(run.library, run.state)
    if found is None:
        raise FlowBroken("A reply came to a wait that is over.")
    frames.go(run, frames.win(run, run.at(*found), "on.reply"))


def _answer(run: Runner, answer: Answer) -> None:
    step = run.pending_step()
    question: Question = step.data
    before = run.values[question.save] if question.save else None
    if question.save:
        run.set(question.save, answer.value)
    for check in question.checks:
        if not check.is_true.call(run.values):
            if question.save:
                run.set(question.save, None if question.confirms_known else before)
            _invalid(run, step, check.otherwise)
            return
    run.state["wait"] = None
    run.frame.pop("open", None)
    # An option made of a list is her own order or address: that is no figure, and stays out of the step log.
    named = answer.option if any(one.key == answer.option for one in question.options) else ""
    run.note(step, "answered", f"answer:{named}")
    kind = step.kind
    frames.go(run, kind.answered(run, step, answer.value) if kind.answered else step.block(f"then.{answer.option}"))


def _ask_anew(run: Runner, step: Step) -> None:
    """The known answer was wrong: it is forgotten, and asked for as if it had never been known."""
    run.set(step.data.save, None)
    run.prompt(step)


def _invalid(run: Runner, step: Step, why: Texts | None = None) -> None:
    question: Question = step.data
    top = run.frame
    top["tries"] += 1
    if top["tries"] > question.retries:
        run.state["wait"] = None
        if "after_retries" in step.blocks:
            frames.go(run, step.blocks["after_retries"])
        elif question.gives_up:
            frames.go(run, step.next)
        else:
            run.to_people(ToPeople("no_answer"))
        return
    own = why or (question.invalid[min(top["tries"], len(question.invalid)) - 1] if question.invalid else None)
    if own is not None and not run.is_confirming(question):
        run.note(step, "re-asked")
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
        if move.bridges:
            run.say_plain(text)
            text = run.sentence("bridge")
        run.prefix = text
        run.prompt(found[1])
        return
    choices = tuple(Choice(f"{move.text}:{key}", run.sentence(key)) for key in move.offers)
    run.say_plain(text, choices)


def _cancel(run: Runner) -> None:
    """End the flow on top, with those that called it: to the contact they are one."""
    if not run.state["frames"]:
        run.say_plain(run.sentence("nothing_to_cancel"))
        return
    run.say_plain(run.sentence("cancelled"))
    frames.cut(run, frames.base(run, len(run.state["frames"]) - 1) + 1, "cancelled")
    frames.go(run, frames.over(run, "cancelled"))


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
        frames.go(run, run.goto(trail[-2]))
        return
    _tell(run, Tell("nothing_before", repeats=True))


def _restart(run: Runner) -> None:
    """Where the running flow stood was edited away. With no flow under way any more there is only the sentence."""
    if run.state["frames"]:
        frames.go(run, frames.mend(run))
    else:
        run.say_plain(run.sentence("flow_changed"))


def _result(run: Runner, result: CallResult) -> None:
    wait = run.state["wait"]
    if not wait or wait.get("kind") != CALL or wait.get("seq") != result.seq:
        return
    flow = run.library.flow_of(run.frame)
    step = standing(flow, run.frame)
    if flow is None or step is None or not isinstance(step.data, CallPlan):
        _restart(run)
        return
    run.at(flow, step)
    run.state["wait"] = None
    run.note(step, "result", f"result:{result.status}")
    if result.status == "found":
        _found(run, step.data, result)
        frames.go(run, step.next)
    elif result.status in step.blocks:
        frames.go(run, step.blocks[result.status])
    else:
        _unanswered(run, result.status)


def _found(run: Runner, plan: CallPlan, result: CallResult) -> None:
    for name, value in result.used.items():
        source = plan.arguments[name].source if name in plan.arguments else ""
        if source in run.flow.data or source in run.library.project.remembered:
            run.set(source, value)  # another number of her message is the one that exists
    run.state.pop("numbers", None)
    if plan.save:
        run.set(plan.save, coerced(result.value or {}, plan.outputs))
        proven.shown(run.frame if plan.save in run.flow.data else run.state, plan.service, plan.save, run.now)


def _unanswered(run: Runner, status: str) -> None:
    """A service had no good answer and the flow says nothing about it: never silence, always a person."""
    run.say_plain(run.sentence("apology"))
    run.to_people(ToPeople("system_down" if status == "failed" else status), UNSURE if status == "unsure" else "")


def _timer(run: Runner, timer: TimerDue) -> None:
    wait = run.state["wait"]
    if wait is None or wait.get("seq") != timer.seq:
        outside.rings_below(run, timer.seq)
        return
    found = paused(run.library, run.state)
    if found is not None:
        _time_passed(run, run.at(*found), wait)
        return
    found = pending(run.library, run.state)
    if found is not None:
        _silent(run, run.at(*found), wait)
    elif wait.get("kind") != CALL and run.state["frames"]:
        _restart(run)


def _time_passed(run: Runner, step: Step, wait: State) -> None:
    """A `wait`: its reminder at half of the time, once, and then its end."""
    won = wait.get("won")
    if isinstance(won, dict):
        frames.go(run, frames.win(run, step, str(won.get("block")), won.get("event")))
        return
    left = int(wait.get("until") or 0) - run.now
    if step.data.remind is not None and not wait.get("stage") and left > 0:
        run.say(step.data.remind)
        run.state["wait"] = {**wait, "seq": run.next_seq(), "stage": 1}
        run.effects.append(Remind(run.state["seq"], left))
        return
    frames.go(run, frames.win(run, step, "timeout"))


def _silent(run: Runner, step: Step, wait: State) -> None:
    """A question that was not answered in time: one reminder, then its own way on, else the flows end quietly."""
    question: Question = step.data
    if gathering.is_whole(run):
        _gathered(run, step)
        return
    if question.no_reply is None and not run.state.get("owed"):
        return
    run.note(step, "no_reply", "no_reply")
    if question.no_reply is not None and question.no_reply.remind is not None and not wait.get("stage"):
        run.say(question.no_reply.remind)
        run.state["wait"] = {**wait, "seq": run.next_seq(), "stage": 1}
        run.effects.append(Remind(run.state["seq"], question.no_reply.after_seconds))
        return
    run.state["wait"] = None
    if "no_reply.then" in step.blocks:
        frames.go(run, step.blocks["no_reply.then"])
        return
    if question.gives_up:
        frames.go(run, step.next)
        return
    frames.silenced(run)


def _gathered(run: Runner, step: Step) -> None:
    """The contact has been quiet for a while: what she sent is the answer, or it is none."""
    value = gathering.value(run, step.data)
    run.state["wait"] = {name: one for name, one in run.state["wait"].items() if name != gathering.PARTS}
    if value is None:
        _invalid(run, step)
    else:
        _answer(run, Answer(value))


def apology(
    library: Library, state: Mapping[str, Any], moment: Moment, error: Exception, failed: Runner | None = None
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Nothing of the failed attempt is kept but its place: say sorry once, fetch a person, tell the editors."""
    safe = Runner(library, opened(state), moment, "")
    safe.say_plain(safe.sentence("apology"))
    safe.to_people(ToPeople("bot_error", priority="high"))
    told = handing.told_of(library, opened(state)["frames"], error, _heard(failed))
    safe.emit(Alert(told[:500], (failed.place if failed else "") or _origin(error)))
    # what the failed attempt made of its questions is not so; only where it went is of interest
    went = [one for one in failed.trace if not one.what] if failed else []
    return safe.state, tuple(safe.effects), (*went, *safe.trace, Trace(decision="bot_error"))


def _heard(failed: Runner | None) -> str:
    return failed.message if failed is not None else ""


def _origin(error: Exception) -> str:
    """The line of our own code where an error came up, for the editors of the code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
