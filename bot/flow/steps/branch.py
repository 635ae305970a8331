"""`if`: go one way or another."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.expressions import Expression
from bot.flow.model import Run, Step, StepKind
from bot.flow.tree import Items, Table

Branches = tuple[tuple[Expression, str], ...]


def build(arguments: Arguments) -> Branches:
    branches = [(arguments.expression("if"), "then")]
    if not arguments.block("then"):
        arguments.report.error("S02", arguments.place("if"), name="then", verb="if")
    others = arguments.get("elif")
    for number, node in enumerate(others.nodes if isinstance(others, Items) else (others,) if others else ()):
        if not isinstance(node, Table) or set(node.nodes) != {"if", "then"}:
            arguments.report.error("S05", node, name="elif", shape="- if: …  then: …")
            continue
        block = f"elif.{number}"
        arguments.block_of(block, node.nodes["then"])
        branches.append((arguments.reading.expression_of(node.nodes["if"]), block))
    arguments.block("else")
    return tuple(branches)


def run(run: Run, step: Step) -> int:
    for condition, block in step.data:
        if condition.call(run.values):
            return step.block(block)
    return step.block("else")


STEP = StepKind(
    name="if",
    options=("then", "elif", "else"),
    build=build,
    run=run,
    has_branches=True,
    example="""
- if: known(contact.name)
  then:
    - say: {es: "Hola, {contact.name}.", en: "Hi, {contact.name}.", pt: "Oi, {contact.name}."}
  else:
    - say: {es: "Hola.", en: "Hi.", pt: "Oi."}
""",
)
