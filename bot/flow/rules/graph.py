"""Steps that are never reached, and circles in which nobody is asked anything, within a flow or across several."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from bot.flow.model import END, Loop, Question
from bot.flow.proof.ways import Roads, Way
from bot.flow.rule import Rule, Subject

Place = tuple[str, int]


def check(subject: Subject) -> None:
    for flow, report in subject.whole():
        road = subject.roads[flow.name]
        reached = _reached(road)
        # Steps behind an unreached one are unreached for the same reason: report the first of each block.
        follows = {step.next for step in flow.steps if step.index not in reached}
        for step in flow.steps:
            if step.index not in reached and step.index not in follows:
                report.error("G01", step)
    for circle in circles(subject.roads):
        name, index = min(circle, key=lambda place: (place[0], place[1]))
        step = subject.roads[name].step(index)
        flows = sorted({flow for flow, _ in circle})
        if len(flows) == 1:
            subject.reporters[name].error("G02", step)
        else:
            subject.reporters[name].error("G10", step, flows=" → ".join((*flows, flows[0])))


def _reached(road: Roads) -> set[int]:
    waiting, reached = [0], set[int]()
    while waiting:
        index = waiting.pop()
        if index in reached or not 0 <= index < len(road.ways):
            continue
        reached.add(index)
        waiting += [way.to for way in road.ways[index] if way.to >= 0]
    return reached


def circles(roads: Mapping[str, Roads]) -> list[list[Place]]:
    """Walk without stepping over questions: whoever meets himself would run until the budget stops him."""
    done: set[Place] = set()
    found = []
    quick = _without_asking(roads)
    for name, road in roads.items():
        for index in range(len(road.ways)):
            circle = _circle(roads, (name, index), done, quick)
            if circle:
                found.append(circle)
    return found


def _without_asking(roads: Mapping[str, Roads]) -> frozenset[str]:
    """The flows that may come to their end before the contact is asked anything."""
    quick: frozenset[str] = frozenset()
    while True:
        grown = frozenset(name for name in roads if name in quick or _ends(roads, name, quick))
        if grown == quick:
            return quick
        quick = grown


def _ends(roads: Mapping[str, Roads], name: str, quick: frozenset[str]) -> bool:
    road = roads[name]
    for index in _walked(roads, (name, 0), quick):
        for way in road.ways[index]:
            is_elsewhere = way.how in ("start", "call") and way.flow in roads and way.flow not in quick
            if way.to == END and not is_elsewhere and not _asks(road, index, way):
                return True
    return False


def _walked(roads: Mapping[str, Roads], start: Place, quick: frozenset[str], within: Container[int] = ()) -> set[int]:
    """The steps of one flow that are come to from `start` in silence, and no further than `within` where it is given."""
    name, first = start
    waiting, seen = [first], set[int]()
    while waiting:
        index = waiting.pop()
        if index in seen or not 0 <= index < len(roads[name].ways) or (within and index not in within):
            continue
        seen.add(index)
        waiting += [to for flow, to in silent(roads, (name, index), quick) if flow == name]
    return seen


def _circle(
    roads: Mapping[str, Roads], start: Place, done: set[Place], quick: frozenset[str]
) -> list[Place]:
    path: list[Place] = []
    within: set[Place] = set()
    open_places = [(start, False)]
    while open_places:
        place, is_left = open_places.pop()
        if is_left:
            within.discard(path.pop())
            done.add(place)
            continue
        if place in within:
            return path[path.index(place) :]
        if place in done:
            continue
        path.append(place)
        within.add(place)
        open_places.append((place, True))
        open_places += [(following, False) for following in silent(roads, place, quick)]
    return []


def silent(roads: Mapping[str, Roads], place: Place, quick: frozenset[str]) -> Iterator[Place]:
    """Where the flow may go from here before the contact says anything. `repeat` counts its own rounds; of the flows
    that are called only the `quick` ones give way to their caller."""
    name, index = place
    road = roads[name]
    asks = _asks_in_each_round(roads, place, quick)
    for way in road.ways[index]:
        if way.again or _asks(road, index, way) or (asks and way.how in ("else", "after")):
            continue
        if way.flow in roads and roads[way.flow].ways:
            yield way.flow, 0
        # goto asks its question again, known or not
        is_asked = way.how == "goto" and way.to >= 0 and isinstance(road.step(way.to).data, Question)
        if way.to >= 0 and not is_asked and not _asks_before_it_returns(roads, way, quick):
            yield name, way.to


def _asks(road: Roads, index: int, way: Way) -> bool:
    step = road.step(index)
    return way.how != "skip" and (isinstance(step.data, Question) or step.kind.name == "wait")


def _asks_before_it_returns(roads: Mapping[str, Roads], way: Way, quick: frozenset[str]) -> bool:
    return way.how == "call" and way.flow in roads and bool(roads[way.flow].ways) and way.flow not in quick


def _asks_in_each_round(roads: Mapping[str, Roads], place: Place, quick: frozenset[str]) -> bool:
    """Whether this is a `repeat` that begins a round whatever comes, and asks in it."""
    name, index = place
    road = roads[name]
    step = road.step(index)
    loop = step.data
    if not isinstance(loop, Loop) or loop.during is not None or loop.items is not None or "repeat" not in step.blocks:
        return False
    return not any(
        way.again and way.to == index and not _asks(road, one, way) and not _asks_before_it_returns(roads, way, quick)
        for one in _walked(roads, (name, step.blocks["repeat"]), quick, road.inside[index])
        for way in road.ways[one]
    )


RULE = Rule("graph", ("G01", "G02", "G10"), check)
