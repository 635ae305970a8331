"""What stands before each of our channels: its breaker, its rates, and how much room there is on its wire.

One object of the sender, in its memory. A part that may not go now is held in the database (`not_before`), so that it
keeps nobody waiting: no slot, no other conversation, no other channel. `now` is in seconds since 1970.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from channels.base import Answer
from pipeline.breaker import AWAY, BROKEN, Breaker
from pipeline.rates import AHEAD_SECONDS, NEWS_AHEAD_SECONDS, NO_RATES, Bucket, Pairs, Rates

QUEUE_SECONDS = 0.25  # of a channel's rate: so much may be claimed and wait for its moment on the wire
PARKED = 256  # so many wait in memory for room on a wire; the others in the database
FULL_SECONDS = 1.0
LATE_SECONDS = 0.02
TOGETHER_SECONDS = 0.1  # so far apart are the rounds that news take up
NEWS_LOOK_SECONDS = 8.0  # news look for a place at least so often
LONGEST_HOLD_SECONDS = 60.0
SPAM_HOLD_SECONDS = 60.0
LIMITED_HOLD_SECONDS = 5.0
PROVE_SECONDS = 20.0  # what was broken by the word of a report is not mended by being accepted
PLACES_KEPT = 10_000
PAUSED = "paused"
Key = tuple[str, str]


@dataclass
class Gate:
    """One channel. What changed of it and is not written yet: `is_told` of its rest, `notes` of its sends.

    `news_at` is when the next of the news that wait for a place looks for one.
    """

    breaker: Breaker = field(default_factory=Breaker)
    bucket: Bucket = field(default_factory=Bucket)
    wire: Bucket = field(default_factory=Bucket)
    in_flight: int = 0
    claimed: int = 0
    left_at: float = 0.0
    is_told: bool = True
    is_reported: bool = False
    limited_at: float = 0.0
    news_at: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
    parked: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a part is held; `code` says what for, where an agent should know. `is_parked`: no need to write it down."""

    seconds: float
    code: str | None = None
    is_parked: bool = False


