"""`note`: leave a line that only the team reads."""

from __future__ import annotations

from bot.flow.arguments import Arguments
from bot.flow.effects import Note
from bot.flow.model import Run, Step, StepKind
from bot.flow.texts import Texts


def build(arguments: Arguments) -> Texts:
    return arguments.team_texts("note") or arguments.needed_texts("note")


def run(run: Run, step: Step) -> int:
    run.emit(Note(run.render(step.data)))
    return step.next


STEP = StepKind(
    name="note",
    options=(),
    build=build,
    run=run,
    example="""
- note: "Preguntó por {order_ref}"
""",
)
