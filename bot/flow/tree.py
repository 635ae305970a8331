"""YAML as ops people mean it: every scalar stays text, and every node knows its line and column.

Built from the events of PyYAML's parser, so that nothing is turned into numbers, dates or booleans (`no`, `9:00`,
`0123` stay as they are typed) and no alias is ever followed. Anchors, aliases, tags, merge keys, duplicate keys and
several documents are refused. Where the YAML breaks, the line is mended in memory and reading goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.flow.findings import Place, Reporter, normal
from bot.flow.reading import breaks, traps
from bot.flow.reading.sheet import Sheet, indentation

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_OPEN = 200  # brackets: the parser looks at each that is open for every word that it reads
_MAX_MENDS = 40
_MAX_MENDS_OF_A_LINE = 3
_LANGUAGE = re.compile(r"^(?:es|en|pt)(-[A-Z]{2})?$")
# What stands below these are names with values, or keys with labels; `es` among them is no language.
_NAMES_INSIDE = frozenset(
    (
        "data", "inputs", "outputs", "with", "set", "remember", "remembered", "gives", "fake", "contact", "options",
        "buttons", "cases", "arms", "services",
    )
)  # fmt: skip


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

# Signs that nobody sees: some break the YAML, some move a line, all of them were pasted.
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"
_NO_WIDTH = "\u200b-\u200f\u2060\ufeff\u00ad"
_ODD = re.compile(f"[{_SPACES}{_CONTROLS}{_NO_WIDTH}]")
_LEAD = re.compile(f"^[ \\t{_SPACES}{_NO_WIDTH}]*(?:-[ {_SPACES}{_NO_WIDTH}]+)*(?:[\\w.{_NO_WIDTH}-]+:[ {_SPACES}{_NO_WIDTH}]*)?")
_CONTROL = re.compile(f"[{_CONTROLS}]")
_HARD_SPACE = re.compile(f"[{_SPACES}]")
_BARE_DASH = re.compile(r"-[^\W\d_]")
_CURLY = tuple("“”„")
_CUTS = re.compile(r"\S.*#[^\s#]")
_COMMENT = re.compile(r"\s*#[^\s#]")
_BRACKETS = re.compile(r"[\[\]{}]")


def read(source: str, report: Reporter, starts: frozenset[str] = frozenset()) -> Node | None:
    """The tree of one file, or None when nothing of it can be read; what is wrong goes to `report`.

    `starts` are the words that begin an entry of a list: with them a missing dash can be told from a wrong indent.
    """
    if len(source.encode("utf-8", "replace")) > MAX_BYTES:
        report.error("Y17", Place(1, 1), size=MAX_BYTES // 1024)
        report.is_whole = False
        return None
    deepest = _too_deep(source)
    if deepest is not None:
        report.error("Y17", deepest, size=MAX_BYTES // 1024)
        report.is_whole = False
        return None
    sheet = Sheet(normal(source))
    if _ODD.search(source):
        _clean(sheet, report)
    events = _events(sheet, report, starts)
    if events is None:
        report.is_whole = False
        return None
    return _Builder(sheet, report, events).document()


def _too_deep(source: str) -> Place | None:
    """Where more brackets are open than any file has."""
    if source.count("[") + source.count("{") <= MAX_OPEN:
        return None
    depth = 0
    for found in _BRACKETS.finditer(source):
        depth = depth + 1 if found[0] in "[{" else max(depth - 1, 0)
        if depth > MAX_OPEN:
            before = source[: found.start()]
            return Place(before.count("\n") + 1, found.start() - before.rfind("\n"))
    return None


def mended(source: str, codes: frozenset[str]) -> str:
    """The text with those mistakes mended in it that are of these codes; the same where there are others."""
    if _too_deep(source) is not None:
        return source
    report = Reporter("", source)
    sheet = Sheet(normal(source))
    if _ODD.search(source):
        _clean(sheet, report)
    events = _events(sheet, report, frozenset())
    if events is None or not report.is_whole:
        return source
    builder = _Builder(sheet, report, events)
    builder.document()
    for line, column, end in sorted(builder.unquoted, reverse=True):
        sheet.quote(line, column, end)
    return sheet.source if {one.code for one in report.findings if one.level == "error"} <= codes else source


def plain(node: Node | None) -> Any:
    """The tree as plain dicts, lists and texts, for those who need no places."""
    if isinstance(node, Table):
        return {key: plain(child) for key, child in node.nodes.items()}
    if isinstance(node, Items):
        return [plain(child) for child in node.nodes]
    return node.value if node is not None else None


def _clean(sheet: Sheet, report: Reporter) -> None:
    """Hard spaces where YAML counts spaces, and signs that nobody can see, as plain spaces or as nothing."""
    for number, line in enumerate(sheet.lines):
        if line.isascii() and line.isprintable():
            continue
        lead = _LEAD.match(line)
        end = lead.end() if lead else 0
        first = _HARD_SPACE.search(line, 0, end)
        if first:
            report.error("Y02", Place(number + 1, first.start() + 1))
            line = _HARD_SPACE.sub(" ", line[:end]) + line[end:]
        for odd in _CONTROL.finditer(line):
            report.error("Y20", Place(number + 1, odd.start() + 1), sign=f"U+{ord(odd[0]):04X}")
        sheet.lines[number] = _CONTROL.sub(" ", line)
        _clean_lead(sheet, report, number, end)


def _clean_lead(sheet: Sheet, report: Reporter, number: int, end: int) -> None:
    hidden = [at for at, sign in enumerate(sheet.lines[number][:end]) if re.match(f"[{_NO_WIDTH}]", sign)]
    for at in reversed(hidden):
        report.error("Y20", Place(number + 1, at + 1), sign=f"U+{ord(sheet.lines[number][at]):04X}")
        sheet.remove(number, at)


def _events(sheet: Sheet, report: Reporter, starts: frozenset[str]) -> list[Any] | None:
    """The parser's events of the whole file, after every mistake that broke them was told and mended."""
    told: set[tuple[str, int, int]] = set()
    for _ in range(_MAX_MENDS):
        try:
            return list(yaml.parse(sheet.source, Loader=yaml.CSafeLoader))
        except yaml.YAMLError as error:
            trap = traps.explain(sheet, breaks.found(error), starts)
        except RecursionError:
            trap = traps.Trap("Y17", 0, 0, {"size": MAX_BYTES // 1024})
        is_new = (trap.code, trap.line, trap.column) not in told
        if not any(line == trap.line for _, line, _ in told):
            report.error(trap.code, sheet.place(trap.line, trap.column), **trap.facts)
        told.add((trap.code, trap.line, trap.column))
        if trap.code == "Y16":
            report.is_whole = False
        # A line that is mended over and over was not understood; every mend would make it longer.
        mends = sum(line == trap.line for _, line, _ in told)
        if is_new and trap.mend is not None and mends <= _MAX_MENDS_OF_A_LINE:
            trap.mend()
        elif not _leave_out(sheet, trap.line, starts):
            return None
        else:
            report.is_whole = False
        report.mended.add(trap.line + 1)
    return None


def _leave_out(sheet: Sheet, line: int, starts: frozenset[str]) -> bool:
    """Take out the step that a line stands in, or what holds it; False when nothing is left to take out."""
    depth = indentation(sheet.lines[line]) + 1 if sheet.lines[line].strip() else 10_000
    for number in range(line, -1, -1):
        text = sheet.lines[number]
        if not text.strip() or text.lstrip().startswith("#") or indentation(text) >= depth:
            continue
        depth = indentation(text)
        first = re.match(r" *- +([\w-]+)", text)
        if depth == 0 or first and (not starts or first[1] in starts or first[1] in ("id", "when")):
            below = sheet.inside(number, depth)
            sheet.blank(number, below[-1] + 1 if below else number + 1)
            return True
    return False


class _Builder:
    """Own nodes from the parser's events."""

    def __init__(self, sheet: Sheet, report: Reporter, events: list[Any]) -> None:
        self.sheet = sheet
        self.report = report
        self.events: Iterator[Any] = iter(events)
        self.anchors: set[str] = set()
        self.unquoted: list[tuple[int, int, int]] = []
        self.is_odd = sheet.is_mended or any(_CUTS.search(line) for line in sheet.lines if "#" in line)

    def document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self.report.error("Y16", self._place(event))
                self.report.is_whole = False
                break
            if isinstance(event, yaml.NodeEvent):
                root = self.node(event, 0, False)
        if root is None or (isinstance(root, Text) and not root.value and root.plain):
            return Table()
        return root

    def node(self, event: Any, depth: int, inline: bool, owner: str = "") -> Node:
        if type(event) is yaml.ScalarEvent and not self.is_odd and event.anchor is None and event.tag is None:
            return self._plain_text(event, inline)
        place = self._place(event)
        if event.anchor:
            self._refuse_anchor(event, place)
        if isinstance(event, yaml.AliasEvent):
            return Text(f"*{event.anchor}", place.line, place.column, True, inline)
        if event.tag:
            self.report.error("Y10", place, tag=str(event.tag).replace("tag:yaml.org,2002:", "!!"))
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event, place, inline)
        inside = inline or bool(event.flow_style)
        if depth > MAX_DEPTH:
            self._skip(event)
            self.report.error("Y17", place, size=MAX_BYTES // 1024)
            return Text("", place.line, place.column)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(place, depth, inside, owner)
        return self._table(place, depth, inside, owner)

    def _items(self, place: Place, depth: int, inside: bool, owner: str) -> Items:
        found = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            found.append(self.node(event, depth + 1, inside, owner))
        return Items(tuple(found), place.line, place.column)

    def _table(self, place: Place, depth: int, inside: bool, owner: str) -> Table:
        table = Table(line=place.line, column=place.column)
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self.node(event, depth + 1, False)
            behind = next(self.events)
            child = self.node(behind, depth + 1, inside, key.value if isinstance(key, Text) else "")
            if isinstance(key, Text) and owner not in _NAMES_INSIDE:
                self._check_quotes(key, child, behind)
            self._entry(table, key, child)
        return table

    def _entry(self, table: Table, key: Node, child: Node) -> None:
        if not isinstance(key, Text):
            self.report.error("Y05", key, sign="{")
            return
        if key.plain and _BARE_DASH.match(key.value):
            self.report.error("Y26", key, text=f"{key.value[1:]}: …")
            self.report.mended.add(key.line)
            key = Text(key.value[1:], key.line, key.column)
        if key.value == "<<" and key.plain:
            self.report.error("Y15", key)
        elif key.value == "":
            self.report.error("Y27", key)
        elif key.value in table.keys:
            self.report.error("Y12", key, name=key.value, first=table.keys[key.value].line)
        else:
            table.keys[key.value] = key
            table.nodes[key.value] = child

    def _skip(self, event: Any) -> None:
        """Pass over a list or map that stands too deep, without going into it."""
        depth = 1 if isinstance(event, yaml.CollectionStartEvent) else 0
        while depth:
            following = next(self.events)
            depth += isinstance(following, yaml.CollectionStartEvent) - isinstance(following, yaml.CollectionEndEvent)

    def _refuse_anchor(self, event: Any, place: Place) -> None:
        is_alias = isinstance(event, yaml.AliasEvent)
        self.report.mended.add(place.line)
        code = "Y04" if is_alias and event.anchor not in self.anchors else "Y14"
        self.report.error(code, place, sign="*")
        if not is_alias:
            self.anchors.add(event.anchor)

    def _plain_text(self, event: Any, inline: bool) -> Text:
        """Nearly every text: of a file in which nothing was mended and nothing is cut off."""
        mark = event.start_mark
        is_plain, value = not event.style, event.value
        if is_plain and value[:1] in _CURLY and value[-1:] in _CURLY and not inline:
            self.report.warning("Y24", Place(mark.line + 1, mark.column + 1))
        return Text(value, mark.line + 1, mark.column + 1, is_plain, inline)

    def _text(self, event: Any, place: Place, inline: bool) -> Text:
        mark = event.start_mark
        is_mended = (mark.line, mark.column) in self.sheet.quoted
        is_plain = not event.style or is_mended
        if not event.style and event.end_mark.line == mark.line:
            lost = self._check_cut(event)
            if lost and not event.value:
                return Text(lost, place.line, place.column, True, inline)
        if event.tag:
            return Text(self.sheet.lines[mark.line][mark.column :].strip(), place.line, place.column, True, inline)
        if is_plain and not is_mended and not inline and event.value[:1] in _CURLY and event.value[-1:] in _CURLY:
            self.report.warning("Y24", place)
        return Text(event.value, place.line, place.column, is_plain, inline and not is_mended)

    def _check_cut(self, event: Any) -> str:
        """`es: Tu pedido #1023 va` loses half its text to a comment without a word: refuse it, and say what is lost."""
        end = event.end_mark
        line = self.sheet.lines[end.line] if end.line < len(self.sheet.lines) else ""
        if "#" not in line:
            return ""
        rest = line[end.column :]
        if not _COMMENT.match(rest) or (rest[0] == "#" and event.value):
            return ""
        at = end.column + len(rest) - len(rest.lstrip())
        facts = {"text": event.value, "whole": f"{event.value}{rest.rstrip()}".strip()}
        self.report.error("Y11", self.sheet.place(end.line, at), **facts)
        return rest.strip()

    def _check_quotes(self, key: Text, child: Node, event: Any) -> None:
        """A sentence inside {…} without quotes may be cut at a comma: refuse it before a customer sees half."""
        if isinstance(child, Text) and child.inline and child.plain and _LANGUAGE.match(key.value):
            self.report.error("Y24" if child.value[:1] in _CURLY else "Y18", child, name=key.value, text=child.value)
            if event.start_mark.line == event.end_mark.line:
                self.unquoted.append((event.start_mark.line, event.start_mark.column, event.end_mark.column))

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        if not self.sheet.is_mended:
            return Place(mark.line + 1, mark.column + 1)
        return self.sheet.place(mark.line, mark.column)
