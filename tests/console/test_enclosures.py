"""What a message holds besides words and files, and whether the page shows it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from console.enclosures import Item, enclosed, quotes
from conversation.work import Database
from tests.builders import a_conversation, a_message

ORDER = {"catalog_id": "C1", "items": [{"sku": "LAMP-9", "qty": 2, "price": 34.95, "currency": "EUR"}]}


def test_an_order_is_its_lines() -> None:
    assert enclosed({"order": ORDER}).order == (Item("LAMP-9", "2", "34.95", "EUR"),)


def test_a_line_without_a_price_has_none() -> None:
    assert enclosed({"order": {"items": [{"sku": "LAMP-9"}]}}).order == (Item("LAMP-9", "1"),)


def test_a_form_is_what_was_entered_without_our_own_token() -> None:
    form = {"flow_token": "out_1", "talla": "38", "colores": ["rojo", "azul"], "nota": "", "de": {"calle": "Sol"}}

    assert enclosed({"form": form}).answers == (
        ("talla", "38"), ("colores", "rojo, azul"), ("de", '{"calle": "Sol"}'))


@pytest.mark.parametrize("content", [{}, {"order": []}, {"order": {"items": "x"}}, {"form": "x"}, {"product": 7},
                                     {"order": {"items": [None, "x"]}}])
def test_an_odd_shape_shows_nothing(content: dict[str, Any]) -> None:
    found = enclosed(content)

    assert (found.order, found.answers, found.product) == ((), (), "")


def test_what_a_stranger_wrote_without_end_is_cut() -> None:
    found = enclosed({"form": {f"q{n}": "x" * 10_000 for n in range(1000)}})

    assert len(found.answers) == 40 and {len(value) for _, value in found.answers} == {300}


def test_a_quote_is_found_by_the_id_of_what_we_sent() -> None:
    ours = {"message_id": "msg_1", "provider_id": None, "text": "¿Cuál quieres?"}
    hers = {"message_id": "msg_2", "provider_id": "wamid.2", "text": "hola"}

    assert quotes([ours, hers], {"msg_1": [{"provider_id": "wamid.1"}]}) == {
        "wamid.1": "¿Cuál quieres?", "wamid.2": "hola"}


@pytest.mark.parametrize(("content", "words"), [
    ({"order": ORDER}, "2 × LAMP-9 · 34,95\u00a0€"),
    ({"form": {"talla": "38 <b>"}}, "talla: 38 &lt;b&gt;"),
    ({"product": {"catalog_id": "C1", "sku": "LAMP-9"}}, "LAMP-9"),
])
def test_the_page_shows_it(sue: Client, database: Database, content: dict[str, Any], words: str) -> None:
    with database.work() as work:
        conversation = a_conversation(work)
        a_message(work, conversation, "", content=content)

    page = sue.get(f"/console/conversations/{conversation}").get_data(as_text=True)

    assert words in page


def test_the_page_shows_which_words_of_ours_are_answered(sue: Client, database: Database) -> None:
    with database.work() as work:
        conversation = a_conversation(work)
        a_message(work, conversation, "la lámpara Alba", provider_id="wamid.X")
        a_message(work, conversation, "esa", reply_to="wamid.X")

    page = sue.get(f"/console/conversations/{conversation}").get_data(as_text=True)

    assert "“la lámpara Alba”" in page
