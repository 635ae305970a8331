"""What a file says about names before its steps are read: its own variables, and what other flows may know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow.tree import Items, Node, Table, Text

OUTCOME = "outcome"
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_AS = re.compile(r"^(?P<of>.+)\s+as\s+(?P<name>[a-z][a-z0-9_]{0,39})$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Head:
    """What `call` hands in and gets back: names with their types."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)


def head(tree: Node | None) -> Head:
    """Of a file that is read but not compiled; mistakes in it are found when it is."""
    if not isinstance(tree, Table):
        return Head()
    types = {**_typed(tree.get("inputs")), **_typed(tree.get("outputs")), **_typed(tree.get("data"))}
    return Head(_named(tree.get("inputs"), types), _named(tree.get("outputs"), types))


def implied(tree: Table) -> dict[str, str]:
    """Variables that need no line under `data`: inputs and outputs with a type of their own, those of loops, ratings."""
    found = {**_typed(tree.get("inputs")), **_typed(tree.get("outputs"))}
    for step in _tables(tree.get("steps")):
        if "repeat" in step.nodes:
            variable = loop_variable(step)[0]
            if variable:
                found.setdefault(variable, "any")
        rated = step.get("save") if "rate" in step.nodes else None
        if isinstance(rated, Text) and _NAME.match(rated.value):
            found.setdefault(rated.value, "integer")
    return found


def loop_variable(step: Table) -> tuple[str, str]:
    """The variable of `for_each` and the expression of its list: `order.lines` with `as: line`, or `… as line`."""
    named, of = step.get("as"), step.get("for_each")
    written = of.value.strip() if isinstance(of, Text) else ""
    if isinstance(named, Text) and named.value.strip():
        return named.value.strip(), written
    both = _AS.match(written)
    return (both["name"], both["of"].strip()) if both else ("", written)


def record_fields(node: Node | None, known: Any) -> dict[str, dict[str, str]]:
    """What is known of each record: the outputs of the services and flows that are saved in it."""
    fields: dict[str, dict[str, str]] = {}
    for step in _tables(node):
        save = step.get("save")
        outputs = _outputs(step, known)
        if outputs is not None and isinstance(save, Text):
            fields.setdefault(save.value, {}).update(outputs)
    return fields


def _outputs(step: Table, known: Any) -> Mapping[str, str] | None:
    asked = step.get("lookup") or step.get("do")
    if isinstance(asked, Text):
        service = known.services.get(asked.value)
        return service.outputs if service is not None else None
    called = step.get("call")
    other = known.heads.get(called.value.strip()) if isinstance(called, Text) else None
    return {OUTCOME: "text", **other.outputs} if other is not None else None


def _tables(node: Node | None) -> Iterator[Table]:
    """Every map below a node, itself included."""
    waiting: list[Node | None] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Table):
            yield one
            waiting += reversed(list(one.nodes.values()))
        elif isinstance(one, Items):
            waiting += reversed(one.nodes)


def _typed(node: Node | None) -> dict[str, str]:
    if not isinstance(node, Table):
        return {}
    return {name: kind.value.strip() for name, kind in node.nodes.items() if isinstance(kind, Text)}


def _named(node: Node | None, types: Mapping[str, str]) -> dict[str, str]:
    if isinstance(node, Table):
        return _typed(node)
    nodes = node.nodes if isinstance(node, Items) else (node,)
    return {one.value.strip(): types.get(one.value.strip(), "any") for one in nodes if isinstance(one, Text) and one.value}
