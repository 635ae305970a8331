"""The tuner counts as the bot does: the same points, the same turn, the same gentle question."""

import numpy as np
import pytest

from bot.escalation import Policy
from tests.bot.talks import Talk, a_reading
from training import talks
from training.corpus import Dialogue
from training.talks import Said


def a_dialogue(*turns: tuple[str, str, str], due: int | None = None) -> Dialogue:
    """Turns of (text of the contact, outcome, text of the bot that follows)."""
    said: list[dict] = []
    for text, outcome, answer in turns:
        said.append({"role": "customer", "text": text, "gap_min": 1})
        if outcome:
            said.append({"role": "bot", "text": answer, "outcome": outcome})
    return Dialogue("h01-d01", "h01", "ES", "es", due, "", tuple(said))


FAILING = a_dialogue(
    ("quiero usar un vale", "fallback", "No te entiendo."),
    ("una tarjeta regalo, vaya", "fallback", "No te entiendo."),
    ("gracias por nada", "answer", "Mira tu pedido."),
    ("uf, el bono", "answer", "Mira tu pedido."),
    ("que no es eso", "", ""),
    due=3,
)  # fmt: skip
STRENGTHS = (0.0, 0.3, 0.2, 0.5, 0.9)


def as_the_bot_weighs(dialogue: Dialogue, strengths: tuple[float, ...]) -> list:
    talk, verdicts, before = Talk(Policy(frustration_high=1.0, frustration_clear=1.0, frustration_low=1.0)), [], {}
    for turn in dialogue.turns:
        if turn["role"] == "bot":
            before = {"bot": turn["text"], "outcome": turn["outcome"]}
            continue
        strength = strengths[len(verdicts)]
        verdicts.append(talk.said(turn["text"], a_reading(frustration=strength, severity=1), **before))
        before = {}
    return verdicts


def laid_out(dialogue: Dialogue, strengths: tuple[float, ...]) -> talks.Talks:
    return talks.side_by_side([dialogue], {dialogue.id: [Said(0.0, strength, 1) for strength in strengths]})


def test_the_score_of_every_turn_is_the_bots():
    verdicts = as_the_bot_weighs(FAILING, STRENGTHS)
    whole, _ = talks.scores(laid_out(FAILING, STRENGTHS), Policy())

    assert np.minimum(1.0, whole[0, :3]) == pytest.approx([one.score for one in verdicts[:3]], abs=0.002)


def test_a_dialogue_handed_over_within_one_turn_is_in_time():
    found = talks.judge(laid_out(FAILING, STRENGTHS), Policy())

    assert (found.due, found.in_time, found.calm) == (1, 1, 0)


def test_a_calm_dialogue_that_is_handed_over_is_false():
    calm = a_dialogue(("hola", "answer", "¡Hola!"), ("esto es una vergüenza", "", ""))

    assert talks.judge(laid_out(calm, (0.0, 0.9)), Policy()).false == 1


def test_a_second_doubt_is_handed_over_and_the_first_is_asked_about():
    policy = Policy()
    doubt = policy.frustration_low + 0.01
    at, offered = talks.handed_over(laid_out(a_dialogue(("vaya", "answer", "Sí."), ("pf", "", "")), (doubt, doubt)), policy)

    assert (list(at), list(offered)) == ([1], [True])


def test_tuning_never_makes_the_loss_worse():
    held = laid_out(FAILING, STRENGTHS)
    start = Policy()

    assert talks.loss(held, talks.swept(held, start, 0.4)) <= talks.loss(held, start)


def test_tuning_twice_finds_the_same():
    held = laid_out(FAILING, STRENGTHS)

    assert talks.tuned(held) == talks.tuned(held)
