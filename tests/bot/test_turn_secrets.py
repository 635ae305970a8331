"""What is told of a contact beside her conversation: to the editors when something breaks, and in the step log."""

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


def test_the_step_log_names_an_option_of_the_flow_and_none_that_was_made_of_data() -> None:
    listed = "  - menu: ¿Cuál?\n    options_from: '[\"AB-12345\", \"AB-99999\"]'\n    options: {none: {text: Ninguno}}\n    save: ref"
    library = a_library(listed, head="start: {words: [go]}\ndata: {ref: text}")
    answers = [Talk(library)("go")(said).turn.trace for said in ("AB-12345", "Ninguno")]

    assert [[one.decision for one in trace if one.what == "answered"] for trace in answers] == [["answer:"], ["answer:none"]]
