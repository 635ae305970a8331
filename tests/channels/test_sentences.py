"""What an agent reads beside a message that did not arrive."""

from __future__ import annotations

import re

import pytest

from channels import meta_errors, twilio_errors
from channels.delivery import ACTIONS, CLASSES
from channels.sentences import key_of, sentence, sentences
from channels.verdicts import OURS

LANGUAGES = ("es", "en", "pt")
EVERY = [("twilio-sms", code) for code in (*twilio_errors.VERDICTS, *sorted(OURS), "http 500", "99999")]
EVERY += [("meta-whatsapp", code) for code in meta_errors.VERDICTS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_classes_share_a_sentence(language: str) -> None:
    said = [texts[language] for texts in sentences().values()]

    assert set(CLASSES) <= set(sentences())
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_says_what_happened_and_what_to_do(language: str) -> None:
    for key, texts in sentences().items():
        told = [piece for piece in re.split(r"[.:;] ", texts[language]) if len(piece) > 10]

        assert len(told) >= 2, key


@pytest.mark.parametrize(("kind", "code"), EVERY)
def test_every_code_has_words_in_every_language(kind: str, code: str) -> None:
    assert len({sentence(kind, code, language) for language in LANGUAGES}) == 3


@pytest.mark.parametrize("code", sorted(OURS))
def test_our_own_codes_are_not_taken_for_a_providers(code: str) -> None:
    assert key_of("twilio-sms", code) not in ("unknown_code", "FINAL")


def test_special_cases_have_a_sentence_of_their_own() -> None:
    usual = {"RETRY/once", "CONTENT/plain"}  # nothing else for the agent to do than with the class

    assert {f"{name}/{action}" for name, actions in ACTIONS.items() for action in actions} - set(sentences()) == usual


def test_an_unknown_code_is_shown() -> None:
    assert "99999" in sentence("meta-messenger", "99999", "es")


def test_a_language_nobody_wrote_reads_english() -> None:
    assert sentence("twilio-sms", "21610", "fr") == sentence("twilio-sms", "21610", "en")
