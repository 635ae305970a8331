"""Finding phrases by the words of a text."""

import pytest

from bot.understanding.fold import fold
from bot.understanding.phrase_index import MAX_HITS_PER_PHRASE, Phrase, PhraseIndex
from bot.understanding.phrases import Lists, translate


def index(*phrases: str, countries: frozenset[str] = frozenset()) -> PhraseIndex:
    lists = Lists({"courtesy": ["hola"]})
    return PhraseIndex(tuple(Phrase(text, "es", translate(text, lists), countries) for text in phrases))


def found(phrases: PhraseIndex, text: str, country: str = "") -> list[str]:
    folded = fold(text)
    return [hit.category for hit in phrases.found(folded, frozenset(folded.words), country)]


@pytest.mark.parametrize("phrase", ["mi pedido", "(mi|tu) ..2 pedid*", "^ (mi|su) pedido $", "pedido (mio)?"])
def test_a_phrase_is_found_by_any_of_its_words(phrase):
    assert found(index(phrase), "hola, mi pedido") == [phrase]


def test_words_in_the_wrong_order_are_no_phrase():
    assert found(index("mi pedido"), "pedido de mi tia") == []


def test_phrases_come_in_their_own_order():
    assert found(index("dos", "una"), "una y dos") == ["dos", "una"]


def test_a_text_of_letters_that_no_phrase_has_keeps_its_places():
    folded = fold("заказ ß mi pedido")
    hit = index("mi pedido").found(folded, frozenset(folded.words))[0]

    assert folded.quote(hit.start, hit.end) == "mi pedido"


def test_hits_of_a_phrase_are_bounded():
    assert len(found(index("ya"), "ya " * 50)) == MAX_HITS_PER_PHRASE


def test_an_index_without_phrases_finds_nothing():
    assert found(index(), "hola") == []


@pytest.mark.parametrize(("country", "count"), [("AR", 1), ("", 1), ("ES", 0)])
def test_a_tagged_phrase_holds_in_its_countries_and_where_none_is_known(country, count):
    assert len(found(index("ya", countries=frozenset({"AR"})), "ya", country)) == count


def test_what_strangers_type_does_not_fill_the_memory():
    phrases = index("ya")
    for number in range(25_000):
        found(phrases, f"x{number}")

    assert len(phrases._known) <= 20_001  # the bound is what is promised
