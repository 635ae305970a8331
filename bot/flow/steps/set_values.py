"""`set`: give variables a value."""

from __future__ import annotations

from bot.flow.arguments import SPECIALS, Arguments
from bot.flow.expression_types import ANY, family, is_day
from bot.flow.expressions import Expression
from bot.flow.findings import near
from bot.flow.formulas import number
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> tuple[tuple[str, Expression], ...]:
    table = arguments.table("set", "count: count + 1")
    types = arguments.reading.scope.types
    own = [name for name in types if name not in SPECIALS]
    for name, key in table.keys.items():
        if name not in own:
            arguments.report.error("V05", key, name=name, near=near(name, own), known=", ".join(own))
    found = arguments.expressions("set")
    for name, expression in found.items():
        if name in own and _is_wrong_day(expression, types[name]):
            facts = {"value": expression.source.strip("\"'"), "example": '\'"2026-12-25"\''}
            arguments.report.error("E20", table.nodes[name], name=name, **facts)
        elif name in own and _never_fits(expression, types[name]):
            facts = {"kind": types[name], "source": expression.source, "other": expression.type}
            arguments.report.error("V13", table.nodes[name], name=name, **facts)
    return tuple(found.items())


def _is_wrong_day(expression: Expression, kind: str) -> bool:
    written = expression.is_constant and family(expression.type) == "text"
    return written and family(kind) == "date" and not is_day(expression.call({}))


def _never_fits(expression: Expression, kind: str) -> bool:
    """A text may hold a number or a date; one that is written out is known."""
    wanted, given = family(kind), family(expression.type)
    if ANY in (wanted, given) or wanted == given:
        return False
    if given == "text":
        readable = wanted == "date" or (wanted == "number" and number(expression.source.strip("\"'")) is not None)
        return expression.is_constant and not readable
    return wanted != "text"


def run(run: Run, step: Step) -> int:
    for name, expression in step.data:
        run.set(name, expression.call(run.values))
    return step.next


STEP = StepKind(
    name="set",
    options=(),
    build=build,
    run=run,
    example="""
- set: {wants: "message.text"}
""",
)
