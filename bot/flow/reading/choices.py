"""Variables into which nothing but a few words can get: what a menu saves, what `set` writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.flow.expression_scope import Scope
from bot.flow.findings import Reporter, near
from bot.flow.tree import Items, Node, Table, Text
from bot.flow.words import fold

_CONSTANT = re.compile(r"^\s*([\"'])([^\"'\\]*)\1\s*$")
_YES_NO = frozenset(("yes", "no", "si", "sim", "nao", "true", "false"))


def tables(node: Node | None) -> Iterator[Table]:
    """Every map below a node, itself included."""
    waiting: list[Node | None] = [node]
    while waiting:
        one = waiting.pop()
        if type(one) is Table:
            yield one
            waiting += [child for child in one.nodes.values() if type(child) is not Text]
        elif type(one) is Items:
            waiting += [child for child in one.nodes if type(child) is not Text]


def of(tree: Table, data: Mapping[str, str], own_types: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What each such variable can be; the others are left out."""
    found: dict[str, set[str]] = {}
    free = {name for key in ("inputs", "outputs") for name in _names(tree.get(key))}
    for step in tables(tree.get("steps")):
        _saved(step, found, free)
        _written(step, found, free)
    known = {name: tuple(sorted(words)) for name, words in found.items() if name in data and name not in free}
    for name, kind in data.items():
        chosen = getattr(own_types.get(kind), "choices", None)
        if chosen and name not in free and name not in known:
            known[name] = tuple(chosen)
    return known


def _saved(step: Table, found: dict[str, set[str]], free: set[str]) -> None:
    options = step.get("options")
    for key in ("save", "as", "name", "comment", "for_each"):
        saved = step.get(key)
        if not isinstance(saved, Text):
            continue
        if key == "save" and "menu" in step.nodes and isinstance(options, Table) and not step.keys.keys() & {"many", "options_from"}:
            found.setdefault(saved.value, set()).update(options.keys)
        else:
            free.add(saved.value)
            free.update(re.findall(r"\w+$", saved.value))


def _written(step: Table, found: dict[str, set[str]], free: set[str]) -> None:
    values = step.get("set")
    for name, value in values.nodes.items() if isinstance(values, Table) else ():
        constant = _CONSTANT.match(value.value) if isinstance(value, Text) else None
        if constant:
            found.setdefault(name, set()).add(constant[2])
        elif not (isinstance(value, Text) and value.value.strip() == "nothing"):
            free.add(name)


def _names(node: Node | None) -> list[str]:
    if isinstance(node, Table):
        return list(node.keys)
    nodes = node.nodes if isinstance(node, Items) else (node,)
    return [one.value for one in nodes if isinstance(one, Text)]


def ids(tree: Table) -> set[str]:
    """The names of all steps, those that cannot be read included: who goes there is right."""
    found = set()
    for step in tables(tree.get("steps")):
        for key in ("id", "save"):
            name = step.get(key)
            if isinstance(name, Text):
                found.add(name.value)
    return found


def check_cases(tree: Table, scope: Scope, report: Reporter) -> None:
    """`cases:` of a `switch` over such a variable name words that it can be."""
    for step in tables(tree.get("steps")):
        asked, cases = step.get("switch"), step.get("cases")
        name = asked.value.strip() if isinstance(asked, Text) else ""
        known = ("yes", "no") if scope.types.get(name) == "yes_no" else scope.choices.get(name)
        if known is None or not isinstance(cases, Table):
            continue
        folded = _YES_NO if scope.types.get(name) == "yes_no" else {fold(one) for one in known}
        said = [(word.strip(), key) for words, key in cases.keys.items() for word in words.split(",")]
        for word, key in said:
            if fold(word) not in folded:
                facts = {"value": word, "near": near(word, known), "known": ", ".join(known[:12])}
                report.error("E15", key, name=name, **facts)
