"""The small language of `if:`, `set:` and `{…}`: an allow-list over Python's own parser, compiled to closures.

No attribute of a Python object can be reached: `a.b` looks up a key of a dict and nothing else. Numbers with a
fraction are Decimal, comparing with nothing is false, and nothing here raises when it runs on odd data.
"""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from bot.flow import expression_types, formulas
from bot.flow.expression_scope import RESERVED, ExpressionError, Scope, together
from bot.flow.findings import near

__all__ = ["MAX_LENGTH", "MAX_TEXT", "Expression", "ExpressionError", "Scope", "Values", "compile_expression"]

MAX_LENGTH = 500
MAX_NODES = 200
MAX_TEXT = 4096
MAX_ITEMS = 1_000

Values = Mapping[str, Any]
Closure = Callable[[Values], Any]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition or value; call it with the values of the moment."""

    source: str
    call: Closure
    names: frozenset[str] = frozenset()
    type: str = "any"
    is_constant: bool = False


def compile_expression(source: str, scope: Scope) -> Expression:
    """Turn text into a closure. Raises ExpressionError, whose finding names the column and the mend."""
    known: Expression | None = scope.compiled.get(source)
    if known is None:
        known = scope.compiled[source] = _compiled(source, scope)
    return known


def _compiled(source: str, scope: Scope) -> Expression:
    # A line end inside stands for a space: the column of what follows stays the same.
    source = source.rstrip().replace("\n", " ")
    shift = len(source) - len(source.lstrip())
    source = source.lstrip()
    if len(source) > MAX_LENGTH:
        raise _moved(ExpressionError("E07", size=MAX_LENGTH), shift)
    try:
        tree = _parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _moved(_reserved(source, scope) or _explained(source, error), shift) from None
    compiler = _Compiler(scope)
    call = compiler.compile(tree)
    if isinstance(tree, ast.Name) and not compiler.errors:
        return Expression(source, call, frozenset(compiler.names), expression_types.type_of(tree, scope), not compiler.names)
    errors = [*compiler.errors, *expression_types.check(tree, scope)]
    if errors:
        for one in errors:
            _moved(one, shift, source)
            if one.code == "E13":
                one.facts["source"] = re.sub(r"[{}]", "", source)
        raise together(errors)
    is_constant = not compiler.names and not any(isinstance(node, ast.Call) for node in ast.walk(tree))
    return Expression(source, call, frozenset(compiler.names), expression_types.type_of(tree, scope), is_constant)


# What the parser only warns of: `"\d"`, `1or 2`. It is refused or means what it says; nobody reads that warning.
_WARNED_OF = re.compile(r"\\|\d[^\W\d]")


def _parsed(source: str) -> ast.expr:
    if not _WARNED_OF.search(source):
        return ast.parse(source, mode="eval").body
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, mode="eval").body


def _moved(error: ExpressionError, shift: int, source: str = "") -> ExpressionError:
    """The parser counts bytes; people count letters."""
    if source and not source.isascii():
        error.column = len(source.encode()[: error.column].decode(errors="ignore"))
    error.column += shift
    return error


# Signs and words of other languages, and what they are here. Looked for outside quoted texts, in this order.
_SIGNS = (
    (re.compile(r"&&?"), "and"), (re.compile(r"\|\|?"), "or"), (re.compile(r"<>"), "!="), (re.compile(r"==="), "=="),
    (re.compile(r"!=="), "!="), (re.compile(r"=>"), ">="), (re.compile(r"=<"), "<="),
    (re.compile(r"> ="), ">="), (re.compile(r"< ="), "<="), (re.compile(r"= ="), "=="), (re.compile(r"! ="), "!="),
    (re.compile(r"!(?!=)"), "not"),
    (re.compile(r"(?<= )(?:y|e|Y|AND|And)(?= )"), "and"), (re.compile(r"(?<= )(?:o|ou|O|OR|Or)(?= )"), "or"),
    (re.compile(r"(?:(?<= )|^)(?:no|NO|NOT|Not|não|nao)(?= )"), "not"),
    (re.compile(r"(?<= )(?:es igual a|es|igual a|equals|é igual a|é)(?= )"), "=="),
    (re.compile(r"(?<= )(?:contains|contiene|contém)(?= )"), "contains(…, …)"),
    (re.compile(r"(?<= )(?:starts with|starts|empieza por)(?= )"), "starts(…, …)"),
    (re.compile(r"(?<= )(?:ends with|ends|termina en)(?= )"), "ends(…, …)"),
)  # fmt: skip
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SINGLE = re.compile(r"(?<![=!<>])=(?![=><])")


def _reserved(source: str, scope: Scope) -> ExpressionError | None:
    """A variable called like a word of the language: no expression can speak of it."""
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), source)
    found = next((one for one in re.finditer(r"\w+", bare) if one[0] in RESERVED and one[0] in scope.types), None)
    return None if found is None else ExpressionError("S11", found.start(), name=found[0])


def _explained(source: str, error: BaseException) -> ExpressionError:
    curly = re.search("[“”„‘’«»]", source)
    if curly:
        return ExpressionError("E11", curly.start())
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), source)
    brace = re.search(r"[{}$]", bare)
    if brace:
        return ExpressionError("E13", brace.start(), source=re.sub(r"[{}$]", "", source))
    single = _SINGLE.search(bare)
    if single and not re.search(r"[=!<>] $|^$", bare[: single.start()]) and not bare.startswith("= =", single.start()):
        return ExpressionError("E04", single.start())
    for pattern, word in _SIGNS:
        found = pattern.search(bare)
        if found:
            return ExpressionError("E05", found.start(), sign=found[0], word=word)
    return ExpressionError("E03", max((getattr(error, "offset", None) or 1) - 1, 0), source=source)


def _text(value: Any) -> Any:
    return value[:MAX_TEXT] if isinstance(value, str) else value


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return _text(formulas.text(left) + formulas.text(right))
    if isinstance(left, list) and isinstance(right, list):
        return [*left, *right][:MAX_ITEMS]
    if isinstance(left, date) or isinstance(right, date):
        return _days_on(left, right) if isinstance(left, date) else _days_on(right, left)
    return left + right


def _multiply(left: Any, right: Any) -> Any:
    # A text or list times a number would build gigabytes from ten characters.
    if not isinstance(left, (int, Decimal)) or not isinstance(right, (int, Decimal)):
        return None
    return left * right


def _divide(left: Any, right: Any) -> Any:
    return Decimal(left) / Decimal(right)


def _days_on(day: date, days: Any) -> date:
    """So many whole days later, or earlier: `today + 3`, `bought - 30`. Raises OverflowError outside of the calendar."""
    count = Decimal(days)
    if count != count.to_integral_value():
        raise ValueError(f"{days} are no whole days")
    return day + timedelta(days=int(count))


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, (int, Decimal)):
        return _days_on(left, -right)
    left, right = formulas.paired(left, right)
    result = left - right
    return getattr(result, "days", result)


def _safe(operation: Callable[[Any, Any], Any], empty: Any) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if left is None or right is None:
            return empty
        try:
            return operation(left, right)
        except (TypeError, ValueError, ArithmeticError, DecimalException):
            return empty

    return apply


def _sized(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: formulas.sized(operation(left, right))


def _dated(compare: Callable[[Any, Any], Any]) -> Callable[[Any, Any], bool]:
    """Dates are compared with those that are written as texts."""

    def apply(left: Any, right: Any) -> bool:
        if type(left) is not type(right):
            left, right = formulas.paired(left, right)
        return bool(compare(left, right))

    return apply


def _within(left: Any, right: Any) -> bool:
    if right is None or left is None:
        return False
    return formulas.contains(right, left)


_CALCULATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: _safe(_sized(_add), None),
    ast.Sub: _safe(_sized(_subtract), None),
    ast.Mult: _safe(_sized(_multiply), None),
    ast.Div: _safe(_sized(_divide), None),
}
_COMPARISONS: Mapping[type, Callable[[Any, Any], bool]] = {
    ast.Eq: _dated(operator.eq),
    ast.NotEq: _dated(operator.ne),
    ast.Lt: _dated(_safe(operator.lt, False)),
    ast.LtE: _dated(_safe(operator.le, False)),
    ast.Gt: _dated(_safe(operator.gt, False)),
    ast.GtE: _dated(_safe(operator.ge, False)),
    ast.In: _within,
    ast.NotIn: lambda left, right: not _within(left, right),
}
_CONSTANTS = {"true": True, "false": False, "nothing": None}


class _Compiler:
    """Walks one tree; every kind of node that is not named here is refused."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.names: set[str] = set()
        self.errors: list[ExpressionError] = []
        self.count = 0

    def compile(self, node: ast.expr) -> Closure:
        """What is wrong with a part is kept in `errors`, and the other parts are read all the same."""
        self.count += 1
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        try:
            if self.count > MAX_NODES:
                raise ExpressionError("E07", node.col_offset, size=MAX_LENGTH)
            if method is None:
                raise _unknown_part(node)
            closure: Closure = method(node)
        except ExpressionError as error:
            if not any(known.code == "E07" for known in self.errors):
                self.errors.append(error)
            return lambda values: None
        return closure

    def _constant(self, node: ast.Constant) -> Closure:
        value = Decimal(str(node.value)) if isinstance(node.value, float) else node.value
        if not isinstance(value, (str, int, Decimal, type(None))):
            raise ExpressionError("E06", node.col_offset)
        return lambda values: value

    def _name(self, node: ast.Name) -> Closure:
        name = node.id
        if name in _CONSTANTS:
            constant = _CONSTANTS[name]
            return lambda values: constant
        if name not in self.scope.types:
            known = (*self.scope.types, *_CONSTANTS)
            raise ExpressionError("E01", node.col_offset, name=name, near=near(name, known), known=_listed(known))
        self.names.add(name)
        return lambda values: values[name]

    def _attribute(self, node: ast.Attribute) -> Closure:
        owner, key = self.compile(node.value), node.attr
        if isinstance(node.value, ast.Name) and node.value.id in self.scope.types:
            self._check_field(node.value.id, node)
        return lambda values: _item(owner(values), key)

    def _check_field(self, name: str, node: ast.Attribute) -> None:
        fields = self.scope.records.get(name)
        if fields is not None and node.attr not in fields:
            raise ExpressionError(
                "E02", node.col_offset, name=name, field=node.attr, near=near(node.attr, fields), known=_listed(fields)
            )
        if fields is None and self.scope.types[name] not in ("record", "any", "list"):
            raise ExpressionError("E02", node.col_offset, name=name, field=node.attr, near="", known="—")

    def _subscript(self, node: ast.Subscript) -> Closure:
        if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, (int, str)):
            raise ExpressionError("E06", node.col_offset)
        owner, key = self.compile(node.value), node.slice.value
        return lambda values: _item(owner(values), key)

    def _boolop(self, node: ast.BoolOp) -> Closure:
        """Like Python's: the value that decided, so that `count or 0` is a number."""
        first, *rest = (self.compile(value) for value in node.values)
        for part in rest:
            first = _both(first, part) if isinstance(node.op, ast.And) else _either(first, part)
        return first

    def _unaryop(self, node: ast.UnaryOp) -> Closure:
        operand = self.compile(node.operand)
        if isinstance(node.op, ast.Not):
            return lambda values: not operand(values)
        if isinstance(node.op, ast.USub):
            minus = _CALCULATIONS[ast.Sub]
            return lambda values: minus(0, operand(values))
        raise ExpressionError("E06", node.col_offset)

    def _binop(self, node: ast.BinOp) -> Closure:
        operation = _CALCULATIONS.get(type(node.op))
        if operation is None:
            raise ExpressionError("E06", node.col_offset)
        left, right = self.compile(node.left), self.compile(node.right)
        return lambda values: operation(left(values), right(values))

    def _compare(self, node: ast.Compare) -> Closure:
        comparison = _COMPARISONS.get(type(node.ops[0]))
        if isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            raise ExpressionError("E05", node.left.end_col_offset or 0, sign="is", word="==")
        if comparison is None or len(node.ops) > 1:
            raise ExpressionError("E06", node.col_offset)
        left, right = self.compile(node.left), self._compared(node)
        return lambda values: comparison(left(values), right(values))

    def _compared(self, node: ast.Compare) -> Closure:
        """The right side; a bare word there that nobody declared is mostly a text without its quotes."""
        right = node.comparators[0]
        if isinstance(right, ast.Name) and right.id not in self.scope.types and right.id not in _CONSTANTS:
            choices = self.scope.choices.get(node.left.id, ()) if isinstance(node.left, ast.Name) else ()
            meant = near(right.id, (*self.scope.types, *_CONSTANTS))
            if right.id in choices or not meant:
                raise ExpressionError("E12", right.col_offset, name=right.id)
        return self.compile(right)

    def _ifexp(self, node: ast.IfExp) -> Closure:
        test, then, other = self.compile(node.test), self.compile(node.body), self.compile(node.orelse)
        return lambda values: then(values) if test(values) else other(values)

    def _list(self, node: ast.List) -> Closure:
        parts = tuple(self.compile(value) for value in node.elts)
        return lambda values: [part(values) for part in parts]

    def _call(self, node: ast.Call) -> Closure:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = formulas.BY_NAME.get(name)
        if function is None or node.keywords:
            known = formulas.BY_NAME
            raise ExpressionError("E08", node.col_offset, name=name, near=near(name, known), known=_listed(known))
        if not function.least <= len(node.args) <= function.most:
            raise ExpressionError("E10", node.col_offset, name=name, least=function.least, most=function.most)
        arguments = tuple(self.compile(argument) for argument in node.args)
        run = function.run
        if function.needs_values:
            return lambda values: run(values, *(argument(values) for argument in arguments))
        return lambda values: run(*(argument(values) for argument in arguments))


def _unknown_part(node: ast.expr) -> ExpressionError:
    if isinstance(node, (ast.Set, ast.Dict)):
        return ExpressionError("E13", node.col_offset, source=re.sub(r"[{}]", "", ast.unparse(node)))
    return ExpressionError("E06", node.col_offset)


def _both(left: Closure, right: Closure) -> Closure:
    return lambda values: left(values) and right(values)


def _either(left: Closure, right: Closure) -> Closure:
    return lambda values: left(values) or right(values)


def _item(owner: Any, key: str | int) -> Any:
    if isinstance(owner, Mapping):
        return owner.get(key)
    if isinstance(owner, (list, tuple)) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return None


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)[:12])
