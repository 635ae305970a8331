"""Writing: drafts kept on the server, saved replies filled in, gaps, undo, what is done afterwards, whispers."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from console.pages.live import TAIL
from conversation.tables import Conversation
from conversation.work import Database
from handoff import access, saved_replies
from handoff.house_tables import Notice
from handoff.saved_replies import Wording
from handoff.tables import Ticket
from tests.console import desks
from tests.console.desks import epoch_of, post

JSON = {"Accept": "application/json"}
TEXTS = {"es": "{name}, sale hoy entre las [[hora]].", "pt": "{name}, sai hoje às [[hora]]."}


@pytest.fixture
def mine(app: Flask, database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.held(work, "agt_ana")


def keep(database: Database, wording: Wording) -> str:
    with database.work() as work:
        return saved_replies.add(work, access.viewer(work.connection, "agt_sue"), wording)


def send(client: Client, database: Database, mine: tuple[str, str], **fields: Any) -> Any:
    given = {"epoch": epoch_of(database, mine[0]), "last_seen_seq": 99, **fields}
    return post(client, f"/console/tickets/{mine[1]}/replies", headers=JSON, **given)


def field_of(client: Client, conversation_id: str, query: str = "") -> str:
    page = client.get(f"/console/conversations/{conversation_id}{query}").get_data(as_text=True)
    return page.split('data-testid="reply-text"')[1].split(">", 1)[1].split("</textarea>")[0]


def test_a_draft_is_there_wherever_she_goes_on(ana: Client, app: Flask, mine: tuple[str, str]) -> None:
    post(ana, f"/console/conversations/{mine[0]}/draft", text="Lo miro", mode="reply")

    assert field_of(desks.enter(app, "Ana"), mine[0]) == "Lo miro"


def test_what_was_refused_is_a_draft(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    assert send(ana, database, mine, text="Tarde", epoch=0).status_code == 409

    assert field_of(ana, mine[0]) == "Tarde"


def test_a_draft_of_what_she_may_not_see_is_not_found(bo: Client, mine: tuple[str, str]) -> None:
    assert post(bo, f"/console/conversations/{mine[0]}/draft", text="Lo miro").status_code == 404


def test_a_saved_reply_stands_in_the_field_filled_in(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    key = keep(database, Wording("Hora", TEXTS, "hora"))

    assert field_of(ana, mine[0], f"?saved={key}") == "Marta, sale hoy entre las [[hora]]."


def test_the_contact_gets_her_language(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    key = keep(database, Wording("Hora", TEXTS))
    with database.work() as work:
        work.connection.execute(Conversation.__table__.update().values(language="pt"))
    found = ana.get(f"/console/conversations/{mine[0]}/saved-replies/{key}", headers=JSON).get_json()

    assert (found["language"], found["text"]) == ("pt", "Marta, sai hoje às [[hora]].")


def test_what_an_order_tells_is_filled_in(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    key = keep(database, Wording("Rastreo", {"es": "{order.carrier} {order.tracking_number}: llega {order.eta}"}))
    found = ana.get(f"/console/conversations/{mine[0]}/saved-replies/{key}", headers=JSON).get_json()

    assert found["text"] == "Veloz24 VZ 8841 2207 5: llega [[llegada prevista]]"
    assert found["blanks"] == ["llegada prevista"]


def test_a_gap_holds_the_text_back_and_is_named(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    answer = send(ana, database, mine, text="Sale a las [[hora]].")

    assert answer.status_code == 422
    assert (answer.get_json()["error"]["code"], answer.get_json()["error"]["blank"]) == ("unfilled_blank", "hora")


def test_replies_of_other_queues_are_not_offered(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    keep(database, Wording("De devoluciones", {"es": "Hola"}, queues=("returns",)))
    keep(database, Wording("De envíos", {"es": "Hola"}, queues=("orders",)))
    found = ana.get(f"/console/conversations/{mine[0]}/saved-replies", headers=JSON).get_json()["saved_replies"]

    assert [one["name"] for one in found] == ["De envíos"]


def test_the_step_she_came_from_comes_first(database: Database, app: Flask) -> None:
    with database.work() as work:
        sue = access.viewer(work.connection, "agt_sue")
        for name, steps in (("A", ()), ("B", ("returns",)), ("C", ("order_status.shipped",)), ("D", ("order_status",))):
            saved_replies.add(work, sue, Wording(name, {"es": "Hola"}, steps=steps))
        rows = saved_replies.every(work.session, sue)

    ranked = saved_replies.suggested(rows, ["order_status", "order_status.shipped", "shipped"])
    assert [row["name"] for row in ranked] == ["C", "D", "A"]


def test_its_actions_are_done_once_it_was_sent(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    key = keep(database, Wording("Fin", {"es": "Hecho."}, actions=({"do": "tag", "value": "regalo"}, {"do": "resolve"})))
    answer = send(ana, database, mine, saved_reply=key)

    assert answer.get_json()["did"] == ["tag", "resolve"]
    with database.reading() as session:
        assert session.execute(select(Ticket.__table__.c.state)).scalar_one() == "resolved"
        assert session.execute(select(Conversation.__table__.c.tags)).scalar_one() == ["regalo"]


def test_sent_and_resolved_in_one(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    assert send(ana, database, mine, text="Hecho.", then="resolve").get_json()["did"] == ["resolve"]


def test_undo_gives_the_text_back(database: Database, mine: tuple[str, str]) -> None:
    app = desks.an_app(database, undo_seconds=5.0)
    client = desks.enter(app, "Ana")
    address = send(client, database, mine, text="Sale hoy.").get_json()["undo"]

    assert post(client, address, headers=JSON).get_json()["undone"] is True
    assert field_of(client, mine[0]) == "Sale hoy."
    app.extensions[TAIL].stop()


def test_what_has_left_is_too_late(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    message_id = send(ana, database, mine, text="Sale hoy.").get_json()["message_id"]
    with database.work() as work:
        desks.delivered(work, message_id, "sent")

    assert post(ana, f"/console/messages/{message_id}/undo", headers=JSON).get_json()["error"]["code"] == "too_late"


def test_who_is_named_in_a_note_is_told(ana: Client, database: Database, mine: tuple[str, str]) -> None:
    post(ana, f"/console/conversations/{mine[0]}/notes", text="@sue mira esto, y @bo también")

    assert told(database, "mentioned") == ["agt_sue"]


def test_a_whisper_rings_at_the_holders(sue: Client, ana: Client, database: Database, mine: tuple[str, str]) -> None:
    assert post(sue, f"/console/conversations/{mine[0]}/whispers", headers=JSON, text="Ofrece el reembolso").status_code == 200
    assert post(ana, f"/console/conversations/{mine[0]}/whispers", headers=JSON, text="Yo no").status_code == 403

    assert told(database, "whispered") == ["agt_ana"]


def told(database: Database, kind: str) -> list[str]:
    notice = Notice.__table__
    with database.reading() as session:
        return list(session.execute(select(notice.c.agent_id).where(notice.c.kind == kind)).scalars())


def test_a_draft_that_is_too_long_is_refused_and_not_cut(ana: Client, mine: tuple[str, str]) -> None:
    answer = post(ana, f"/console/conversations/{mine[0]}/draft", headers=JSON, text="x" * 5_000, mode="reply")

    assert (answer.status_code, answer.json["error"]["field"]) == (422, "text")


def test_a_whisper_that_is_too_long_is_refused_and_not_cut(sue: Client, mine: tuple[str, str]) -> None:
    assert post(sue, f"/console/conversations/{mine[0]}/whispers", headers=JSON, text="x" * 5_000).status_code == 422
