"""`menu`: let the contact choose one of up to ten things, by tapping, number or words."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.model import Question, Run, Step, StepKind
from bot.flow.steps import asking


def build(arguments: Arguments) -> Question:
    text = arguments.needed_texts("menu")
    options = asking.options(arguments, "options")
    if not options:
        arguments.report.error("S02", arguments.node, name="options", verb="menu")
    arguments.block("after_retries")
    return Question(
        text=text,
        save=arguments.variable("save"),
        is_choice=True,
        options=options,
        retries=arguments.whole("retries", arguments.known.project.retries),
        invalid=asking.invalid(arguments),
        no_reply=asking.no_reply(arguments),
    )


def run(run: Run, step: Step) -> int:
    return run.ask(step)


STEP = StepKind(
    name="menu",
    options=("options", "save", "retries", "invalid", "after_retries", "no_reply"),
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
)
