"""“No era motivo” as forms, without any script: who may press, what the page then shows, what can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from conversation.work import Database
from handoff import claims, closing, desk, verdicts
from handoff.desk import Opening
from handoff.tables import Ticket
from tests.builders import HandClock, a_conversation, a_message
from tests.console import desks
from tests.console.desks import post


@pytest.fixture
def mine(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


@pytest.fixture
def angry(app: Flask, database: Database) -> tuple[str, str]:
    """A ticket of four pieces of evidence, in Ana's hands."""
    with database.work() as work:
        conversation_id = desks.an_angry_story(work)
        query = select(Ticket.__table__.c.ticket_id).where(Ticket.__table__.c.conversation_id == conversation_id)
        ticket_id = work.connection.execute(query).scalar_one()
        claims.claim(work, ticket_id, "agt_ana", 1)
        return conversation_id, ticket_id


def say(client: Client, ids: tuple[str, str], kind: str = "not_a_reason", **fields: Any) -> Any:
    return post(client, f"/console/tickets/{ids[1]}/verdict", kind=kind, **fields)


def page(client: Client, ids: tuple[str, str]) -> str:
    return str(client.get(f"/console/conversations/{ids[0]}").get_data(as_text=True))


def pressed(text: str) -> list[str]:
    return re.findall(r'id="verdict-(\w+)"[^>]*aria-pressed="true"', text)


def kept(database: Database, ids: tuple[str, str]) -> Any:
    with database.reading() as session:
        return verdicts.verdict_of(session, ids[1])


def test_one_press_says_it_and_the_next_one_takes_it_back(ana: Client, mine: tuple[str, str]) -> None:
    say(ana, mine)
    assert pressed(page(ana, mine)) == ["not_a_reason"]

    say(ana, mine, kind="")
    assert pressed(page(ana, mine)) == []


def test_the_button_that_is_pressed_takes_back(ana: Client, mine: tuple[str, str]) -> None:
    say(ana, mine)

    values = re.findall(r'id="verdict-(\w+)" name="kind" value="(\w*)"', page(ana, mine))
    assert values == [("not_a_reason", ""), ("bot_should_know", "bot_should_know")]


def test_the_transcript_tells_who_said_it(ana: Client, mine: tuple[str, str]) -> None:
    say(ana, mine, kind="bot_should_know")

    assert "<b>Ana</b>: el bot debía saber la respuesta" in page(ana, mine)


def test_pieces_and_a_word_can_be_added(ana: Client, database: Database, angry: tuple[str, str]) -> None:
    say(ana, angry, wrong_2="1", wrong_0="1", note="es fan del Atleti")

    verdict = kept(database, angry)
    assert (verdict["wrong"], verdict["note"]) == ([0, 2], "es fan del Atleti")
    assert re.findall(r'name="wrong_(\d)" value="1" checked', page(ana, angry)) == ["2", "0"]


def test_one_piece_alone_needs_no_choice(ana: Client, mine: tuple[str, str]) -> None:
    say(ana, mine)

    assert 'name="wrong_0"' not in page(ana, mine)


def test_a_word_of_hers_is_text(ana: Client, mine: tuple[str, str]) -> None:
    say(ana, mine, note="<script>alert(1)</script>")

    assert "<q>&lt;script&gt;alert(1)&lt;/script&gt;</q>" in page(ana, mine)


def test_who_does_not_hold_it_has_no_button_and_gets_409(
    ana: Client, sue: Client, database: Database, mine: tuple[str, str]
) -> None:
    with database.work() as work:
        claims.transfer_to_agent(work, mine[1], "agt_ana", "agt_sue", "mira esto por favor")

    assert "verdict-not_a_reason" not in page(ana, mine)
    assert (say(ana, mine).status_code, say(sue, mine).status_code) == (409, 303)


def test_what_a_colleague_said_is_read_by_who_may_not_say_it(
    ana: Client, sue: Client, database: Database, mine: tuple[str, str]
) -> None:
    with database.work() as work:
        claims.transfer_to_agent(work, mine[1], "agt_ana", "agt_sue", "mira esto por favor")
    say(sue, mine)

    assert "<b>Sue</b>: no era motivo para una persona" in page(ana, mine)


def test_a_closed_ticket_keeps_its_card_while_it_can_be_judged(
    enter: Callable[[str], Client], database: Database, hand_clock: HandClock, mine: tuple[str, str]
) -> None:
    with database.work() as work:
        closing.resolve(work, mine[1], "agt_ana")
    assert "Por qué llegó" in page(enter("Ana"), mine) and say(enter("Ana"), mine).status_code == 303

    hand_clock.forward(hours=49)
    later = enter("Ana")
    assert "Por qué llegó" not in page(later, mine) and say(later, mine).status_code == 409


def test_a_kind_that_is_none_is_refused(ana: Client, mine: tuple[str, str]) -> None:
    assert say(ana, mine, kind="boring").status_code == 422


def test_a_program_says_it_in_json(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    answer = ana.post(f"/console/tickets/{mine[1]}/verdict", json={"kind": "not_a_reason", "wrong_0": "1"},
                      headers={"Accept": "application/json", "X-CSRFToken": desks.csrf(ana)})

    assert (answer.json["ok"], kept(database, mine)["wrong"]) == (True, [0])


def test_a_count_points_at_its_messages(ana: Client, database: Database) -> None:
    with database.work() as work:
        conversation_id = a_conversation(work, "Marta Ríos")
        for number in range(3):
            asked = a_message(work, conversation_id, f"¿y mi pedido? {number}")
            if number < 2:
                a_message(work, conversation_id, "Va en camino.", author="bot", direction="outbound")
        evidence = [{"code": "same_answer", "quote": "2×", "message_id": asked["message_id"], "points": 1.0}]
        desk.open(work, conversation_id, Opening("orders", "no_progress", evidence=evidence))

    text = page(ana, (conversation_id, ""))
    assert "El asistente dio 2 veces la misma respuesta" in text
    assert [re.search(rf'id="{mark}"', text) is not None for mark in ("mark-1-1", "mark-1", "mark-1-2")] == [
        True, True, False]


def test_each_reason_says_how_much_it_weighs_and_what_it_means(ana: Client, angry: tuple[str, str]) -> None:
    text = page(ana, angry)

    assert re.findall(r"weight--(\w+)", text) == ["medium", "medium", "medium", "light"]
    assert "Usa palabras fuertes sin dirigirlas a nadie." in text
