"""What is made of the model's chances beside what the lexicons found, and of texts that are no prose."""

import pytest

from bot.understanding.frustration import CALM
from bot.understanding.intents import INTENTS, PREFIX, intents
from bot.understanding.judging import judge
from bot.understanding.lexicon import hits
from bot.understanding.prose import fold_prose
from bot.understanding.read import read

SURE = {"human_request": 0.1, "frustrated": 0.95, "clear": 0.9, "grave": 0.9}


def test_of_words_that_the_model_never_met_it_may_not_guess():
    told = judge(fold_prose("qwzxk vbnkk"), (), SURE, (0.0, ()), CALM)

    assert (told.severity, told.strength, told.reasons) == (0, 0.0, ())


def test_of_words_that_it_knows_it_may():
    assert judge(fold_prose("tienda nunca"), (), SURE, (0.0, ()), CALM).severity == 3


def test_a_request_that_the_lexicons_took_back_is_not_brought_in_by_the_model():
    folded = fold_prose("no hace falta que me pases con un asesor")

    told = judge(folded, hits(folded), {**SURE, "human_request": 0.99, "frustrated": 0.0}, (0.0, ()), CALM)

    assert told.human_request <= 0.25


@pytest.mark.parametrize("text", ["@LadronesSA hola", "escribe a ladrones@mierda.es", "mira https://mierda.example/x"])
def test_handles_addresses_and_links_are_no_words(text):
    assert not {"ladronesa", "ladrones", "mierda", "example", "aladronesa"} & set(fold_prose(text).words)


def test_the_state_of_an_order_stands_behind_what_says_more():
    chances = {PREFIX + name: 0.0 for name in INTENTS} | {"intent:order_status": 0.99, "intent:lost": 0.6}
    thresholds = {head: 0.4 for head in chances} | {"human_request": 0.4}

    assert intents(chances, thresholds, (), 0.0) == ("lost", "order_status")


@pytest.mark.parametrize("text", ["😡", "🙄🙄"])
def test_an_emoji_is_of_no_language(text):
    assert read(text).language is None
