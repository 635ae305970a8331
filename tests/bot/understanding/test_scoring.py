"""The quick way to the model's answer says what the slow one says."""

import pytest

from bot.understanding.features import features
from bot.understanding.fold import fold
from bot.understanding.lexicon import hits, mend
from bot.understanding.model import model
from bot.understanding.scoring import scorer

TEXTS = [
    "", "hola", "¿Dónde está mi pedido AB-12345? Llevo DOS semanas esperando!!", "no no no no", "🙄🙄", "a " * 500,
    "quero falar com uma pessoa, já disse três vezes", "thanks, that's all :)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_the_quick_sum_is_the_slow_sum(text):
    folded = fold(text, mend)
    found = hits(folded)

    quick, slow = scorer().probabilities(folded, found), model().probabilities(features(folded, found))

    assert quick == pytest.approx(slow, abs=1e-5)
