"""Variables that are used before anything gave them a value, on every way to that step or on one of them.

Conditions may ask for what is not known yet (nothing is never equal to anything), so there only a variable that nobody
can have set counts. In a text it leaves a hole, in a sum it makes nothing, and a service refuses to go without it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bot.flow import filters
from bot.flow.expression_scope import names_in
from bot.flow.expressions import Expression
from bot.flow.findings import Place, Reporter
from bot.flow.model import CallPlan, Flow, Option, Question, Step, Triggers
from bot.flow.proof.positions import ARRIVED, TOP, Board, conditions
from bot.flow.proof.ways import Way
from bot.flow.rule import Rule, Subject
from bot.flow.steps.switch import Switch
from bot.flow.texts import Texts

Names = frozenset[str]
_NONE: Names = frozenset()
_ALL, _ANY = frozenset.intersection, frozenset.union
# Functions that make something of nothing.
_TAKE_NOTHING = frozenset(("known", "len", "min", "max", "open"))


@dataclass(frozen=True, slots=True)
class _Use:
    """A place where values are used. `strict`: a value that is missing on one way there is a mistake already."""

    names: Names
    place: Any
    strict: bool


def check(subject: Subject) -> None:
    surely, perhaps = (_known(subject.board, meet, given) for meet, given in ((_ALL, _at_least), (_ANY, _at_most)))
    for flow, report in subject.whole():
        for step in flow.steps:
            at = (flow.name, step.index)
            if at in surely:
                _check_step(subject, flow, step, (surely[at], perhaps[at]), report)


def _check_step(subject: Subject, flow: Flow, step: Step, known: tuple[Names, Names], report: Reporter) -> None:
    surely, perhaps = known
    own = flow.data.keys() - flow.inputs.keys() - subject.library.project.remembered.keys()
    guarded = implied(step.when.source, True) if step.when is not None else _NONE
    told: set[str] = set()
    for use in _uses(subject, flow, step):
        missing = (use.names & own) - (surely if use.strict else perhaps) - guarded - told
        for name in sorted(missing):
            told.add(name)
            report.warning("G11", use.place, name=name)


# What has a value where


def _at_most(flow: Flow) -> Names:
    """What may have a value when the flow begins: what it is handed, and what the event that began it is about."""
    return frozenset((*flow.inputs, flow.about)) - {""}


def _at_least(flow: Flow) -> Names:
    """The same where it begins in any way."""
    others = replace(flow.triggers, event="", key=None, places={})
    return _at_most(flow) if others == Triggers() else frozenset(flow.inputs)


def _known(
    board: Board, meet: Callable[[Names, Names], Names], given: Callable[[Flow], Names]
) -> dict[tuple[str, int], Names]:
    """For each step that can be reached, the variables with a value when it comes; `meet` joins the ways to it."""
    flows = board.chart.library.flows
    known = {at: given(flows[at.flow]) for at in board.places
             if at.mode == TOP and at[2:] == (0, ARRIVED, None) and at.flow in flows}  # fmt: skip
    waiting = list(known)
    while waiting:
        at = waiting.pop()
        flow, place = flows[at.flow], board.places[at]
        for move in (*place.moves, *place.others):
            if move.to.mode != TOP or move.to.flow != at.flow or move.to.index < 0:
                continue
            arriving = _after(flow, flow.steps[at.index], move.way, known[at])
            joined = arriving if move.to not in known else meet(known[move.to], arriving)
            if joined != known.get(move.to):
                known[move.to] = joined
                waiting.append(move.to)
    found: dict[tuple[str, int], Names] = {}
    for at, names in known.items():
        key = (at.flow, at.index)
        found[key] = names if key not in found else meet(found[key], names)
    return found


def _after(flow: Flow, step: Step, way: Way, known: Names) -> Names:
    """What is known once this way has been taken."""
    data = step.data
    if way.how == "stay":
        return known
    if way.how == "skip":
        known |= {way.what} if isinstance(data, Question) and data.skips_known and way.what in flow.data else _NONE
        return known | (implied(step.when.source, False) if step.when is not None else _NONE)
    if step.when is not None:
        known |= implied(step.when.source, True)
    if isinstance(data, Question):
        return known | _answered(data, way)
    if isinstance(data, CallPlan):
        return known | {data.save} if way.how == "found" else known
    if step.kind.name == "set":
        return known | {name for name, expression in data if not (needs(expression.source) & flow.data.keys()) - known}
    if step.kind.name == "goto":
        asked = flow.steps[way.to].data
        return known - {asked.save} if isinstance(asked, Question) else known
    if step.kind.name in ("if", "switch"):
        return known | _by_branch(step, way)
    if step.kind.name == "repeat" and way.how == "then":
        return known | {data.variable}
    return known | {getattr(data, "save", "")}


def _answered(question: Question, way: Way) -> Names:
    if way.how not in ("option", "valid"):
        return _NONE
    option = next((one for one in question.options if one.key == way.what), None)
    shown = implied(option.when.source, True) if option is not None and option.when is not None else _NONE
    return shown | {question.save}


def _by_branch(step: Step, way: Way) -> Names:
    """What the branch that was taken says about the variables of its condition."""
    if isinstance(step.data, Switch):
        return roots(_parsed(step.data.value.source)) if way.how == "case" else _NONE
    refused = _NONE
    for condition, block in step.data:
        if way.how == "then" and step.block(block) == way.to:
            return refused | implied(condition.source, True)
        refused |= implied(condition.source, False)
    return refused


# What an expression says and needs


@lru_cache(maxsize=4096)
def implied(source: str, holds: bool) -> Names:
    """Variables that must have a value when this condition holds (or does not)."""
    tree = _parsed(source)
    return _implied(tree, holds) if tree is not None else _NONE


def _implied(node: ast.expr, holds: bool) -> Names:
    if isinstance(node, ast.BoolOp):
        parts = [_implied(part, holds) for part in node.values]
        if isinstance(node.op, ast.And) == holds:
            return frozenset().union(*parts)
        return frozenset.intersection(*parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _implied(node.operand, not holds)
    if isinstance(node, ast.Compare):
        denies = isinstance(node.ops[0], (ast.NotEq, ast.NotIn))
        return roots(node) if holds != denies else _NONE
    return roots(node) if holds else _NONE


def roots(node: ast.AST | None) -> Names:
    """The variables an expression begins from."""
    return names_in(node) if node is not None else _NONE


@lru_cache(maxsize=4096)
def needs(source: str) -> Names:
    """Variables without which this value is nothing."""
    tree = _parsed(source)
    return _needs(tree) if tree is not None else _NONE


def _needs(node: ast.expr) -> Names:
    match node:
        case ast.Name():
            return frozenset((node.id,))
        case ast.Attribute() | ast.Subscript():
            return _needs(node.value)
        case ast.BoolOp(op=ast.Or()):
            return frozenset.intersection(*(_needs(part) for part in node.values))
        case ast.IfExp():
            return _needs(node.body) & _needs(node.orelse)
        case ast.BinOp():
            return _needs(node.left) | _needs(node.right)
        case ast.Call(func=ast.Name(id=name)) if name not in _TAKE_NOTHING:
            return frozenset().union(*(_needs(part) for part in node.args))
    return _NONE


@lru_cache(maxsize=4096)
def _parsed(source: str) -> ast.expr | None:
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


# Where values are used


def _uses(subject: Subject, flow: Flow, step: Step) -> Iterator[_Use]:
    for expression in conditions(step):
        yield _Use(roots(_parsed(expression.source)) - implied_anywhere(expression.source), step, False)
    data = step.data
    if isinstance(data, CallPlan):
        service = subject.library.services.get(data.service)
        for name in service.required if service else ():
            if name in data.arguments:
                yield _Use(needs(data.arguments[name].source), step, True)
    elif step.kind.name == "set":
        for _, expression in data:
            if isinstance(_parsed(expression.source), ast.BinOp):
                yield _Use(needs(expression.source), step, True)
    answered = frozenset((data.save,)) if isinstance(data, Question) else _NONE
    for part, is_after in _texts(data):
        for place, names in _of_text(part, flow, step):
            yield _Use(names - answered if is_after else names, place, True)


def implied_anywhere(source: str) -> Names:
    """Variables that a condition only asks for being there (`known(x)`, a flag): that may be asked any time."""
    tree = _parsed(source)
    asked: set[str] = set()
    for node in ast.walk(tree) if tree is not None else ():
        parts: Iterable[ast.expr] = ()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "known":
            parts = node.args
        elif isinstance(node, ast.BoolOp):
            parts = node.values
        elif isinstance(node, ast.UnaryOp):
            parts = (node.operand,)
        asked |= {part.id for part in parts if isinstance(part, ast.Name)}
    if isinstance(tree, ast.Name):
        asked.add(tree.id)
    return frozenset(asked)


def _texts(data: Any, is_after: bool = False) -> Iterator[tuple[Texts, bool]]:
    """Every text of a step; those of a question's checks are said once it has an answer."""
    if isinstance(data, Texts):
        yield data, is_after
    elif isinstance(data, (tuple, list)):
        for part in data:
            yield from _texts(part, is_after)
    elif isinstance(data, Mapping):
        for part in data.values():
            yield from _texts(part, is_after)
    elif isinstance(data, Option):
        yield from _texts((data.label, data.description), is_after)
    elif not isinstance(data, Expression):
        for name in getattr(type(data), "__dataclass_fields__", ()):
            if name != "source":  # the labels of a list's items speak of the item
                yield from _texts(getattr(data, name), is_after or name == "checks")


def _of_text(texts: Texts, flow: Flow, step: Step) -> Iterator[tuple[Any, Names]]:
    is_own = any(texts is one for one in flow.texts)
    for language, templates in texts.by_language.items():
        names = frozenset().union(*(_needed(one) for template in templates for one in template.placeholders))
        if names:
            place = texts.columns.get(language)
            yield (Place(*place) if place and is_own else step), names


@lru_cache(maxsize=4096)
def _needed(placeholder: str) -> Names:
    """`order.eta | date`: order; nothing where a filter makes something of nothing."""
    value, *steps = placeholder.split("|")
    for step in steps:
        known = filters.BY_NAME.get(step.partition(":")[0].strip())
        if known is not None and known.takes_nothing:
            return _NONE
    return needs(value)


RULE = Rule("unset", ("G11",), check)
