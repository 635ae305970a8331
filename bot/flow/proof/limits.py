"""Ways that cannot be taken for ever: behind a counter that grows, a question that is asked once, a flag that is set.

A circle is no trap where its own condition stops it. For each branch that a circle goes through, this asks: having taken
it, what is known when the contact comes to the same condition again, by whichever way? Where the branch can no longer
hold then, it is taken a limited number of times.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import re2

from bot.flow.model import CallPlan, Question, Step
from bot.flow.proof import truth
from bot.flow.proof.positions import AGAIN, STANDING, Board, Move, Position, branch, conditions
from bot.flow.proof.ways import Way

_FAR = 10**9
_COUNT_MOST = 100
_SUM = re2.compile(r"^\(?\s*(?:(?P<n>[a-z][a-z0-9_]*)|(?:number\()?\(?\s*(?P<o>[a-z][a-z0-9_]*)\s+or\s+\d+\s*\)?\)?)"
                   r"\s*\)?\s*(?P<sign>[+-])\s*(?P<step>[1-9]\d*)\s*$")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grown:
    """How a variable moved since the condition was last asked: up (+1), down (-1) or not (0); surely, or on some ways."""

    sign: int = 0
    surely: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A way of a step (`flow`, `index`) that is taken at most `times` times."""

    flow: str
    index: int
    way: Way
    times: int

    @property
    def key(self) -> tuple[str, int, Way]:
        return self.flow, self.index, self.way


@dataclass(frozen=True, slots=True)
class _Guard:
    """A condition in the lost region and the branch of it that is looked at."""

    board: Board
    at: Position
    taken: Move

    @property
    def step(self) -> Step:
        return self.board.step(self.at)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the branch can be taken where these facts are so."""
        every = [way for way in self.board.chart.roads[self.at.flow].ways[self.at.index] if way.how != "skip"]
        return self.taken.way in branch(self.step, every, facts)


def limits(board: Board, settled: Container[Position]) -> list[Limit]:
    """The limited ways among the places that have no way out."""
    found = []
    for guard in _guards(board, settled):
        times = _times(guard, settled)
        if times:
            found.append(Limit(guard.at.flow, guard.at.index, guard.taken.way, times))
    return found


def _guards(board: Board, settled: Container[Position]) -> Iterator[_Guard]:
    for at, place in board.places.items():
        is_lost = at not in settled and at.index >= 0 and len(place.moves) > 1
        if is_lost and board.step(at).kind.name in ("if", "switch"):
            yield from (_Guard(board, at, move) for move in place.moves if move.to not in settled)


def _times(guard: _Guard, settled: Container[Position]) -> int:
    """How often the branch can be taken at most; 0 when nothing limits it."""
    names = {name for condition in conditions(guard.step) for name in condition.names}
    returned = _on_return(guard, settled, {name: Grown() for name in names})
    if returned is None:
        return 0
    known = _plain(returned)
    if not guard.holds(known):
        return 1
    grown = {name: fact.sign for name, fact in returned.items() if isinstance(fact, Grown) and fact.surely}
    for name, sign in grown.items():
        if not any(guard.holds({**known, name: Decimal(sign * far)}) for far in (_FAR, _FAR * 10)):
            return _count(guard, known, name, sign)
    return 0


def _count(guard: _Guard, known: Mapping[str, Any], name: str, sign: int) -> int:
    """The rounds a counter that begins at 0 allows; a generous figure where it begins elsewhere."""
    for rounds in range(_COUNT_MOST):
        if not guard.holds({**known, name: Decimal(sign * rounds)}):
            return max(1, rounds)
    return _COUNT_MOST


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in facts.items() if not isinstance(fact, Grown)}


def _on_return(guard: _Guard, settled: Container[Position], begun: dict[str, Any]) -> dict[str, Any] | None:
    """What is known each time the contact is back at the condition; None when she never comes back."""
    at: dict[Position, dict[str, Any]] = {}
    board = guard.board
    waiting = [(guard.at, guard.taken, begun)]
    while waiting:
        origin, move, facts = waiting.pop()
        arrived = _after(board, origin, move, facts)
        known = at.get(move.to)
        joined = arrived if known is None else _joined(known, arrived)
        if joined == known:
            continue
        at[move.to] = joined
        if move.to == guard.at:  # counted afresh from one time to the next; what is known stays known
            joined = {name: Grown() if isinstance(fact, Grown) else fact for name, fact in joined.items()}
        waiting += [(move.to, onward, joined) for onward in board.places[move.to].moves if onward.to not in settled]
    return at.get(guard.at)


def _joined(one: dict[str, Any], two: dict[str, Any]) -> dict[str, Any]:
    joined = {}
    for name in one.keys() & two.keys():
        first, second = one[name], two[name]
        if first == second:
            joined[name] = first
        elif isinstance(first, Grown) and isinstance(second, Grown):
            if first.sign * second.sign >= 0:
                joined[name] = Grown(first.sign or second.sign, first.surely and second.surely)
        elif not isinstance(first, Grown) and not isinstance(second, Grown) and None not in (first, second):
            joined[name] = truth.SOME
    return joined


def _after(board: Board, origin: Position, move: Move, facts: dict[str, Any]) -> dict[str, Any]:
    """What is known after this way was taken."""
    if move.to.flow != origin.flow or move.to.mode != origin.mode:
        return {}
    step = board.step(origin) if origin.index >= 0 else None
    changed = dict(facts)
    if step is None:
        return {}
    if isinstance(step.data, Question):
        _answer(step.data, move.way, changed)
    elif isinstance(step.data, CallPlan) and step.data.save and move.way.how == "found":
        changed[step.data.save] = truth.SOME
    elif step.kind.name == "set" and move.way.how == "next":
        _set(step, changed)
    elif move.way.how == "return" and getattr(step.data, "save", ""):
        changed[step.data.save] = truth.SOME
    if move.way.how == "goto" and move.to.stage in (STANDING, 0) and move.to.index >= 0:
        asked = board.step(move.to).data
        if isinstance(asked, Question) and asked.save:
            changed[asked.save] = None
    if move.to.stage == AGAIN:
        changed.pop(getattr(board.step(move.to).data, "variable", ""), None)
    return changed


def _answer(question: Question, way: Way, facts: dict[str, Any]) -> None:
    if not question.save or way.how not in ("option", "valid", "none"):
        return
    if question.type == "yes_no":
        facts[question.save] = way.what == "yes" if way.what in ("yes", "no") else truth.SOME
    else:
        facts[question.save] = way.what if way.how == "option" else truth.SOME


def _set(step: Step, facts: dict[str, Any]) -> None:
    for name, expression in step.data:
        sum_ = _SUM.match(expression.source)
        before = facts.get(name)
        if sum_ and name in (sum_["n"], sum_["o"]) and isinstance(before, Grown):
            sign = 1 if sum_["sign"] == "+" else -1
            if before.sign in (0, sign):
                facts[name] = Grown(sign, True)
            else:
                facts.pop(name)
            continue
        known = truth.value(expression, _plain(facts))
        if known is truth.SOME:
            facts.pop(name, None)
        else:
            facts[name] = known
