"""What the editors are told of an error, where the contact was asked for something sensitive."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.flow.effects import Alert
from tests.bot.flow.builders import Talk, a_library


@dataclass(frozen=True)
class UnreadableFaq:
    """Stumbles over whatever is asked, and quotes it."""

    entries: tuple[()] = ()

    def find(self, words: list[str]) -> None:
        raise ValueError(f"what is {words}?")


def test_an_error_that_quotes_an_answer_to_a_sensitive_question_is_told_by_its_kind() -> None:
    library = a_library("  - ask: ¿Cuánto ganas?\n    save: pay\n    type: number\n    sensitive: yes", head="start: {words: [go]}\ndata: {pay: number}")
    talk = Talk(replace(library, faq=UnreadableFaq()), Talk(library)("go").state)("secreto de estado")

    assert [effect.text for effect in talk.effects if isinstance(effect, Alert)] == ["ValueError"]
