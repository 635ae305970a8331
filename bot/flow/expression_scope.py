"""What an expression may use, and how it says what is wrong with it."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Words that the language of expressions keeps for itself: `return`, `from`, `in`, `if`, `nothing` …
RESERVED = frozenset((*keyword.kwlist, "true", "false", "nothing"))


class ExpressionError(Exception):
    """An expression that cannot be used: the code of the finding, the column in it, and the facts of its sentence.

    `others` are further mistakes of the same expression or text, so that all are told at once. `is_certain` is false
    for what may go well (a warning).
    """

    def __init__(self, code: str, column: int = 0, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.column = column
        self.facts = facts
        self.others: tuple[ExpressionError, ...] = ()
        self.is_certain = True

    @property
    def all(self) -> tuple[ExpressionError, ...]:
        return (self, *self.others)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names an expression may use, with their types; `records` holds the fields of those that have some.

    `choices` are the values a variable can have where nothing but a few words can get into it. `remarks` collects
    what may go wrong without being certain; whoever compiles empties it.
    `compiled` are the expressions that were read in it: the same one stands in the text of every language.
    """

    types: Mapping[str, str]
    records: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: list[ExpressionError] = field(default_factory=list, compare=False)
    compiled: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


def names_in(tree: ast.AST) -> frozenset[str]:
    """The variables an expression speaks of; the names of its functions are none."""
    called = {id(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
    return frozenset(one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and id(one) not in called)


def together(errors: list[ExpressionError]) -> ExpressionError:
    """The first of several mistakes, with the others behind it."""
    first, *others = sorted(errors, key=lambda one: one.column)
    first.others = tuple(others)
    return first
