"""Several order numbers in one message: the likeliest is asked for first, the others go along, the one that exists wins."""

from __future__ import annotations

import pytest

from bot.flow.events import CallResult
from tests.bot.flow.builders import PROJECT, Talk, a_library

DATA = "start: {words: [go]}\ndata: {ref: order_number, order: record}"
ASK = "  - ask: ¿Pedido?\n    save: ref\n    if_known: skip\n"
LOOKUP = "  - lookup: orders.find\n    id: find\n    with: {ref: ref}\n    save: order\n    not_found: [{say: No está}]\n"
SAY = "  - say: Es el {ref}\n"


@pytest.fixture
def talk() -> Talk:
    library = a_library(ASK, LOOKUP, SAY, head=DATA, _project=PROJECT + "order_numbers: [AA-99999]\n")
    return Talk(library)("go")


def others(talk: Talk) -> object:
    assert talk.call is not None
    return talk.call.arguments, dict(talk.call.others)


def test_one_number_is_asked_for_alone(talk: Talk) -> None:
    assert others(talk("el AB-12345")) == ({"ref": "AB-12345"}, {})


def test_the_others_of_a_message_go_along(talk: Talk) -> None:
    assert others(talk("o el AB-12345 o el CD-11111")) == ({"ref": "AB-12345"}, {"ref": ("CD-11111",)})


def test_no_more_than_two_others_are_tried(talk: Talk) -> None:
    talk("AB-10001, AB-10002, AB-10003, AB-10004")

    assert others(talk)[1] == {"ref": ("AB-10002", "AB-10003")}


def test_a_number_that_was_corrected_comes_last(talk: Talk) -> None:
    assert others(talk("AB-12354, no, perdón, AB-12345")) == ({"ref": "AB-12345"}, {"ref": ("AB-12354",)})


def test_the_number_that_was_found_is_the_one_the_flow_goes_on_with(talk: Talk) -> None:
    talk("AB-12345 o CD-11111")
    talk(CallResult(talk.state["wait"]["seq"], "found", {}, {"ref": "CD-11111"}))

    assert talk.texts == ["Es el CD-11111"]
    assert "numbers" not in talk.state


def test_where_none_is_found_the_likeliest_stays(talk: Talk) -> None:
    talk("AB-12345 o CD-11111").result("not_found")

    assert talk.texts == ["No está", "Es el AB-12345"]


def test_a_later_message_with_one_number_forgets_the_others(talk: Talk) -> None:
    talk("AB-12345 o CD-11111").result("not_found")

    assert others(talk("go")("EF-11111")) == ({"ref": "EF-11111"}, {})


def test_a_number_said_aloud_is_an_answer(talk: Talk) -> None:
    assert others(talk("es el a be uno dos tres cuatro cinco"))[0] == {"ref": "AB-12345"}
