"""Blocking on the pages: who is offered it, what shows of it, and the supervisors' list."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client

from conversation.events import TimelineLine
from conversation.tables import Contact, Conversation
from conversation.work import Database
from tests.builders import a_message
from tests.console import desks

Pair = tuple[str, str]


@pytest.fixture
def mine(database: Database) -> Pair:
    """Marta's conversation and its ticket, in Ana's hands."""
    with database.work() as work:
        return desks.held(work, "agt_ana")


def page_of(client: Client, conversation_id: str) -> str:
    return client.get(f"/console/conversations/{conversation_id}").get_data(as_text=True)


def change(database: Database, table: Any, **values: Any) -> None:
    with database.work() as work:
        work.connection.execute(update(table.__table__).values(**values))


def is_blocked(database: Database) -> bool:
    with database.reading() as reader:
        return reader.execute(select(Contact.__table__.c.blocked_at)).scalar_one() is not None


def test_the_holder_may_block(ana: Client, database: Database, mine: Pair) -> None:
    answer = desks.post(ana, f"/console/conversations/{mine[0]}/block", why="abuse")

    assert answer.status_code == 303 and is_blocked(database)


def test_a_blocked_contact_is_marked_and_cannot_be_written_to(ana: Client, mine: Pair) -> None:
    desks.post(ana, f"/console/conversations/{mine[0]}/block", why="abuse")

    page = page_of(ana, mine[0])
    assert 'data-mark="blocked"' in page and "por Ana (Insultos o amenazas)" in page and 'id="reply-text"' not in page


def test_the_block_stands_in_the_transcript(ana: Client, mine: Pair) -> None:
    desks.post(ana, f"/console/conversations/{mine[0]}/block", why="spam")

    assert 'data-kind="blocked"' in page_of(ana, mine[0])


def test_what_the_blocked_wrote_says_that_nobody_answered(ana: Client, database: Database, mine: Pair) -> None:
    with database.work() as work:
        a_message(work, mine[0], "¿Hola?", content={"unanswered": "blocked"})

    assert "Sin contestar: el contacto estaba bloqueado" in page_of(ana, mine[0])


def test_an_unblocked_contact_may_be_taken_again(ana: Client, database: Database, mine: Pair) -> None:
    desks.post(ana, f"/console/conversations/{mine[0]}/block", why="spam")
    desks.post(ana, f"/console/conversations/{mine[0]}/unblock")

    assert not is_blocked(database) and "/takeover" in page_of(ana, mine[0])


def test_a_case_closed_as_spam_offers_the_block(ana: Client, mine: Pair) -> None:
    answer = desks.post(ana, f"/console/tickets/{mine[1]}/resolution", disposition="spam")
    page = ana.get(answer.headers["Location"]).get_data(as_text=True)

    assert "Bloquear también" in page and f"/console/conversations/{mine[0]}/block" in page


def test_a_case_that_was_solved_offers_no_block_at_its_end(ana: Client, mine: Pair) -> None:
    answer = desks.post(ana, f"/console/tickets/{mine[1]}/resolution", disposition="solved")

    assert "Bloquear también" not in ana.get(answer.headers["Location"]).get_data(as_text=True)


def test_a_block_for_no_reason_is_refused_in_words(ana: Client, database: Database, mine: Pair) -> None:
    answer = desks.post(ana, f"/console/conversations/{mine[0]}/block", why="because")

    assert answer.status_code == 422 and "Elige el motivo" in answer.get_data(as_text=True)


def test_a_program_is_told_what_it_did(ana: Client, mine: Pair) -> None:
    answer = desks.post(ana, f"/console/conversations/{mine[0]}/block", {"Accept": "application/json"}, why="spam")

    assert answer.get_json()["blocked"] is True


def test_supervisors_list_the_blocked_and_let_them_in_again(ana: Client, sue: Client, database: Database, mine: Pair) -> None:
    desks.post(ana, f"/console/conversations/{mine[0]}/block", why="spam")
    shown = sue.get("/console/blocked").get_data(as_text=True)
    answer = desks.post(sue, f"/console/conversations/{mine[0]}/unblock", **{"from": "list"})

    assert "Marta Ríos" in shown and answer.headers["Location"] == "/console/blocked" and not is_blocked(database)


def test_an_empty_list_says_so(sue: Client) -> None:
    assert "No hay nadie bloqueado" in sue.get("/console/blocked").get_data(as_text=True)


def test_whoever_opted_out_is_marked_with_who_and_when(ana: Client, database: Database, mine: Pair) -> None:
    change(database, Conversation, opted_out_at=database.wiring.now())
    with database.work() as work:
        work.record(TimelineLine("opted_out", mine[0], "contact"))

    page = page_of(ana, mine[0])
    assert "Marta lo pidió por WhatsApp: lunes, 23 de noviembre, 13:00" in page and 'id="reply-text"' not in page


def test_an_opt_out_that_only_the_provider_told_says_so(ana: Client, database: Database, mine: Pair) -> None:
    change(database, Conversation, opted_out_at=database.wiring.now())

    assert "WhatsApp lo comunicó al rechazar un mensaje" in page_of(ana, mine[0])


def test_no_advertising_is_shown_as_that_and_one_may_write(ana: Client, database: Database, mine: Pair) -> None:
    change(database, Conversation, marketing_stopped_at=database.wiring.now())

    page = page_of(ana, mine[0])
    assert 'data-mark="no_ads"' in page and 'id="reply-text"' in page


def test_an_address_that_cannot_be_reached_says_why(ana: Client, database: Database, mine: Pair) -> None:
    change(database, Conversation, unreachable_at=database.wiring.now(), unreachable_code="21211")

    assert 'data-mark="unreachable"' in (page := page_of(ana, mine[0])) and "Esta dirección no existe" in page


def test_a_start_is_shown_where_it_happened(ana: Client, database: Database, mine: Pair) -> None:
    with database.work() as work:
        work.record(TimelineLine("opted_in", mine[0], "contact"))

    assert "Vuelve a querer mensajes" in page_of(ana, mine[0])
