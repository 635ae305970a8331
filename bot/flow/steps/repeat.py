"""`repeat`: the same steps again, at most so many times: while something holds, or for each thing of a list."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.declared import loop_variable
from bot.flow.model import Loop, Run, Step, StepKind
from bot.flow.tree import Text


def build(arguments: Arguments) -> Loop:
    if arguments.get("max") is None:
        arguments.report.error("S20", arguments.node)
    most = arguments.whole("max", 1)
    if most < 1:
        arguments.report.error("S10", arguments.place("max"), name="max", value="0", example="3")
    if not arguments.block("repeat"):
        arguments.report.error("S02", arguments.node, name="repeat", verb="repeat")
    arguments.block("after_max")
    during = arguments.expression("while") if arguments.get("while") is not None else None
    variable, written = loop_variable(arguments.node)
    of = arguments.get("for_each")
    items = None
    if of is not None:
        shortened = Text(written, of.line, of.column, of.plain, of.inline) if isinstance(of, Text) else of
        items = arguments.reading.expression_of(shortened)
        if not variable:
            arguments.report.error("S02", arguments.node, name="as", verb="for_each")
    elif variable:
        arguments.report.error("S02", arguments.node, name="for_each", verb="as")
    return Loop(max(most, 1), during, items, variable)


def run(run: Run, step: Step) -> int:
    match run.round(step, step.data):
        case "more":
            return step.block("repeat")
        case "used_up":
            return step.block("after_max")
    return step.next


STEP = StepKind(
    name="repeat",
    options=("max", "while", "for_each", "as", "after_max"),
    build=build,
    run=run,
    has_branches=True,
    loops=("repeat",),
    example="""
- repeat:
    - ask: {es: "¿Qué te falta? Escribe *ya* cuando termines.", en: "What is missing? Write *done* at the end.", pt: "O que falta? Escreva *pronto* ao terminar."}
      save: wants
  while: not (wants in ["ya", "done", "pronto"])
  max: 5
  after_max:
    - handoff: general
      reason: many_things
""",
)
