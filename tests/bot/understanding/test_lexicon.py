"""The shipped lexicons as a whole."""

import re

import pytest
import re2

from bot.understanding.fold import fold
from bot.understanding.intents import INTENTS, PREFIX
from bot.understanding.lexicon import Book, compiled, hits, lexicon, mend

CATEGORIES = {
    *("human_request", "presence", "phone_wish", "reject_bot", "profanity", "insult", "threat_authority"),
    *("threat_legal", "threat_public", "frustration", "repetition_complaint", "wait_complaint", "sarcasm", "annoyance"),
    *("safety", "vulnerable", "anger_emoji", "negated_request", "harmless_person", "curious_bot", "product_title"),
    *("unreachable", "broken_promise", "disbelief", "rhetorical", "giving_up", "disappointment", "waste"),
    *("pass_the_buck", "polite_anger", "good_reference", "no_hurry", "resolved", "own_mistake"),
    *("profession", "third_party", "self_directed", "positive_slang", "laughter", "praise", "denied_anger"),
}


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_every_language_has_every_category(language):
    assert {phrase.category for phrase in lexicon().phrases if phrase.language == language} >= CATEGORIES


def test_the_intents_are_those_that_the_languages_have_words_for():
    named = {phrase.category.removeprefix(PREFIX) for phrase in lexicon().phrases if phrase.category.startswith(PREFIX)}

    assert named | {"human"} == INTENTS


def test_every_phrase_runs_on_the_engine_that_cannot_backtrack():
    patterns = [compiled(number) for number in range(len(lexicon().phrases))]

    assert {type(pattern) for pattern in patterns} == {type(re2.compile("a"))}


def test_repeats_in_patterns_are_bounded_or_over_one_class():
    nested = re.compile(r"[*+}]\)[*+{]")

    assert [p.pattern.phrase for p in lexicon().phrases if nested.search(_own(p.pattern.expression))] == []


def test_index_loses_no_match():
    text = fold("quiero hablar con una persona, esto es una vergüenza, llevo dos horas", mend)

    spanish = [(number, one) for number, one in enumerate(lexicon().phrases) if one.language == "es"]
    searched = {one.category for number, one in spanish if compiled(number).search(text.text.encode())}

    assert {hit.category for hit in hits(text)} == searched


def test_hits_of_a_phrase_are_limited():
    assert len([hit for hit in hits(fold("mierda " * 500, mend)) if hit.category == "profanity"]) <= 12


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("sueprvisor", "supervisor"), ("superviosr", "supervisor"), ("verguena", "verguenza"), ("xfa", "porfa"), ("q", "que"), ("kkkk", "k"), ("verguemza", "verguenza")],
)
def test_slip_of_the_finger_is_mended(typed, meant):
    assert mend(typed) == meant


@pytest.mark.parametrize(("country", "heard"), [("AR", True), ("", True), ("CL", False)])
def test_a_phrase_with_countries_holds_there_and_where_the_country_is_not_known(country, heard):
    found = hits(fold("estoy re caliente con esto", mend), Book(country=country))

    assert ("frustration" in {hit.category for hit in found}) is heard


def test_words_of_a_language_that_the_text_does_not_speak_are_not_heard():
    categories = {hit.category for hit in hits(fold("what is the process to return this", mend))}

    assert "threat_legal" not in categories


@pytest.mark.parametrize("text", ["voy a profeco", "hi, voy a profeco", "good morning, voy a profeco"])
def test_a_borrowed_greeting_makes_no_language(text):
    assert "threat_authority" in {hit.category for hit in hits(fold(text, mend))}


@pytest.mark.parametrize("word", ["casado", "pedido", "esperado", "personal"])
def test_ordinary_word_is_left_alone(word):
    assert mend(word) == word


def _own(expression: str) -> str:
    """The expression without the courtesies around `^` and `$`, which repeat one of several fixed words."""
    return re.sub(r"\(\?:\(\?:.*?\[\|\] \)\*", "", expression)
