"""YAML files that people of the shop write, read with their places: whatever is wrong is said with file, line and mend."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_FILE_BYTES = 256 * 1024
MAX_DEPTH = 8
_PLAIN_TAGS = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


@dataclass(slots=True)
class Page:
    """A file as a tree of plain texts, lists and tables, the line of every key, and what was found wrong so far."""

    name: str
    tree: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def wrong(self, key: str, sentence: str) -> None:
        """Note a mistake at this dotted key, or at the nearest one above it."""
        place = key
        while place and place not in self.lines:
            place = place.rpartition(".")[0]
        self.findings.append(Finding(self.name, self.lines.get(place, 1), sentence))


def read(path: Path, name: str = "") -> Page:
    """The file; one that cannot be read has a finding and no tree."""
    try:
        return parsed(name or path.name, path.read_bytes())
    except OSError as error:
        page = Page(name or path.name)
        page.wrong("", f"cannot be read ({error.strerror}): look at its rights.")
        return page


def parsed(name: str, raw: bytes) -> Page:
    """The same of what a file of this name holds, or would hold."""
    page = Page(name)
    if len(raw) > MAX_FILE_BYTES:
        page.wrong("", f"is longer than {MAX_FILE_BYTES} bytes: cut it.")
        return page
    try:
        node = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.CBaseLoader)
    except UnicodeDecodeError:
        page.wrong("", "is not UTF-8: save it as UTF-8.")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        page.findings.append(Finding(page.name, line, f"is not YAML ({error.problem}): look at the line and the one above."))
    except (yaml.YAMLError, RecursionError):
        page.wrong("", "is not YAML: write it anew from its example in the docs.")
    else:
        page.tree = _value(page, node, "", set()) if node is not None else {}
    return page


def near(word: str, known: Iterable[str]) -> str:
    """“ (did you mean …?)” where a word is close to one that is known."""
    close = difflib.get_close_matches(word, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def table(page: Page, tree: Any, key: str) -> Mapping[str, Any]:
    """The table at this key; anything else is a finding, and empty."""
    if isinstance(tree, Mapping):
        return tree
    if tree is not None:
        page.wrong(key, f"{key or 'the file'} must be a table, one “name: value” a line.")
    return {}


def named(page: Page, tree: Any, key: str, names: Collection[str]) -> Mapping[str, Any]:
    """The table at this key; names that are none of these are findings, and not in it."""
    found = table(page, tree, key)
    for name in found:
        if name not in names:
            place = f"{key}.{name}" if key else name
            page.wrong(place, f"“{name}” is not known here{near(name, names)}: write one of {', '.join(names)}.")
    return {name: value for name, value in found.items() if name in names}


def number(page: Page, key: str, value: Any, bounds: tuple[int, int]) -> int:
    """A whole number within bounds; anything else is a finding, and the least."""
    least, most = bounds
    if isinstance(value, str) and value.isascii() and value.isdigit() and least <= int(value[:12]) <= most:
        return int(value)
    page.wrong(key, f"{key} must be a whole number from {least} to {most}.")
    return least


def _value(page: Page, node: yaml.Node, key: str, seen: set[int]) -> Any:
    page.lines.setdefault(key, node.start_mark.line + 1)
    if id(node) in seen or key.count(".") > MAX_DEPTH:
        page.wrong(key, "anchors, and tables this deep, are not read here: write the value out.")
        return None
    if node.tag not in _PLAIN_TAGS:
        page.wrong(key, f"the tag {node.tag} is not read here: remove it.")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _table(page, node, key, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(page, one, f"{key}.{place}", seen) for place, one in enumerate(node.value)]
    return str(node.value)


def _table(page: Page, node: yaml.MappingNode, key: str, seen: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name_node, value_node in node.value:
        name = str(name_node.value)
        place = f"{key}.{name}" if key else name
        page.lines[place] = name_node.start_mark.line + 1
        if name in found:
            page.wrong(place, f"“{name}” stands here twice: keep one.")
        found[name] = _value(page, value_node, place, seen)
    return found
