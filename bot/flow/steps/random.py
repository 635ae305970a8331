"""`random`: one of several ways, always the same one for the same contact."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Arms, Run, Step, StepKind
from bot.flow.tree import Items, Node, Table, Text

_ARM = ("weight", "then")


def build(arguments: Arguments) -> Arms:
    weights = []
    for key, node in arguments.table("random", "a: {weight: 2, then: […]}").nodes.items():
        weights.append((key, _weight(arguments, node)))
        steps = node.nodes.get("then") if isinstance(node, Table) else node
        if steps is not None:
            arguments.block_of(f"arm.{key}", steps)
    if not weights or not sum(weight for _, weight in weights):
        arguments.report.error("S21", arguments.place("random"))
    name = arguments.word("name")
    if not name:
        arguments.report.error("S02", arguments.node, name="name", verb="random")
    return Arms(name, tuple(weights))


def _weight(arguments: Arguments, node: Node) -> int:
    """`{weight: 2, then: […]}`; steps alone weigh 1."""
    if not isinstance(node, Table):
        if not isinstance(node, (Items, Text)):
            arguments.report.error("S05", node, name="random", shape="a: {weight: 2, then: […]}")
        return 1
    for extra in node.keys:
        if extra not in _ARM:
            arguments.report.error("S01", node.keys[extra], name=extra, near="", known=", ".join(_ARM))
    written = node.nodes.get("weight")
    value = written.value.strip() if isinstance(written, Text) else "1"
    if not value.isdigit() or len(value) > 4:
        arguments.report.error("S10", node.nodes["weight"], name="weight", value=value, example="2")
        return 1
    return int(value)


def run(run: Run, step: Step) -> int:
    return step.block(f"arm.{run.draw(step, step.data)}")


STEP = StepKind(
    name="random",
    options=("name",),
    build=build,
    run=run,
    has_branches=True,
    example="""
- random:
    short:
      weight: 2
      then:
        - say: {es: "¡Gracias!", en: "Thank you!", pt: "Obrigado!"}
    long:
      then:
        - say: {es: "¡Gracias por contárnoslo!", en: "Thank you for telling us!", pt: "Obrigado por nos contar!"}
  name: thanks
""",
)
