"""Types of expressions before they run: comparisons that can never be true, words that are never said."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from bot.flow.expression_scope import ExpressionError, Scope
from bot.flow.findings import near
from bot.flow.words import fold

ANY = "any"
_FAMILIES = {
    "number": "number", "integer": "number", "money": "number", "rating": "number", "quantity": "number", "percent": "number",
    "yes_no": "yes_no", "date": "date", "list": "list", "record": "record", "location": "record",
    "any": ANY, "image": ANY, "document": ANY, "file": ANY, "nothing": ANY,
}  # fmt: skip
_RESULTS = {
    **dict.fromkeys(("same", "contains", "starts", "ends", "known", "open"), "yes_no"),
    **dict.fromkeys(("len", "number", "round", "sum", "days_since", "day_of", "hour_in"), "number"),
    **dict.fromkeys(("lower",), "text"),
    **dict.fromkeys(("coming", "gone"), "date"),
}
_CONSTANTS = {"true": "yes_no", "false": "yes_no", "nothing": "nothing"}
# What a filter can write, and what it certainly cannot.
_FILTERS: Mapping[str, tuple[str, ...]] = {
    "money": ("number",), "number": ("number",), "plural": ("number",), "date": ("date",), "time": ("text", "date"),
}  # fmt: skip


def family(kind: str) -> str:
    """`money` and `integer` are numbers; every type that is not named here is read as text."""
    return _FAMILIES.get(kind, "text")


def type_of(node: ast.expr, scope: Scope) -> str:
    """The type of what an expression gives; `any` where that is only known when it runs."""
    if isinstance(node, ast.Constant):
        return "text" if isinstance(node.value, str) else "number" if not isinstance(node.value, bool) else "yes_no"
    if isinstance(node, ast.Name):
        return _CONSTANTS.get(node.id) or scope.types.get(node.id, ANY)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return scope.records.get(node.value.id, {}).get(node.attr, ANY)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _RESULTS.get(node.func.id, ANY)
    if isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return "yes_no"
    if isinstance(node, ast.List):
        return "list"
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        return "number"
    return ANY


def check(node: ast.expr, scope: Scope) -> list[ExpressionError]:
    """What can be said about the comparisons of an expression without running it."""
    found = []
    for one in ast.walk(node):
        if isinstance(one, ast.Compare) and len(one.ops) == 1:
            found += _compared(one, one.left, one.comparators[0], scope)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "same" and len(one.args) == 2:
            found += _unknown_word(one.args[0], one.args[1], scope, fold)
    return found


def _compared(whole: ast.Compare, left: ast.expr, right: ast.expr, scope: Scope) -> list[ExpressionError]:
    if isinstance(whole.ops[0], (ast.In, ast.NotIn)):
        parts = right.elts if isinstance(right, ast.List) else []
        return [error for part in parts for error in _unknown_word(left, part, scope)]
    kinds = type_of(left, scope), type_of(right, scope)
    families = {family(kind) for kind in kinds}
    if ANY not in families and len(families) > 1:
        facts = {"left": ast.unparse(left), "kind": kinds[0], "right": ast.unparse(right), "other": kinds[1]}
        return [ExpressionError("E14", right.col_offset, **facts, example=_example(left, right, kinds))]
    if isinstance(whole.ops[0], (ast.Eq, ast.NotEq)):
        return _unknown_word(left, right, scope) or _unknown_word(right, left, scope)
    return []


def _example(left: ast.expr, right: ast.expr, kinds: tuple[str, str]) -> str:
    name = ast.unparse(right if isinstance(left, ast.Constant) else left)
    kind = kinds[1] if isinstance(left, ast.Constant) else kinds[0]
    examples = {"yes_no": name, "number": f"{name} > 100", "date": f"days_since({name}) > 0", "list": f'contains({name}, "…")'}
    return examples.get(family(kind), f'{name} == "…"')


def _unknown_word(
    variable: ast.expr, word: ast.expr, scope: Scope, like: Callable[[str], str] = str
) -> list[ExpressionError]:
    """`problem == "damagd"` where a menu decides what `problem` can be."""
    if not (isinstance(variable, ast.Name) and isinstance(word, ast.Constant) and isinstance(word.value, str)):
        return []
    known = scope.choices.get(variable.id)
    if known is None or not word.value or like(word.value) in {like(one) for one in known}:
        return []
    facts = {"name": variable.id, "value": word.value, "near": near(word.value, known), "known": ", ".join(known[:12])}
    return [ExpressionError("E15", word.col_offset, **facts)]


def filtered(name: str, kind: str, source: str) -> ExpressionError | None:
    """A filter on a value it cannot write (certain) or perhaps cannot (a text that may hold a date)."""
    wanted, given = _FILTERS.get(name), family(kind)
    if wanted is None or given in (*wanted, ANY):
        return None
    error = ExpressionError("E19", 0, name=name, source=source, kind=kind, wanted=wanted[0])
    error.is_certain = given != "text"
    return error
