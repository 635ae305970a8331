"""Sentences about trouble: in three languages with the same blanks, and never more of the facts than they name."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from conversation import troubles

ROOT = Path(__file__).resolve().parents[2]


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("text", sorted(troubles.known()))
def test_every_trouble_has_a_sentence_in_every_language(text: str) -> None:
    told = troubles.known()[text]

    assert set(told) == set(troubles.LANGUAGES)
    assert len({frozenset(one) for one in told.values()}) == 1 and all(one["what"] for one in told.values())
    assert len({frozenset(blanks(" ".join(one.values()))) for one in told.values()}) == 1


def test_no_two_sentences_of_a_language_are_the_same() -> None:
    said = [(language, one["what"]) for told in troubles.known().values() for language, one in told.items()]

    assert len(said) == len(set(said))


def test_every_alarm_that_is_raised_has_its_sentence() -> None:
    raised: set[str] = set()
    for path in [path for name in ("conversation", "pipeline", "channels", "handoff", "operations") for path in
                 (ROOT / name).rglob("*.py")]:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Trouble") and len(call.args) > 1:
                raised |= {one.value for one in ast.walk(call.args[1]) if isinstance(one, ast.Constant)}

    assert {"silent", "foreign_numbers"} <= raised
    assert {text for text in raised if text not in troubles.known() and not text.endswith("_")} == set()
    assert {text for text in raised if text.endswith("_")} <= {"sms_"}  # the beginning of sms_budget, sms_costly …


def test_what_a_sentence_does_not_name_is_never_shown() -> None:
    facts = {"theirs": "https://old.example", "ours": "https://chat.example.com", "text": "what Marta wrote"}

    assert "Marta" not in troubles.what("callback_wrong", facts, "es") + troubles.next_step("callback_wrong", facts, "es")


def test_a_fact_that_is_missing_is_a_question_mark() -> None:
    assert troubles.what("silent", {}, "en").startswith("Nothing has come in for ? h")


def test_an_alarm_nobody_wrote_a_sentence_for_is_still_told() -> None:
    assert "brand_new" in troubles.what("brand_new", {}, "en")


def test_nothing_in_spanish_says_coger() -> None:
    assert not re.search(r"\b(coge|coger|cogid|cojo|coja)", troubles.FILE.read_text("utf-8"), re.IGNORECASE)


def test_a_customers_number_in_what_a_provider_says_is_left_out() -> None:
    facts = {"code": "21408", "reason": "No permission for the 'To' number: +34 600 111 222 (region +34)"}

    told = troubles.what("channel_stopped", facts, "en")
    assert "600" not in told and "21408" in told and "region +34" in told
