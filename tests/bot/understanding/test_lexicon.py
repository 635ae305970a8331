"""The shipped lexicons as a whole."""

import re

import pytest
import re2

from bot.understanding.fold import fold
from bot.understanding.intents import INTENTS, PREFIX
from bot.understanding.lexicon import compiled, hits, lexicon, mend

CATEGORIES = {
    *("human_request", "presence", "phone_wish", "reject_bot", "profanity", "insult", "threat_authority"),
    *("threat_legal", "threat_public", "frustration", "repetition_complaint", "wait_complaint", "sarcasm", "annoyance"),
    *("safety", "vulnerable", "anger_emoji", "negated_request", "harmless_person", "curious_bot", "product_title"),
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
    text = fold("quiero hablar con una persona, esto es una vergüenza, the worst service", mend)

    searched = {p.category for n, p in enumerate(lexicon().phrases) if compiled(n).search(text.text)}

    assert {hit.category for hit in hits(text)} == searched


def test_hits_of_a_phrase_are_limited():
    assert len([hit for hit in hits(fold("mierda " * 500, mend)) if hit.category == "profanity"]) <= 12


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("sueprvisor", "supervisor"), ("superviosr", "supervisor"), ("verguena", "verguenza"), ("xfa", "porfa"), ("q", "que"), ("kkkk", "k")],
)
def test_slip_of_the_finger_is_mended(typed, meant):
    assert mend(typed) == meant


@pytest.mark.parametrize("word", ["casado", "pedido", "esperado", "personal"])
def test_ordinary_word_is_left_alone(word):
    assert mend(word) == word


def _own(expression: str) -> str:
    """The expression without the courtesies around `^` and `$`, which repeat one of several fixed words."""
    return re.sub(r"\(\?:\(\?:.*?\[\|\] \)\*", "", expression)
