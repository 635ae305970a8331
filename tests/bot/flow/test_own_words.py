"""`_words.yaml`: what a shop adds to the lexicons."""

import pytest

from bot.flow.library import compiled
from bot.understanding.fold import fold
from bot.understanding.lexicon import hits, lexicon, mend
from tests.bot.flow.builders import sources

MAIN = "flow: main\nsteps:\n  - say: {es: \"Hola\", en: \"Hi\", pt: \"Oi\"}\n"


def phrase(text: str, category: str = "frustration") -> str:
    return f"words:\n  es:\n    {category}:\n      - {text}\n"


def loaded(words: str):
    return compiled({**sources(main=MAIN), "_words.yaml": words})


def categories(words: str, text: str, country: str = "") -> set[str]:
    library = loaded(words).library
    assert library is not None
    return {hit.category for hit in hits(fold(text, mend), library.book.at(country))}


def test_a_phrase_of_the_shop_is_heard():
    assert "frustration" in categories(phrase("esto es un sindios"), "Esto es un sindiós")


def test_shorthand_in_a_phrase_of_the_shop_is_written_out_as_in_a_message():
    assert "annoyance" in categories(phrase("xq tanto lio", "annoyance"), "porque tanto lío")


def test_a_category_that_is_switched_off_is_not_heard():
    assert "profanity" not in categories("disable: [profanity]\n", "mierda")


@pytest.mark.parametrize(("country", "heard"), [("AR", True), ("ES", False)])
def test_a_phrase_with_countries_holds_there_only(country, heard):
    words = phrase("{phrase: 'ando fosforito', in: [AR, UY]}")

    assert ("frustration" in categories(words, "ando fosforito", country)) is heard


def test_the_country_of_the_shop_holds_where_that_of_the_contact_is_not_known():
    words = phrase("{phrase: 'ando fosforito', in: [AR]}")

    assert "frustration" not in categories(words, "ando fosforito")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (phrase("(a|b"), "U01:4"),
        ("words:\n  es:\n    frustracion: [x]\n", "U02:3"),
        ("words:\n  fr: {}\n", "U02:2"),
        ("disable: [sarcasmo]\n", "U02:1"),
        (phrase("{phrase: 'x', in: [Argentina]}"), "U03:4"),
        ("words: [x]\n", "S05:1"),
        ("word: {}\n", "S01:1"),
        ("disable: sarcasm\n", "S05:1"),
        ("words:\n  es:\n    frustration: x\n", "S05:3"),
        (phrase("{phrase: 'x'}"), "S05:4"),
    ],
)
def test_a_mistake_names_its_line(words, found):
    assert [f"{one.code}:{one.line}" for one in loaded(words).findings] == [found]


def test_the_shipped_index_is_not_built_again():
    before = lexicon().index

    loaded(phrase("esto es un sindios"))

    assert lexicon().index is before
