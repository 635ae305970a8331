"""`menu`: let the contact choose one of a few things, or several of them, by tapping, number or words."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import HandOffPlan, Question, Run, Step, StepKind
from bot.flow.steps import asking
from bot.flow.tree import Table


def build(arguments: Arguments) -> Question:
    text = arguments.needed_texts("menu")
    source = asking.source(arguments)
    options = asking.options(arguments, "options")
    if not options and source is None:
        arguments.report.error("S02", arguments.place("menu"), name="options", verb="menu")
    is_many = asking.is_yes(arguments, "many")
    if is_many:
        _check_many(arguments)
    arguments.block("none")
    arguments.block("after_retries")
    return Question(
        text=text,
        save=arguments.variable("save"),
        is_choice=True,
        options=options,
        retries=arguments.whole("retries", arguments.known.project.retries),
        invalid=asking.invalid(arguments),
        no_reply=asking.no_reply(arguments),
        is_many=is_many,
        source=source,
        goes_on_empty=arguments.get("none") is not None,
    )


def _check_many(arguments: Arguments) -> None:
    """Several choices at once are a list that later steps go through: no one of them has a way of its own."""
    for node in arguments.table("options").nodes.values():
        if isinstance(node, Table) and "then" in node.nodes:
            arguments.report.error("S30", node.keys["then"])


def run(run: Run, step: Step) -> int:
    question: Question = step.data
    may_be_empty = not any(option.when is None for option in question.options)
    if may_be_empty and not run.choices(step):
        return _nothing_left(run, step, question)
    return run.ask(step)


def _nothing_left(run: Run, step: Step, question: Question) -> int:
    """There is nothing to choose from now: the flow's own way on, else that of somebody who chose nothing, else people."""
    if question.goes_on_empty:
        return step.block("none")
    if "after_retries" in step.blocks:
        return step.blocks["after_retries"]
    return run.hand_off(HandOffPlan(queue="", reason="no_answer"))


STEP = StepKind(
    name="menu",
    options=(
        "options", "options_from", "label", "value", "none", "save", "many", "retries", "invalid", "after_retries",
        "no_reply",
    ),
    build=build,
    run=run,
    waits=True,
    has_branches=True,
    example="""
- menu: {es: "¿Algo más?", en: "Anything else?", pt: "Mais alguma coisa?"}
  options:
    fine:
      text: {es: "No, gracias", en: "No, thanks", pt: "Não, obrigado"}
      words: [nada, nothing, nada mais]
      then:
        - end: resolved
    person:
      text: {es: "Una persona", en: "A person", pt: "Uma pessoa"}
      then:
        - handoff: general
          reason: asked
""",
)  # fmt: skip
