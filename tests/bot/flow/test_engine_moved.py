"""A flow that is edited while somebody is in it: what is still there goes on, what is gone is stepped over."""

from __future__ import annotations

import dataclasses

import pytest

from bot.flow.effects import Remind
from bot.flow.events import TimerDue
from bot.flow.library import Library
from tests.bot.flow.builders import Talk, a_flow, a_library

HEAD = "start: {words: [go]}\ndata: {order_ref: order_number, name: text, item: text, order: record, proof: record}"
SAYS = "He actualizado mis preguntas, sigamos."
REF = "  - ask: ¿Pedido?\n    save: order_ref\n"
NAME = "  - ask: ¿Nombre?\n    save: name\n"
ITEM = "  - ask: ¿Artículo?\n    save: item\n"
LOOKUP = "  - lookup: orders.find\n    id: find\n    with: {ref: order_ref}\n    save: order\n"
OTHER = a_flow("  - ask: ¿Qué?\n    save: word", name="other", head="start: {words: [otra]}\ndata: {word: text}")


def a_main(*steps: str, **others: str) -> Library:
    return a_library(*steps, head=HEAD, other=OTHER, **others)


def at(*steps: str, said: tuple[str, ...] = ("go",)) -> Talk:
    talk = Talk(a_main(*steps))
    for words in said:
        talk(words)
    return talk


def test_who_waits_in_a_step_that_is_still_there_notices_nothing() -> None:
    talk = at(REF, NAME, "  - say: Fin", said=("go", "AB-12345"))
    talk.library = a_main("  - say: Nuevo", REF, "  - ask: ¿Cómo te llamas?\n    save: name\n", "  - say: Adiós")

    assert talk("Marta").texts == ["Adiós"]


def test_a_question_that_is_gone_gives_way_to_the_next_one() -> None:
    talk = at(REF, NAME, ITEM, said=("go", "AB-12345"))
    talk.library = a_main(REF, "  - say: Nada", ITEM)

    assert talk("Marta").texts == [SAYS, "¿Artículo?"]
    assert talk.state["frames"][0]["vars"] == {"order_ref": "AB-12345"}


def test_a_question_of_the_same_name_that_is_another_verb_is_gone() -> None:
    talk = at(REF, NAME, said=("go", "AB-12345"))
    talk.library = a_main(REF, "  - menu: ¿Cuál?\n    save: name\n    options: {a: {text: A}, b: {text: B}}")

    assert talk("Marta").texts == [SAYS, "¿Cuál?"]


def test_a_question_whose_words_cannot_be_filled_in_is_no_place_to_go_on() -> None:
    talk = at(REF, NAME, said=("go", "AB-12345"))
    talk.library = a_main(REF, LOOKUP, "  - ask: ¿Está {order.status}?\n    save: item\n")

    assert talk("Marta").texts == [SAYS, "¿Pedido?"]


def test_branches_on_the_way_are_decided_by_what_is_known() -> None:
    talk = at(REF, NAME, said=("go", "AB-12345"))
    branch = "  - if: starts(order_ref, 'AB')\n    then: [{ask: ¿Artículo?, save: item}]\n    else: [{ask: ¿Otro?, save: item}]"
    talk.library = a_main(REF, branch)

    assert talk("Marta").texts == [SAYS, "¿Artículo?"]


def test_a_pinned_shape_goes_on_as_it_was() -> None:
    talk = at(REF, NAME, "  - say: Fin", said=("go", "AB-12345"))
    old = talk.library.flows["main"]
    talk.library = dataclasses.replace(a_main(REF, ITEM), pinned={("main", old.shape): old})

    assert talk("Marta").texts == ["Fin"]


def test_a_flow_below_a_digression_goes_on_in_its_new_shape() -> None:
    choose = "  - menu: ¿Cuál?\n    options: {a: {text: A}, b: {text: B}}\n"
    talk = at(REF, choose, said=("go", "AB-12345", "otra"))
    talk.library = a_main(REF, ITEM)

    assert talk("sol").texts == [SAYS, "¿Artículo?"]


def test_a_service_that_was_asked_by_a_step_that_is_gone_is_answered_by_the_next_question() -> None:
    talk = at(REF, LOOKUP, ITEM, said=("go", "AB-12345"))
    talk.library = a_main(REF, ITEM)

    assert talk.result("found", status="shipped").texts == [SAYS, "¿Artículo?"]


def test_a_caller_that_lost_its_call_goes_on_at_its_next_question() -> None:
    proof = a_flow("  - ask: ¿Correo?\n    save: mail", name="proof", head="data: {mail: text}")
    talk = Talk(a_main(REF, "  - call: proof\n    save: proof", ITEM, proof=proof))("go")("AB-12345")
    talk.library = a_main(REF, ITEM, proof=proof)

    assert talk("a@b.co").texts == [SAYS, "¿Artículo?"]


def test_a_wait_that_is_gone_ends_with_its_time() -> None:
    talk = at(REF, "  - wait: 1h\n    id: pause", ITEM, said=("go", "AB-12345"))
    timer = next(one for one in talk.effects if isinstance(one, Remind))
    talk.library = a_main(REF, ITEM)

    assert talk(TimerDue(timer.seq)).texts == [SAYS, "¿Artículo?"]


def test_a_called_flow_that_was_deleted_is_still_there_for_who_is_pinned() -> None:
    proof = a_flow("  - ask: ¿Correo?\n    save: mail", name="proof", head="data: {mail: text}")
    before = a_main(REF, "  - call: proof", proof=proof)
    talk = Talk(before)("go")
    pinned = {(name, before.flows[name].shape): before.flows[name] for name in ("main", "proof")}
    talk.library = dataclasses.replace(a_main(REF, ITEM), pinned=pinned)

    assert talk("AB-12345").texts == ["¿Correo?"]


@pytest.mark.parametrize("word", ["Marta", "AB-12345", "otra"])
def test_without_the_flow_the_one_below_goes_on(word: str) -> None:
    choose = "  - menu: ¿Cuál?\n    options: {a: {text: A}, b: {text: B}}\n"
    talk = at(choose, said=("go", "otra"))
    talk.library = a_library(choose, head=HEAD)

    assert "¿Cuál?" in talk(word).texts[-1]
