"""`goto`: go on at another step of this flow."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> str:
    return arguments.word("goto")


def run(run: Run, step: Step) -> int:
    return run.goto(step.data)


STEP = StepKind(
    name="goto",
    options=(),
    build=build,
    run=run,
    ends=True,
    example="""
- ask: {es: "¿Qué pedido?", en: "Which order?", pt: "Qual pedido?"}
  save: order_ref
  after_retries: order_ref
- goto: order_ref
""",
)
