"""What the pages show: rows, clocks, evidence, card, order, transcript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import Client

from console.words import LANGUAGES
from conversation.tables import Conversation
from conversation.work import Database
from handoff.tables import Agent
from tests.builders import HandClock, a_channel, a_conversation, a_message
from tests.console import desks


def page_of(client: Client, conversation_id: str = "", query: str = "") -> str:
    return client.get(f"/console/conversations{'/' + conversation_id if conversation_id else ''}{query}").get_data(
        as_text=True
    )


@pytest.fixture
def story(app: Flask, database: Database) -> str:
    with database.work() as work:
        return desks.a_story(work)[0]


def test_her_list_has_what_waits_for_her_below(ana: Client, story: str) -> None:
    page = page_of(ana)

    assert "En cola para ti · te quedan 4 huecos" in page
    assert f'data-conversation="{story}"' in page


def test_other_queues_do_not_show(bo: Client, story: str) -> None:
    assert story not in page_of(bo, query="?tab=all")


def test_the_first_in_the_queue_says_why_and_can_be_taken(ana: Client, story: str) -> None:
    page = page_of(ana, query="?tab=queued")

    assert "Va primero: la promesa era 15 min" in page
    assert page.count('data-testid="claim"') == 1


def test_a_broken_promise_is_told_by_words_and_icon(app: Flask, hand_clock: HandClock, story: str) -> None:
    hand_clock.forward(minutes=18)
    page = page_of(desks.enter(app, "Ana"), story)

    assert "promesa vencida hace 3 min" in page
    assert 'title="promesa vencida, espera 18 min"' in page


def test_evidence_has_the_same_number_in_transcript_and_card(ana: Client, story: str) -> None:
    page = page_of(ana, story)

    assert f'<mark class="evidence" data-testid="evidence">{desks.EVIDENCE}</mark><a class="cite" id="mark-1"' in page
    assert f'href="/console/conversations/{story}/panel#reason-1"' in page and 'id="reason-1"' in page
    assert f'href="/console/conversations/{story}#mark-1"' in page


def test_evidence_is_numbered_as_it_is_read_and_a_shared_mark_shows_all_its_numbers(
    app: Flask, ana: Client, database: Database
) -> None:
    with database.work() as work:
        conversation_id = desks.an_angry_story(work)
    page = page_of(ana, conversation_id)
    shown = re.findall(r'<mark[^>]*>(.+?)</mark>|id="mark-(\d)"', page)
    lines = re.findall(r'<span class="cite">(\d)</span><span>([^<]+)</span>', page)

    assert [re.sub("<[^>]+>", "", words) or number for words, number in shown] == ["Es una vergüenza", "1", "2", "sigo esperando", "3", "4"]
    assert lines == [
        ("1", "Le molesta la situación: «Es una vergüenza»"),
        ("2", "Usa palabras fuertes: «vergüenza»"),
        ("3", "Se queja de la espera: «sigo esperando»"),
        ("4", "Pregunta lo mismo 3 veces"),
    ]


def test_the_card_quotes_words_and_never_a_count(ana: Client, database: Database) -> None:
    with database.work() as work:
        conversation_id = desks.an_angry_story(work)

    assert "Le molesta la situación: «sigo esperando»" in page_of(ana, conversation_id)


def test_the_window_is_told_in_hours_until_a_day(ana: Client, hand_clock: HandClock, story: str) -> None:
    hand_clock.forward(seconds=20)

    assert "Ventana de WhatsApp: 23 h 59 min" in page_of(ana, story)


def test_the_card_says_why_in_one_sentence(ana: Client, story: str) -> None:
    page = page_of(ana, story)

    assert f"Pidió una persona: «{desks.EVIDENCE}»" in page
    assert "order status › shipped" in page and "pedido AB-54321" in page


def test_the_score_is_drawn_from_zero(ana: Client, story: str) -> None:
    page = page_of(ana, story)

    assert 'width="75.0"' in page and "M50.00 0v10" in page
    assert "Frustración 0,75; el límite es 0,5" in page


def test_the_order_shows_the_one_thing_wrong(ana: Client, story: str) -> None:
    page = page_of(ana, story)

    assert "4 días tarde" in page and "84,90\u00a0€" in page
    assert 'href="https://veloz24.example/8841"' in page


def test_a_shop_that_fails_is_told_and_the_rest_stays(database: Database, app: Flask, story: str) -> None:
    def down(_: str) -> dict[str, Any]:
        raise TimeoutError

    page = page_of(desks.enter(desks.an_app(database, find_order=down), "Ana"), story)

    assert "La tienda no responde ahora. El pedido es AB-54321" in page
    assert 'data-testid="composer"' not in page and 'data-testid="card"' in page


def test_the_queue_holds_the_composer_back(ana: Client, story: str) -> None:
    page = page_of(ana, story)

    assert "Está en la cola. Atiéndela para escribir." in page
    assert 'data-testid="send"' not in page


def test_the_holder_may_write_and_sees_the_window(app: Flask, database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
    hand_clock.forward(minutes=1)

    page = page_of(desks.enter(app, "Ana"), conversation_id)

    assert 'data-testid="send"' in page
    assert "Ventana de WhatsApp: 23 h 59" in page


def test_a_suppressed_message_is_folded_away_with_its_text(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        desks.outbound(work, conversation_id, "suppressed", "¿Algo más?", error_code="taken_over")

    page = page_of(desks.enter(app, "Ana"), conversation_id)

    assert "Mensaje del bot descartado" in page and "¿Algo más?</s>" in page


@pytest.mark.parametrize(
    ("state", "code", "sentence", "again"),
    [
        ("failed", "21211", "Esta dirección no existe o ya no recibe mensajes.", True),
        ("failed", "63016", "Pasó el plazo para escribir libremente.", False),
        ("failed", "99999", "un código que aún no conocemos (99999)", True),
        ("failed", "20500", "El proveedor falló y lo intentamos varias veces.", True),
        ("expired", "expired", "No salió a tiempo", True),
        ("unknown", "unknown", "El proveedor no confirmó si salió.", True),
    ],
)
def test_a_message_that_did_not_arrive_says_why(
    app: Flask, database: Database, state: str, code: str, sentence: str, again: bool
) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        desks.outbound(work, conversation_id, state, error_code=code)

    page = page_of(desks.enter(app, "Ana"), conversation_id)

    assert sentence in page and ("/retry" in page) is again


def test_her_own_conversation_is_read_once_she_opened_it(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        work.connection.execute(update(Conversation.__table__).values(unread=3))
    client = desks.enter(app, "Ana")
    page_of(client, conversation_id)

    assert "row--unread" not in page_of(client)


def test_a_look_of_somebody_else_leaves_it_unread(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        work.connection.execute(update(Conversation.__table__).values(unread=3))
    page_of(desks.enter(app, "Sue"), conversation_id)

    assert "row--unread" in page_of(desks.enter(app, "Ana"))


def test_a_long_conversation_is_read_in_pages(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        for number in range(205):
            a_message(work, conversation_id, f"Mensaje {number}.", epoch=2)
    client = desks.enter(app, "Ana")
    page = page_of(client, conversation_id)

    assert "Mensaje 204." in page and "Hola, ¿dónde" not in page
    assert "Hola, ¿dónde" in page_of(client, conversation_id, "?before=11")


def test_a_long_list_is_read_in_pages(app: Flask, database: Database) -> None:
    with database.work() as work:
        for number in range(53):
            a_conversation(work, f"Clienta {number}.")
    sue = desks.enter(app, "Sue")

    assert page_of(sue, query="?tab=all").count('data-testid="row"') == 50
    assert page_of(sue, query="?tab=all&page=2").count('data-testid="row"') == 3


@pytest.mark.parametrize(
    "query", ["?tab=nothing", "?page=0", "?page=x", "?page=99999", "?queue=" + "q" * 300, "?before=-1"]
)
def test_an_odd_address_still_shows_a_list(ana: Client, query: str) -> None:
    assert ana.get(f"/console/conversations{query}").status_code == 200


def test_a_photo_is_named_where_it_stands(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        a_message(work, conversation_id, "", epoch=2, content={"media": [{"type": "image"}]})

    assert "Foto</span>" in page_of(desks.enter(app, "Ana"), conversation_id)


def test_the_name_of_another_channel_is_told(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana", channel_id=a_channel(work, "twilio-sms", "+1"))

    assert "La lee Marta por SMS" in page_of(desks.enter(app, "Ana"), conversation_id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_whole_in_each_language(app: Flask, database: Database, language: str) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_sue", name="")
        work.connection.execute(update(Agent.__table__).values(language=language))
    sue = desks.enter(app, "Sue")
    paths = (
        "/conversations",
        f"/conversations/{conversation_id}",
        f"/conversations/{conversation_id}/panel",
        "/me",
        "/trouble",
    )

    assert [sue.get(f"/console{path}").status_code for path in paths] == [200] * 5


def test_times_are_in_the_agents_zone(app: Flask, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
        work.connection.execute(update(Agent.__table__).values(time_zone="America/Bogota"))

    page = page_of(desks.enter(app, "Ana"), conversation_id)

    assert '<time datetime="2026-11-23T12:00:00+00:00" title="Lunes, 23 de noviembre, 07:00">07:00</time>' in page


def test_static_files_are_kept_for_ever_by_their_hash(ana: Client) -> None:
    page = page_of(ana)
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]

    with ana.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_icons_come_in_one_file(ana: Client) -> None:
    assert '<symbol id="i-bot"' in ana.get("/console/icons.svg").get_data(as_text=True)
