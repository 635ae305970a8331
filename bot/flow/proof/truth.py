"""What a condition must come out as, given the little that is known: true, false, or either (None)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.flow.expression_scope import names_in
from bot.flow.expressions import Expression, ExpressionError, Scope, compile_expression

# A variable has a value, and nobody knows which.
SOME = object()
Facts = Mapping[str, Any]


def verdict(expression: Expression, facts: Facts) -> bool | None:
    """Whether the condition holds wherever these facts do; None when it depends on more than them."""
    if expression.names and not expression.names & facts.keys():
        return None
    tree = _tree(expression.source)
    return None if tree is None else _of(tree, facts)


def value(expression: Expression, facts: Facts) -> Any:
    """The value itself where the facts decide it; SOME otherwise."""
    if any(facts.get(name, SOME) is SOME for name in expression.names):
        return SOME
    try:
        return expression.call(facts)
    except (KeyError, TypeError, ValueError):  # a function that looks at the clock or the queues
        return SOME


@lru_cache(maxsize=4096)
def _tree(source: str) -> ast.expr | None:
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of(node: ast.expr, facts: Facts) -> bool | None:
    if isinstance(node, ast.BoolOp):
        parts = [_of(part, facts) for part in node.values]
        decides = isinstance(node.op, ast.Or)
        if decides in parts:
            return decides
        return None if None in parts else not decides
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _of(node.operand, facts)
        return None if inner is None else not inner
    if _asks_if_known(node, facts):
        return True
    compiled = _compiled(ast.unparse(node))
    found = SOME if compiled is None else value(compiled, facts)
    return None if found is SOME else bool(found)


def _asks_if_known(node: ast.expr, facts: Facts) -> bool:
    """`known(x)` of something that has a value, whichever it is."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "known":
        return False
    asked = node.args[0] if node.args else None
    return isinstance(asked, ast.Name) and facts.get(asked.id) is SOME


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Expression | None:
    names = names_in(ast.parse(source, mode="eval"))
    try:
        return compile_expression(source, Scope(dict.fromkeys(names, "any")))
    except ExpressionError:
        return None
