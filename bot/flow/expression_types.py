"""Types of expressions before they run: comparisons that can never be true, words that are never said."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from bot.flow import formulas
from bot.flow.expression_scope import ExpressionError, Scope
from bot.flow.findings import near
from bot.flow.words import fold

ANY = "any"
_SOME_DAY, _SOME_ZONE = "2026-12-25", "Europe/Madrid"
_FAMILIES = {
    "number": "number", "integer": "number", "money": "number", "rating": "number", "quantity": "number", "percent": "number",
    "yes_no": "yes_no", "date": "date", "list": "list", "record": "record", "location": "record",
    "any": ANY, "image": ANY, "document": ANY, "file": ANY, "nothing": ANY,
}  # fmt: skip
_RESULTS = {
    **dict.fromkeys(("same", "contains", "starts", "ends", "known", "open"), "yes_no"),
    **dict.fromkeys(("len", "number", "round", "sum", "days_since", "hour_in"), "number"),
    **dict.fromkeys(("lower", "upper", "day_of", "country"), "text"),
    **dict.fromkeys(("coming", "gone"), "date"),
}
# Functions that give one of a few words, and those that take a day.
_WORDS: Mapping[str, tuple[str, ...]] = {"day_of": formulas.WEEKDAYS, "country": formulas.COUNTRIES}
_TAKE_DAYS = ("days_since", "coming", "gone", "day_of")
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
        record, name = _field(node)
        return _RESULTS.get(node.func.id) or scope.records.get(record, {}).get(name, ANY)
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
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
            found += _called(one, one.func.id, scope)
    return found


def _called(node: ast.Call, name: str, scope: Scope) -> list[ExpressionError]:
    """What is written out between the brackets of a function."""
    if name == "same" and len(node.args) == 2:
        left, right = node.args
        wrong = _wrong_day(left, right, scope) or _wrong_day(right, left, scope)
        return wrong or _unknown_word(left, right, scope, fold)
    record, wanted = _field(node)
    fields = scope.records.get(record)
    if fields is not None and wanted not in fields:
        facts = {"near": near(wanted, fields), "known": ", ".join(sorted(fields)[:12])}
        return [ExpressionError("E02", node.args[1].col_offset, name=record, field=wanted, **facts)]
    first = node.args[0] if node.args else None
    if not isinstance(first, ast.Constant):
        return []
    if name in _TAKE_DAYS and not is_day(first.value):
        return [_not_of(name, first, _SOME_DAY)]
    return [_not_of(name, first, _SOME_ZONE)] if name == "hour_in" and formulas.zone(str(first.value)) is None else []


def _field(node: ast.Call) -> tuple[str, str]:
    """`field(order, "total")`: the record and the name, where both are written out."""
    match node:
        case ast.Call(func=ast.Name(id="field"), args=[ast.Name(id=record), ast.Constant(value=str(name))]):
            return record, name
    return "", ""


def is_day(value: object) -> bool:
    """Is this written as a day that there is?"""
    return isinstance(value, str) and len(value) == len(_SOME_DAY) and formulas.day(value) is not None


def _not_of(name: str, node: ast.Constant, example: str) -> ExpressionError:
    return ExpressionError("E20", node.col_offset, name=name, value=node.value, example=f'"{example}"')


def _wrong_day(day: ast.expr, written: ast.expr, scope: Scope) -> list[ExpressionError]:
    """`today > "25/12/2026"`: a text beside a date that is none."""
    if not isinstance(written, ast.Constant) or type_of(day, scope) != "date":
        return []
    if not isinstance(written.value, str) or is_day(written.value):
        return []
    return [_not_of(ast.unparse(day), written, _SOME_DAY)]


def _compared(whole: ast.Compare, left: ast.expr, right: ast.expr, scope: Scope) -> list[ExpressionError]:
    if isinstance(whole.ops[0], (ast.In, ast.NotIn)):
        parts = right.elts if isinstance(right, ast.List) else []
        return [error for part in parts for error in _wrong_day(left, part, scope) or _unknown_word(left, part, scope)]
    kinds = type_of(left, scope), type_of(right, scope)
    families = {family(kind) for kind in kinds}
    wrong = _wrong_day(left, right, scope) or _wrong_day(right, left, scope)
    if wrong:
        return wrong
    has_text = any(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in (left, right))
    if ANY not in families and len(families) > 1 and not (has_text and families == {"date", "text"}):
        facts = {"left": ast.unparse(left), "kind": kinds[0], "right": ast.unparse(right), "other": kinds[1]}
        return [ExpressionError("E14", right.col_offset, **facts, example=_example(left, right, kinds))]
    if isinstance(whole.ops[0], (ast.Eq, ast.NotEq)):
        return _unknown_word(left, right, scope) or _unknown_word(right, left, scope)
    return []


def _example(left: ast.expr, right: ast.expr, kinds: tuple[str, str]) -> str:
    name = ast.unparse(right if isinstance(left, ast.Constant) else left)
    kind = kinds[1] if isinstance(left, ast.Constant) else kinds[0]
    examples = {"yes_no": name, "number": f"{name} > 100", "date": f'{name} > "{_SOME_DAY}"', "list": f'contains({name}, "…")'}
    return examples.get(family(kind), f'{name} == "…"')


def _unknown_word(
    variable: ast.expr, word: ast.expr, scope: Scope, like: Callable[[str], str] = str
) -> list[ExpressionError]:
    """`problem == "damagd"` where a menu decides what `problem` can be."""
    if not (isinstance(word, ast.Constant) and isinstance(word.value, str)):
        return []
    known = _words(variable, scope)
    if known is None or not word.value or like(word.value) in {like(one) for one in known}:
        return []
    meant = next((one for one in known if fold(one) == fold(word.value)), "") or near(word.value, known)
    facts = {"name": ast.unparse(variable), "value": word.value, "near": meant, "known": ", ".join(known[:12])}
    return [ExpressionError("E15", word.col_offset, **facts)]


def _words(node: ast.expr, scope: Scope) -> tuple[str, ...] | None:
    """The few words that a variable or a function can give."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _WORDS.get(node.func.id)
    return scope.choices.get(node.id) if isinstance(node, ast.Name) else None


def filtered(name: str, kind: str, source: str) -> ExpressionError | None:
    """A filter on a value it cannot write (certain) or perhaps cannot (a text that may hold a date)."""
    wanted, given = _FILTERS.get(name), family(kind)
    if wanted is None or given in (*wanted, ANY):
        return None
    error = ExpressionError("E19", 0, name=name, source=source, kind=kind, wanted=wanted[0])
    error.is_certain = given != "text"
    return error
