"""`tag`: mark the conversation for the team."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.effects import Tag
from bot.flow.model import Run, Step, StepKind


def build(arguments: Arguments) -> Tag:
    tags = tuple(node.value.strip() for node in arguments.words("tag") if node.value.strip())
    if not tags:
        arguments.report.error("S02", arguments.node, name="tag", verb="tag")
    return Tag(tags)


def run(run: Run, step: Step) -> int:
    run.emit(step.data)
    return step.next


STEP = StepKind(
    name="tag",
    options=(),
    build=build,
    run=run,
    example="""
- tag: [photo_missing, check_stock]
""",
)
