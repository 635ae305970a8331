"""The proof itself: every question of every flow, with the turns to a person or the circle that keeps her from one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.flow.findings import phrase
from bot.flow.library import Library
from bot.flow.model import END, Question, Step
from bot.flow.proof import paths
from bot.flow.proof.limits import Limit, limits
from bot.flow.proof.positions import (
    ANSWERS,
    MISSES,
    OPEN,
    SHUT,
    SILENT,
    STANDING,
    TOP,
    Board,
    Map,
    Position,
    charted,
)
from bot.flow.proof.turns import turns
from bot.flow.proof.ways import roads, target

_MAX_FRAMES = 6


@dataclass(frozen=True, slots=True)
class Path:
    """Places in order; says itself in a language (see `bot.flow.findings`). `end` closes it."""

    legs: tuple[paths.Leg, ...]
    is_circle: bool = True

    def told(self, language: str) -> str:
        if not self.is_circle:
            return paths.told(self.legs, phrase("proof", "person", language), language)
        named = [leg for leg in self.legs if leg.line]
        first = f"{named[0].file}:{named[0].line}" if named[0].file != named[-1].file else str(named[0].line)
        return paths.told(self.legs, f"{first} …", language)


@dataclass(frozen=True, slots=True)
class Trap:
    """A circle without a way out, at the first question of it."""

    code: str
    flow: str
    step: Step
    path: Path


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a person is from a flow's questions at most, and by which way; `turns` is None where that is not so."""

    flow: str
    questions: int
    turns: int | None
    path: Path = field(default_factory=lambda: Path((), False))


@dataclass(frozen=True, slots=True)
class Proof:
    """`reaches` has one per flow. `left_alone`: a flow may end, and nobody takes what comes after it."""

    traps: tuple[Trap, ...]
    reaches: Mapping[str, Reach]
    left_alone: bool = False


@dataclass(slots=True)
class _Walk:
    """One kind of contact walked through everything."""

    board: Board
    settled: dict[Position, int]
    limited: list[Limit]


def prove(library: Library, board: Board | None = None) -> Proof:
    """Walk the three contacts through all flows; `board` is that of the one who answers, for who has it already."""
    chart = board.chart if board else charted(library, {name: roads(flow) for name, flow in library.flows.items()})
    entries = [Position(TOP, name, 0) for name, flow in library.flows.items() if flow.steps]
    first = _walked(chart, ANSWERS, entries, board)
    asked = sorted(_standing(first.board), key=_order(chart))
    within = [at._replace(mode=SHUT) for at in asked if at.mode == OPEN]
    walks = [first, _walked(chart, MISSES, [*entries, *asked, *within])]
    traps: list[Trap] = []
    for walk in walks:
        traps += _traps(walk, sorted(_checked(walk.board), key=_order(chart)), traps)
    silent = _walked(chart, SILENT, [at._replace(knows=None) for at in _checked(first.board)])
    traps += _traps(silent, sorted(_checked(silent.board), key=_order(chart)), [])
    ends = any(at.index == END and at.mode == TOP for walk in walks for at in walk.board.places)
    return Proof(tuple(traps), _reaches(chart, walks, traps), ends and not chart.fallback)


def told(proof: Proof, language: str) -> list[str]:
    """The proof flow by flow, each with the way that takes longest."""
    lines = []
    for name, reach in sorted(proof.reaches.items()):
        key = "trapped" if reach.turns is None else "within" if reach.questions else "at_once"
        lines.append(phrase("proof", key, language, flow=name, turns=reach.turns))
        if reach.path.legs:
            lines.append(phrase("proof", "worst", language, path=reach.path.told(language)))
    if all(reach.turns is not None for reach in proof.reaches.values()):
        most = max((reach.turns or 0 for reach in proof.reaches.values()), default=0)
        asked = sum(reach.questions for reach in proof.reaches.values())
        lines.append(phrase("proof", "asks", language, count=asked, flows=len(proof.reaches), turns=most))
    return lines


def _walked(chart: Map, contact: str, starts: Iterable[Position], board: Board | None = None) -> _Walk:
    """Solve; where circles stop by themselves after some rounds, leave those ways out and solve again."""
    starts, limited = list(starts), list[Limit]()
    while True:
        board = board if board and not limited else Board(chart, contact, starts, frozenset(one.key for one in limited))
        settled = turns(board)
        if len(settled) == len(board.places):
            return _Walk(board, settled, limited)
        more = [one for one in limits(board, settled) if one not in limited]
        if not more:
            return _Walk(board, settled, limited)
        limited += more


def _is_step(board: Board, at: Position) -> bool:
    return at.index >= 0 and at.flow in board.chart.roads


def _standing(board: Board) -> list[Position]:
    """Where the contact is asked something, whatever she chose before."""
    return list({at._replace(knows=None) for at in board.places if _is_question(board, at)})


def _is_question(board: Board, at: Position) -> bool:
    is_there = at.mode != SHUT and at.stage == STANDING and _is_step(board, at)
    return is_there and isinstance(board.step(at).data, Question)


