"""`handoff`: pass the conversation to the people of a queue."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import HandOffPlan, Run, Step, StepKind

PRIORITIES = ("low", "normal", "high", "urgent")


def build(arguments: Arguments) -> HandOffPlan:
    queue = arguments.one_of("handoff", "V01", arguments.known.project.queues)
    if arguments.get("reason") is None:
        arguments.report.error("S02", arguments.place("handoff"), name="reason", verb="handoff")
    arguments.block("if_closed")
    return HandOffPlan(
        queue=queue,
        reason=arguments.word("reason", default="asked"),
        priority=arguments.word("priority", PRIORITIES, "normal"),
        summary=arguments.team_texts("summary"),
        skills=tuple(node.value.strip() for node in arguments.words("skills") if node.value.strip()),
    )


def run(run: Run, step: Step) -> int:
    plan: HandOffPlan = step.data
    if "if_closed" not in step.blocks or plan.queue in run.open_queues:
        return run.hand_off(plan)
    # the flow speaks itself in place of our acknowledgement; at the end of the block this step comes again
    return step.blocks["if_closed"] if run.owe(step, plan) else run.settle()


STEP = StepKind(
    name="handoff",
    options=("reason", "priority", "summary", "skills", "if_closed"),
    build=build,
    run=run,
    ends=True,
    loops=("if_closed",),
    example="""
- handoff: general
  reason: asked
  priority: high
  summary: "Quiere hablar de {order_ref}"
""",
)
