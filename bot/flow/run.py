"""A run: one event being carried out, with everything a step may do while it lasts (`bot.flow.model.Run`).

What becomes of the flows below when one is over stands in `bot.flow.frames`; what happens outside in `bot.flow.outside`.
"""

from __future__ import annotations

import zlib
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import BudgetBreached, FlowBroken
from bot.flow import draws, handing, heaps, names, offers, proven, rounds, stack, texts
from bot.flow.answers import found_early, heard
from bot.flow.effects import Alert, Call, Choice, Effect, Ended, HandOff, Remind, Say
from bot.flow.events import Moment
from bot.flow.library import Library
from bot.flow.model import END, WAIT, Arms, CallPlan, Flow, HandOffPlan, Loop, Pause, Question, Step, SubFlow
from bot.flow.moves import ToPeople
from bot.flow.places import pending
from bot.flow.state import ANSWER, CALL, PAUSE, State, frame, other_numbers
from bot.flow.texts import Template, Texts
from bot.flow.values import coerced, seen, stored

MAX_STEPS = 100
MAX_SENDS = 10
MAX_FRAMES = 6
MAX_VALUE = 4000
LIGHT = 500  # a flow would need more than a hundred variables of this length to grow too big
# A case that is owed to people is passed on when the contact has not answered the flow's last questions for so long.
OWED_SECONDS = 3_600.0


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing that happened: a step that ran (`flow`, `step`, `line`) or a decision (`decision`).

    `what` is for the figures. Of a question: entered when it is asked, re-asked each time it is put again, and once
    answered, dropped (its flow was over before) or handed_off. no_reply: the contact was silent. waiting, timeout,
    event, reply: of a `wait`. result: of a service. chosen: an arm of `random`. ended: a flow, with its outcome as
    the decision. `revision` is the flow's.
    """

    flow: str = ""
    step: str = ""
    line: int = 0
    decision: str = ""
    revision: str = ""
    what: str = ""


class Values(dict):  # type: ignore[type-arg]
    """The names a flow may use, worked out when one is first asked for."""

    def __init__(self, run: Runner, frame: State | None) -> None:
        self._run = run
        self._frame = frame
        self[texts.MISSING] = run.missing

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._run.value_of(name, self._frame)
        return value


class Runner:
    """One event being carried out. `values` are those of the running flow; `outcome` is how it says that it is over."""

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
        self.values: Any = None
        self.step: Step | None = None
        self.file = ""
        self.prefix = ""
        self.outcome = ""
        self.is_heavy = False  # something was kept that may grow: what the flows keep has to be weighed
        self._flow: Flow | None = None
        self.turned()

    # What is running

    @property
    def now(self) -> int:
        return int(self.moment.now.timestamp())

    @property
    def open_queues(self) -> frozenset[str]:
        return self.moment.open_queues

    @property
    def frame(self) -> State:
        top: State = self.state["frames"][-1]
        return top

    @property
    def flow(self) -> Flow:
        flow = self._flow or self.library.flow_of(self.frame)
        if flow is None:
            raise FlowBroken(f"There is no flow “{self.frame['flow']}” any more.")
        self._flow = flow
        return flow

    def turned(self) -> None:
        """Another flow runs now: its names are others."""
        frames = self.state.get("frames")
        self._flow = None
        self.values = Values(self, frames[-1] if frames else None)

    def value_of(self, name: str, frame: State | None) -> Any:
        """A name's value: the flow's own variable, one that outlives flows, or something of this moment."""
        flow = self.library.flow_of(frame) if frame is not None else None
        if frame is not None and flow is not None and name in flow.data:
            return seen(frame["vars"].get(name), flow.data[name], flow.records.get(name))
        remembered = self.library.project.remembered
        if name in remembered:
            return seen(self.state["vars"].get(name), remembered[name])
        if name == "event":
            return frame.get("event") if frame is not None else None
        return names.special(name, self.library, self.moment, self.language, self.message)

    # What a step may do (bot.flow.model.Run)

    def say(self, text: Texts, choices: tuple[Choice, ...] = (), media_url: str = "") -> None:
        self.say_plain(self.render(text), choices, media_url)

    def say_plain(self, text: str, choices: tuple[Choice, ...] = (), media_url: str = "") -> None:
        self.send(Say(text, choices, media_url))

    def send(self, say: Say) -> None:
        if self.prefix:
            say, self.prefix = replace(say, text=f"{self.prefix}\n{say.text}"), ""
        self.sends += 1
        if self.sends > MAX_SENDS:
            raise BudgetBreached(f"One event made the flow send more than {MAX_SENDS} messages.")
        if say.text.strip() or say.media_url or say.link[1]:
            self.effects.append(say)

    def render(self, text: Texts) -> str:
        return self.picked(text).render(self.values)

    def picked(self, text: Texts) -> Template:
        return text.pick(self.language, self.library.project.default_language, self.variant)

    @property
    def variant(self) -> int:
        """Which of several wordings this conversation hears: always the same, so that it never talks with two voices."""
        return zlib.crc32(self.moment.conversation.encode())

    def emit(self, effect: Effect) -> None:
        self.effects.append(effect)

    def set(self, name: str, value: Any) -> None:
        if isinstance(value, (list, tuple, Mapping)):
            heaps.check(value)
        kept = stored(value)
        if isinstance(kept, str):
            kept = kept[:MAX_VALUE]
        self.is_heavy |= isinstance(kept, (list, dict)) or (isinstance(kept, str) and len(kept) > LIGHT)
        own = self.flow.data
        (self.frame["vars"] if name in own else self.state["vars"])[name] = kept
        self.values.pop(name, None)
        if name in self.library.identity.proven:
            proven.kept(self.state, self.frame, name, self.now)

    def choices(self, step: Step) -> tuple[Choice, ...]:
        question: Question = step.data
        flow = self.frame["flow"]
        return tuple(
            Choice(
                f"{flow}:{step.id}:{option.key}",
                self.render(option.label),
                self.render(option.description) if option.description else "",
            )
            for option in offers.offered(question, self.values, self.language)
        )

    def ask(self, step: Step) -> int:
        top = self.frame
        self.close(top, "dropped")
        self._stand(step)
        top["tries"], top["open"] = 0, step.id
        if not top["trail"] or top["trail"][-1] != step.id:
            top["trail"] = [*top["trail"][-9:], step.id]
        self.note(step, "entered")
        self._put(step)
        return WAIT

    def prompt(self, step: Step) -> None:
        """Say the question again and wait; the old wait's reminders become stale."""
        self.note(step, "re-asked")
        self._put(step)

    def _put(self, step: Step) -> None:
        question: Question = step.data
        if self.is_confirming(question):
            self._confirm(step, self.values[question.save])
        else:
            self.say(question.text, self.choices(step))
        self.wait(step)

    def is_confirming(self, question: Question) -> bool:
        """Is the answer known already, and only its rightness asked for?"""
        return question.confirms_known and bool(question.save) and offers.confirms(question, self.values[question.save])

    def _confirm(self, step: Step, kept: Any) -> None:
        question: Question = step.data
        shown = offers.confirmation(question, kept, self.library.setting(self.language))
        text = self.library.sentence("known_confirm", self.language, ChainMap({"value": shown}, self.values))
        place = f"{self.frame['flow']}:{step.id}"
        self.say_plain(text, offers.yes_and_no(place, self.sentence("yes_word"), self.sentence("no_word")))

    def wait(self, step: Step) -> None:
        seq = self.next_seq()
        gathered = (self.state.get("wait") or {}).get("parts")
        self.state["wait"] = {"kind": ANSWER, "seq": seq, "stage": 0}
        question: Question = step.data
        if gathered and question.gather_seconds:  # said again in the middle of an answer
            self.state["wait"]["parts"] = gathered
            self.effects.append(Remind(seq, question.gather_seconds))
        elif question.no_reply is not None:
            self.effects.append(Remind(seq, question.no_reply.after_seconds))
        elif self.state.get("owed"):
            self.effects.append(Remind(seq, OWED_SECONDS))

    def next_seq(self) -> int:
        seq = int(self.state["seq"]) + 1
        self.state["seq"] = seq
        return seq

    def _stand(self, step: Step) -> None:
        """This is where the running flow stops for now."""
        top = self.frame
        top["at"], top["verb"], top["rev"] = step.id, step.kind.name, self.flow.shape

    def call(self, step: Step, plan: CallPlan) -> int:
        given = {name: value.call(self.values) for name, value in plan.arguments.items()}
        if any(isinstance(value, (list, dict)) for value in given.values()):
            heaps.check(given)
        arguments = {name: stored(value) for name, value in given.items()}
        seq = self.next_seq()
        self._stand(step)
        key = f"{self.moment.conversation}.{seq}.{self.frame['flow']}.{step.id}" if plan.is_write else ""
        if plan.is_write:
            stack.bar_the_way_back(self.state["frames"])
        known = {name: value for name, value in arguments.items() if value is not None}
        self.state["wait"] = {"kind": CALL, "seq": seq, "stage": 0}
        others = {} if plan.is_write else other_numbers(self.state, known)
        self.effects.append(Call(seq, plan.service, known, plan.is_write, key, plan.timeout_seconds, others))
        return WAIT

    def enter(self, step: Step, plan: SubFlow) -> int:
        target = self.library.flows.get(plan.flow) or self.library.kept(plan.flow)
        if target is None:
            raise FlowBroken(f"There is no flow “{plan.flow}”.")
        given = {name: value.call(self.values) for name, value in plan.arguments.items()}
        heaps.check(given)
        self._stand(step)
        self.push(target, coerced(given, target.inputs), called=True)
        return 0

    def pause(self, step: Step, plan: Pause) -> int:
        self._stand(step)
        seq = self.next_seq()
        self.state["wait"] = {"kind": PAUSE, "seq": seq, "stage": 0, "until": self.now + int(plan.seconds)}
        self.effects.append(Remind(seq, plan.seconds / 2 if plan.remind is not None else plan.seconds))
        self.note(step, "waiting")
        return WAIT

    def round(self, step: Step, plan: Loop) -> str:
        found, top = rounds.begun(self.frame.get("loops", {}).get(step.id), plan, self.values), self.frame
        others = {name: one for name, one in top.get("loops", {}).items() if name != step.id}
        self.is_heavy = True
        top["loops"] = {**others, step.id: found.kept} if found.kept is not None else others
        if found.kept is not None:
            top["trail"] = []  # `back` stays in its round: what the one before was about is gone
            if plan.variable:
                self.set(plan.variable, found.item)
        if not top["loops"]:
            del top["loops"]
        return found.state

    def draw(self, step: Step, plan: Arms) -> str:
        whose = self.moment.conversation or str(self.moment.contact.get("phone") or "")
        arm = self.moment.arms.get(plan.name) or draws.drawn(plan, whose)
        self.note(step, "chosen", f"{plan.name}={arm}")
        return arm

    def goto(self, name: str) -> int:
        flow = self.flow
        index = flow.by_id.get(name)
        if index is None:
            raise FlowBroken(f"There is no step “{name}” in this flow.")
        target = flow.steps[index]
        stack.leave_loops(self.frame, target)
        question = target.data
        if isinstance(question, Question) and question.save:
            self.set(question.save, None)
        return index

    def start(self, flow: str, known: Mapping[str, Any] | None = None) -> int:
        """In place of the running flow; whoever lies below does not notice."""
        target = self.library.flows.get(flow) or self.library.kept(flow)
        if target is None:
            raise FlowBroken(f"There is no flow “{flow}”.")
        before = self.state["frames"].pop() if self.state["frames"] else None
        # A message that chose this flow may answer its questions too: “mi pedido AB-12345” at a menu.
        if known is None:
            known = self._found_early(target)
        if before is not None:
            self.close(before, "dropped")
            self.push(target, known, digress=before["digress"], called=before.get("called") is True)
        else:
            self.push(target, known)
        return 0

    def _found_early(self, target: Flow) -> dict[str, Any]:
        project = self.library.project
        return found_early(target.early, heard(project, self.language, self.message, project.day(self.moment.now)))

    def push(self, flow: Flow, known: Mapping[str, Any], *, digress: bool = False, called: bool = False) -> None:
        frames = self.state["frames"]
        self.is_heavy |= bool(known)
        if len(frames) >= MAX_FRAMES and not self._made_room():
            raise BudgetBreached(f"More than {MAX_FRAMES} flows are open on top of each other.")
        if frames and self.state["wait"] and self.state["wait"].get("kind") == PAUSE:
            frames[-1]["wait"] = self.state["wait"]  # its time goes on meanwhile
        fresh = frame(flow.name, flow.shape, known, self.now)
        fresh["digress"] = digress
        if called:
            fresh["called"] = True
        frames.append(fresh)
        self.state["wait"] = None
        self.turned()

    def _made_room(self) -> bool:
        """Somebody who goes from one thing to the next does not come back to the first of them."""
        gone = stack.make_room(self.state["frames"])
        for one in reversed(gone):
            self.close(one, "dropped")
            self.effects.append(Ended(one["flow"], "left"))
        owed = self.state.get("owed")
        if owed:
            self.state["owed"] = {**owed, "depth": max(int(owed.get("depth") or 1) - len(gone), 1)}
        return bool(gone)

    def end(self, outcome: str) -> int:
        """The running flow is over; `bot.flow.frames` sees to the one below."""
        self.outcome = outcome
        return END

    def pending_step(self) -> Step:
        found = pending(self.library, self.state)
        if found is None:
            raise FlowBroken("An answer came to a question that no longer waits.")
        return self.at(*found)

    # People

    def hand_off(self, plan: HandOffPlan) -> int:
        summary = self.render(plan.summary) if plan.summary else ""
        self.to_people(ToPeople(plan.reason, plan.queue, plan.priority, skills=plan.skills), summary)
        return WAIT

    def owe(self, step: Step, plan: HandOffPlan) -> bool:
        place, frames = f"{self.frame['flow']}:{step.id}", self.state["frames"]
        if (self.state.get("owed") or {}).get("step") == place:
            return False
        self.state["owed"] = handing.owing(place, plan, frames, self.step)
        self.renew_owed()
        self.missing.clear()  # what the block is about to ask for is no hole yet
        return True

    def renew_owed(self) -> None:
        """What the block has asked since belongs in the case; where its flow is gone, what was known then stays."""
        owed, frames = self.state.get("owed") or {}, self.state["frames"]
        plan = handing.plan_of(self.library, frames, owed)
        if plan is None:
            return
        there = frames[: int(owed["depth"])]
        values = Values(self, there[-1])
        summary = self.picked(plan.summary).render(values) if plan.summary else ""
        self.state["owed"] = {**owed, "summary": summary, "known": handing.learnt(self.library, there)}

    def settle(self) -> int:
        self.renew_owed()
        self._pass_on(handing.owed(self.library, self.state["frames"], self.state.get("owed") or {}))
        return WAIT

    def to_people(self, move: ToPeople, summary: str = "") -> None:
        self._pass_on(handing.handoff(self.library, self.state["frames"], move, summary, self.step))

    def _pass_on(self, handoff: HandOff) -> None:
        held = {name: value for one in self.state["frames"] for name, value in one["vars"].items()}
        self.effects.append(replace(handoff, held=held))
        for one in self.state["frames"]:
            self.close(one, "handed_off")
        self.state["frames"], self.state["wait"] = [], None
        for name in ("owed", "later"):
            self.state.pop(name, None)
        self.turned()

    # What is told of it

    def sentence(self, key: str) -> str:
        return self.library.sentence(key, self.language, self.values)

    def at(self, flow: Flow, step: Step) -> Step:
        """Note where the run is, for alerts and for the path of a handoff."""
        self.step, self.file = step, flow.file
        return step

    def note(self, step: Step, what: str, decision: str = "") -> None:
        """One line of the trace about a step of the running flow; in place of the one that says that it ran."""
        top = self.frame["flow"]
        if self.trace and self.trace[-1].step == step.id and not self.trace[-1].what and self.trace[-1].flow == top:
            self.trace.pop()
        self.trace.append(Trace(top, step.id, step.line, decision, self.flow.revision, what))

    def close(self, frame: State, what: str) -> None:
        """What became of the question that is open in this frame, if one is."""
        name = frame.pop("open", "")
        if not name:
            return
        flow = self.library.flow_of(frame)
        index = flow.by_id.get(name) if flow is not None else None
        line = flow.steps[index].line if flow is not None and index is not None else 0
        self.trace.append(Trace(frame["flow"], name, line, "", flow.revision if flow else "", what))

    @property
    def place(self) -> str:
        return f"{self.file}:{self.step.line}" if self.step is not None else ""

    def alert_missing(self) -> None:
        """Texts that were sent with a hole in them are told to the editors, with the step that said them."""
        if self.missing and self.step is not None:
            holes = ", ".join(dict.fromkeys(self.missing))
            self.effects.append(Alert(f"A text was sent with nothing in place of {holes}.", self.place))
            self.missing.clear()
