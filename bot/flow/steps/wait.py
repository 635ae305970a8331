"""`wait`: let time pass, or go on earlier with something that happens or that the contact writes."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Pause, Run, Step, StepKind
from bot.flow.texts import Texts
from bot.flow.tree import Table, Text

_UP_TO = ("up_to", "remind")
REPLY, COME_BACK = "reply", "come_back"


def build(arguments: Arguments) -> Pause:
    seconds, remind = _time(arguments)
    events, reply = _on(arguments)
    arguments.block("timeout")
    return Pause(seconds, remind, events, reply)


def _time(arguments: Arguments) -> tuple[float, Texts | None]:
    """`wait: 10m`, or `wait: {up_to: 3d, remind: …}`."""
    node = arguments.get("wait")
    if not isinstance(node, Table):
        return arguments.seconds_of(node, "wait"), None
    for extra in node.keys:
        if extra not in _UP_TO:
            arguments.report.error("S01", node.keys[extra], name=extra, near="", known=", ".join(_UP_TO))
    if "up_to" not in node.nodes:
        arguments.report.error("S02", node, name="up_to", verb="wait")
        return 900.0, None
    remind = arguments.reading.texts_of(node.nodes["remind"]) if "remind" in node.nodes else None
    return arguments.seconds_of(node.nodes["up_to"], "up_to"), remind


def _on(arguments: Arguments) -> tuple[tuple[str, ...], str]:
    events, reply = [], ""
    for name, node in arguments.table("on", "reply: come_back").nodes.items():
        if name == REPLY and isinstance(node, Text) and node.value.strip() == COME_BACK:
            reply = COME_BACK
            continue
        arguments.block_of(f"on.{name}", node)
        if name == REPLY:
            reply = "steps"
        else:
            events.append(name)
    return tuple(events), reply


def run(run: Run, step: Step) -> int:
    return run.pause(step, step.data)


STEP = StepKind(
    name="wait",
    options=("on", "timeout"),
    build=build,
    run=run,
    has_branches=True,
    example="""
- say: {es: "Te aviso cuando salga.", en: "I'll tell you when it leaves.", pt: "Aviso quando sair."}
- wait: {up_to: 20h}
  on:
    order_shipped:
      - say: {es: "¡Ya ha salido!", en: "It has left!", pt: "Já saiu!"}
    reply: come_back
  timeout:
    - say: {es: "Hoy no ha salido.", en: "It did not leave today.", pt: "Hoje não saiu."}
""",
)
