"""A run: one event being carried out, with everything a step may do while it lasts (`bot.flow.model.Run`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import BudgetBreached, FlowBroken
from bot.flow import formulas, texts
from bot.flow.answers import Spoken, found_early
from bot.flow.effects import Alert, Call, Choice, Effect, Ended, HandOff, Remind, Say
from bot.flow.events import Moment
from bot.flow.library import Library
from bot.flow.model import END, WAIT, CallPlan, Flow, HandOffPlan, Question, Step
from bot.flow.moves import ToPeople
from bot.flow.state import ANSWER, CALL, State, frame
from bot.flow.texts import Texts
from bot.flow.values import seen, stored

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


def pending(library: Library, state: Mapping[str, Any]) -> tuple[Flow, Step] | None:
    """The question that waits for the contact, if there is one and its flow still has it."""
    frames, wait = state.get("frames"), state.get("wait")
    if not isinstance(frames, list) or not frames or not isinstance(wait, dict) or wait.get("kind") != ANSWER:
        return None
    top = frames[-1]
    if not isinstance(top, dict):
        return None
    flow = library.flow_of(top)
    index = flow.by_id.get(str(top.get("at"))) if flow else None
    if flow is None or index is None or not flow.steps[index].kind.waits:
        return None
    return flow, flow.steps[index]


class Values(dict):  # type: ignore[type-arg]
    """The names a flow may use, worked out when one is first asked for."""

    def __init__(self, run: Runner) -> None:
        self._run = run
        self[texts.MISSING] = run.missing

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._run.value_of(name)
        return value


class Runner:
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
        self.missing: list[str] = []
        self.values: Any = Values(self)
        self.step: Step | None = None
        self.file = ""
        self.prefix = ""

    # What is running

    @property
    def open_queues(self) -> frozenset[str]:
        return self.moment.open_queues

    @property
    def frame(self) -> State:
        top: State = self.state["frames"][-1]
        return top

    @property
    def flow(self) -> Flow:
        flow = self.library.flow_of(self.frame)
        if flow is None:
            raise FlowBroken(f"There is no flow “{self.frame['flow']}” any more.")
        return flow

    def value_of(self, name: str) -> Any:
        """A name's value: the flow's own variable, one that outlives flows, or something of this moment."""
        frames = self.state["frames"]
        flow = self.library.flow_of(frames[-1]) if frames else None
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
            case formulas.TODAY:
                return self.moment.now.date()
            case formulas.OPEN_QUEUES:
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
        top["at"], top["tries"], top["rev"] = step.id, 0, self.flow.shape
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
        seq = int(self.state["seq"]) + 1
        self.state["seq"] = seq
        return seq

    def call(self, step: Step, plan: CallPlan) -> int:
        arguments = {name: stored(value.call(self.values)) for name, value in plan.arguments.items()}
        seq = self._next_seq()
        top = self.frame
        top["at"], top["rev"] = step.id, self.flow.shape
        key = f"{self.moment.conversation}.{seq}.{top['flow']}.{step.id}" if plan.is_write else ""
        if plan.is_write:
            top["trail"] = []  # `back` never crosses something that was done
        known = {name: value for name, value in arguments.items() if value is not None}
        self.state["wait"] = {"kind": CALL, "seq": seq, "stage": 0}
        self.effects.append(Call(seq, plan.service, known, plan.is_write, key, plan.timeout_seconds))
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
        # A message that chose this flow may answer its questions too: “mi pedido AB-12345” at a menu.
        if known is None:
            known = found_early(target.early, Spoken(self.message), self.library.project.shapes)
        self.push(target, known, is_digression)
        return 0

    def push(self, flow: Flow, known: Mapping[str, Any], is_digression: bool) -> None:
        if len(self.state["frames"]) >= MAX_FRAMES:
            raise BudgetBreached(f"More than {MAX_FRAMES} flows are open on top of each other.")
        self.state["frames"].append(frame(flow.name, flow.shape, known, is_digression))
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
        flow = self.library.flow_of(self.frame)
        index = flow.by_id.get(self.frame["at"]) if flow is not None else None
        if flow is None or index is None or not flow.steps[index].kind.waits:
            self.state["frames"] = []
            return
        self.prefix = self.sentence("bridge")
        self.prompt(flow.steps[index])

    def go(self, at: int) -> None:
        """Run steps until one waits, hands over, or the flow is through."""
        while at != WAIT:
            if at == END:
                at = self.end("done")
                continue
            flow = self.flow
            step = self.at(flow, flow.steps[at])
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise BudgetBreached(f"One event made the flow take more than {MAX_STEPS} steps.")
            if step.when is not None and not step.when.call(self.values):
                at = step.next
                continue
            self.trace.append(Trace(self.frame["flow"], step.id, step.line))
            at = step.kind.run(self, step)
            if self.missing:
                self.alert_missing()

    def pending_step(self) -> Step:
        found = pending(self.library, self.state)
        if found is None:
            raise FlowBroken("An answer came to a question that no longer waits.")
        return self.at(*found)

    def to_people(self, move: ToPeople, summary: str = "") -> None:
        frames = self.state["frames"]
        flow = self.library.flow_of(frames[-1]) if frames else None
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

    def at(self, flow: Flow, step: Step) -> Step:
        """Note where the run is, for alerts and for the path of a handoff."""
        self.step, self.file = step, flow.file
        return step

    @property
    def place(self) -> str:
        return f"{self.file}:{self.step.line}" if self.step is not None else ""

    def alert_missing(self) -> None:
        """Texts that were sent with a hole in them are told to the editors, with the step that said them."""
        if self.missing and self.step is not None:
            names = ", ".join(dict.fromkeys(self.missing))
            self.effects.append(Alert(f"A text was sent with nothing in place of {names}.", self.place))
            self.missing.clear()