@dataclass
class Gates:
    """All of them. `room` is how many parts may be on the wire of one channel at once."""

    rates: Mapping[Key, Rates] = field(default_factory=dict)
    usual: Rates = NO_RATES
    room: int = 64
    soon: list[tuple[str, float]] = field(default_factory=list)
    _gates: dict[Key, Gate] = field(default_factory=dict)
    _places: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pairs = Pairs(self.rates)
        self._is_new = True
        self._world = 0

    def gate(self, key: Key) -> Gate:
        found = self._gates.get(key)
        if found is None:
            rate = self.rates.get(key, self.usual).channel
            found = self._gates[key] = Gate(bucket=Bucket(rate))
        return found

    def begin(self, world: int = 0) -> None:
        """A round of claims begins. Another world than the last: what was learnt of channels there says nothing here."""
        if world != self._world:
            self._world = world
            self._gates = {key: Gate(bucket=Bucket(self.rates.get(key, self.usual).channel), in_flight=gate.in_flight)
                           for key, gate in self._gates.items()}
            self._places, self._pairs = {}, Pairs(self.rates)
        self.soon = []
        for gate in list(self._gates.values()):
            gate.claimed = 0

    def wait(self, part: Mapping[str, Any], now: float) -> Wait | None:
        """None: it goes now. Else how long it is held."""
        gate = self.gate((part["kind"], part["account"]))
        resting = gate.breaker.wait(now)
        if resting > 0:
            code = PAUSED if gate.breaker.why == BROKEN else None
            return Wait(min(resting, LONGEST_HOLD_SECONDS), code)
        if gate.in_flight + gate.claimed >= self.room:
            if len(gate.parked) < PARKED:
                gate.parked.add(part["conversation_id"])
                return Wait(0.0, is_parked=True)
            return Wait(FULL_SECONDS)
        turn = self._turn(gate, part, now) or self._queues(gate, part, now)
        if turn > 0:
            self.soon.append((part["conversation_id"], turn))
            return Wait(turn)
        gate.breaker.let(now)
        gate.claimed += 1
        return None

    def _turn(self, gate: Gate, part: Mapping[str, Any], now: float) -> float:
        """Seconds until it is this part's turn by the rates, 0: now. Places are given away only a little ahead."""
        place = self._places.pop(part["part_id"], None)
        if place is not None and place <= now:
            return 0.0
        if place is not None:
            self._places[part["part_id"]] = place
            return place - now
        buckets = [gate.bucket]
        pair = self._pairs.of((part["kind"], part["account"], part["address"]), now) if self._pairs.rates else None
        if pair is not None:
            buckets.append(pair)
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > NEWS_AHEAD_SECONDS and is_news(part.get("author", ""), part.get("request", {})):
            return _behind_the_others(gate, now, wait)
        if wait > AHEAD_SECONDS:
            return min(wait, AHEAD_SECONDS * random.uniform(0.8, 1.2) if gate.bucket.pace else LONGEST_HOLD_SECONDS)
        for bucket in buckets:
            bucket.take(now)
        if not wait or (pair is None and wait <= QUEUE_SECONDS):
            return 0.0  # the wire keeps the pace: it need not be looked at once more
        self._keep_place(part["part_id"], now, now + wait)
        return wait

    def _queues(self, gate: Gate, part: Mapping[str, Any], now: float) -> float:
        """Seconds until there is room before the wire, 0: now. What is claimed can no longer be held back by a person."""
        if not gate.bucket.pace:
            return 0.0
        queue = gate.wire.wait(now) + gate.claimed / gate.bucket.pace
        if queue <= QUEUE_SECONDS:
            return 0.0
        self._keep_place(part["part_id"], now, now + queue)
        return queue

    def _keep_place(self, part_id: str, now: float, at: float) -> None:
        if len(self._places) >= PLACES_KEPT:  # of parts that were suppressed meanwhile
            self._places = {key: due for key, due in self._places.items() if due > now - LONGEST_HOLD_SECONDS}
        self._places[part_id] = at

    def started(self, key: Key, now: float) -> float:
        """A part is claimed; in how many seconds it may go. Where rounds come late, what was due meanwhile comes at
        once, and the provider counts what arrives.
        """
        gate = self.gate(key)
        gate.in_flight += 1
        gate.wire.rate = gate.bucket.pace
        return gate.wire.take(now)

    def gap(self, key: Key, now: float) -> float:
        """Seconds until the next part may leave after the one before. Where this process was held up, the moments of
        several are over at once, and the provider counts what arrives.
        """
        gate = self.gate(key)
        return min(max(0.0, gate.left_at + 1 / gate.bucket.pace - now), 1 / gate.bucket.pace) if gate.bucket.pace else 0.0

    def left(self, key: Key, now: float) -> None:
        """A part leaves now; what was lost by being late is lost but for a little, else a rate would never be reached."""
        gate = self.gate(key)
        if gate.bucket.pace:
            gate.left_at = min(now, max(gate.left_at + 1 / gate.bucket.pace, now - LATE_SECONDS))

    def ended(self, key: Key) -> list[str]:
        """A part is off the wire; returns conversations that waited for room."""
        gate = self.gate(key)
        gate.in_flight -= 1
        room = max(0, self.room - gate.in_flight)
        return [gate.parked.pop() for _ in range(min(room, len(gate.parked)))]

    def heard(self, key: Key, answer: Answer, now: float) -> None:
        """What an answer tells of the channel as a whole."""
        gate = self.gate(key)
        if answer.outcome == "sent":
            gate.notes["last_sent_at"] = _moment(now)
            self._mended(gate, now)
            return
        gate.notes |= {"last_refused_at": _moment(now), "last_error_code": answer.code, "last_error_text": answer.text}
        match answer.error_class, answer.action:
            case "CONFIG", "" if answer.outcome == "retry":
                changed = gate.breaker.stopped(now)
            case "RETRY", "late" | "once" | "media":
                changed = gate.breaker.answered()
            case "RETRY", _:
                changed = gate.breaker.failed(now)
            case "RATE", "" | "spam":
                gate.bucket.slow(now, SPAM_HOLD_SECONDS if answer.action else answer.retry_after)
                gate.limited_at = now
                changed = gate.breaker.answered()
            case _:
                changed = gate.breaker.answered()
        gate.is_told = gate.is_told and not changed

    def _mended(self, gate: Gate, now: float) -> None:
        if gate.is_reported:
            gate.is_reported, gate.breaker.until = False, now + PROVE_SECONDS
            return
        if gate.breaker.succeeded():
            gate.is_told = False

    def changes(self) -> list[tuple[Key, dict[str, Any], Breaker | None]]:
        """What is to be written of each channel: times and codes, and its breaker where that changed."""
        found = []
        for key, gate in list(self._gates.items()):
            if gate.notes or not gate.is_told:
                found.append((key, gate.notes, None if gate.is_told else gate.breaker))
                gate.notes, gate.is_told = {}, True
        return found

    def not_written(self, changes: Iterable[tuple[Key, dict[str, Any], Breaker | None]]) -> None:
        """They could not be written; they come again."""
        for key, notes, breaker in changes:
            gate = self.gate(key)
            gate.notes = notes | gate.notes
            gate.is_told = gate.is_told and breaker is None

    def learn(self, rows: Iterable[Mapping[str, Any]], now: float) -> list[Key]:
        """What others wrote of the channels; returns those that somebody has opened again, perhaps before we began."""
        opened, self._is_new, is_new = [], False, self._is_new
        for row in rows:
            key = (row["kind"], row["account"])
            gate = self.gate(key)
            until, limited = _seconds(row["paused_until"]), _seconds(row["limited_at"])
            if gate.is_told and (gate.breaker.why or is_new) and not until:
                gate.breaker.succeeded()
                opened.append(key)
            elif gate.is_told and until > now and until > gate.breaker.until + 1:
                gate.breaker.restore(until, row["paused_why"] or AWAY, row["failures"])
                gate.is_reported = gate.breaker.why == BROKEN
            if limited > max(gate.limited_at, now - LONGEST_HOLD_SECONDS):
                gate.bucket.slow(now, LIMITED_HOLD_SECONDS)
                gate.limited_at = limited
        return opened


def _behind_the_others(gate: Gate, now: float, wait: float) -> float:
    """When news look for a place again: one after the other as the rate lets them, as their places come near, and those
    that come near together in one round. Who asked takes places meanwhile, and then they look once more.
    """
    if not gate.bucket.pace:  # a contact's own pace
        return AHEAD_SECONDS * random.uniform(0.8, 1.2)
    at = min(max(gate.news_at, now + wait), now + NEWS_LOOK_SECONDS)
    gate.news_at = at + 1 / gate.bucket.pace
    return math.ceil((at - QUEUE_SECONDS) / TOGETHER_SECONDS) * TOGETHER_SECONDS - now


def is_news(author: str, request: Mapping[str, Any]) -> bool:
    """What nobody waits for: news of an order, said by the bot on its own account."""
    return author == "bot" and request.get("purpose") == "utility"


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
