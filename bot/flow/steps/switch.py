"""`switch`: one way for each value."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flow.arguments import Arguments
from bot.flow.expressions import Expression
from bot.flow.formulas import text
from bot.flow.model import Run, Step, StepKind
from bot.flow.words import fold

# A yes-or-no is written “true” and “false”; authors write it as they say it.
_YES_NO = {"yes": "true", "si": "true", "sim": "true", "no": "false", "nao": "false"}


@dataclass(frozen=True, slots=True)
class Switch:
    value: Expression
    cases: dict[str, str]


def build(arguments: Arguments) -> Switch:
    value = arguments.expression("switch")
    cases = {}
    for name, node in arguments.table("cases", "shipped: …").nodes.items():
        # “delivered, lost:” is one way for both values.
        for one in name.split(","):
            cases[fold(one)] = f"cases.{name}"
            if fold(one) in _YES_NO:
                cases.setdefault(_YES_NO[fold(one)], f"cases.{name}")
        arguments.block_of(f"cases.{name}", node)
    if not cases:
        arguments.report.error("S02", arguments.place("switch"), name="cases", verb="switch")
    arguments.block("else")
    return Switch(value, cases)


def run(run: Run, step: Step) -> int:
    switch: Switch = step.data
    case = switch.cases.get(fold(text(switch.value.call(run.values))))
    return step.block("else" if case is None else case)


STEP = StepKind(
    name="switch",
    options=("cases", "else"),
    build=build,
    run=run,
    has_branches=True,
    example="""
- switch: channel
  cases:
    twilio-sms:
      - say: {es: "Hola por SMS.", en: "Hi over SMS.", pt: "Oi por SMS."}
  else:
    - say: {es: "Hola.", en: "Hi.", pt: "Oi."}
""",
)
