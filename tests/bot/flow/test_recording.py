"""A talk written down: it can be played again, and nobody can be known by it."""

from __future__ import annotations

import pytest

from bot.flow import cases, tester
from bot.flow.masking import Mask
from bot.flow.recording import Recording, as_test
from tests.bot.flow.builders import a_library

LIBRARY = a_library(
    "  - ask: ¿Pedido?\n    save: ref\n",
    "  - lookup: orders.find\n    with: {ref: ref}\n    save: order\n    failed: x\n    not_found: x\n",
    "  - say: Con {order.carrier}\n",
    "  - id: x\n    end: done\n",
    head="start: {words: [go]}\ndata: {ref: order_number, order: record}",
)


def a_mask() -> Mask:
    return Mask(LIBRARY.project, ["Lucía Gómez"])


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("mi correo es lucia.gomez@tienda.es", "mi correo es contact1@example.com"),
        ("llámame al +34 655 12 34 56", "llámame al +34600000001"),
        ("o al 655123456", "o al 600000001"),
        ("es el ab 12345", "es el XX-00001"),
        ("AB12345 y AB-12345 y CD-11111", "XX-00001 y XX-00001 y XX-00002"),
        ("DNI 12345678Z", "DNI 00000001Z"),
        ("soy Lucía, lucía gómez", "soy Marta, Marta Pablo"),
        ("son 59,90 € el 24/11/2026", "son 59,90 € el 24/11/2026"),
        ("2026-11-24", "2026-11-24"),
    ],
)
def test_a_fact_is_hidden_by_its_stand_in(written: str, masked: str) -> None:
    assert a_mask().text(written) == masked


def test_the_same_fact_has_the_same_stand_in_everywhere() -> None:
    mask = a_mask()

    assert mask.text("AB-12345") == mask.value({"ref": ["AB-12345"]})["ref"][0] == "XX-00001"


def test_a_recorded_talk_passes_as_a_test() -> None:
    recording = Recording(given={"language": "es", "contact": {"phone": "+34655123456"}}, ended="done")
    recording.answered("orders.find", {"ref": "AB-12345"}, {"carrier": 'Correos "Exprés"'})
    for verb, text in (("user", "go"), ("bot", "¿Pedido?"), ("user", "ab12345"), ("bot", 'Con Correos "Exprés"')):
        recording.add(verb, text)
    source = "tests:\n" + "\n".join(as_test(recording, "Marta: su pedido", a_mask()))
    (case,), findings = cases.cases_in("main.test.yaml", source)

    assert not findings and tester.run(LIBRARY, case).problem == ""
    assert "12345" not in source and "655" not in source
