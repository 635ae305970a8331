"""Two conditions of which one always holds: `x` and `not x`, `a < b` and `a >= b`."""

from __future__ import annotations

import ast
from functools import lru_cache

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@lru_cache(maxsize=1024)
def opposite(first: str, second: str) -> bool:
    """Whether one of the two is written as the other's denial."""
    try:
        one, two = ast.parse(first, mode="eval").body, ast.parse(second, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return False
    return ast.dump(_denied(one)) == ast.dump(_plain(two))


def _denied(node: ast.expr) -> ast.expr:
    node = _plain(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _plain(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return ast.Compare(node.left, [_FLIPPED[type(node.ops[0])]()], node.comparators)
    return ast.UnaryOp(ast.Not(), node)


def _plain(node: ast.expr) -> ast.expr:
    """`not a == b` as `a != b`, so that both sides are written alike."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = node.operand
        if isinstance(inner, (ast.Compare, ast.UnaryOp)):
            return _denied(inner)
    return node
