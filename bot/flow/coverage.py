"""How much of the flows a set of conversations went through: steps, and the ways that lead on from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.flow.library import Library
from bot.flow.model import Flow, Question, Step
from bot.flow.run import Trace

Edge = tuple[str, str, str]  # flow, step, the step that came next


@dataclass(frozen=True, slots=True)
class Walked:
    """What one conversation went through: steps as (flow, step), and which step of a flow followed which."""

    steps: frozenset[tuple[str, str]] = frozenset()
    edges: frozenset[Edge] = frozenset()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Steps and ways of one flow that were walked; `missing` are lines of steps, `untaken` are (line, way)."""

    flow: str
    covered: int
    total: int
    missing: tuple[int, ...] = ()
    ways_covered: int = 0
    ways: int = 0
    untaken: tuple[tuple[int, str], ...] = ()

    @property
    def percent(self) -> float:
        return 100.0 * self.covered / max(1, self.total)


def walked(trace: Iterable[Trace]) -> Walked:
    """The steps of a trace in pairs, flow by flow: a look-up, a question, a sub-flow in between do not part them."""
    steps, edges = set(), set()
    last: dict[str, str] = {}
    for one in trace:
        if not one.flow or not one.step or one.what in ("dropped", "handed_off"):
            continue  # what became of a question is no step that was taken
        steps.add((one.flow, one.step))
        before = last.get(one.flow)
        if before is not None and before != one.step:
            edges.add((one.flow, before, one.step))
        last[one.flow] = one.step
    return Walked(frozenset(steps), frozenset(edges))


def coverage(library: Library, walks: Iterable[Walked]) -> tuple[Coverage, ...]:
    """One figure per flow, in the order of their names."""
    every = list(walks)
    steps = frozenset(step for walk in every for step in walk.steps)
    edges = frozenset(edge for walk in every for edge in walk.edges)
    return tuple(_of_flow(flow, steps, edges) for _, flow in sorted(library.flows.items()))


def _of_flow(flow: Flow, steps: frozenset[tuple[str, str]], edges: frozenset[Edge]) -> Coverage:
    missing = tuple(step.line for step in flow.steps if (flow.name, step.id) not in steps)
    ways = [(step, name, to) for step in flow.steps for name, to in _ways(flow, step).items()]
    untaken = tuple((step.line, name) for step, name, to in ways if (flow.name, step.id, to) not in edges)
    return Coverage(
        flow=flow.name,
        covered=len(flow.steps) - len(missing),
        total=len(flow.steps),
        missing=missing,
        ways_covered=len(ways) - len(untaken),
        ways=len(ways),
        untaken=untaken,
    )


def _ways(flow: Flow, step: Step) -> Mapping[str, str]:
    """The blocks a step may branch into and the first step of each. Ways that meet at once count as one."""
    found: dict[str, str] = {}
    for name, index in _targets(step):
        if 0 <= index < len(flow.steps) and flow.steps[index].id not in found.values():
            found[name] = flow.steps[index].id
    return found


def _targets(step: Step) -> Iterator[tuple[str, int]]:
    yield from step.blocks.items()
    if isinstance(step.data, Question):
        for option in step.data.options:
            yield f"then.{option.key}", step.block(f"then.{option.key}")
