"""`say`: send a text."""

from __future__ import annotations

from dataclasses import dataclass

from bot.flow.arguments import Arguments
from bot.flow.model import Run, Step, StepKind
from bot.flow.texts import Texts


@dataclass(frozen=True, slots=True)
class Saying:
    text: Texts
    media: Texts | None = None


def build(arguments: Arguments) -> Saying:
    return Saying(arguments.needed_texts("say"), arguments.team_texts("media"))


def run(run: Run, step: Step) -> int:
    saying: Saying = step.data
    run.say(saying.text, media_url=run.render(saying.media) if saying.media else "")
    return step.next


STEP = StepKind(
    name="say",
    options=("media",),
    build=build,
    run=run,
    example="""
- say: {es: "¡Gracias!", en: "Thank you!", pt: "Obrigado!"}
""",
)
