"""`do`: ask a service to change something. Sent once with its own key; an unknown outcome is `unsure`."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import CallPlan, Run, Step, StepKind
from bot.flow.steps import service


def build(arguments: Arguments) -> CallPlan:
    arguments.block("failed")
    arguments.block("unsure")
    return service.plan(arguments, is_write=True)


def run(run: Run, step: Step) -> int:
    return run.call(step, step.data)


STEP = StepKind(
    name="do",
    options=("with", "save", "failed", "unsure"),
    build=build,
    run=run,
    has_branches=True,
    example="""
- do: notes.create
  with: {text: wants}
  failed:
    - handoff: general
      reason: note_failed
""",
)
