"""Where boxes and lines stand: rows from top to bottom, lines through gaps of their own, labels in rows of their own.

The layered drawing of Sugiyama, Tagawa and Toda ("Methods for visual understanding of hierarchical system structures",
1981): lines that lead back are turned round, boxes get rows, a line that passes a row gets a place in it, the order in
each row is improved by the middle of the neighbours, and places are the nearest to them that do not overlap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

GAP = 28.0
_SWEEPS = 12
# How hard a line pulls: what passes rows should be straight, what leaves a box may bend.
_STIFF, _BENDS = 8.0, 1.0
_OPEN, _DONE = 1, 2


@dataclass(frozen=True, slots=True)
class Size:
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The middle of what stands in a row."""

    x: float
    row: int


@dataclass(frozen=True, slots=True)
class Route:
    """A line: the places it passes from its tail to its head, and which of them holds its label (-1: none)."""

    places: tuple[Placed, ...]
    label: int = -1


@dataclass(slots=True)
class _Mark:
    """What takes room in a row: a box, or a line on its way."""

    name: object
    row: int
    width: float
    x: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    boxes: Mapping[str, Placed]
    routes: tuple[Route, ...]
    rows: int
    width: float


def plan(sizes: Mapping[str, float], lines: Sequence[tuple[str, str, float]], last: Sequence[str] = ()) -> Plan:
    """Place boxes (name → width) and lines (tail, head, width of the label; 0 without one).

    Boxes have even rows, labels odd ones. `last` are boxes that belong into the last row.
    """
    rows = _rows(list(sizes), [(tail, head) for tail, head, _ in lines], last)
    marks: dict[object, _Mark] = {name: _Mark(name, rows[name] * 2, width) for name, width in sizes.items()}
    chains: list[list[object]] = []
    labels: list[int] = []
    for number, (tail, head, width) in enumerate(lines):
        chain, label = _chain(number, marks, tail, head, width)
        chains.append(chain)
        labels.append(label)
    layers = _layers(marks)
    neighbours = _neighbours(chains)
    _order(layers, neighbours, marks)
    _place(layers, neighbours, marks)
    left = min((mark.x - mark.width / 2 for mark in marks.values()), default=0.0)
    for mark in marks.values():
        mark.x -= left
    boxes = {name: Placed(marks[name].x, marks[name].row) for name in sizes}
    routes = tuple(
        Route(tuple(Placed(marks[one].x, marks[one].row) for one in chain), label)
        for chain, label in zip(chains, labels, strict=True)
    )
    width = max((mark.x + mark.width / 2 for mark in marks.values()), default=0.0)
    return Plan(boxes, routes, max((mark.row for mark in marks.values()), default=0) + 1, width)


def _rows(names: list[str], lines: list[tuple[str, str]], last: Sequence[str]) -> dict[str, int]:
    """Each box one row below the lowest of those that lead to it; lines that close a circle do not count."""
    onward: dict[str, list[str]] = defaultdict(list)
    for tail, head in lines:
        if tail != head:
            onward[tail].append(head)
    rows = dict.fromkeys(names, 0)
    for name in _sorted(names, onward):
        for head in onward[name]:
            rows[head] = max(rows[head], rows[name] + 1)
    # `_sorted` has taken the lines that lead back out of `onward`
    bottom = max(rows.values(), default=0)
    for name in last:
        rows[name] = max(bottom, rows[name])
    return rows


def _sorted(names: list[str], onward: dict[str, list[str]]) -> list[str]:
    """Every box before those it leads to; what leads back to one that is still open is taken out of `onward`."""
    done: list[str] = []
    state: dict[str, int] = {}
    stack = [(name, 0) for name in reversed(names)]
    while stack:
        name, at = stack.pop()
        if at == 0 and name in state:
            continue
        state[name] = _OPEN
        heads = onward[name]
        while at < len(heads) and state.get(heads[at]) == _OPEN:
            heads.pop(at)
        if at < len(heads):
            stack += [(name, at + 1), (heads[at], 0)]
            continue
        state[name] = _DONE
        done.append(name)
    return done[::-1]


def _chain(
    number: int, marks: dict[object, _Mark], tail: str, head: str, width: float
) -> tuple[list[object], int]:
    """The places a line takes in the rows between its ends; one that leads back or to itself goes round by the side."""
    first, final = marks[tail].row, marks[head].row
    step = 1 if final > first else -1
    between = list(range(first + step, final, step))
    if not between:  # in the same row, or to itself: by way of the row below
        between = [first + 1]
    chain: list[object] = [tail]
    # The label stands next to the tail, where the choice is made.
    for row in between:
        name = (number, row)
        marks[name] = _Mark(name, row, max(width, 10.0) if row == between[0] and row % 2 else 10.0)
        chain.append(name)
    chain.append(head)
    return chain, 1 if width else -1


