"""Where each step of a flow may lead: every answer, every result of a service, both sides of a condition.

The one reading of a flow's roads that lint, the proof and the diagram share. Nothing is run and nothing is guessed:
what depends on data or on a service leads both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.flow.answers import FREE
from bot.flow.model import END, CallPlan, Flow, Question, Step

# A way that ends with people.
PERSON = -3
# What a contact does at a question.
CHOICES, ANSWERS, MISSES, SILENCE = ("option",), ("option", "valid", "none"), ("wrong",), ("silence",)


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that may come of a step. `to` is a step of the same flow, END or PERSON.

    `how`: next, goto, then, else, case, found (and a service's other outcomes), option, valid, none, wrong, silence,
    skip, open, closed, event, reply, timeout, after, arm, start, call, end. `what` names the option, the case, the
    outcome. `flow`: the first step of another flow comes in between (call) or instead (start). `again`: a round of the
    `repeat` at `to` is over.
    """

    how: str
    to: int
    what: str = ""
    flow: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Roads:
    """A flow and the ways on from each of its steps, by index. `inside` are the steps of each step's blocks."""

    flow: Flow
    ways: tuple[tuple[Way, ...], ...]
    inside: tuple[frozenset[int], ...]

    def step(self, index: int) -> Step:
        return self.flow.steps[index]


def roads(flow: Flow) -> Roads:
    """Every way of every step."""
    inside = _inside(flow)
    closed: set[int] = set()
    for step in flow.steps:
        if step.kind.name == "handoff":
            closed |= inside[step.index]
    found = []
    for step in flow.steps:
        ways = tuple(_ways(flow, step))
        if step.index in closed:
            # Behind a closed queue the ticket is opened when the block is through: that is a person.
            ways = tuple(_to_ticket(way, closed) for way in ways)
        found.append(tuple(_around(way, step) for way in ways))
    return Roads(flow, tuple(found), inside)


def may_miss(question: Question) -> bool:
    """Any words answer a question for free text, unless it checks them."""
    return question.is_choice or question.type not in FREE or bool(question.checks)


def _to_ticket(way: Way, closed: set[int]) -> Way:
    if way.flow or way.how == "goto" or way.to in closed:
        return way
    return replace(way, to=PERSON)


def _around(way: Way, step: Step) -> Way:
    """Falling back to an earlier step is the end of a round of `repeat`; only goto goes back otherwise."""
    if way.how != "goto" and 0 <= way.to <= step.index:
        return replace(way, again=True)
    return way


def _ways(flow: Flow, step: Step) -> Iterator[Way]:
    name, data = step.kind.name, step.data
    if step.when is not None:
        yield Way("skip", step.next, step.when.source)
    if isinstance(data, Question):
        yield from _of_question(step, data)
    elif isinstance(data, CallPlan):
        yield from _of_service(step, data)
    elif name == "goto":
        yield Way("goto", flow.by_id.get(data, END), str(data))
    elif name == "end":
        yield Way("end", END, str(data))
    elif name == "start_flow":
        yield Way("start", END, target(step), flow=target(step))
    elif name == "call":
        yield Way("call", step.next, target(step), flow=target(step))
    elif name == "handoff":
        yield Way("open", PERSON, data.queue)
        if "if_closed" in step.blocks:
            yield Way("closed", step.blocks["if_closed"], data.queue)
    else:
        yield from _of_blocks(step)


def target(step: Step) -> str:
    """The flow that `call` or `start_flow` leads to."""
    return step.data if isinstance(step.data, str) else str(step.data.flow)


def _of_question(step: Step, question: Question) -> Iterator[Way]:
    if question.skips_known:
        yield Way("skip", step.next, question.save)
    after = step.block("comment")  # of a rating; what was rated is said, and then perhaps why
    for option in question.options:
        yield Way("option", step.blocks.get(f"then.{option.key}", after), option.key)
    if not question.options or not question.is_choice or question.source is not None:
        yield Way("valid", after, question.save)
    if question.goes_on_empty:
        yield Way("none", step.block("none"))
    # Whoever writes steps for the last try of a question that takes any words has done no harm by it.
    if may_miss(question) or "after_retries" in step.blocks:
        given_up = step.next if question.gives_up else PERSON
        yield Way("wrong", step.blocks.get("after_retries", given_up), str(question.retries + 1))
    if question.no_reply is not None:
        yield Way("silence", step.blocks.get("no_reply.then", step.next if question.gives_up else END))


def _of_service(step: Step, plan: CallPlan) -> Iterator[Way]:
    yield Way("found", step.next, plan.service)
    for outcome in ("failed", "unsure") if plan.is_write else ("not_found", "failed"):
        yield Way(outcome, step.blocks.get(outcome, PERSON), plan.service)


_BLOCKS = {"then": "then", "elif": "then", "cases": "case", "else": "else", "steps": "then", "repeat": "then",
           "after_max": "after", "timeout": "timeout", "on": "event", "arm": "arm"}  # fmt: skip


def _of_blocks(step: Step) -> Iterator[Way]:
    """A verb that branches: every block may come, and the next step where nothing says it may not."""
    name = step.kind.name
    for block, first in step.blocks.items():
        head, _, rest = block.partition(".")
        how = "reply" if block == "on.reply" else _BLOCKS.get(head, "then")
        yield Way(how, first, rest)
    if name in ("if", "switch"):
        if "else" not in step.blocks:
            yield Way("else", step.next)
        for empty in _empty_branches(step):
            yield Way("then" if name == "if" else "case", step.next, empty)
    elif name == "wait":
        if "timeout" not in step.blocks:
            yield Way("timeout", step.next)
    elif name == "repeat":
        yield Way("else", step.next)
    elif name == "random":
        if any(f"arm.{arm}" not in step.blocks for arm, _ in step.data.weights):
            yield Way("next", step.next)
    elif not step.kind.ends:
        yield Way("next", step.next)


def _empty_branches(step: Step) -> list[str]:
    """Branches that are written down with nothing in them: they lead on."""
    named = step.data.cases.values() if step.kind.name == "switch" else (block for _, block in step.data)
    return [block.partition(".")[2] for block in dict.fromkeys(named) if block not in step.blocks]


def _inside(flow: Flow) -> tuple[frozenset[int], ...]:
    """For each step the steps in its blocks, however deep. Blocks end where their last step leads back out."""
    found: list[frozenset[int]] = [frozenset()] * len(flow.steps)
    # A step stands before what is in its blocks, so from the back every block is known before its owner.
    for step in reversed(flow.steps):
        inside: set[int] = set()
        for name, first in step.blocks.items():
            stop = step.index if name in step.kind.loops else step.next
            at = first
            while at >= 0 and at != stop and at not in inside and at > step.index:
                inside |= {at} | found[at]
                at = flow.steps[at].next
        found[step.index] = frozenset(inside)
    return tuple(found)
