"""`untag`: take marks of the conversation away."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.effects import Tag
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> Tag:
    tags = tuple(node.value.strip() for node in arguments.words("untag") if node.value.strip())
    if not tags:
        arguments.report.error("S02", arguments.node, name="untag", verb="untag")
    return Tag(tags, remove=True)


def run(run: Run, step: Step) -> int:
    run.emit(step.data)
    return step.next


STEP = StepKind(
    name="untag",
    options=(),
    build=build,
    run=run,
    example="""
- untag: [photo_missing]
""",
)
