"""The language of the lexicons."""

import pytest
import re2

from bot.understanding.phrases import Lists, PhraseError, translate

LISTS = Lists({"person": ["(persona|humano)", "ser humano"], "courtesy": ["hola", "por favor"]})


def found(phrase: str, text: str) -> bool:
    return re2.compile(translate(phrase, LISTS).expression).search(f" {text} ") is not None


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("quiero hablar", "yo quiero hablar ya"),
        ("denunci*", "voy a denunciarlos"),
        ("(ya|otra vez) basta", "otra vez basta"),
        ("con {person}", "con ser humano"),
        ("quiero (una)? persona", "quiero persona"),
        ("quiero .. persona", "quiero hablar con otra persona"),
        ("quiero .. persona", "quiero , de verdad , persona"),
        ("^ persona $", "hola persona por favor"),
        ("quiero hablar", "quiero , hablar"),
    ],
)
def test_phrase_matches(phrase, text):
    assert found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("quiero hablar", "quiero | hablar"),
        ("quiero .. persona", "quiero | una persona"),
        ("quiero ..1 persona", "quiero a otra persona"),
        ("^ persona $", "una persona amable"),
        ("denunci", "denuncias"),
    ],
)
def test_phrase_does_not_match(phrase, text):
    assert not found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "mend"),
    [
        ("(a|b", "close it"),
        ("a) b", "take it away"),
        ("con {nobody}", "courtesy, person"),
        ("foda-se", "letters and digits only"),
        ("uno? ..", "add one that is not optional"),
    ],
)
def test_broken_phrase_is_refused_with_its_mend(phrase, mend):
    with pytest.raises(PhraseError, match=mend):
        translate(phrase, LISTS)


def test_rarest_words_file_a_phrase():
    triggers = translate("(no|ya) con {person}", LISTS).triggers

    assert triggers == {"persona", "humano"}
