"""Which messages a count points at, and how much a piece of evidence weighs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.escalation import Heard, Policy, weigh
from bot.understanding.read import read
from console.counted import Uttered, counted, times
from console.evidence import Numbered, numbered, weight

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def talk(*lines: str) -> list[Uttered]:
    """`- text` is the bot, `! text` the bot that had not understood, anything else the contact; ids are m1, m2 …"""
    return [
        Uttered(f"m{number}", line[0] in "-!", line.lstrip("-! "), line.startswith("!"))
        for number, line in enumerate(lines, 1)
    ]


STUCK = talk("¿Dónde está mi pedido?", "- Tu pedido está en camino.", "pero cuándo llega", "- Tu pedido está en camino.",
             "que cuándo", "- Tu pedido está en camino.", "no me sirve")


@pytest.mark.parametrize(("code", "quote", "said", "found"), [
    ("same_answer", "3×", STUCK, ("m2", "m4", "m6")),
    ("same_answer", "2×", STUCK[:5], ("m2", "m4")),
    ("fallbacks", "2×", talk("a", "! No te entiendo.", "b", "- Hola", "c", "! ¿Cómo?", "d"), ("m2", "m6")),
    ("fallback", "1×", talk("a", "! No te entiendo.", "b"), ("m2",)),
    ("fallbacks", "2×", talk("a", "- Hola", "b"), ()),
    ("same_slot", "order_ref", talk("a", "- ¿Qué número de pedido?", "b", "- ¿Qué número de pedido es?", "c"), ("m2", "m4")),
    ("repeat", "¿y mi pedido?", talk("¿y mi pedido?", "- Hola", "buenas tardes", "- Dime", "y mi pedido"), ("m1", "m5")),
    ("repeat", "3×", talk("mi pedido", "- Hola", "mi pedido", "- Hola", "mi pedido"), ("m1", "m3", "m5")),
    ("given_again", "12345", talk("es el 12345", "- ¿Número?", "12 345"), ("m1", "m3")),
    ("wait", "25 min", talk("¿y bien?", "- Estoy mirando", "¿hola?"), ("m1", "m3")),
    ("annoyance", "vaya", STUCK, ()),
    ("same_answer", "2×", [], ()),
])
def test_a_count_points_at_the_messages_it_counts(
    code: str, quote: str, said: list[Uttered], found: tuple[str, ...]
) -> None:
    assert counted(code, quote, said) == found


def test_an_answer_of_several_messages_is_pointed_at_by_its_first() -> None:
    said = talk("a", "- Está en camino.", "- ¿Algo más?", "b", "- Está en camino.", "- ¿Algo más?", "c")

    assert counted("same_answer", "2×", said) == ("m2", "m5")


@pytest.mark.parametrize(("quote", "count"), [("3×", 3), ("12×", 12), ("tres×", 0), ("", 0), ("25 min", 0)])
def test_only_a_count_is_a_count(quote: str, count: int) -> None:
    assert times(quote) == count


@pytest.mark.parametrize(("points", "total", "word"), [
    (None, 3.0, "direct"), (0, 3.0, "direct"), (1.5, 3.0, "strong"), (1.0, 3.0, "medium"), (0.25, 3.0, "light"),
])
def test_a_weight_is_a_share_of_all_points(points: float | None, total: float, word: str) -> None:
    assert weight(points, total) == word


def pieces(*entries: dict[str, Any], text: str = "Llevo 25 min con my order") -> tuple[Numbered, ...]:
    given = [{"message_id": "m1", "points": 1.0} | entry for entry in entries]
    return numbered(given, {"m1": (1, text)})


@pytest.mark.parametrize(("code", "quote", "is_said"), [
    ("wait", "25 min", False), ("same_slot", "order", False), ("wait_complaint", "Llevo 25 min", True),
    ("annoyance", "", False),
])
def test_a_time_or_the_name_of_a_question_is_not_what_she_said(code: str, quote: str, is_said: bool) -> None:
    assert pieces({"code": code, "quote": quote})[0].is_said is is_said


def test_a_number_remembers_its_place_in_the_ticket() -> None:
    found = pieces({"code": "annoyance", "quote": "con"}, {"code": "wait_complaint", "quote": "Llevo"})

    assert [(one.number, one.code, one.place) for one in found] == [(1, "wait_complaint", 1), (2, "annoyance", 0)]


STORY = [
    ("¿Dónde está mi pedido?", "answer", "Tu pedido está en camino, llega el martes."),
    ("eso ya lo sé, ¿dónde está mi pedido?", "answer", "Tu pedido está en camino, llega el martes."),
    ("NO ME ESTÁS ENTENDIENDO!!", "fallback", "No te he entendido."),
    ("qué vergüenza de servicio 😡 otra vez lo mismo", "fallback", "No te he entendido."),
    ("quiero hablar con una persona", "", ""),
]


def test_whatever_the_bot_weighs_leads_into_the_talk() -> None:
    mood: dict[str, Any] = {}
    said: list[Uttered] = []
    outcome, answer = "", ""
    for number, (text, then, told) in enumerate(STORY):
        said.append(Uttered(f"c{number}", False, text))
        heard = Heard(text, read(text), f"c{number}", NOON + timedelta(minutes=number), outcome, answer)
        mood, verdict = weigh(mood, heard, Policy())
        texts = {one.message_id: (seq, one.text) for seq, one in enumerate(said, 1)}
        before = {one.message_id: said[:seq] for seq, one in enumerate(said, 1)}
        found = numbered([asdict(one) for one in verdict.evidence], texts, before)
        outcome, answer = then, told
        said.append(Uttered(f"b{number}", True, told, then == "fallback"))

        assert all(one.is_said or one.counted for one in found)
    assert verdict.decision == "handoff" and found
