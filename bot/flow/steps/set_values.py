"""`set`: give variables a value."""

from __future__ import annotations

from bot.flow.arguments import SPECIALS, Arguments
from bot.flow.expressions import Expression
from bot.flow.findings import near
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> tuple[tuple[str, Expression], ...]:
    table = arguments.table("set", "count: count + 1")
    types = arguments.reading.scope.types
    own = [name for name in types if name not in SPECIALS]
    for name, key in table.keys.items():
        if name not in own:
            arguments.report.error("V05", key, name=name, near=near(name, own), known=", ".join(own))
    return tuple(arguments.expressions("set").items())


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
