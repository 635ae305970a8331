"""Where in a YAML text the cursor stands: which keys it hangs below. Reads half-written files, so it looks at lines only."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(r"^( *)((?:- +)*)(-$)?(?:([\w.-]+|\"[^\"]*\") *:(?: +(.*))?$)?")
_WORD = re.compile(r"[\w.]*$")
_OPEN_BRACE = re.compile(r"\{\{?([^{}]*)$")
_BLOCK_TEXT = ("|", ">")


@dataclass(frozen=True, slots=True)
class Line:
    """`indent` is where its key (or text) begins, `dash` where its list item begins (-1: it begins none)."""

    indent: int
    dash: int
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class Spot:
    """`path` are the keys around the cursor, the outermost first; `beside` those of the same map with their values.

    `key` is the one whose value is being written, empty while a key is. `in_item`: the map is an entry of a list.
    `inside` is what stands between an open brace and the cursor, None outside of braces. `word` is being typed.
    """

    path: tuple[str, ...]
    beside: dict[str, str]
    key: str
    in_item: bool
    word: str
    value: str
    inside: str | None


def spot(text: str, number: int, column: int) -> Spot:
    """The spot at `column` letters into line `number` (the first is 1)."""
    lines = text.split("\n")
    written = (lines[number - 1] if 0 < number <= len(lines) else "")[:column]
    here = line_of(written)
    above = [line_of(one) for one in lines[: number - 1]]
    below = [line_of(one) for one in lines[number:]]
    path, beside, in_item = _around(here, above, below)
    word = _WORD.search(written)
    brace = _OPEN_BRACE.search(written)
    return Spot(
        path=path,
        beside=beside,
        key=here.key,
        in_item=in_item,
        word=word[0] if word else "",
        value=here.value,
        inside=brace[1] if brace else None,
    )


def line_of(written: str) -> Line:
    """One line taken apart. Empty ones and comments have no indent (-1): they are passed over."""
    stripped = written.strip()
    match = _LINE.match(written)
    if stripped.startswith("#") or match is None:
        return Line(-1, -1, "", "")
    spaces, dashes, lone = len(match[1]), match[2], match[3]
    if not stripped:
        return Line(-1 if not written else spaces, -1, "", "")
    dash = spaces if dashes or lone else -1
    indent = spaces + len(dashes) if dashes else spaces + 2 * bool(lone)
    return Line(indent, dash, (match[4] or "").strip('"'), match[5] or "")


def _around(here: Line, above: list[Line], below: list[Line]) -> tuple[tuple[str, ...], dict[str, str], bool]:
    level, dash = max(here.indent, 0), here.dash
    path: list[str] = []
    beside: dict[str, str] = _following(below, level)
    in_item = dash >= 0
    is_first = True
    for line in reversed(above):
        if line.indent < 0 or not line.key:
            continue
        if dash < 0 and line.indent == level:  # a neighbour in the same map
            if is_first:
                beside.setdefault(line.key, line.value)
            dash = line.dash
            in_item = in_item or (is_first and dash >= 0)
        elif _is_parent(line, level, dash):
            path.insert(0, line.key)
            level, dash, is_first = line.indent, line.dash, False
    return tuple(path), beside, in_item


def _is_parent(line: Line, level: int, dash: int) -> bool:
    """Whether what begins at `level` (with a dash at `dash`) hangs below this line."""
    if dash < 0:
        return line.indent < level
    return line.indent < dash or (line.indent == dash and line.dash < 0)


def _following(below: list[Line], level: int) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in below:
        if line.indent < 0:
            continue
        if line.indent < level or line.dash >= 0 and line.dash < level:
            break
        if line.indent == level and line.key:
            found.setdefault(line.key, line.value)
    return found
