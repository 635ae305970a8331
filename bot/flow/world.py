"""A make-believe world for one conversation: answers calls from fakes, keeps reminders, lets time pass.

Tests of flows and the simulator speak to a flow through it; both go through `bot.turn.hear`, like customers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot import turn
from bot.errors import BotError
from bot.flow.effects import Alert, Call, Choice, Ended, HandOff, Note, Remember, Remind, Say, Tag, Unanswered
from bot.flow.events import CallResult, Event, External, Moment, Pressed, Said, TicketClosed, TimerDue
from bot.flow.formulas import number
from bot.flow.library import Library
from bot.flow.run import Trace
from bot.flow.words import fold

STATUSES = ("not_found", "failed", "unsure")
START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MAX_ROUNDS = 20
MAX_TIMERS = 1_000


class NoFake(BotError):
    """A flow asked a service for which the test gives no answer."""


@dataclass(slots=True)
class World:
    """One conversation. `said` holds the bot's lines that nobody has looked at yet. While people have it (`is_held`)
    the bot hears nothing, as in a real one.

    `ask` answers a service before the fakes do (a real shop); None leaves the call to them.
    """

    library: Library
    language: str = "es"
    contact: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "twilio-whatsapp"
    now: datetime = START
    fakes: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    open_queues: frozenset[str] = frozenset()
    arms: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    said: list[Say] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    ended: list[str] = field(default_factory=list)
    handoff: HandOff | None = None
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remembered: dict[str, Any] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    trace: list[Trace] = field(default_factory=list)
    learnt: dict[str, Any] = field(default_factory=dict)
    ask: Callable[[Call], CallResult | None] | None = None
    is_held: bool = False
    _timers: list[tuple[datetime, int]] = field(default_factory=list)
    _count: int = 0

    def say(self, text: str, media: tuple[str, ...] = (), location: Mapping[str, Any] | None = None) -> None:
        self._count += 1
        self._hear(Said(text, f"m{self._count}", media=media, location=location))
        self.wait(0)  # a timer of no length rings at once

    def press(self, option: str) -> bool:
        """Tap the choice with this key or label; False when it was not offered."""
        wanted = fold(option)
        for choice in self.choices:
            if wanted in (fold(choice.id), fold(choice.id.rpartition(":")[2]), fold(choice.label)):
                self._count += 1
                self._hear(Pressed(choice.id, choice.label, f"m{self._count}"))
                return True
        return self.tap(option)

    def tap(self, payload: str, label: str = "") -> bool:
        """Tap a button of a campaign, which the shop sent from elsewhere; False when no flow begins with its payload."""
        if payload not in self.library.payloads:
            return False
        self._count += 1
        self._hear(Pressed(payload, label, f"m{self._count}"))
        return True

    def wait(self, seconds: float) -> None:
        """Let time pass; the timers that fall due in it go off at their times, stale ones too, as they really do."""
        until = self.now + timedelta(seconds=seconds)
        for _ in range(MAX_TIMERS):
            due = min(self._timers, default=None)
            if due is None or due[0] > until:
                break
            self._timers.remove(due)
            self.now = max(self.now, due[0])
            self._hear(TimerDue(due[1]))
        self.now = until

    def happen(self, name: str, key: str = "", data: Mapping[str, Any] | None = None) -> None:
        """Something happens outside: an order moved, a payment came in."""
        self._hear(External(name, key, data or {}))

    def standing(self) -> str:
        """Where the running flow stands, as `flow.step`; empty when none runs."""
        frames = self.state.get("frames") or ()
        return f"{frames[-1]['flow']}.{frames[-1]['at']}" if frames else ""

    def close_ticket(self, outcome: str) -> None:
        self.is_held = False
        self._hear(TicketClosed(outcome, "Ana"))

    def _hear(self, event: Event) -> None:
        if self.is_held:
            return
        waiting = [event]
        for _ in range(MAX_ROUNDS):
            if not waiting:
                return
            moment = Moment(self.now, self.contact, self.open_queues, self.language, self.channel, "cnv_test", self.arms)
            result = turn.hear(self.library, self.state, waiting.pop(0), moment)
            self.state = result.state
            self.trace += result.trace
            self._learn()
            for effect in result.effects:
                answer = self._take(effect)
                if answer is not None:
                    waiting.append(answer)

    def _learn(self) -> None:
        """What variables hold, also after their flow is over."""
        for frame in self.state.get("frames", ()):
            self.learnt.update(frame["vars"])
        self.learnt.update(self.state.get("vars", {}))

    def _take(self, effect: Any) -> Event | None:
        match effect:
            case Say():
                self.said.append(effect)
                self.choices = effect.choices or self.choices
            case Call():
                self.calls.append(effect)
                return self._answer(effect)
            case Remind():
                self._timers.append((self.now + timedelta(seconds=effect.after_seconds), effect.seq))
            case HandOff():
                self.handoff, self.is_held = effect, True
                self.learnt.update(effect.held)
            case Ended():
                self.ended.append(effect.outcome)
                self.learnt.update(effect.held)
            case Tag():
                self.tags = [tag for tag in self.tags if tag not in effect.tags]
                self.tags += [] if effect.remove else effect.tags
            case Note():
                self.notes.append(effect.text)
            case Remember():
                self.remembered.update(effect.fields)
            case Alert():
                self.alerts.append(effect)
            case Unanswered():
                self.unanswered.append(effect.text)
        return None

    def _answer(self, call: Call) -> CallResult:
        answered = self.ask(call) if self.ask is not None else None
        if answered is not None:
            return answered
        fakes = self.fakes.get(call.service)
        if fakes is None and call.service in self.library.services:
            fakes = self.library.services[call.service].fake
        told = list(_told(fakes))
        answers = [(used, _gives(told, arguments)) for used, arguments in call.tries()]
        found = next(((used, gives) for used, gives in answers if isinstance(gives, Mapping)), None)
        if found is not None:
            return CallResult(call.seq, "found", found[1], found[0])
        gives = answers[0][1]
        if gives is not None:
            return CallResult(call.seq, gives if gives in STATUSES else "failed")
        given = ", ".join(f"{key}: {value}" for key, value in call.arguments.items())
        raise NoFake(f"There is no answer for {call.service} with {{{given}}}: add one under services.")


def _gives(told: Sequence[tuple[Mapping[str, Any], Any]], arguments: Mapping[str, Any]) -> Any:
    """What the first fake that fits gives; None where none does."""
    fits = (
        gives for wanted, gives in told if all(is_same(arguments.get(key, ""), value) for key, value in wanted.items())
    )
    return next(fits, None)


def is_same(found: Any, wanted: Any) -> bool:
    """Whether a value is what a test wrote: 37.50 is 37.5, case and accents do not matter."""
    left, right = number(found), number(wanted)
    return left == right if left is not None and right is not None else fold(str(found)) == fold(str(wanted))


def _told(fakes: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """What is asked with, and what that gives: a list of `{with, gives}`, one of them, or the answer alone."""
    for fake in fakes if isinstance(fakes, (list, tuple)) else () if fakes is None else (fakes,):
        is_entry = isinstance(fake, Mapping) and ("gives" in fake or "with" in fake)
        entry = fake if is_entry else {"gives": fake}
        wanted = entry.get("with")
        yield wanted if isinstance(wanted, Mapping) else {}, entry.get("gives", "not_found")
