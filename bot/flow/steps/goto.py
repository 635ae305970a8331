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
- menu: {es: "¿Es {order_ref}?", en: "Is it {order_ref}?", pt: "É {order_ref}?"}
  options:
    right: {text: {es: "Sí", en: "Yes", pt: "Sim"}, then: [{end: resolved}]}
    wrong: {text: {es: "Es otro", en: "Another one", pt: "É outro"}}
    person: {text: {es: "Una persona", en: "A person", pt: "Uma pessoa"}, then: [{handoff: general, reason: asked}]}
- goto: order_ref
""",
)
