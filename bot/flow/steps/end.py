"""`end`: the flow is over, with a word for how."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> str:
    return arguments.word("end") or "done"


def run(run: Run, step: Step) -> int:
    return run.end(step.data)


STEP = StepKind(
    name="end",
    options=(),
    build=build,
    run=run,
    ends=True,
    example="""
- end: resolved
""",
)