def _checked(board: Board) -> list[Position]:
    """Places that must have a way out: questions, waits, and calls, behind which a circle may lie."""
    found = []
    for at in board.places:
        is_other = at.mode != SHUT and _is_step(board, at) and board.step(at).kind.name in ("call", "wait")
        if is_other or _is_question(board, at):
            found.append(at)
    return found


def _order(chart: Map) -> Callable[[Position], tuple[bool, str, int, int, str]]:
    def key(at: Position) -> tuple[bool, str, int, int, str]:
        return at.mode != TOP, at.flow, chart.roads[at.flow].step(at.index).line, at.stage, repr(at.knows)

    return key


def _traps(walk: _Walk, checked: list[Position], told: list[Trap]) -> list[Trap]:
    """One per circle: what was told of another contact, or through another door, is the same trap."""
    known = {(trap.flow, trap.step.index) for trap in told}
    found = []
    for at in checked:
        if at in walk.settled or at not in walk.board.places or (at.flow, at.index) in known:
            continue
        round_ = paths.circle(walk.board, walk.settled, at)
        asked = {(one.flow, one.index) for one, _ in round_ if _asks(walk, one)}
        if not asked or asked & known:
            continue
        known |= asked
        step = walk.board.step(at)
        path = Path(tuple(paths.legs(walk.board, round_)))
        found.append(Trap(_code(walk.board.contact, path), at.flow, step, path))
    return found


def _code(contact: str, path: Path) -> str:
    """Whom the circle keeps: those who get no answer right, everybody, or nobody at all."""
    if contact == SILENT:
        return "W12"
    return "W11" if any(leg.how == "wrong" for leg in path.legs) else "W10"


def _asks(walk: _Walk, at: Position) -> bool:
    """Whether the contact is waited for here, or in the flow that is called here."""
    if not _is_step(walk.board, at):
        return False
    step = walk.board.step(at)
    if step.kind.name == "call":
        return walk.settled.get(Position(OPEN, target(step), 0), 0) > 0
    return isinstance(step.data, Question) or step.kind.name == "wait"


def _reaches(chart: Map, walks: list[_Walk], traps: list[Trap]) -> dict[str, Reach]:
    trapped = {trap.flow for trap in traps}
    places: dict[str, list[tuple[_Walk, Position]]] = {name: [] for name in chart.roads}
    for walk in walks:
        for at in walk.board.places:
            if _is_question(walk.board, at):
                places[at.flow].append((walk, at))
    after = [_after_calls(walk) for walk in walks]
    found = {}
    for name, own in places.items():
        questions = len({at.index for _, at in own})
        # A circle without a question (G02, G10) is no trap of this kind, and yet nothing is proved behind it.
        if name in trapped or any(at not in walk.settled for walk, at in own):
            found[name] = Reach(name, questions, None)
        else:
            found[name] = _worst(name, questions, own, max(one.get(name, 0) for one in after))
    return found


def _worst(name: str, questions: int, own: list[tuple[_Walk, Position]], after: int) -> Reach:
    """The farthest of the flow's questions, over those who answer and those who are not understood."""
    worst, where = 0, None
    tries = _all_tries(own)
    for walk, at in own:
        most, place = _counted(walk, at, after)
        most += tries * sum(limit.times for limit in walk.limited if limit.flow == name)
        if most > worst:
            worst, where = most, (walk, place)
    path = Path(tuple(_longest(*where)), False) if where else Path((), False)
    return Reach(name, questions, worst, path)


def _all_tries(own: list[tuple[_Walk, Position]]) -> int:
    asked = {at.index: walk.board.step(at).data for walk, at in own}
    return sum(question.retries + 1 for question in asked.values())


def _counted(walk: _Walk, at: Position, after: int) -> tuple[int, Position]:
    """The turns from here; within a called flow to a person there, or out of it and on, whichever is nearer."""
    if at.mode != OPEN:
        return walk.settled[at], at
    shut = at._replace(mode=SHUT)
    within = [(walk.settled[shut], shut)] if shut in walk.settled else []
    return min([*within, (walk.settled[at] + after, at)], key=lambda one: one[0])


def _after_calls(walk: _Walk) -> dict[str, int]:
    """What may follow when a flow was called and is over: the farthest of the steps it comes back to."""
    farthest: dict[str, int] = {}
    for place in walk.board.places.values():
        for move in place.moves:
            if move.way.how == "return":
                farthest[move.way.what] = max(farthest.get(move.way.what, 0), walk.settled.get(move.to, 0))
    return farthest


def _longest(walk: _Walk, at: Position) -> list[paths.Leg]:
    """The way the worst case takes from here."""
    path, seen = [], set[Position]()
    while at not in seen and walk.board.places[at].moves and len(path) < 60:
        seen.add(at)
        place = walk.board.places[at]
        able = [move for move in place.moves if move.to in walk.settled]
        if not able:
            break
        choose = min if place.decides == "best" else max
        move = choose(able, key=lambda one: walk.settled[one.to] + one.turns)
        path.append((at, move))
        at = move.to
    return paths.legs(walk.board, path)
