"""Steps that are never reached, and circles in which nobody is asked anything, within a flow or across several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.flow.model import Question
from bot.flow.proof.ways import Roads
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
    for name, road in roads.items():
        for index in range(len(road.ways)):
            circle = _circle(roads, (name, index), done)
            if circle:
                found.append(circle)
    return found


def _circle(roads: Mapping[str, Roads], start: Place, done: set[Place]) -> list[Place]:
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
        open_places += [(following, False) for following in silent(roads, place)]
    return []


def silent(roads: Mapping[str, Roads], place: Place) -> Iterator[Place]:
    """Where the flow may go from here before the contact says anything. `repeat` counts its own rounds."""
    name, index = place
    road = roads[name]
    step = road.step(index)
    waits = isinstance(step.data, Question) or step.kind.name == "wait"
    for way in road.ways[index]:
        if (waits and way.how != "skip") or way.again:
            continue
        if way.flow in roads and roads[way.flow].ways:
            yield way.flow, 0
        # goto asks its question again, known or not
        if way.to >= 0 and not (way.how == "goto" and isinstance(road.step(way.to).data, Question)):
            yield name, way.to


RULE = Rule("graph", ("G01", "G02", "G10"), check)
