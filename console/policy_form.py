"""The policy as a form, and what was typed there as the text of `_policy.yaml` again. Pure.

What nobody touches stays as it is written, comments too; only a block that gets a key of its own for the first time is
written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.escalation_policy import POINTS, SOOTHING, Policy
from bot.flow.findings import Reporter
from bot.flow.tree import Node, Table, Text, plain, read

FILE = "_policy.yaml"
GROUPS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "request": (("human_request", "high"), ("human_request", "low")),
    "frustration": tuple(("frustration", name) for name in ("high", "low", "clear", "severe", "faint")),
    "memory": (("decay",), ("relief_keeps",), ("wait_minutes",)),
    "points": tuple(("points", name) for name in POINTS),
    "soothing": tuple(("soothing", name) for name in SOOTHING),
}
_MOST = {"wait_minutes": 10_000.0, "points": 10.0, "soothing": 10.0}
_STEPS = {"wait_minutes": "1", "points": "0.05", "soothing": "0.05"}
_WRAPPED = 3  # more keys than these stand below each other
_INDENT = "  "
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One number of the policy: what holds now, what the house would say, and what was typed."""

    path: Path
    value: float
    usual: float
    typed: str = ""
    is_wrong: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def most(self) -> float:
        return _MOST.get(self.path[0], 1.0)

    @property
    def step(self) -> str:
        step = _STEPS.get(self.path[0], "0.01")
        is_on_it = round(self.value / float(step), 6).is_integer()
        return step if is_on_it else "any"  # a browser refuses what lies between two steps

    @property
    def is_changed(self) -> bool:
        return self.is_wrong or number(self.typed) != self.value


def groups(policy: Policy, typed: Mapping[str, Any] | None = None) -> dict[str, tuple[Field, ...]]:
    """Every number of the policy, in the order of the page; `typed` holds what a form sent, by name."""
    return {key: tuple(_field(path, policy, typed or {}) for path in paths) for key, paths in GROUPS.items()}


def changes(found: Mapping[str, Iterable[Field]]) -> dict[Path, float]:
    """What was typed and is another number than what holds."""
    return {
        field.path: value
        for fields in found.values()
        for field in fields
        if field.is_changed and not field.is_wrong and (value := number(field.typed)) is not None
    }


def crossed(found: Mapping[str, Iterable[Field]]) -> tuple[Field, Field] | None:
    """A lower threshold that was typed above its upper one."""
    fields = {field.path: field for fields in found.values() for field in fields if not field.is_wrong}
    for label in ("frustration", "human_request"):
        low, high = fields.get((label, "low")), fields.get((label, "high"))
        if low and high and (number(low.typed) or 0) > (number(high.typed) or 0):
            return low, high
    return None


def number(typed: str) -> float | None:
    """A number as people write it: `0,45`, `.5`; None for what is none."""
    try:
        return float(typed.strip().replace(",", "."))
    except ValueError:
        return None


def tree_of(text: str) -> dict[str, Any]:
    """The keys of a policy's text."""
    return plain(read(text, Reporter(FILE, text))) or {}


def tree_with(tree: Mapping[str, Any], wanted: Mapping[Path, float]) -> dict[str, Any]:
    """The same keys with these numbers. A signal that was switched off and gets points counts again."""
    made = deepcopy(dict(tree))
    for path, value in wanted.items():
        block = made
        for key in path[:-1]:
            block[key] = block.get(key) or {}
            block = block[key]
        block[path[-1]] = written(value)
        switches = made.get("signals")
        if path[0] == "points" and isinstance(switches, dict) and path[1] in switches:
            switches[path[1]] = "on"
    return made


def text_with(text: str, wanted: Mapping[Path, float]) -> str:
    """The text of the policy with these numbers."""
    tree, made = tree_of(text), tree_with(tree_of(text), wanted)
    places = read(text, Reporter(FILE, text))
    lines = text.split("\n")
    fresh: set[str] = set()
    for path in sorted(_leaves(made), key=lambda path: _order(places, path), reverse=True):
        if _value(made, path) == _value(tree, path):
            continue
        node = _node(places, path)
        if isinstance(node, Text):
            lines[node.line - 1] = _replaced(lines[node.line - 1], node, _value(made, path))
        else:
            fresh.add(path[0])
    for key in sorted(fresh):
        lines = _with_block(lines, key, made[key])
    rewritten = "\n".join(lines)
    return rewritten if tree_of(rewritten) == made else _whole(made)


def written(value: float) -> str:
    """A number as the file has it: `0.45`, `20`."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _field(path: Path, policy: Policy, typed: Mapping[str, Any]) -> Field:
    value, usual = _holds(policy, path), _holds(Policy(), path)
    raw = str(typed.get(".".join(path), written(value)))[:20].strip()
    field = Field(path, value, usual, raw)
    found = number(raw)
    is_wrong = found is None or not 0 <= found <= field.most  # `nan` is no number between two others
    return Field(path, value, usual, raw, is_wrong)


def _holds(policy: Policy, path: Path) -> float:
    if path[0] == "points":
        return policy.counts(path[1])
    if path[0] == "soothing":
        return policy.soothing[path[1]]
    return float(getattr(policy, "_".join(path)))


def _leaves(tree: Mapping[str, Any], above: Path = ()) -> list[Path]:
    found: list[Path] = []
    for key, value in tree.items():
        found += _leaves(value, (*above, key)) if isinstance(value, Mapping) else [(*above, key)]
    return found


def _value(tree: Mapping[str, Any], path: Path) -> Any:
    found: Any = tree
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _node(places: Node | None, path: Path) -> Node | None:
    for key in path:
        places = places.get(key) if isinstance(places, Table) else None
    return places


def _order(places: Node | None, path: Path) -> tuple[int, int]:
    node = _node(places, path)
    return (node.line, node.column) if node is not None else (0, 0)


def _replaced(line: str, node: Text, value: str) -> str:
    """The line with another scalar in this place, quoted as numbers in YAML of the flows are."""
    start = node.column - 1
    quote = line[start]
    end = line.index(quote, start + 1) + 1 if quote in "\"'" else start + len(node.value)
    return f'{line[:start]}"{value}"{line[end:]}'


def _with_block(lines: list[str], key: str, value: Any) -> list[str]:
    """The lines with this key of the first level written anew, or put at their end."""
    at = next((n for n, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if at is None:
        kept = "\n".join(lines).rstrip("\n").split("\n")
        return [*(kept if kept != [""] else []), *_block(key, value, ""), ""]
    end = at + 1
    while end < len(lines) and (lines[end].startswith((" ", "}")) and lines[end].strip()):
        end += 1
    return [*lines[:at], *_block(key, value, ""), *lines[end:]]


def _block(key: str, value: Any, indent: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f'{indent}{key}: "{value}"']
    if len(value) <= _WRAPPED and not any(isinstance(one, Mapping) for one in value.values()):
        pairs = ", ".join(f'{name}: "{one}"' for name, one in value.items())
        return [f"{indent}{key}: {{{pairs}}}"]
    return [f"{indent}{key}:", *(line for name, one in value.items() for line in _block(name, one, indent + _INDENT))]


def _whole(tree: Mapping[str, Any]) -> str:
    return "\n".join(line for key, value in tree.items() for line in _block(key, value, "")) + "\n"
