"""Where a letter of a text stands in the file, through quotes, escapes and lines that were folded into one."""

from __future__ import annotations

from collections.abc import Sequence

from bot.flow.findings import Place
from bot.flow.reading.sheet import indentation
from bot.flow.tree import Text

_ESCAPES = {"x": 3, "u": 5, "U": 9}


def spot(node: Text, offset: int, lines: Sequence[str]) -> Place:
    """The place of the letter `offset` of this text. Where that cannot be told, the place of the text itself."""
    if not 0 < node.line <= len(lines):
        return Place(node.line, node.column)
    first = lines[node.line - 1][node.column - 1 :]
    if first[:1] in ("|", ">") and not node.value.startswith(first[:1]):
        return _in_block(node, offset, lines, folds=first[:1] == ">")
    return _in_line(node, offset, lines, "" if node.plain else first[:1])


def _in_block(node: Text, offset: int, lines: Sequence[str], folds: bool) -> Place:
    """Below `|` every line is a line; below `>` a line end is a space."""
    first = next((at for at in range(node.line, len(lines)) if lines[at].strip()), node.line)
    depth = indentation(lines[first]) if first < len(lines) else 0
    line, column = first, 0
    for letter in node.value[:offset]:
        ends_here = line < len(lines) and column >= len(lines[line]) - depth
        if letter == "\n" or (folds and letter == " " and ends_here):
            line, column = line + 1, 0
        else:
            column += 1
    return Place(min(line, len(lines) - 1) + 1, depth + column + 1)


def _in_line(node: Text, offset: int, lines: Sequence[str], quote: str) -> Place:
    line, column = node.line - 1, node.column - 1 + (1 if quote else 0)
    for letter in node.value[:offset]:
        text = lines[line]
        if letter in " \n" and not text[column:].strip() and line + 1 < len(lines):
            line += 1
            column = len(lines[line]) - len(lines[line].lstrip())
            continue
        column += _width(text[column : column + 2], quote)
    return Place(line + 1, min(column, len(lines[line])) + 1)


def _width(at: str, quote: str) -> int:
    """How many letters of the file are one letter of the text."""
    if quote == "'" and at == "''":
        return 2
    if quote == '"' and at[:1] == "\\":
        return 1 + _ESCAPES.get(at[1:2], 1)
    return 1
