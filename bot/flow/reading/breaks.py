"""Where the parser gave up, and mistakes far above that place that made it do so."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from bot.flow.reading import line_parts
from bot.flow.reading.sheet import Sheet

_FAR = 80  # lines above a break in which an unclosed quote is looked for


@dataclass(frozen=True, slots=True)
class Break:
    """Where the parser gave up (counted from 0), what it says, and where the thing began that it was in."""

    line: int
    column: int
    problem: str
    begun: tuple[int, int] | None = None


def found(error: yaml.YAMLError) -> Break:
    """The parser's error without its words."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    begun = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", "") or error)
    if mark is None:
        return Break(0, 0, problem)
    return Break(mark.line, mark.column, problem, (begun.line, begun.column) if begun else None)


def second_document(sheet: Sheet, before: int) -> int | None:
    """The line where another document begins, if the parser stumbled behind it."""
    has_content = False
    for number, text in enumerate(sheet.lines[: before + 1]):
        if has_content and re.match(r"(---|\.\.\.)(\s|$)", text):
            return number
        has_content = has_content or bool(text.strip()) and not text.startswith(("#", "---", "%"))
    return None


def unclosed_above(sheet: Sheet, spot: Break) -> int | None:
    """The line of a quote that is not closed: closed there, the parser comes further. Tried, since a text in quotes may
    well go on over several lines."""
    for line in range(min(spot.line, len(sheet.lines) - 1), max(-1, spot.line - _FAR), -1):
        text = sheet.lines[line]
        opened = line_parts.open_quote(text) if '"' in text or "'" in text else None
        if opened is None or line_parts.is_inside_brackets(text, opened):
            continue
        tried = [*sheet.lines[:line], text.rstrip() + text[opened], *sheet.lines[line + 1 :]]
        if line < spot.line and _breaks_at("\n".join(tried)) > spot.line:
            return line
    return None


def _breaks_at(source: str) -> int:
    try:
        for _ in yaml.parse(source, Loader=yaml.CSafeLoader):
            pass
    except yaml.YAMLError as error:
        return found(error).line
    return source.count("\n") + 2
