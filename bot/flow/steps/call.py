"""`call`: run another flow inside this one, hand it what it needs, go on with what it found out."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.findings import near
from bot.flow.model import Run, Step, StepKind, SubFlow

_RECORDS = ("record", "any")


def build(arguments: Arguments) -> SubFlow:
    flow = arguments.one_of("call", "V02", arguments.known.flows)
    given = arguments.expressions("with")
    head = arguments.known.heads.get(flow)
    if head is not None:
        table = arguments.table("with")
        for extra in sorted(given.keys() - head.inputs.keys()):
            facts = {"near": near(extra, head.inputs), "known": ", ".join(head.inputs)}
            arguments.report.error("V20", table.keys[extra], name=extra, flow=flow, **facts)
    save = arguments.variable("save")
    if arguments.reading.scope.types.get(save, "any") not in _RECORDS:
        arguments.report.error("V21", arguments.place("save"), name=save)
    return SubFlow(flow, given, save)


def run(run: Run, step: Step) -> int:
    return run.enter(step, step.data)


STEP = StepKind(
    name="call",
    options=("with", "save"),
    build=build,
    run=run,
    example="""
- call: other
  with: {order_ref: order_ref}
  save: found
- say: {es: "Apuntado: {found.email}", en: "Noted: {found.email}", pt: "Anotado: {found.email}"}
""",
)
