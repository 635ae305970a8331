"""Actions as plain form posts, without any script: what happens, and what the page says when it does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import Client

from conversation.tables import Conversation
from conversation.work import Database
from handoff import access, claims, replies
from handoff.replies import Reply
from tests.builders import said, the_conversation
from tests.console import desks
from tests.console.desks import post


@pytest.fixture
def queued(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


@pytest.fixture
def mine(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


def claim(client: Client, database: Database, ids: tuple[str, str], **fields: Any) -> Any:
    return post(client, f"/console/tickets/{ids[1]}/claim", epoch=desks.epoch_of(database, ids[0]), **fields)


def reply(client: Client, database: Database, ids: tuple[str, str], text: str = "Sale hoy.", **fields: Any) -> Any:
    given = {"epoch": desks.epoch_of(database, ids[0]), "last_seen_seq": 99, "text": text} | fields
    return post(client, f"/console/tickets/{ids[1]}/replies", **given)


def text_of(answer: Any) -> str:
    return answer.get_data(as_text=True)


def test_a_claim_leads_back_to_the_conversation_and_says_so(
    ana: Client, database: Database, queued: tuple[str, str]
) -> None:
    answer = claim(ana, database, queued)

    assert answer.headers["Location"] == f"/console/conversations/{queued[0]}"
    assert "La conversación con Marta es tuya." in text_of(ana.get(answer.headers["Location"]))


def test_who_comes_second_is_told_who_won(
    ana: Client, sue: Client, database: Database, queued: tuple[str, str]
) -> None:
    epoch = desks.epoch_of(database, queued[0])
    claim(ana, database, queued)

    answer = post(sue, f"/console/tickets/{queued[1]}/claim", epoch=epoch)

    assert answer.status_code == 409
    assert "Ana llegó antes. La conversación con Marta ya es suya." in text_of(answer)


def test_a_program_gets_the_winner_as_json(
    ana: Client, sue: Client, database: Database, queued: tuple[str, str]
) -> None:
    claim(ana, database, queued)

    answer = post(sue, f"/console/tickets/{queued[1]}/claim", {"Accept": "application/json"}, epoch=1)

    assert (answer.status_code, answer.json["error"]["code"], answer.json["error"]["winner"]) == (
        409,
        "already_claimed",
        "Ana",
    )


def test_a_second_click_of_the_same_agent_is_no_error(ana: Client, database: Database, queued: tuple[str, str]) -> None:
    claim(ana, database, queued)

    assert claim(ana, database, queued).status_code == 303


def test_a_page_older_than_the_last_change_is_refused(ana: Client, queued: tuple[str, str]) -> None:
    answer = post(ana, f"/console/tickets/{queued[1]}/claim", epoch=0)

    assert answer.status_code == 409
    assert "cambió de manos mientras mirabas" in text_of(answer)


def test_a_full_agent_is_asked_once_more(ana: Client, database: Database, queued: tuple[str, str]) -> None:
    with database.work() as work:
        for _ in range(4):
            desks.held(work, "agt_ana")

    answer = claim(ana, database, queued)

    assert answer.status_code == 409
    assert "Llevas 4 de 4" in text_of(answer) and 'name="force" value="1"' in text_of(answer)


def test_a_full_agent_may_insist(ana: Client, database: Database, queued: tuple[str, str]) -> None:
    with database.work() as work:
        for _ in range(4):
            desks.held(work, "agt_ana")

    assert claim(ana, database, queued, force="1").status_code == 303


def test_a_reply_is_written_to_the_contact(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    assert reply(ana, database, mine).status_code == 303

    assert said(database, mine[0])[-1] == "Sale hoy."


def test_only_the_holder_replies(sue: Client, database: Database, mine: tuple[str, str]) -> None:
    answer = reply(sue, database, mine)

    assert answer.status_code == 409
    assert "Ahora la lleva Ana. Tu texto no ha salido." in text_of(answer)


def colleague_answers(database: Database, mine: tuple[str, str]) -> None:
    """A colleague held the ticket, answered, and gave it back."""
    with database.work() as work:
        claims.transfer_to_agent(work, mine[1], "agt_ana", "agt_sue", "mira esto")
        epoch = the_conversation(work, mine[0])["epoch"]
        replies.reply(work, mine[1], "agt_sue", Reply("Sale hoy a las 13:00.", epoch, 99))
        claims.transfer_to_agent(work, mine[1], "agt_sue", "agt_ana", "sigue tú")


def test_a_colleagues_answer_holds_the_text_back_and_shows_it(
    ana: Client, database: Database, mine: tuple[str, str]
) -> None:
    colleague_answers(database, mine)

    answer = reply(ana, database, mine, "Lo miro ahora", last_seen_seq=3)

    assert answer.status_code == 409
    assert "Sale hoy a las 13:00." in text_of(answer).split('data-testid="guard"')[1].split("</dialog>")[0]
    assert ">Lo miro ahora</textarea>" in text_of(answer)


def test_what_was_held_back_can_be_sent_all_the_same(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    colleague_answers(database, mine)

    assert reply(ana, database, mine, "Lo miro ahora", last_seen_seq=3, force="1").status_code == 303


def test_a_closed_window_keeps_the_text_and_says_why(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(last_inbound_at=work.now - timedelta(hours=25)))

    answer = reply(ana, database, mine, "¿Sigues ahí?")

    assert answer.status_code == 409
    assert "WhatsApp no deja escribir libremente ahora" in text_of(answer) and "¿Sigues ahí?" in text_of(answer)


def test_an_empty_reply_names_its_field(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    answer = post(ana, f"/console/tickets/{mine[1]}/replies", {"Accept": "application/json"}, text="  ", epoch=2)

    assert (answer.status_code, answer.json["error"]["field"]) == (422, "text")


def test_a_text_longer_than_a_message_is_refused(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    answer = reply(ana, database, mine, "a" * 4097)

    assert answer.status_code == 422
    assert "4096" in text_of(answer)


def test_a_note_never_reaches_the_contact(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    before = said(database, mine[0])
    post(ana, f"/console/conversations/{mine[0]}/notes", text="Ya llamé al transportista")

    assert said(database, mine[0]) == before
    assert "Ya llamé al transportista" in text_of(ana.get(f"/console/conversations/{mine[0]}"))


def test_a_transfer_without_a_note_is_refused(ana: Client, mine: tuple[str, str]) -> None:
    answer = post(ana, f"/console/tickets/{mine[1]}/transfers", to="agent:agt_sue", note="eh")

    assert answer.status_code == 422
    assert "Escribe una nota de al menos 5 letras" in text_of(answer)


def test_a_transfer_names_who_has_it_now(ana: Client, mine: tuple[str, str]) -> None:
    post(ana, f"/console/tickets/{mine[1]}/transfers", to="agent:agt_sue", note="pregunta por un reembolso")

    page = text_of(ana.get(f"/console/conversations/{mine[0]}"))
    assert "La conversación ya es de Sue." in page
    assert "pregunta por un reembolso" in page


def test_a_transfer_out_of_sight_leads_to_the_list(ana: Client, mine: tuple[str, str]) -> None:
    answer = post(ana, f"/console/tickets/{mine[1]}/transfers", to="queue:returns", note="es una devolución")

    assert answer.headers["Location"] == "/console/conversations"


@pytest.mark.parametrize("to", ["agent:agt_nobody", "queue:nowhere", "everybody", ""])
def test_a_transfer_to_nobody_changes_nothing(ana: Client, database: Database, mine: tuple[str, str], to: str) -> None:
    answer = post(ana, f"/console/tickets/{mine[1]}/transfers", to=to, note="pregunta por un reembolso")

    assert answer.status_code in (404, 422)
    with database.reading() as session:
        assert access.ticket_for(session, access.viewer(session, "agt_ana"), mine[1])["holder_id"] == "agt_ana"


@pytest.mark.parametrize(("action", "owner"), [("resolution", "bot"), ("return", "bot"), ("release", "queue")])
def test_the_holder_lets_go(ana: Client, database: Database, mine: tuple[str, str], action: str, owner: str) -> None:
    post(ana, f"/console/tickets/{mine[1]}/{action}")

    with database.work() as work:
        assert the_conversation(work, mine[0])["owner"] == owner


def test_the_supervisor_takes_a_conversation_from_the_bot(
    sue: Client, database: Database, mine: tuple[str, str]
) -> None:
    post(sue, f"/console/tickets/{mine[1]}/return")
    post(sue, f"/console/conversations/{mine[0]}/takeover", epoch=desks.epoch_of(database, mine[0]))

    with database.work() as work:
        assert the_conversation(work, mine[0])["owner"] == "agent"


def test_a_message_that_failed_is_sent_again_as_a_new_one(
    ana: Client, database: Database, mine: tuple[str, str]
) -> None:
    with database.work() as work:
        message_id = desks.outbound(work, mine[0], "failed", "Te llamo mañana", error_code="131026")
    post(ana, f"/console/messages/{message_id}/retry")

    assert said(database, mine[0]).count("Te llamo mañana") == 2


def test_what_was_refused_for_good_is_not_sent_again(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = desks.outbound(work, mine[0], "failed", "¡Gana un premio!", error_code="30007")

    assert post(ana, f"/console/messages/{message_id}/retry").status_code == 409
    assert said(database, mine[0]).count("¡Gana un premio!") == 1


def test_a_message_that_left_is_not_sent_again(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        message_id = desks.outbound(work, mine[0], "sent")

    assert post(ana, f"/console/messages/{message_id}/retry").status_code == 409


def test_htmx_gets_the_pieces_that_changed(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://localhost/console/conversations/{mine[0]}"}
    answer = post(
        ana,
        f"/console/tickets/{mine[1]}/replies",
        headers,
        text="Sale hoy.",
        last_seen_seq=99,
        epoch=desks.epoch_of(database, mine[0]),
    )

    page = text_of(answer)
    assert "<html" not in page
    assert all(
        f'id="{piece}" hx-swap-oob="true"' in page for piece in ("transcript", "thread-head", "list-rows", "banner")
    )


def test_htmx_on_the_list_is_led_to_the_conversation(ana: Client, database: Database, queued: tuple[str, str]) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/console/conversations"}
    answer = post(ana, f"/console/tickets/{queued[1]}/claim", headers, epoch=desks.epoch_of(database, queued[0]))

    assert answer.headers["HX-Redirect"] == f"/console/conversations/{queued[0]}"


def test_a_lost_race_on_the_list_names_the_winner_in_place(
    ana: Client, sue: Client, database: Database, queued: tuple[str, str]
) -> None:
    claim(sue, database, queued)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/console/conversations?tab=queued"}
    answer = post(ana, f"/console/tickets/{queued[1]}/claim", headers, epoch=1)

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#list-rows")
    assert "Sue llegó antes." in text_of(answer)


def test_a_transfer_to_a_full_colleague_names_her(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    with database.work() as work:
        for _ in range(4):
            desks.held(work, "agt_sue")
    answer = post(ana, f"/console/tickets/{mine[1]}/transfers", to="agent:agt_sue", note="pregunta por un reembolso")

    assert answer.status_code == 409
    assert "Sue lleva todas las que puede. Pásala a la cola." in text_of(answer)


def test_who_resolved_it_is_told_for_two_days(ana: Client, mine: tuple[str, str]) -> None:
    post(ana, f"/console/tickets/{mine[1]}/resolution")

    assert "Resuelta por <b>Ana</b>" in text_of(ana.get(f"/console/conversations/{mine[0]}"))
