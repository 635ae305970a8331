"""The engine: one event or move in, a new state and effects out. Pure; the input is never changed.

Whatever goes wrong while a flow runs becomes an apology, a handoff and an alert with file and line: a contact is
never left in silence by a mistake in a flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from bot.errors import BudgetBreached, FlowBroken
from bot.flow import functions, texts
from bot.flow.effects import Alert, Call, Choice, Effect, Ended, HandOff, Remind, Say
from bot.flow.events import CallResult, Event, Moment, TimerDue
from bot.flow.library import Library
from bot.flow.model import END, WAIT, CallPlan, Flow, HandOffPlan, Question, Step
from bot.flow.moves import Answer, Back, Cancel, Digress, Invalid, Move, Restart, Start, Tell, ToPeople
from bot.flow.state import ANSWER, CALL, State, frame, opened
from bot.flow.texts import Texts
from bot.flow.values import coerced, seen, stored

MAX_STEPS = 100
MAX_SENDS = 10
MAX_FRAMES = 6
MAX_VALUE = 4000


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that happened: a step that ran (`flow`, `step`, `line`) or a decision (`decision`)."""

    flow: str = ""
    step: str = ""
    line: int = 0
    decision: str = ""


def advance(
    library: Library, state: Mapping[str, Any], event: Event | Move, moment: Moment, message: str = ""
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Carry out one event or move. `message` is what the contact just wrote, for `message.text`.

    `Said` and `Pressed` come in as moves: which one they mean is decided by `bot.turn`.
    """
    run = Engine(library, opened(state), moment, message)
    try:
        run.perform(event)
    except Exception as error:  # noqa: BLE001 - a flow never dies on a customer; the alert says where and what
        return apology(library, state, moment, error, run)
    run.alert_missing()
    return run.state, tuple(run.effects), tuple(run.trace)


def pending(library: Library, state: Mapping[str, Any]) -> tuple[Flow, Step] | None:
    """The question that waits for the contact, if there is one and its flow still has it."""
    frames, wait = state.get("frames"), state.get("wait")
    if not frames or not wait or wait.get("kind") != ANSWER:
        return None
    top = frames[-1]
    flow = library.flows.get(top.get("flow"))
    index = flow.by_id.get(top.get("at")) if flow else None
    if flow is None or index is None or not flow.steps[index].kind.waits:
        return None
    return flow, flow.steps[index]


class Values(dict):  # type: ignore[type-arg]
    """The names a flow may use, worked out when one is first asked for."""

    def __init__(self, run: "Engine") -> None:
        self._run = run
        self[texts.MISSING] = []

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._run.value_of(name)
        return value


class Engine:
    """One event being carried out. `values` are those of the running flow."""

    def __init__(self, library: Library, state: State, moment: Moment, message: str) -> None:
        self.library = library
        self.state = state
        self.moment = moment
        self.message = message
        self.effects: list[Effect] = []
        self.trace: list[Trace] = []
        self.steps = 0
        self.sends = 0
        self.language: str = state.get("lang") or moment.language or library.project.default_language
        self.values: Any = Values(self)
        self.step: Step | None = None
        self.prefix = ""

    # What is running

    @property
    def open_queues(self) -> frozenset[str]:
        return self.moment.open_queues

    @property
    def frame(self) -> State:
        return self.state["frames"][-1]

    @property
    def flow(self) -> Flow:
        name = self.frame["flow"]
        flow = self.library.flows.get(name)
        if flow is None:
            raise FlowBroken(f"There is no flow “{name}” any more.")
        return flow

    def value_of(self, name: str) -> Any:
        """A name's value: the flow's own variable, one that outlives flows, or something of this moment."""
        frames = self.state["frames"]
        flow = self.library.flows.get(frames[-1]["flow"]) if frames else None
        if flow is not None and name in flow.data:
            return seen(frames[-1]["vars"].get(name), flow.data[name], flow.records.get(name))
        remembered = self.library.project.remembered
        if name in remembered:
            return seen(self.state["vars"].get(name), remembered[name])
        return self._special(name)

    def _special(self, name: str) -> Any:
        project = self.library.project
        match name:
            case "message":
                return {"text": self.message}
            case "contact":
                return {"language": self.language, **self.moment.contact}
            case "channel":
                return self.moment.channel
            case "language":
                return self.language
            case functions.TODAY:
                return self.moment.now.date()
            case functions.OPEN_QUEUES:
                return self.moment.open_queues
            case texts.SETTING:
                return self.library.setting(self.language)
            case "shop" | "website" | "privacy_url":
                return getattr(project, name)
        return None

    # What a step may do (bot.flow.model.Run)

    def say(self, text: Texts, choices: tuple[Choice, ...] = (), media_url: str = "") -> None:
        self.say_plain(self.render(text), choices, media_url)

    def say_plain(self, text: str, choices: tuple[Choice, ...] = (), media_url: str = "") -> None:
        if self.prefix:
            text, self.prefix = f"{self.prefix}\n{text}", ""
        self.sends += 1
        if self.sends > MAX_SENDS:
            raise BudgetBreached(f"One event made the flow send more than {MAX_SENDS} messages.")
        if text.strip() or media_url:
            self.effects.append(Say(text, choices, media_url))

    def render(self, text: Texts) -> str:
        turn = self.state["seq"]
        return text.pick(self.language, self.library.project.default_language, turn).render(self.values)

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    def set(self, name: str, value: Any) -> None:
        kept = stored(value)
        if isinstance(kept, str):
            kept = kept[:MAX_VALUE]
        own = self.flow.data
        (self.frame["vars"] if name in own else self.state["vars"])[name] = kept
        self.values.pop(name, None)

    def choices(self, step: Step) -> tuple[Choice, ...]:
        question: Question = step.data
        flow = self.frame["flow"]
        return tuple(
            Choice(
                f"{flow}:{step.id}:{option.key}",
                self.render(option.label),
                self.render(option.description) if option.description else "",
            )
            for option in question.options
            if option.when is None or option.when.call(self.values)
        )

    def ask(self, step: Step) -> int:
        top = self.frame
        top["at"], top["tries"], top["rev"] = step.id, 0, self.flow.revision
        if not top["trail"] or top["trail"][-1] != step.id:
            top["trail"] = [*top["trail"][-9:], step.id]
        self.prompt(step)
        return WAIT

    def prompt(self, step: Step) -> None:
        """Say the question (again) and wait; the old wait's reminders become stale."""
        question: Question = step.data
        self.say(question.text, self.choices(step))
        self.wait(step)

    def wait(self, step: Step) -> None:
        seq = self._next_seq()
        self.state["wait"] = {"kind": ANSWER, "seq": seq, "stage": 0}
        question: Question = step.data
        if question.no_reply is not None:
            self.effects.append(Remind(seq, question.no_reply.after_seconds))

    def _next_seq(self) -> int:
        self.state["seq"] += 1
        return self.state["seq"]

    def call(self, step: Step, plan: CallPlan) -> int:
        service = self.library.services.get(plan.service)
        if service is None:
            raise FlowBroken(f"There is no service “{plan.service}” any more.")
        arguments = {name: stored(value.call(self.values)) for name, value in plan.arguments.items()}
        seq = self._next_seq()
        top = self.frame
        top["at"], top["rev"] = step.id, self.flow.revision
        key = f"{self.moment.conversation}.{seq}.{top['flow']}.{step.id}" if plan.is_write else ""
        if plan.is_write:
            top["trail"] = []  # `back` never crosses something that was done
        known = {name: value for name, value in arguments.items() if value is not None}
        self.state["wait"] = {"kind": CALL, "seq": seq, "stage": 0}
        self.effects.append(Call(seq, plan.service, known, plan.is_write, key, service.timeout_seconds))
        return WAIT

    def goto(self, name: str) -> int:
        index = self.flow.by_id.get(name)
        if index is None:
            raise FlowBroken(f"There is no step “{name}” in this flow.")
        question = self.flow.steps[index].data
        if isinstance(question, Question) and question.save:
            self.set(question.save, None)
        return index

    def start(self, flow: str, known: Mapping[str, Any] | None = None) -> int:
        target = self.library.flows.get(flow)
        if target is None:
            raise FlowBroken(f"There is no flow “{flow}”.")
        is_digression = False
        if self.state["frames"]:
            is_digression = self.state["frames"].pop()["digress"]
        self.push(target, known or {}, is_digression)
        return 0

    def push(self, flow: Flow, known: Mapping[str, Any], is_digression: bool) -> None:
        if len(self.state["frames"]) >= MAX_FRAMES:
            raise BudgetBreached(f"More than {MAX_FRAMES} flows are open on top of each other.")
        self.state["frames"].append(frame(flow.name, flow.revision, known, is_digression))
        self.state["wait"] = None
        self.values = Values(self)

    def hand_off(self, plan: HandOffPlan) -> int:
        summary = self.render(plan.summary) if plan.summary else ""
        self.to_people(ToPeople(plan.reason, plan.queue, plan.priority), summary)
        return WAIT

    def end(self, outcome: str) -> int:
        """End the running flow; the one below goes on with one sentence and its question."""
        ended = self.state["frames"].pop()
        self.state["wait"] = None
        self.values = Values(self)
        self.effects.append(Ended(ended["flow"], outcome))
        if self.state["frames"]:
            self._resume_below()
        return WAIT

    def _resume_below(self) -> None:
        index = self.library.flows[self.frame["flow"]].by_id.get(self.frame["at"]) if self._is_whole() else None
        if index is None or not self.flow.steps[index].kind.waits:
            self.state["frames"] = []
            return
        self.prefix = self.sentence("bridge")
        self.prompt(self.flow.steps[index])

    def _is_whole(self) -> bool:
        return self.frame["flow"] in self.library.flows

    # Moves

    def perform(self, event: Event | Move) -> None:
        match event:
            case Answer():
                self._answer(event)
            case Invalid():
                self._invalid(self._pending_step())
            case Start():
                self.state["frames"] = []
                self.go(self.start(event.flow, event.known))
            case Digress():
                self.push(self.library.flows[event.flow], event.known, True)
                self.go(0)
            case Tell():
                self._tell(event)
            case Cancel():
                self._cancel()
            case Back():
                self._back()
            case Restart():
                self._restart()
            case ToPeople():
                self.to_people(event)
            case CallResult():
                self._result(event)
            case TimerDue():
                self._timer(event)
            case _:
                raise FlowBroken(f"What {type(event).__name__} means is decided in bot.turn.")

    def go(self, at: int) -> None:
        """Run steps until one waits, hands over, or the flow is through."""
        while at != WAIT:
            if at == END:
                at = self.end("done")
                continue
            step = self.step = self.flow.steps[at]
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise BudgetBreached(f"One event made the flow take more than {MAX_STEPS} steps.")
            if step.when is not None and not step.when.call(self.values):
                at = step.next
                continue
            self.trace.append(Trace(self.frame["flow"], step.id, step.line))
            at = step.kind.run(self, step)

    def _pending_step(self) -> Step:
        found = pending(self.library, self.state)
        if found is None:
            raise FlowBroken("An answer came to a question that no longer waits.")
        self.step = found[1]
        return found[1]

    def _answer(self, answer: Answer) -> None:
        step = self._pending_step()
        question: Question = step.data
        before = self.values[question.save] if question.save else None
        if question.save:
            self.set(question.save, answer.value)
        for check in question.checks:
            if not check.is_true.call(self.values):
                if question.save:
                    self.set(question.save, before)
                self._invalid(step, check.otherwise)
                return
        self.state["wait"] = None
        self.trace.append(Trace(self.frame["flow"], step.id, step.line, f"answer:{answer.option}"))
        self.go(step.block(f"then.{answer.option}"))

    def _invalid(self, step: Step, why: Texts | None = None) -> None:
        question: Question = step.data
        top = self.frame
        top["tries"] += 1
        if top["tries"] > question.retries:
            self.state["wait"] = None
            if "after_retries" in step.blocks:
                self.go(step.blocks["after_retries"])
            else:
                self.to_people(ToPeople("no_answer"))
            return
        own = why or (question.invalid[min(top["tries"], len(question.invalid)) - 1] if question.invalid else None)
        if own is not None:
            self.say(own, self.choices(step))
            self.wait(step)
            return
        self.prefix = self.sentence("option_hint" if question.is_choice else "fallback")
        self.prompt(step)

    def _tell(self, move: Tell) -> None:
        text = self.sentence(move.text)
        found = pending(self.library, self.state) if move.repeats else None
        if found is not None:
            self.step = found[1]
            self.prefix = text
            self.prompt(found[1])
            return
        choices = tuple(Choice(f"{move.text}:{key}", self.sentence(key)) for key in move.offers)
        self.say_plain(text, choices)

    def _cancel(self) -> None:
        if not self.state["frames"]:
            self.say_plain(self.sentence("nothing_to_cancel"))
            return
        self.say_plain(self.sentence("cancelled"))
        self.end("cancelled")

    def _back(self) -> None:
        self._pending_step()
        top = self.frame
        trail = top["trail"]
        flow = self.flow
        if len(trail) > 1 and trail[-2] in flow.by_id:
            dropped = flow.steps[flow.by_id[trail[-1]]].data if trail[-1] in flow.by_id else None
            if isinstance(dropped, Question) and dropped.save:
                self.set(dropped.save, None)
            top["trail"] = trail[:-2]
            self.go(self.goto(trail[-2]))
            return
        self._tell(Tell("nothing_before", repeats=True))

    def _restart(self) -> None:
        """A pending question was edited away: one sentence, then its flow again with what is known, else the menu."""
        self.say_plain(self.sentence("flow_changed"))
        top = self.state["frames"][-1] if self.state["frames"] else {"flow": "", "vars": {}}
        flow = self.library.flows.get(top["flow"]) or self.library.flows.get(self.library.project.menu)
        self.state["frames"], self.state["wait"] = [], None
        if flow is None:
            return
        known = {name: value for name, value in top["vars"].items() if name in flow.data}
        self.push(flow, known, False)
        self.go(0)

    def to_people(self, move: ToPeople, summary: str = "") -> None:
        frames = self.state["frames"]
        flow = self.library.flows.get(frames[-1]["flow"]) if frames else None
        queue = move.queue or (flow.queue if flow else "") or self.library.project.default_queue
        handoff = HandOff(
            queue=queue,
            reason=move.reason,
            summary=summary,
            priority=move.priority,
            evidence=move.evidence,
            score=move.score,
            threshold=move.threshold,
            path=self._path(),
            known=self._learnt(flow),
        )
        self.effects.append(handoff)
        self.state["frames"], self.state["wait"] = [], None

    def _path(self) -> str:
        frames = self.state["frames"]
        if not frames:
            return ""
        at = self.step.id if self.step is not None and self.step.id else frames[-1]["at"]
        return " › ".join((*(one["flow"] for one in frames), at))

    def _learnt(self, flow: Flow | None) -> dict[str, Any]:
        """What the agent should not have to ask again; nothing that was asked as sensitive, no whole records."""
        if flow is None:
            return {}
        return {
            name: value
            for name, value in self.frame["vars"].items()
            if name not in flow.sensitive and value is not None and not isinstance(value, (dict, list))
        }

    def sentence(self, key: str) -> str:
        return self.library.sentence(key, self.language, self.values)

    # Events of the world

    def _result(self, result: CallResult) -> None:
        wait = self.state["wait"]
        if not wait or wait.get("kind") != CALL or wait.get("seq") != result.seq:
            return
        flow = self.library.flows.get(self.frame["flow"])
        index = flow.by_id.get(self.frame["at"]) if flow else None
        step = flow.steps[index] if flow is not None and index is not None else None
        if step is None or not isinstance(step.data, CallPlan):
            self._restart()
            return
        self.step = step
        self.state["wait"] = None
        self.trace.append(Trace(self.frame["flow"], step.id, step.line, f"result:{result.status}"))
        if result.status == "found":
            self._found(step.data, result)
            self.go(step.next)
        elif result.status in step.blocks:
            self.go(step.blocks[result.status])
        else:
            self._unanswered(result.status)

    def _found(self, plan: CallPlan, result: CallResult) -> None:
        service = self.library.services.get(plan.service)
        if plan.save and service is not None:
            self.set(plan.save, coerced(result.value or {}, service.outputs))

    def _unanswered(self, status: str) -> None:
        """A service had no good answer and the flow says nothing about it: never silence, always a person."""
        self.say_plain(self.sentence("apology"))
        self.to_people(ToPeople("system_down" if status == "failed" else status))

    def _timer(self, timer: TimerDue) -> None:
        wait = self.state["wait"]
        found = pending(self.library, self.state)
        if found is None or wait is None or wait.get("seq") != timer.seq:
            return
        step = self.step = found[1]
        question: Question = step.data
        if question.no_reply is None:
            return
        self.trace.append(Trace(self.frame["flow"], step.id, step.line, "no_reply"))
        if question.no_reply.remind is not None and not wait.get("stage"):
            self.say(question.no_reply.remind)
            self.state["wait"] = {**wait, "seq": self._next_seq(), "stage": 1}
            self.effects.append(Remind(self.state["seq"], question.no_reply.after_seconds))
            return
        self.state["wait"] = None
        if "no_reply.then" in step.blocks:
            self.go(step.blocks["no_reply.then"])
        else:
            self.state["frames"] = self.state["frames"][-1:]
            self.end("no_reply")

    def alert_missing(self) -> None:
        missing = self.values[texts.MISSING]
        if missing and self.step is not None:
            names = ", ".join(dict.fromkeys(missing))
            self.effects.append(Alert(f"A text was sent with nothing in place of {names}.", _place(self)))


def _place(run: Engine) -> str:
    frames = run.state.get("frames")
    flow = run.library.flows.get(frames[-1]["flow"]) if frames else None
    return f"{flow.file}:{run.step.line}" if flow is not None and run.step is not None else ""


def apology(
    library: Library, state: Mapping[str, Any], moment: Moment, error: Exception, failed: Engine | None = None
) -> tuple[State, tuple[Effect, ...], tuple[Trace, ...]]:
    """Nothing of the failed attempt is kept but its place: say sorry once, fetch a person, tell the editors."""
    safe = Engine(library, opened(state), moment, "")
    safe.say_plain(safe.sentence("apology"))
    safe.to_people(ToPeople("bot_error", priority="high"))
    safe.emit(Alert(f"{type(error).__name__}: {error}"[:500], (_place(failed) if failed else "") or _origin(error)))
    trace = failed.trace if failed else []
    return safe.state, tuple(safe.effects), (*trace, Trace(decision="bot_error"))


def _origin(error: Exception) -> str:
    """The line of our own code where an error came up, for the editors of the code."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""
