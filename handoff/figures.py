"""What the tickets of a time say, pure: promises kept, how long things took while the queue was open, what contacts said.

A promise is what the contact was told of her wait, else that of the queue. A length of time is counted in the minutes
the ticket's queue was open. No share is told without the number it is a share of. Instants are seconds since 1970: of
fifty thousand tickets, making times of them is most of the work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple
from zoneinfo import ZoneInfo

from handoff.open_time import OpenTime

# People opened these themselves, or hear nothing: nobody was promised anything.
UNPROMISED = ("agent_takeover", "agent_started", "external", "loop", "too_many", "group")
KEPT, BROKEN, OPEN, NONE = "kept", "broken", "open", "none"
TARGET = 0.9
SCORES = (5, 4, 3, 2, 1)
DAYS_SHOWN = 31  # a longer time is shown by weeks
ZONE_STEP = 900  # no zone is off by less than a quarter of an hour
_ALWAYS = OpenTime()


class Facts(NamedTuple):
    """What is counted of one ticket."""

    ticket_id: str
    queue_id: str
    state: str
    reason: str
    holder_id: str | None
    opened_at: float
    due_at: float | None
    picked_up_at: float | None
    first_reply_at: float | None
    closed_at: float | None
    rest_seconds: int
    broken_at: float | None
    told_until: str | None
    score: int | None


class Measured(NamedTuple):
    """One ticket with what became of its promise, and its minutes of open time: from the handoff to the first word, from
    the handoff to the end, from the first pick-up to the end.
    """

    facts: Facts
    promise: str
    first_minutes: float | None
    whole_minutes: float | None
    hands_minutes: float | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of `n` took at most `p50` minutes, nine in ten at most `p90`."""

    n: int = 0
    p50: float = 0.0
    p90: float = 0.0


@dataclass(slots=True)
class Tally:
    """What is added up of some tickets."""

    tickets: int = 0
    live: int = 0
    promises: Counter[str] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    hands: list[float] = field(default_factory=list)

    @property
    def promised(self) -> int:
        """How many promises were due: kept or broken."""
        return self.promises[KEPT] + self.promises[BROKEN]

    @property
    def rated(self) -> int:
        return sum(self.scores.values())

    @property
    def score(self) -> float | None:
        return sum(score * n for score, n in self.scores.items()) / self.rated if self.rated else None

    def add(self, one: Measured) -> None:
        self.tickets += 1
        self.live += one.facts.closed_at is None
        self.promises[one.promise] += 1
        if one.facts.score is not None:
            self.scores[one.facts.score] += 1
        if one.first_minutes is not None:
            self.first.append(one.first_minutes)
        if one.whole_minutes is not None:
            self.whole.append(one.whole_minutes)
        if one.hands_minutes is not None:
            self.hands.append(one.hands_minutes)


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report shows of its tickets. `days` is (first day, kept, of how many), in order."""

    total: Tally
    queues: Mapping[str, Tally]
    agents: Mapping[str, Tally]
    reasons: Sequence[tuple[str, int]]
    days: Sequence[tuple[date, int, int]]


def measure(facts: Facts, open_time: OpenTime, now: float) -> Measured:
    """One ticket's figures. Its clock stands still while it is snoozed or the contact's turn."""
    first = whole = hands = None
    if facts.first_reply_at is not None:
        first = open_time.seconds(facts.opened_at, facts.first_reply_at) / 60
    if facts.closed_at is not None and facts.picked_up_at is not None:
        hands = max(0.0, open_time.seconds(facts.picked_up_at, facts.closed_at) - facts.rest_seconds) / 60
        whole = hands + open_time.seconds(facts.opened_at, facts.picked_up_at) / 60
    return Measured(facts, promise(facts, now), first, whole, hands)


def promise(facts: Facts, now: float) -> str:
    """What became of the promise: kept, broken, still open, or none (nothing was said, or she left before it was due)."""
    deadline = deadline_of(facts.told_until, facts.due_at)
    if deadline is None or facts.reason in UNPROMISED:
        return NONE
    ended = facts.picked_up_at or facts.closed_at or now
    if facts.broken_at is not None or ended > deadline:
        return BROKEN
    if facts.picked_up_at is not None:
        return KEPT
    return OPEN if facts.closed_at is None else NONE


def deadline_of(told_until: str | None, due_at: float | None) -> float | None:
    """By when somebody should have taken it, as the contact was told."""
    return datetime.fromisoformat(told_until).timestamp() if told_until else due_at


def figures(measured: Iterable[Measured], zone: ZoneInfo, days: int) -> Figures:
    """Add everything up. `days` is how long the time is; days are those of `zone`."""
    queues, agents = dict[str, Tally](), dict[str, Tally]()
    reasons: Counter[str] = Counter()
    by_hour: dict[int, list[int]] = {}
    for one in measured:
        facts = one.facts
        reasons[facts.reason] += 1
        _of(queues, facts.queue_id).add(one)
        if facts.holder_id is not None:
            _of(agents, facts.holder_id).add(one)
        if one.promise in (KEPT, BROKEN):
            counts = by_hour.setdefault(int(facts.opened_at // ZONE_STEP), [0, 0])
            counts[0] += one.promise == KEPT
            counts[1] += 1
    return Figures(_sum(queues.values()), queues, agents, reasons.most_common(), _by_day(by_hour, zone, 1 if days <= DAYS_SHOWN else 7))


def spread(minutes: Sequence[float]) -> Spread:
    """The usual length and the long one, by nearest rank; both are lengths that were measured."""
    if not minutes:
        return Spread()
    ordered = sorted(minutes)
    return Spread(len(ordered), _rank(ordered, 0.5), _rank(ordered, 0.9))


def gaps(said: Iterable[tuple[str, str, datetime]], open_times: Mapping[str, OpenTime]) -> list[float]:
    """The minutes from each first unanswered word of a contact to the next word of a person.

    `said` is (queue, author, time) in the order it was said, one conversation after the other; an empty author divides.
    """
    found: list[float] = []
    waiting: datetime | None = None
    for queue_id, author, at in said:
        if author == "contact":
            waiting = waiting or at
        elif waiting is not None and author == "agent":
            found.append(open_times.get(queue_id, _ALWAYS).between(waiting, at) / 60)
            waiting = None
        elif not author:
            waiting = None
    return found


def _of(tallies: dict[str, Tally], key: str) -> Tally:
    if key not in tallies:
        tallies[key] = Tally()
    return tallies[key]


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.tickets += one.tickets
        total.live += one.live
        total.promises.update(one.promises)
        total.scores.update(one.scores)
        total.first += one.first
        total.whole += one.whole
        total.hands += one.hands
    return total


def _by_day(by_hour: Mapping[int, Sequence[int]], zone: ZoneInfo, step: int) -> list[tuple[date, int, int]]:
    """Kept and due of each day of the zone, or of each week by its Monday."""
    found: dict[date, list[int]] = {}
    for place, (kept, due) in by_hour.items():
        day = datetime.fromtimestamp(place * ZONE_STEP, zone).date()
        counts = found.setdefault(day if step == 1 else day - timedelta(days=day.weekday()), [0, 0])
        counts[0] += kept
        counts[1] += due
    return [(day, kept, due) for day, (kept, due) in sorted(found.items())]


def _rank(ordered: Sequence[float], share: float) -> float:
    return ordered[max(0, ceil(len(ordered) * share) - 1)]
