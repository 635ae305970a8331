"""`ask`: put a question, wait for an answer of a type, count the tries."""

from __future__ import annotations

from bot.flow.answers import FREE
from bot.flow.arguments import Arguments
from bot.flow.formulas import known
from bot.flow.model import Question, Run, Step, StepKind
from bot.flow.steps import asking
from bot.flow.values import TYPES


def build(arguments: Arguments) -> Question:
    text = arguments.needed_texts("ask")
    save = arguments.variable("save")
    buttons = asking.options(arguments, "buttons")
    declared = arguments.reading.scope.types.get(save, "text")
    kind = arguments.word("type", TYPES, declared)
    arguments.block("after_retries")
    return Question(
        text=text,
        save=save,
        type=kind,
        # Buttons that a typed answer may stand in for (yes and no) leave the question open to typing.
        is_choice=bool(buttons) and kind in FREE,
        options=buttons,
        checks=asking.checks(arguments),
        retries=arguments.whole("retries", arguments.known.project.retries),
        invalid=asking.invalid(arguments),
        skips_known=arguments.word("if_known", ("ask", "skip"), "ask") == "skip",
        is_sensitive=arguments.word("sensitive", ("yes", "no", "true", "false"), "no") in ("yes", "true"),
        no_reply=asking.no_reply(arguments),
    )


def run(run: Run, step: Step) -> int:
    question: Question = step.data
    if question.skips_known and question.save and known(run.values[question.save]):
        return step.next
    return run.ask(step)


STEP = StepKind(
    name="ask",
    options=(
        "save", "type", "checks", "retries", "invalid", "after_retries", "no_reply", "if_known", "sensitive", "buttons",
    ),
    build=build,
    run=run,
    waits=True,
    has_branches=True,
    example="""
- ask: {es: "¿Con qué correo compraste?", en: "Which email did you buy with?", pt: "Com qual e-mail você comprou?"}
  save: email
  sensitive: yes
  retries: 1
  after_retries:
    - handoff: general
      reason: no_email
""",
)  # fmt: skip
