"""What the contact reads: texts in several languages with `{…}` in them, compiled once.

A value is put in as it is and never read again: what a customer writes cannot become a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow import expressions, filters
from bot.flow.expression_scope import together
from bot.flow.expression_types import filtered
from bot.flow.expressions import Expression, ExpressionError, Scope, compile_expression
from bot.flow.findings import near
from bot.flow.formulas import TODAY
from bot.flow.formulas import text as written

MAX_LENGTH = 4096
MOST_ERRORS = 20  # of one text
SETTING = "setting"
MISSING = "missing"
_PLACEHOLDER = re.compile(r"\{\{(?P<double>[^{}]*)\}\}|\{(?P<single>[^{}]*)\}")
_BRACE = re.compile(r"[{}]")
_BAR = re.compile(r"\|(?=(?:[^\"']*[\"'][^\"']*[\"'])*[^\"']*$)(?!\|)")

Part = str | Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Template:
    """One text in one language. `constant` is the text itself when there is nothing to fill in.

    `is_broken`: it could not be read and stands for itself, so that the rest of the file can be.
    """

    source: str
    parts: tuple[Part, ...]
    placeholders: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    constant: str | None = None
    is_broken: bool = False

    def render(self, values: Mapping[str, Any]) -> str:
        if self.constant is not None:
            return self.constant
        written_out, room = [], MAX_LENGTH
        for part in self.parts:
            piece = part if isinstance(part, str) else part(values)
            written_out.append(piece)
            room -= len(piece)
            if room <= 0:  # a long list, a thousand times over, would be written out only to be cut off
                break
        return "".join(written_out)[:MAX_LENGTH]


@dataclass(frozen=True, slots=True)
class Texts:
    """The same thing said in several languages, each with one or more variants. Keys like `es`, `es-MX`."""

    by_language: Mapping[str, tuple[Template, ...]]
    line: int = 0
    column: int = 0
    columns: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def pick(self, language: str, default: str, turn: int = 0) -> Template:
        """Exact language, then without its region, then the project's own, then any: never an empty text."""
        found = self.by_language.get(language) or self.by_language.get(language[:2]) or self.by_language.get(default)
        if not found:
            found = next(iter(self.by_language.values()))
        return found[turn % len(found)] if len(found) > 1 else found[0]


def compile_template(source: str, scope: Scope) -> Template:
    """Raises ExpressionError with the column in `source` of each placeholder that cannot be used."""
    if "{" not in source and "}" not in source:
        return Template(source, (source,) if source else (), (), frozenset(), source[:MAX_LENGTH])
    parts: list[Part] = []
    placeholders: list[str] = []
    names: set[str] = set()
    errors: list[ExpressionError] = []
    at = 0
    for match in _PLACEHOLDER.finditer(source):
        if len(errors) >= MOST_ERRORS:
            break
        _plain_text(source, at, match.start(), parts, errors)
        group = "double" if match["double"] is not None else "single"
        try:
            part, expression = _placeholder(match[group], match.start(group), scope)
        except ExpressionError as error:
            errors += error.all
        else:
            parts.append(part)
            names |= expression.names
        placeholders.append(" ".join(match[group].split()))
        at = match.end()
    _plain_text(source, at, len(source), parts, errors)
    if errors:
        raise together(errors)
    constant = None if placeholders else source[:MAX_LENGTH]
    return Template(source, tuple(parts), tuple(placeholders), frozenset(names), constant)


def _plain_text(source: str, start: int, end: int, parts: list[Part], errors: list[ExpressionError]) -> None:
    """What stands between two placeholders; a brace alone there is one that was not closed or opened."""
    if end <= start:
        return
    text = source[start:end]
    alone = _BRACE.search(text)
    if alone:
        word = re.match(r"[\w.]*", text[alone.end() :])
        errors.append(ExpressionError("E17", start + alone.start(), sign=alone[0], name=word[0] if word else ""))
    parts.append(text)


def _placeholder(inside: str, column: int, scope: Scope) -> tuple[Part, Expression]:
    if not inside.strip():
        raise ExpressionError("E16", max(column - 1, 0))
    if len(inside) > 2 * expressions.MAX_LENGTH:
        raise ExpressionError("E07", column, size=expressions.MAX_LENGTH)
    pieces = _BAR.split(inside)
    errors: list[ExpressionError] = []
    expression, steps = None, []
    try:
        expression = compile_expression(pieces[0], scope)
        if expression.is_constant:
            raise ExpressionError("E18", 0, source=inside.strip())
    except ExpressionError as error:
        errors += _shifted(error, column)
    at = column + len(pieces[0]) + 1
    for number, piece in enumerate(pieces[1:]):
        lead = len(piece) - len(piece.lstrip())
        try:
            steps.append(_filter(piece, scope))
            _check_filter(piece, expression if number == 0 else None, scope, at + lead)
        except ExpressionError as error:
            errors += _shifted(error, at + lead)
        at += len(piece) + 1
    if errors or expression is None:
        raise together(errors)
    return (_filtered(expression, tuple(steps)) if steps else _plain(expression)), expression


def _shifted(error: ExpressionError, column: int) -> tuple[ExpressionError, ...]:
    for one in error.all:
        one.column += column
    return error.all


def _check_filter(piece: str, expression: Expression | None, scope: Scope, column: int) -> None:
    if expression is None:
        return
    misfit = filtered(piece.strip().partition(":")[0].strip(), expression.type, expression.source)
    if misfit is not None and misfit.is_certain:
        raise misfit
    if misfit is not None:
        misfit.column = column
        scope.remarks.append(misfit)


def _plain(expression: Expression) -> Part:
    call, source = expression.call, expression.source

    def part(values: Mapping[str, Any]) -> str:
        value = call(values)
        if value is None:
            values[MISSING].append(source)
            return ""
        return written(value)

    return part


def _filtered(expression: Expression, steps: tuple[Callable[[Any, Mapping[str, Any]], Any], ...]) -> Part:
    call, source = expression.call, expression.source

    def part(values: Mapping[str, Any]) -> str:
        value = call(values)
        for step in steps:
            value = step(value, values)
        if value is None:
            values[MISSING].append(source)
            return ""
        return written(value)

    return part


def _filter(piece: str, scope: Scope) -> Callable[[Any, Mapping[str, Any]], Any]:
    name, _, rest = piece.strip().partition(":")
    name = name.strip()
    known = filters.BY_NAME.get(name)
    if known is None:
        listed = ", ".join(filters.BY_NAME)
        raise ExpressionError("E09", 0, name=name, near=near(name, filters.BY_NAME), known=listed)
    arguments = _arguments(rest, scope)
    least, most = known.arguments
    if not least <= len(arguments) <= most:
        raise ExpressionError("E10", 0, name=name, least=least, most=most)
    run, takes_nothing, needs_today = known.run, known.takes_nothing, known.needs_today

    def step(value: Any, values: Mapping[str, Any]) -> Any:
        if value is None and not takes_nothing:
            return None
        today = (values[TODAY],) if needs_today else ()
        return run(value, values[SETTING], *today, *(argument.call(values) for argument in arguments))

    return step


def _arguments(source: str, scope: Scope) -> tuple[Expression, ...]:
    pieces = re.findall(r"\"[^\"]*\"|'[^']*'|[^,\s][^,]*", source)
    return tuple(compile_expression(piece, scope) for piece in pieces)