def _layers(marks: Mapping[object, _Mark]) -> list[list[_Mark]]:
    layers: list[list[_Mark]] = [[] for _ in range(max((mark.row for mark in marks.values()), default=0) + 1)]
    for mark in marks.values():
        layers[mark.row].append(mark)
    return layers


def _neighbours(chains: Sequence[Sequence[object]]) -> dict[object, list[object]]:
    found: dict[object, list[object]] = defaultdict(list)
    for chain in chains:
        for one, two in pairwise(chain):
            if one != two:
                found[one].append(two)
                found[two].append(one)
    return found


def _order(layers: list[list[_Mark]], neighbours: Mapping[object, list[object]], marks: Mapping[object, _Mark]) -> None:
    """Fewer crossings: sort each row by the middle of its neighbours in the row before, down and up again."""
    best, least = [list(layer) for layer in layers], _crossings(layers, neighbours, marks)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            beside = row - 1 if down else row + 1
            at = {mark.name: place for place, mark in enumerate(layers[beside])}
            now = {mark.name: place for place, mark in enumerate(layers[row])}

            def middle(mark: _Mark, at: dict[object, int] = at, now: dict[object, int] = now) -> float:
                places = [at[one] for one in neighbours.get(mark.name, ()) if one in at]
                return sum(places) / len(places) if places else float(now[mark.name])

            layers[row].sort(key=middle)
        crossings = _crossings(layers, neighbours, marks)
        if crossings < least:
            best, least = [list(layer) for layer in layers], crossings
    layers[:] = best


def _crossings(
    layers: list[list[_Mark]], neighbours: Mapping[object, list[object]], marks: Mapping[object, _Mark]
) -> int:
    total = 0
    for upper, lower in pairwise(layers):
        at = {mark.name: place for place, mark in enumerate(lower)}
        ends = [sorted(at[one] for one in neighbours.get(mark.name, ()) if one in at) for mark in upper]
        flat = [end for part in ends for end in part]
        total += sum(1 for n, one in enumerate(flat) for two in flat[n + 1 :] if one > two)
    return total


def _place(layers: list[list[_Mark]], neighbours: Mapping[object, list[object]], marks: Mapping[object, _Mark]) -> None:
    """As near to the middle of the neighbours as the room in the row allows; lines on their way stay straight."""
    for layer in layers:
        x = 0.0
        for mark in layer:
            mark.x = x + mark.width / 2
            x += mark.width + GAP
    for sweep in range(_SWEEPS * 4):
        rows = range(len(layers)) if sweep % 2 == 0 else range(len(layers) - 1, -1, -1)
        for row in rows:
            _fit(layers[row], [_pulled(mark, neighbours, marks) for mark in layers[row]])


def _pulled(mark: _Mark, neighbours: Mapping[object, list[object]], marks: Mapping[object, _Mark]) -> tuple[float, float]:
    """Where a mark is drawn to, and how hard."""
    total = weight = 0.0
    for one in neighbours.get(mark.name, ()):
        pull = _STIFF if isinstance(one, tuple) and isinstance(mark.name, tuple) else _BENDS
        total, weight = total + marks[one].x * pull, weight + pull
    return (total / weight, weight) if weight else (mark.x, 0.1)


def _fit(layer: list[_Mark], wanted: list[tuple[float, float]]) -> None:
    """The places nearest to the wanted ones that keep order and room: neighbours that collide share the difference."""
    offsets, offset = [], 0.0
    for n, mark in enumerate(layer):
        if n:
            offset += layer[n - 1].width / 2 + mark.width / 2 + GAP
        offsets.append(offset)
    groups: list[tuple[float, float, int]] = []
    for (want, pull), offset in zip(wanted, offsets, strict=True):
        total, weight, count = (want - offset) * pull, pull, 1
        while groups and groups[-1][0] / groups[-1][1] > total / weight:
            earlier, more, many = groups.pop()
            total, weight, count = total + earlier, weight + more, count + many
        groups.append((total, weight, count))
    n = 0
    for total, weight, count in groups:
        for _ in range(count):
            layer[n].x = total / weight + offsets[n]
            n += 1
