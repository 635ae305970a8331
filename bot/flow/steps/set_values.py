"""`set`: give variables a value."""

from __future__ import annotations

from bot.flow.arguments import SPECIALS, Arguments
from bot.flow.expression_types import ANY, family
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
        if name in own and _never_fits(expression, types[name]):
            facts = {"kind": types[name], "source": expression.source, "other": expression.type}
            arguments.report.error("V13", table.nodes[name], name=name, **facts)
    return tuple(found.items())


def _never_fits(expression: Expression, kind: str) -> bool:
    """A text may hold a number or a date; one that is written out is known."""
    wanted, given = family(kind), family(expression.type)
    if ANY in (wanted, given) or wanted == given:
        return False
    if given == "text":
        return expression.is_constant and (wanted != "number" or number(expression.source.strip("\"'")) is None)
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
