"""Where a contact may stand, and what may come next: the board on which `bot.flow.proof.turns` counts.

Three contacts are walked through every flow: one who *answers* and taps what is on the screen, one who is never
understood (*misses*), one who says nothing (*silent*). Where she decides, the best of her choices counts; where data, a
service, the hour or a typed answer decide, the worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.flow.library import Library
from bot.flow.model import END, Flow, Question, Step
from bot.flow.proof import truth
from bot.flow.proof.opposites import opposite
from bot.flow.proof.ways import PERSON, Roads, Way, target
from bot.flow.steps.switch import Switch
from bot.flow.words import fold

ANSWERS, MISSES, SILENT = "answers", "misses", "silent"
# How a flow's end counts: `top`, it is followed by the contact's next message; inside `call`, as nothing (`open`) or as
# no way out at all (`shut`).
TOP, OPEN, SHUT = "top", "open", "shut"
# What decides between the ways on.
BEST, WORST, SUM, REST = "best", "worst", "sum", "rest"
ARRIVED, STANDING, AGAIN, RETURNING = 0, 1, 2, 3


class Position(NamedTuple):
    """A step of a flow; `knows` is the variable and the value of the contact's last choice, while a condition asks."""

    mode: str
    flow: str
    index: int
    stage: int = ARRIVED
    knows: tuple[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A way taken: where it leads and how many messages of the contact it takes."""

    to: Position
    turns: int
    way: Way


@dataclass(slots=True)
class Place:
    """A position with what decides there. `others` are moves that may happen and that nobody counts on."""

    decides: str
    moves: list[Move] = field(default_factory=list)
    others: list[Move] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Map:
    """All flows with their roads; `asked` are the variables that conditions of a flow look at."""

    library: Library
    roads: Mapping[str, Roads]
    asked: Mapping[str, frozenset[str]]
    fallback: str


def charted(library: Library, every: Mapping[str, Roads]) -> Map:
    """The board's ground: all flows with the one that takes what nobody understands."""
    project = library.project
    fallback = next((name for name in (project.fallback, project.menu) if name in library.flows), "")
    return Map(library, every, {name: _asked(flow) for name, flow in library.flows.items()}, fallback)


def _asked(flow: Flow) -> frozenset[str]:
    names: set[str] = set()
    for step in flow.steps:
        names |= {name for expression in conditions(step) for name in expression.names}
    return frozenset(names)


def conditions(step: Step) -> Iterator[Any]:
    """The expressions that decide where the contact goes from this step."""
    if step.when is not None:
        yield step.when
    if isinstance(step.data, Question):
        yield from (option.when for option in step.data.options if option.when is not None)
    elif isinstance(step.data, Switch):
        yield step.data.value
    elif step.kind.name == "if":
        yield from (condition for condition, _ in step.data)


class Board:
    """The places that one kind of contact can come to, worked out from `starts`.

    `barred` are ways (flow, step, place in the list) that were shown to be taken only so many times.
    """

    def __init__(self, chart: Map, contact: str, starts: Iterable[Position], barred: frozenset[Any] = frozenset()) -> None:
        self.chart = chart
        self.contact = contact
        self.barred = barred
        self.places: dict[Position, Place] = {}
        waiting = list(starts)
        while waiting:
            position = waiting.pop()
            if position in self.places:
                continue
            place = self.places[position] = self._place(position)
            waiting += [move.to for move in place.moves if move.to not in self.places]
            waiting += [move.to for move in place.others if move.to not in self.places]

    def step(self, position: Position) -> Step:
        return self.chart.roads[position.flow].step(position.index)

    def _place(self, at: Position) -> Place:
        if at.index < 0:
            return self._end(at)
        if at.flow not in self.chart.roads:
            return Place(REST)  # it could not be read: its own findings come first
        step = self.step(at)
        if at.stage == ARRIVED:
            arrived = self._arrival(at, step)
            if arrived is not None:
                return arrived
        if isinstance(step.data, Question):
            return self._question(at, step, step.data)
        if step.kind.name == "call":
            return self._call(at, step)
        if step.kind.name == "wait":
            return self._wait(at)
        ways = self._open_ways(at, step)
        if at.stage == AGAIN:
            ways = [way for way in ways if way.how != "then"]
        return Place(WORST, [self._move(at, way, self._rounds(at) if at.stage == AGAIN else 0) for way in ways])

    def _end(self, at: Position) -> Place:
        """The end of a flow, or a person. After the last flow it takes one message to come to the fallback."""
        fallback = self.chart.fallback
        if at.index == PERSON or at.mode == OPEN or self.contact == SILENT:
            return Place(REST)
        if at.mode == SHUT:
            return Place(BEST)
        if not fallback:
            return Place(REST)
        return Place(WORST, [Move(Position(TOP, fallback, 0), 1, Way("next_message", 0, flow=fallback))])

    def _arrival(self, at: Position, step: Step) -> Place | None:
        """What may keep a step from happening at all: its `when`, or an answer that is known already."""
        skips = [self._move(at, way) for way in self.chart.roads[at.flow].ways[at.index] if way.how == "skip"]
        holds = truth.verdict(step.when, self._facts(at)) if step.when is not None else True
        if holds is False:
            return Place(WORST, skips[:1])
        if holds and step.when is not None:
            skips = skips[1:]
        if not skips and not isinstance(step.data, Question):
            return None
        return Place(WORST, [*skips, Move(at._replace(stage=STANDING), 0, Way("stay", at.index))])

    def _open_ways(self, at: Position, step: Step) -> list[Way]:
        """The ways that are not ruled out by what is known, nor barred."""
        every = [way for way in self.chart.roads[at.flow].ways[at.index] if way.how != "skip"]
        chosen = branch(step, every, self._facts(at))
        if not self.barred:
            return chosen
        return [way for way in chosen if (at.flow, at.index, way) not in self.barred] or chosen

    def _facts(self, at: Position) -> dict[str, Any]:
        return dict((at.knows,)) if at.knows else {}

    def _move(self, at: Position, way: Way, turns: int = 0, knows: tuple[str, Any] | None = None) -> Move:
        """Follow a way; what was known stays known until the same variable is asked again or cleared by a goto."""
        knows = knows or at.knows
        if way.how == "start":
            return Move(Position(at.mode, way.flow, 0), turns, way)
        if way.to < 0:
            return Move(Position(at.mode, at.flow if way.to == END else "", way.to), turns, way)
        stage = AGAIN if way.again else ARRIVED
        if way.how == "goto":
            data = self.chart.roads[at.flow].step(way.to).data
            stage = STANDING if isinstance(data, Question) and data.skips_known else ARRIVED  # its value is cleared
            knows = None if knows and isinstance(data, Question) and data.save == knows[0] else knows
        return Move(Position(at.mode, at.flow, way.to, stage, knows), turns, way)

    # Questions

    def _question(self, at: Position, step: Step, question: Question) -> Place:
        ways = [way for way in self.chart.roads[at.flow].ways[at.index] if way.how != "skip"]
        missed = [self._move(at, way, question.retries + 1) for way in ways if way.how == "wrong"]
        silence = [self._move(at, way) for way in ways if way.how == "silence"]
        if self.contact == SILENT:
            return Place(WORST, silence) if silence else Place(REST)
        if self.contact == MISSES and missed:
            return Place(WORST, missed)
        # the last try may be the one that is understood; “is it this one?” is a message of its own
        tries = (question.retries + 1 if missed else 1) + question.confirms_known
        answered = [self._answered(at, way, question, tries) for way in ways if way.how in ("option", "valid", "none")]
        if self.contact == MISSES:
            return Place(WORST, answered)
        if question.type == "yes_no" and not any(name.startswith("then.") for name in step.blocks):
            ends_round = 0 <= step.next <= step.index
            both = [self._move(at, Way("valid", step.next, word, again=ends_round), 1,
                               self._kept(at, question, word == "yes")) for word in ("yes", "no")]  # fmt: skip
            return Place(BEST, both, missed + silence)
        if question.options:
            return self._choice(at, question, answered, missed, silence)
        return Place(WORST, answered + missed, silence)

    def _answered(self, at: Position, way: Way, question: Question, tries: int) -> Move:
        option = next((one for one in question.options if one.key == way.what), None) if way.how == "option" else None
        value = None if option is None or question.is_many else way.what if option.value is None else option.value
        knows = None if value is None else self._kept(at, question, value)
        if knows is None and at.knows and at.knows[0] == question.save:
            at = at._replace(knows=None)
        return self._move(at, way, 1 if way.how == "option" else tries, knows)

    def _kept(self, at: Position, question: Question, value: Any) -> tuple[str, Any] | None:
        return (question.save, value) if question.save in self.chart.asked[at.flow] else None

    def _choice(
        self, at: Position, question: Question, answered: list[Move], missed: list[Move], silence: list[Move]
    ) -> Place:
        """She takes the best of what is surely on the screen; an option that may be missing is no way out."""
        by_key = {move.way.what: move for move in answered if move.way.how == "option"}
        facts, surely, maybe = self._facts(at), [], []
        for option in question.options:
            shown = truth.verdict(option.when, facts) if option.when is not None else True
            if shown is not False:
                (surely if shown else maybe).append((option, by_key[option.key]))
        best = [move for _, move in surely]
        unsure = [move for _, move in maybe] + [move for move in answered if move.way.how != "option"] + missed
        pairs = [(one, two) for n, (first, one) in enumerate(maybe) for second, two in maybe[n + 1 :]
                 if opposite(first.when.source, second.when.source)]  # fmt: skip
        if at.stage > RETURNING:
            # Of two options with opposite conditions one is always there, and which of them is not hers to say.
            return Place(WORST, list(pairs[at.stage - RETURNING - 1]))
        best += [Move(at._replace(stage=RETURNING + 1 + n), 0, Way("stay", at.index)) for n in range(len(pairs))]
        return Place(BEST, best, unsure + silence) if best else Place(WORST, unsure, silence)

    # Steps with a life of their own

    def _call(self, at: Position, step: Step) -> Place:
        """Inside the called flow she comes to a person, or she comes out of it and goes on here."""
        way = next(way for way in self.chart.roads[at.flow].ways[at.index] if way.how == "call")
        back = self._move(at, Way("return", way.to, way.what))
        if way.flow not in self.chart.roads:
            return Place(WORST, [back])
        through = Move(Position(OPEN, way.flow, 0), 0, way)
        if at.stage == RETURNING:
            return Place(SUM, [through, back])
        within = Move(Position(SHUT, way.flow, 0), 0, way)
        return Place(BEST, [Move(at._replace(stage=RETURNING), 0, Way("stay", at.index)), within])

    def _wait(self, at: Position) -> Place:
        """While nothing is asked, a message finds the fallback; where `reply` says so, it goes on there."""
        ways = [way for way in self.chart.roads[at.flow].ways[at.index] if way.how != "skip"]
        replies = [self._move(at, way, 1) for way in ways if way.how == "reply" and way.to >= 0]
        others = [self._move(at, way) for way in ways if way.how != "reply"]
        if self.contact == SILENT:
            return Place(WORST, others)
        if replies:
            return Place(WORST, replies, others)
        digression = Position(TOP, "", END)
        return Place(WORST, [Move(digression, 0, Way("next_message", END))], others)

    def _rounds(self, at: Position) -> int:
        """What the further rounds of a `repeat` may take: every question in it once a round, with all its tries."""
        step = self.step(at)
        most = int(step.data.most)
        return max(0, most - 1) * self._asked_in(at.flow, self.chart.roads[at.flow].inside[at.index], 0)

    def _asked_in(self, flow: str, indexes: Iterable[int], depth: int) -> int:
        total = 0
        for index in indexes:
            step = self.chart.roads[flow].step(index)
            if isinstance(step.data, Question):
                total += step.data.retries + 1
            elif step.kind.name == "call" and depth < 6 and target(step) in self.chart.roads:
                called = target(step)
                total += self._asked_in(called, range(len(self.chart.roads[called].flow.steps)), depth + 1)
        return total


def branch(step: Step, ways: list[Way], facts: Mapping[str, Any]) -> list[Way]:
    """Those ways of `if` and `switch` that can be taken where these facts hold."""
    if not facts:
        return ways
    if step.kind.name == "if":
        return _branch_of_if(step, ways, facts)
    if isinstance(step.data, Switch):
        found = truth.value(step.data.value, facts)
        if found is truth.SOME:
            return ways
        case = step.data.cases.get(fold(str(found)))
        to = step.block("else") if case is None else step.block(case)
        return [way for way in ways if way.to == to][:1] or ways
    return ways


def _branch_of_if(step: Step, ways: list[Way], facts: Mapping[str, Any]) -> list[Way]:
    possible: list[int] = []
    for condition, block in step.data:
        holds = truth.verdict(condition, facts)
        if holds is not False:
            possible.append(step.block(block))
        if holds:
            break
    else:
        possible.append(step.block("else"))
    return [way for way in ways if way.to in possible] or ways
