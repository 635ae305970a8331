"""A contact who says, taps and lets happen anything at all, by a seed; and what must hold after every step she takes."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.flow.effects import Alert, Call, Ended, HandOff, Remind, Say
from bot.flow.events import CallResult, Event, External, Pressed, Said, TicketClosed, TimerDue
from bot.flow.library import Library
from bot.turn import Turn, hear
from tests.bot.flow.builders import NOW, a_moment

WORDS = (
    "hola", "mi pedido", "mi pedido AB-12345", "AB-12345", "ana@example.com", "ana@other.org", "1", "2", "3", "sí", "no",
    "fin", "varias cosas", "avisame", "cadena", "reclamar", "nada", "nota", "cancelar", "menu", "atrás", "repite",
    "english", "español", "agente", "esto es una vergüenza", "¿cuánto cuesta el envío?", "mañana por la tarde", "5",
    "no sé", "…", "👍", "Grande", "no, quiero otra cosa", "{order.total}",
)  # fmt: skip
# What the question of this name asks for: without a liking for it she would seldom get far.
LIKELY = {"order_ref": "AB-12345", "ref": "AB-12345", "mail": "ana@example.com", "sure": "sí", "fine": "no", "when": "hoy",
          "thing": "lámpara", "size": "1", "word": "sol"}  # fmt: skip
MEDIA = ((), (), (), ("image",), ("audio",), ("sticker",))
RESULTS = (("found", {"status": "shipped"}), ("found", {"status": "delivered", "total": "12.50", "lines": [1, 2]}),
           ("found", {}), ("not_found", None), ("failed", None), ("unsure", None), ("odd", None))  # fmt: skip
EVENTS = ("order_moved", "cancelled", "order_delivered", "unheard_of")
KEYS = ("", "AB-12345", "CD-54321")
LAPSES = (1, 20, 600, 900, 3_600, 90_000, 700_000)
MAX_TIMERS = 30


class Walk:
    """One conversation. `libraries` are editions of the same flows: it may be moved from one to another."""

    def __init__(self, libraries: Sequence[Library], seed: int) -> None:
        self.libraries = libraries
        self.library = libraries[0]
        self.dice = random.Random(seed)
        self.state: Mapping[str, Any] = {}
        self.written = "{}"
        self.now = NOW
        self.timers: list[tuple[Any, int]] = []
        self.taps = ["home:1:x"]
        self.open: Counter[tuple[str, str]] = Counter()
        self.is_held = False
        self.seen: Counter[str] = Counter()

    def step(self) -> None:
        """One thing happens; an AssertionError says what did not hold."""
        if len(self.libraries) > 1 and self.dice.random() < 0.02:
            self.library = self.dice.choice(self.libraries)
        event = self._event()
        moment = a_moment(now=self.now, open_queues=frozenset(self.dice.choice(((), ("returns", "general")))),
                          conversation=f"cnv_{self.dice.randint(0, 3)}")  # fmt: skip
        turn = hear(self.library, self.state, event, moment)
        again = hear(self.library, self.state, event, moment)
        written = json.dumps(turn.state)
        told = f"{event} in {self.written} gave {turn}"
        assert json.dumps(self.state) == self.written, f"the state was changed: {told}"
        assert (written, repr(again)) == (json.dumps(again.state), repr(turn)), f"not the same twice: {told}"
        self._check(event, turn, told)
        self._take(turn)
        self.state, self.written = json.loads(written), written

    def _event(self) -> Event:
        wait = self.state.get("wait") or {}
        if self.is_held:
            self.is_held = False
            return TicketClosed(self.dice.choice(("resolved", "returned")))
        if wait.get("kind") == "call" and self.dice.random() < 0.8:
            status, value = self.dice.choice(RESULTS)
            return CallResult(wait["seq"] - (self.dice.random() < 0.05), status, value)
        if wait.get("kind") == "wait" and self.dice.random() < 0.4:
            return self._timer()
        draw = self.dice.random()
        frames = self.state.get("frames") or [{}]
        likely = LIKELY.get(frames[-1].get("at", ""), "2")
        if draw < 0.35 and wait.get("kind") == "answer":
            return Said(likely, "m1")
        if draw < 0.60:
            return Said(self.dice.choice(WORDS), "m1", media=self.dice.choice(MEDIA))
        if draw < 0.75:
            return Pressed(self.dice.choice(self.taps))
        if draw < 0.85:
            return External(self.dice.choice(EVENTS), self.dice.choice(KEYS), {"ref": "AB-12345", "n": 1})
        if draw < 0.87:
            self.now += timedelta(seconds=self.dice.choice(LAPSES))
        return self._timer()

    def _timer(self) -> Event:
        due = min(self.timers, default=None)
        if due is None:
            return TimerDue(self.dice.randint(0, 5))
        self.timers.remove(due)
        self.now = max(self.now, due[0])
        return TimerDue(due[1])

    def _check(self, event: Event, turn: Turn, told: str) -> None:
        effects, state = turn.effects, turn.state
        assert not any(isinstance(one, Alert) for one in effects), f"an alert: {told}"
        assert not any(isinstance(one, HandOff) and one.reason == "bot_error" for one in effects), told
        assert all(one.text.strip() for one in effects if isinstance(one, Say) and not one.media_url), told
        frames = state.get("frames") or []
        assert len(frames) <= 6 and len(state.get("later") or ()) <= 10, f"too much is open: {told}"
        assert not (state.get("owed") and not frames), f"a case that nobody gets: {told}"
        assert not (state.get("wait") and not frames), f"a wait of nobody: {told}"
        if frames and turn.outcome != "later":
            assert state["wait"], f"a flow that waits for nothing: {told}"
        if isinstance(event, Said):
            has_answer = any(isinstance(one, (Say, HandOff, Call)) for one in effects) or turn.outcome == "later"
            is_part = bool((state.get("wait") or {}).get("parts"))
            is_told = any(one.what == "waiting" for one in turn.trace)
            assert has_answer or is_part or is_told, f"no answer: {told}"

    def _take(self, turn: Turn) -> None:
        for effect in turn.effects:
            if isinstance(effect, Remind):
                assert effect.after_seconds > 0
                self.timers.append((self.now + timedelta(seconds=effect.after_seconds), effect.seq))
            elif isinstance(effect, Say) and effect.choices:
                self.taps = [*self.taps, *(choice.id for choice in effect.choices)][-12:]
            elif isinstance(effect, HandOff):
                self.is_held = True
            elif isinstance(effect, Ended):
                self.seen[f"ended {effect.outcome}"] += 1
        self.timers = self.timers[-MAX_TIMERS:]
        self._count(turn)

    def _count(self, turn: Turn) -> None:
        """Every question that is asked is answered, dropped or handed over, once."""
        for one in turn.trace:
            self.seen[one.what or one.decision.partition(":")[0]] += 1
            if one.what == "entered":
                self.open[one.flow, one.step] += 1
            elif one.what in ("answered", "dropped", "handed_off"):
                self.open[one.flow, one.step] -= 1
                assert self.open[one.flow, one.step] >= 0, f"closed twice: {one}"
        standing = Counter((one["flow"], one["open"]) for one in turn.state.get("frames") or () if "open" in one)
        assert +self.open == standing, f"the figures do not add up: {+self.open} {standing}"
