"""`remember`: keep a fact about the contact, beyond this conversation."""

from __future__ import annotations

from bot.flow import heaps
from bot.flow.arguments import SPECIAL_FIELDS, Arguments
from bot.flow.effects import Remember
from bot.flow.expressions import Expression
from bot.flow.findings import near
from bot.flow.model import Run, Step, StepKind
from bot.flow.values import stored


def build(arguments: Arguments) -> tuple[tuple[str, Expression], ...]:
    fields = SPECIAL_FIELDS["contact"]
    for name, key in arguments.table("remember", "email: email").keys.items():
        if name not in fields:
            arguments.report.error("S01", key, name=name, near=near(name, fields), known=", ".join(fields))
    return tuple(arguments.expressions("remember").items())


def run(run: Run, step: Step) -> int:
    facts = {name: expression.call(run.values) for name, expression in step.data}
    heaps.check(facts)
    run.emit(Remember({name: stored(value) for name, value in facts.items() if value is not None}))
    return step.next


STEP = StepKind(
    name="remember",
    options=(),
    build=build,
    run=run,
    example="""
- remember: {email: email}
""",
)
