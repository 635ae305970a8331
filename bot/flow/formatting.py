"""One way to lay a flow file out: two spaces a level, dashes below their key, plain line ends. Never another meaning.

Line by line, so that every comment and every text stays as it was typed. Where a text lacks the quotes that it needs
and nothing else is wrong, they are added. A file that would read differently afterwards is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from bot.flow.findings import Reporter, normal
from bot.flow.reading.sheet import indentation
from bot.flow.tree import mended, plain, read

# What can be mended without asking: nothing else could have been meant.
SURE = frozenset(("Y01", "Y02", "Y04", "Y05", "Y06", "Y07", "Y08", "Y09", "Y18", "Y26"))
_LEAD = re.compile(r"(?P<indent> *)(?P<dashes>(?:- +(?=[^\s#])|-(?=$| +#))*)(?P<rest>.*)", re.DOTALL)
_DASH = re.compile(r"- *")
LANGUAGE_VERSION = 1

# From a language version to the next: how the text of a file is rewritten. There is only one version so far.
MIGRATIONS: Mapping[int, Callable[[str], str]] = {}


@dataclass(slots=True)
class _Level:
    """Entries of one block: where they stood, where they stand now, and whether dashes begin them."""

    old: int
    new: int
    dashed: bool


def formatted(source: str) -> str:
    """The file laid out; the same text where it cannot be read or would not read the same."""
    clean = normal(source)
    if _problems(clean):
        clean = mended(clean, SURE)
        if _problems(clean):
            return source
    laid = _laid_out(clean)
    is_same = _meaning(laid) == _meaning(clean) and _comments(laid) == _comments(clean) and _laid_out(laid) == laid
    return laid if is_same else source


def upgraded(source: str) -> str:
    """The file in the newest version of the language."""
    found = re.search(r"^language:\s*[\"']?(\d+)", source, re.MULTILINE)
    version = int(found[1]) if found else LANGUAGE_VERSION
    while version in MIGRATIONS:
        source, version = MIGRATIONS[version](source), version + 1
    return source


def _problems(source: str) -> bool:
    report = Reporter("", source)
    read(source, report)
    return any(one.code[0] == "Y" and one.level == "error" for one in report.findings)


def _meaning(source: str) -> Any:
    return plain(read(source, Reporter("", source)))


def _comments(source: str) -> list[str]:
    return [line.strip() for line in source.split("\n") if line.lstrip().startswith("#")]


def _laid_out(source: str) -> str:
    lines = source.split("\n")
    inside = _continued(source)
    levels: list[_Level] = []
    laid: list[str] = []
    waiting: list[tuple[int, str]] = []
    shift = 0
    for number, line in enumerate(lines):
        if number in inside:
            laid.append(_shifted(line, shift) if line.strip() or inside[number] else "")
        elif not line.strip() or line.lstrip().startswith("#"):
            waiting.append((indentation(line), line.strip()))
            laid.append("")
        else:
            text, shift = _entry(line, levels)
            for back, (column, comment) in enumerate(reversed(waiting), 1):
                laid[-back] = " " * max(0, column + _shift_at(column, line, text)) + comment if comment else ""
            waiting = []
            laid.append(text if number + 1 in inside else text.rstrip())
    for back, (column, comment) in enumerate(reversed(waiting), 1):
        laid[-back] = " " * column + comment if comment else ""
    return _joined(laid, inside)


def _shift_at(column: int, line: str, text: str) -> int:
    """A comment moves with the line below it where it stands as deep, or stays where it is."""
    old, new = indentation(line), indentation(text)
    return new - old if column == old else 0


def _joined(laid: list[str], inside: Mapping[int, bool]) -> str:
    """No more than one empty line in a row (texts apart), one line end at the end."""
    kept: list[str] = []
    for number, line in enumerate(laid):
        if line or number in inside or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).rstrip("\n") + "\n" if any(kept) else ""


def _shifted(line: str, shift: int) -> str:
    if not line.strip():
        return line if shift >= 0 else line[min(-shift, len(line)) :]
    return " " * shift + line if shift > 0 else line[min(-shift, indentation(line)) :]


def _entry(line: str, levels: list[_Level]) -> tuple[str, int]:
    """The line at its new place, and how far what belongs to it moves."""
    lead = _LEAD.match(line)
    assert lead is not None
    column = len(lead["indent"])
    dashes = _DASH.findall(lead["dashes"])
    text = ""
    for written in dashes:
        level = _level(levels, column, True)
        text = text or " " * level.new
        text += "- "
        column += len(written)
    level = _level(levels, column, False)
    if not dashes:
        text = " " * level.new
    return text + lead["rest"], level.new - level.old


def _level(levels: list[_Level], column: int, dashed: bool) -> _Level:
    while levels and (levels[-1].old > column or (levels[-1].old == column and levels[-1].dashed and not dashed)):
        levels.pop()
    if levels and levels[-1].old == column and levels[-1].dashed == dashed:
        return levels[-1]
    found = _Level(column, levels[-1].new + 2 if levels else 0, dashed)
    levels.append(found)
    return found


def _continued(source: str) -> dict[int, bool]:
    """Lines that go on with a text or a bracket of a line above; true for those whose spaces belong to the text."""
    found: dict[int, bool] = {}
    opened: list[int] = []
    for event in yaml.parse(source, Loader=yaml.CSafeLoader):
        start, end = _lines(event)
        if isinstance(event, yaml.ScalarEvent):
            is_block = event.style in ("|", ">")
            last = end - (1 if is_block and event.end_mark.column == 0 else 0)  # type: ignore[union-attr]
            for line in range(start + 1, last + 1):
                found[line] = is_block
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append(start if event.flow_style else -1)
        elif isinstance(event, yaml.CollectionEndEvent):
            first = opened.pop()
            for line in range(first + 1, end + 1) if first >= 0 else ():
                found.setdefault(line, False)
    return found


def _lines(event: yaml.Event) -> tuple[int, int]:
    return (event.start_mark.line if event.start_mark else 0), (event.end_mark.line if event.end_mark else 0)
