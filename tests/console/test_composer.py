"""The foot of a conversation: until when one may write, templates when one may not, and what the channel changed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client, TestResponse

from console.words import LANGUAGES, words
from conversation.tables import Conversation, Message
from conversation.work import Database
from tests.builders import HandClock, a_channel
from tests.console import desks

Pair = tuple[str, str]


@pytest.fixture
def mine(database: Database) -> Pair:
    """Marta's conversation and its ticket, in Ana's hands."""
    with database.work() as work:
        return desks.held(work, "agt_ana")


@pytest.fixture
def late(mine: Pair, hand_clock: HandClock, database: Database) -> Pair:
    """The same, thirty hours after Marta's last word; nobody minds that Ana was silent."""
    change(database, Conversation, last_inbound_at=hand_clock.now() - timedelta(hours=30))
    return mine


def change(database: Database, table: Any, **values: Any) -> None:
    with database.work() as work:
        work.connection.execute(update(table.__table__).values(**values))


def page_of(client: Client, conversation_id: str) -> str:
    return client.get(f"/console/conversations/{conversation_id}").get_data(as_text=True)


def send(client: Client, database: Database, pair: Pair, **fields: str) -> TestResponse:
    given = {"template": "order_news", "value_1": "Marta", "value_2": "AB-54321"} | fields
    epoch = desks.epoch_of(database, pair[0])
    return desks.post(client, f"/console/tickets/{pair[1]}/templates", epoch=str(epoch), last_seen_seq="99", **given)


def last(database: Database) -> dict[str, Any]:
    with database.reading() as reader:
        return dict(reader.execute(select(Message.__table__).order_by(Message.__table__.c.seq.desc()).limit(1)).mappings().one())


def test_a_closed_window_offers_what_was_approved_filled_in(ana: Client, late: Pair) -> None:
    page = page_of(ana, late[0])

    assert 'data-template="order_news"' in page and 'value="Marta"' in page and 'value="AB-54321"' in page


def test_an_open_window_offers_a_field_and_no_templates(ana: Client, mine: Pair) -> None:
    page = page_of(ana, mine[0])

    assert 'id="reply-text"' in page and 'data-testid="templates"' not in page


def test_a_template_is_sent_with_what_was_filled_in(ana: Client, database: Database, late: Pair) -> None:
    answer = send(ana, database, late)

    sent = last(database)
    assert answer.status_code == 303
    assert (sent["kind"], sent["text"]) == ("template", "Hola, Marta: hay novedades de tu pedido AB-54321.\nCasa Lumbre")


def test_an_empty_blank_is_asked_for_and_the_rest_is_kept(ana: Client, database: Database, late: Pair) -> None:
    answer = send(ana, database, late, value_1="Marta la de siempre", value_2=" ")

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "Rellena «Número de pedido»" in page and 'value="Marta la de siempre"' in page


@pytest.mark.parametrize("name", ["", "nothing", "../order_news"])
def test_a_template_that_does_not_exist_is_refused(ana: Client, database: Database, late: Pair, name: str) -> None:
    assert send(ana, database, late, template=name).status_code == 422


def test_whoever_wants_no_advertising_is_offered_none(ana: Client, database: Database, late: Pair) -> None:
    before = page_of(ana, late[0])
    change(database, Conversation, marketing_stopped_at=database.wiring.now())

    after = page_of(ana, late[0])
    assert 'data-template="new_season"' in before and 'data-template="new_season"' not in after


def test_advertising_is_refused_even_if_it_is_asked_for(ana: Client, database: Database, late: Pair) -> None:
    change(database, Conversation, marketing_stopped_at=database.wiring.now())
    answer = send(ana, database, late, template="new_season")

    assert answer.status_code == 409 and "publicidad" in answer.get_data(as_text=True)


def test_a_line_break_in_a_blank_becomes_a_space(ana: Client, database: Database, late: Pair) -> None:
    send(ana, database, late, value_1="Marta\n\nRíos")

    assert last(database)["text"].startswith("Hola, Marta Ríos:")


def test_only_what_this_provider_approved_is_offered(ana: Client, database: Database) -> None:
    with database.work() as work:
        pair = desks.held(work, "agt_ana", channel_id=a_channel(work, "meta-whatsapp", "106540352242922"))
    change(database, Conversation, last_inbound_at=database.wiring.now() - timedelta(hours=30))

    page = page_of(ana, pair[0])
    assert "news of your order" in page and 'data-template="new_season"' not in page


def test_on_messenger_it_says_until_when_only_a_person_may_answer(ana: Client, database: Database) -> None:
    with database.work() as work:
        pair = desks.held(work, "agt_ana", channel_id=a_channel(work, "meta-messenger", "108"), address="123456")
    change(database, Conversation, last_inbound_at=database.wiring.now() - timedelta(hours=30))

    page = page_of(ana, pair[0])
    assert "solo una persona puede responder, hasta el domingo, 29 de noviembre" in page and 'id="reply-text"' in page


def test_after_a_week_messenger_says_what_else_to_do(ana: Client, database: Database) -> None:
    with database.work() as work:
        pair = desks.held(work, "agt_ana", channel_id=a_channel(work, "meta-messenger", "108"), address="123456")
    change(database, Conversation, last_inbound_at=database.wiring.now() - timedelta(days=8))

    page = page_of(ana, pair[0])
    assert "Aquí no hay plantillas aprobadas" in page and 'id="reply-text"' not in page


def test_free_words_are_refused_once_the_window_is_closed(ana: Client, database: Database, late: Pair) -> None:
    epoch = str(desks.epoch_of(database, late[0]))
    answer = desks.post(ana, f"/console/tickets/{late[1]}/replies", text="Hola", epoch=epoch, last_seen_seq="99")

    assert answer.status_code == 409


def test_what_the_channel_changed_stands_under_the_message(ana: Client, database: Database, mine: Pair) -> None:
    with database.work() as work:
        desks.outbound(work, mine[0], "delivered")
    change(database, Message, content={"degraded": ["choices_as_menu", "a_word_of_tomorrow"]})

    page = page_of(ana, mine[0])
    assert "Las opciones salieron como lista numerada" in page and "Algo se mostró de otra forma" in page


def test_the_number_of_sms_is_shown(ana: Client, database: Database, mine: Pair) -> None:
    with database.work() as work:
        desks.outbound(work, mine[0], "delivered", request={"text": "x", "segments": 3})

    assert "3 SMS" in page_of(ana, mine[0])


@pytest.mark.parametrize(("code", "sentence"), [
    ("budget", "ya le han llegado todos los SMS del día"), ("costly", "número de tarificación especial"),
    ("blocked", "el contacto está bloqueado"), ("taken_over", "ya era de otra mano"), ("unheard_of", "Mensaje del bot descartado"),
])
def test_what_was_not_sent_says_why(ana: Client, database: Database, mine: Pair, code: str, sentence: str) -> None:
    with database.work() as work:
        desks.outbound(work, mine[0], "suppressed", error_code=code)

    assert sentence in page_of(ana, mine[0])


def test_every_word_of_a_change_has_its_sentence_in_three_languages() -> None:
    missing = [(language, word) for language in LANGUAGES for word in written_by_the_channels()
               if not words(language).has(f"degraded.{word}")]

    assert missing == []


def written_by_the_channels() -> set[str]:
    """The words that the channels put into `degraded`, read from docs/channels.md."""
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    part = page.partition("## What may be changed on the way")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+`) \|", part, re.MULTILINE)
    found = {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}
    assert found
    return found
