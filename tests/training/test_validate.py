"""The checks of the data find what they are there for, and find nothing in the data that is shipped."""

from dataclasses import replace

import pytest

from training.corpus import Dialogue, Line, dialogues, messages
from training.validate import MOST_SHARED, faults, nearness, shared_runs

GOOD = Line(
    "x-1", "x", "ES", "es", "¿dónde está mi pedido?", 0, False, ("order_status",), None, "plain", "", (), False
)  # fmt: skip
TURNS = ({"role": "customer", "text": "hola", "gap_min": 1}, {"role": "bot", "text": "¡Hola!", "outcome": "answer"})


@pytest.mark.parametrize(("change", "told"), [
    ({"text": " "}, "no text"),
    ({"language": "fr"}, "none of es, pt, en"),
    ({"severity": 4}, "severity 4"),
    ({"intents": ("shipping",)}, "no intent is called shipping"),
    ({"human_request": True}, "go together"),
    ({"kind": "odd"}, "not on the list"),
    ({"kind": "near", "severity": 1}, "near-miss is calm"),
    ({"order_number": "AB-1"}, "letters and digits"),
])  # fmt: skip
def test_a_fault_of_a_line_is_told_with_its_id(change, told):
    found = faults([replace(GOOD, **change)], [])

    assert len(found) == 1 and found[0].startswith("x-1: ") and told in found[0]


def test_a_person_due_after_the_last_turn_is_a_fault():
    assert faults([GOOD], [Dialogue("x-d1", "x", "ES", "es", 2, "anger", TURNS)]) == ["x-d1: a person is due at turn 2 of 1."]


def test_an_outcome_that_no_bot_has_is_a_fault():
    turns = (TURNS[0], {**TURNS[1], "outcome": "smile"})

    assert "smile" in faults([GOOD], [Dialogue("x-d1", "x", "ES", "es", None, "calm", turns)])[0]


def test_lines_that_all_but_coincide_are_told():
    text = "llevo dos semanas esperando el paquete azul de mi hija"
    twin = replace(GOOD, id="y-1", hand="y", text=text + "!")

    assert any("nearly the same" in fault for fault in faults([replace(GOOD, text=text), twin], []))


def test_hands_that_copy_are_told():
    text = "el paquete que pedí para mi abuela sigue en la oficina de correos"
    copied = replace(GOOD, id="y-1", hand="y", text=text + " y mañana cierran todo el día por fiesta local en mi pueblo")

    assert shared_runs([replace(GOOD, text=text), copied])["x", "y"] > MOST_SHARED


def test_the_data_has_no_fault():
    assert faults(messages(), dialogues()) == []


def test_there_are_as_many_lines_hands_and_dialogues_as_were_asked_for():
    lines, held = messages(), dialogues()
    calm = [line for line in lines if line.is_near_miss]

    assert len({line.hand for line in lines}) >= 12
    assert len(lines) >= 6000 + 1342 and len(calm) >= 2500 and len(held) >= 200 + 84


def test_half_of_the_dialogues_never_need_a_person():
    held = [dialogue for dialogue in dialogues() if dialogue.hand != "h00"]
    calm = sum(dialogue.escalate_turn is None for dialogue in held)

    assert 0.45 <= calm / len(held) <= 0.55


def test_nearness_is_measured_for_every_hand():
    lines = [line for line in messages() if line.hand in ("h01", "h02")]

    assert {one.hand for one in nearness(lines)} == {"h01", "h02"}
