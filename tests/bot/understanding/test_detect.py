"""Which of the three languages a message is in."""

import pytest

from bot.understanding.detect import detect
from bot.understanding.fold import fold
from bot.understanding.lexicon import mend


def told(text, fallback=None):
    return detect(text, fold(text, mend).words, fallback)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("no me llegó nada", "es"),
        ("holis", "es"),
        ("me lo mandaron roto", "es"),
        ("¿hay stock?", "es"),
        ("queimou a panela", "pt"),
        ("chegou amassado", "pt"),
        ("não veio", "pt"),
        ("cadê o troço?", "pt"),
        ("where's my stuff", "en"),
        ("cheerio then", "en"),
        ("it keeps tripping the breaker", "en"),
    ],
)
def test_few_words_tell_a_language(text, language):
    assert told(text) == language


@pytest.mark.parametrize("text", ["4471", "...", "@NetVivaBR 😞"])
def test_what_says_nothing_keeps_the_language_of_the_conversation(text):
    assert told(text, "pt") == "pt"


def test_without_a_conversation_nothing_is_told_of_a_number():
    assert told("4471") is None


def test_a_word_that_two_languages_share_moves_nobody():
    assert told("pedido", "pt") == "pt"


def test_a_plain_sentence_overrules_the_conversation():
    assert told("could you please tell me where my parcel is", "es") == "en"
