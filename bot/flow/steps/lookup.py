"""`lookup`: ask a service that only reads, such as `orders.find`."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import CallPlan, Run, Step, StepKind
from bot.flow.steps import service


def build(arguments: Arguments) -> CallPlan:
    arguments.block("not_found")
    arguments.block("failed")
    return service.plan(arguments, is_write=False)


def run(run: Run, step: Step) -> int:
    return run.call(step, step.data)


STEP = StepKind(
    name="lookup",
    options=("with", "save", "not_found", "failed"),
    build=build,
    run=run,
    has_branches=True,
    example="""
- lookup: orders.find
  with: {ref: order_ref, phone: contact.phone}
  save: order
  not_found:
    - say: {es: "No lo encuentro.", en: "I can't find it.", pt: "Não encontro."}
    - end: not_found
  failed:
    - handoff: general
      reason: system_down
""",
)
