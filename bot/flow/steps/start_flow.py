"""`start_flow`: go on with another flow; this one is over."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> str:
    return arguments.one_of("start_flow", "V02", arguments.known.flows)


def run(run: Run, step: Step) -> int:
    return run.start(step.data)


STEP = StepKind(
    name="start_flow",
    options=(),
    build=build,
    run=run,
    ends=True,
    example="""
- start_flow: other
""",
)
