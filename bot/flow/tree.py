"""YAML as ops people mean it: every scalar stays text, and every node knows its line and column.

Built on PyYAML's `compose`, so that nothing is turned into numbers, dates or booleans (`no`, `9:00`, `0123`
stay as they are typed). Anchors, aliases, tags, merge keys, duplicate keys and several documents are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.flow.findings import Place, Reporter

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
_LANGUAGE = re.compile(r"^[a-z]{2}(-[A-Z]{2})?$")


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar. `plain` says that it stood without quotes, `inline` that it stood inside {…} or […]."""

    value: str
    line: int
    column: int
    plain: bool = True
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    nodes: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; `keys` holds each key's own node (its place), `nodes` what stands behind it."""

    keys: dict[str, Text] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    line: int = 1
    column: int = 1

    def get(self, name: str) -> Node | None:
        return self.nodes.get(name)


Node = Text | Items | Table

# What the line that broke the YAML looks like, and the finding that says so in plain words.
_TRAPS = (
    (re.compile(r"^\s*\t"), "Y01"),
    (re.compile(r"[“”„]|^\s*(?:- )?[\w-]+:\s+(?:\"[^\"]*|'[^']*)\s*$"), "Y03"),
    (re.compile(r":\s+\*"), "Y04"),
    (re.compile(r":\s+[{\[]"), "Y05"),
    (re.compile(r":\s+[@`%]"), "Y06"),
    (re.compile(r":\s+- "), "Y07"),
    (re.compile(r"^\s*(?:- )?[\w-]+:\s+[^\"'|>].*: "), "Y08"),
    (re.compile(r"^\s*(?:- )?[\w-]+:[^\s/]"), "Y09"),
)


def read(source: str, report: Reporter) -> Node | None:
    """The tree of one file, or None when it is not YAML; what is wrong goes to `report`."""
    if len(source.encode("utf-8", "replace")) > MAX_BYTES:
        report.error("Y17", Place(1, 1), size=MAX_BYTES // 1024)
        return None
    _check_spaces(report)
    try:
        source = source.lstrip("\ufeff")
        if not _is_simple(source, report):
            return None
        documents = list(yaml.compose_all(source, Loader=yaml.CSafeLoader))
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError, RecursionError) as error:
        _explain(error, report)
        return None
    if len(documents) > 1:
        mark = documents[1].start_mark
        report.error("Y16", Place(mark.line + 1, mark.column + 1))
        return None
    if not documents or documents[0] is None:
        return Table()
    return _Reader(report).node(documents[0], 0)


def plain(node: Node | None) -> Any:
    """The tree as plain dicts, lists and texts, for those who need no places."""
    if isinstance(node, Table):
        return {key: plain(child) for key, child in node.nodes.items()}
    if isinstance(node, Items):
        return [plain(child) for child in node.nodes]
    return node.value if node is not None else None


def _is_simple(source: str, report: Reporter) -> bool:
    """Whether the file does without anchors, aliases and tags. Checked before any tree is built, since nodes
    that repeat each other a few times over grow without end."""
    simple = True
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        tag, anchor = getattr(event, "tag", None), getattr(event, "anchor", None)
        if not tag and not anchor:
            continue
        mark: Any = event.start_mark
        place = Place(mark.line + 1, mark.column + 1)
        if anchor and _matches("Y04", report, place.line):
            report.error("Y04", place)
        elif anchor:
            report.error("Y14", place)
        else:
            report.error("Y10", place, tag=str(tag).replace("tag:yaml.org,2002:", "!!"))
        simple = False
    return simple


def _check_spaces(report: Reporter) -> None:
    for number, line in enumerate(report.lines, 1):
        start = len(line) - len(line.lstrip())
        at = line.find("\u00a0", 0, start + 2)
        if at >= 0:
            report.error("Y02", Place(number, at + 1))


def _explain(error: Exception, report: Reporter) -> None:
    """Turn the parser's words into ours; indentation first, since a wrong hint is worse than none."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        report.error("Y00", Place(1, 1), problem=str(error)[:120])
        return
    place = Place(mark.line + 1, mark.column + 1)
    problem = str(getattr(error, "problem", ""))
    if "alias" in problem or "anchor" in problem:
        report.error("Y04" if _matches("Y04", report, place.line) else "Y14", place)
        return
    for line in (place.line, place.line - 1):
        for pattern, code in _TRAPS:
            if 0 < line <= len(report.lines) and pattern.search(report.lines[line - 1]):
                report.error(code, place if line == place.line else Place(line, 1))
                return
    if "expected '-' indicator" in problem or "did not find expected" in problem or "<block end>" in problem:
        report.error("Y13", place)
        return
    report.error("Y00", place, problem=problem)


def _matches(code: str, report: Reporter, line: int) -> bool:
    text = report.lines[line - 1] if 0 < line <= len(report.lines) else ""
    return any(trap == code and pattern.search(text) for pattern, trap in _TRAPS)


class _Reader:
    def __init__(self, report: Reporter) -> None:
        self.report = report

    def node(self, raw: Any, depth: int, inline: bool = False) -> Node:
        place = Place(raw.start_mark.line + 1, raw.start_mark.column + 1)
        if depth > MAX_DEPTH:
            self.report.error("Y17", place, size=MAX_BYTES // 1024)
            return Text("", place.line, place.column)
        if isinstance(raw, yaml.ScalarNode):
            return self._text(raw, place, inline)
        if isinstance(raw, yaml.SequenceNode):
            inside = inline or bool(raw.flow_style)
            children = tuple(self.node(child, depth + 1, inside) for child in raw.value)
            return Items(children, place.line, place.column)
        return self._table(raw, place, depth, inline or bool(raw.flow_style))

    def _text(self, raw: Any, place: Place, inline: bool) -> Text:
        if not raw.style and raw.end_mark.line == raw.start_mark.line:
            self._check_cut(raw)
        return Text(raw.value, place.line, place.column, not raw.style, inline)

    def _check_cut(self, raw: Any) -> None:
        """`es: Tu pedido #1023 va` loses half its text to a comment without a word: refuse it."""
        line = self.report.lines[raw.end_mark.line] if raw.end_mark.line < len(self.report.lines) else ""
        rest = line[raw.end_mark.column :]
        if re.match(r"\s+#[^\s#]", rest):
            at = raw.end_mark.column + len(rest) - len(rest.lstrip()) + 1
            facts = {"text": raw.value, "whole": f"{raw.value}{rest.rstrip()}"}
            self.report.error("Y11", Place(raw.end_mark.line + 1, at), **facts)

    def _table(self, raw: Any, place: Place, depth: int, inline: bool) -> Table:
        table = Table(line=place.line, column=place.column)
        for raw_key, raw_node in raw.value:
            key = self.node(raw_key, depth + 1)
            if not isinstance(key, Text):
                self.report.error("Y05", key)
                continue
            if raw_key.tag == "tag:yaml.org,2002:merge":
                self.report.error("Y15", key)
                continue
            child = self.node(raw_node, depth + 1, inline)
            if key.value in table.keys:
                self.report.error("Y12", key, name=key.value, first=table.keys[key.value].line)
                continue
            self._check_quotes(key, child)
            table.keys[key.value] = key
            table.nodes[key.value] = child
        return table

    def _check_quotes(self, key: Text, child: Node) -> None:
        """A sentence inside {…} without quotes may be cut at a comma: refuse it before a customer sees half."""
        if isinstance(child, Text) and child.inline and child.plain and _LANGUAGE.match(key.value):
            self.report.error("Y18", child, name=key.value, text=child.value)
