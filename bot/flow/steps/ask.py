"""`ask`: put a question, wait for an answer of a type, count the tries."""

from __future__ import annotations

from bot.flow.answers import FREE, TYPES
from bot.flow.arguments import Arguments
from bot.flow.formulas import known
from bot.flow.model import Question, Run, Step, StepKind
from bot.flow.steps import asking

_GATHERED = frozenset(("text", "any", "list", "image", "file", "document"))


def build(arguments: Arguments) -> Question:
    text = arguments.needed_texts("ask")
    save = arguments.variable("save")
    buttons = asking.options(arguments, "buttons")
    kind = _type(arguments, save)
    if_known = arguments.word("if_known", ("ask", "skip", "confirm"), "ask")
    if if_known != "ask" and not save:
        arguments.report.error("S15", arguments.place("if_known"), name="if_known", needs="save")
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
        skips_known=if_known == "skip",
        confirms_known=if_known == "confirm",
        is_sensitive=asking.is_yes(arguments, "sensitive"),
        no_reply=asking.no_reply(arguments),
        gather_seconds=_gather(arguments, kind, bool(buttons)),
    )


def _type(arguments: Arguments, save: str) -> str:
    own = arguments.known.project.types
    declared = arguments.reading.scope.types.get(save, "text")
    kind = arguments.word("type", (*own, *TYPES), declared)
    if kind == "record":  # a list of facts comes from a service; a person gives one at a time
        arguments.report.error("S31", arguments.place("type" if arguments.get("type") else "save"), name=save or "…")
    return kind


def _gather(arguments: Arguments, kind: str, has_buttons: bool) -> float:
    seconds = asking.gather_seconds(arguments)
    if seconds and (kind not in _GATHERED or (has_buttons and kind in FREE)):
        listed = ", ".join(sorted(_GATHERED))
        arguments.report.error("S32", arguments.place("gather"), kind=kind, known=listed)
        return 0.0
    return seconds


def run(run: Run, step: Step) -> int:
    question: Question = step.data
    if question.skips_known and question.save and known(run.values[question.save]):
        return step.next
    return run.ask(step)


STEP = StepKind(
    name="ask",
    options=(
        "save", "type", "checks", "retries", "invalid", "after_retries", "no_reply", "if_known", "sensitive", "buttons",
        "gather",
    ),
    build=build,
    run=run,
    waits=True,
    has_branches=True,
    example="""
- ask: {es: "¿Con qué correo compraste?", en: "Which email did you buy with?", pt: "Com qual e-mail você comprou?"}
  save: email
  sensitive: yes
  if_known: confirm
  retries: 1
  after_retries:
    - handoff: general
      reason: no_email
""",
)  # fmt: skip
