"""Lists, search, customers and first words, as pages and as JSON: what they show, to whom, and what becomes of a form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update
from werkzeug.test import Client

from conversation.channel_health import Ours
from conversation.inbox import Sender
from conversation.tables import Conversation
from conversation.work import Database
from handoff import search_index, starting, tagging
from handoff.replies import Reply
from handoff.starting import Start
from handoff.tables import Draft, Queue, Ticket
from tests.builders import MONDAY_NOON, the_conversation
from tests.console import desks

JSON = {"Accept": "application/json"}
SMS = Ours("twilio-sms", "+34600000001", "+34 600 000 001")
WHATSAPP = Ours("twilio-whatsapp", "+14155238886", "+1 415 523 8886")


@pytest.fixture
def story(database: Database) -> tuple[str, str]:
    with database.work() as work:
        return desks.a_story(work)


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def change(database: Database, ticket_id: str, **values: Any) -> None:
    table = Ticket.__table__
    with database.work() as work:
        work.connection.execute(update(table).where(table.c.ticket_id == ticket_id).values(values))


def indexed(database: Database) -> None:
    for _ in range(3):
        with database.work() as work:
            search_index.tick(work)


def contact_of(database: Database, conversation_id: str) -> str:
    with database.work() as work:
        return str(the_conversation(work, conversation_id)["contact_id"])


def test_a_filter_that_is_on_can_be_taken_away(ana: Client, story: tuple[str, str]) -> None:
    page = page_of(ana, "/console/conversations?tab=queued&reason=human_request&language=pt")

    assert 'href="/console/conversations?tab=queued&amp;reason=human_request"' in page
    assert f"row-{story[0]}" not in page


@pytest.mark.parametrize("query", ["channel=whatsapp", "reason=human_request", "language=es", "queue=orders"])
def test_what_fits_the_filter_stays(ana: Client, story: tuple[str, str], query: str) -> None:
    assert f"row-{story[0]}" in page_of(ana, f"/console/conversations?tab=queued&{query}")


def test_nothing_that_fits_says_so(ana: Client, story: tuple[str, str]) -> None:
    assert "Nada coincide con los filtros" in page_of(ana, "/console/conversations?tab=queued&tag=nada")


@pytest.mark.parametrize("tab", ["mine", "queued", "unanswered", "snoozed", "all"])
def test_an_empty_tab_says_what_happens_next(ana: Client, tab: str) -> None:
    assert 'data-testid="empty"' in page_of(ana, f"/console/conversations?tab={tab}")


def test_a_closed_queue_says_when_it_opens(ana: Client, database: Database, story: tuple[str, str]) -> None:
    with database.work() as work:
        work.connection.execute(update(Queue.__table__).values(hours={"tue": [["09:00", "14:00"]]}))

    assert "Cerrado: abre el martes a las 9:00" in page_of(ana, "/console/conversations?tab=queued")


def test_why_it_is_first_and_its_sum_are_told(ana: Client, database: Database, story: tuple[str, str]) -> None:
    change(database, story[1], vip=True, priority="high", waiting_since=MONDAY_NOON - timedelta(minutes=12))

    page = page_of(ana, "/console/conversations?tab=queued")

    assert "Va primero: urgencia, cliente VIP" in page and "= 142 puntos" in page


def test_an_offer_of_hers_is_accepted_or_not(ana: Client, database: Database, story: tuple[str, str]) -> None:
    change(database, story[1], offered_to="agt_ana", offered_until=MONDAY_NOON + timedelta(seconds=20))

    page = page_of(ana, "/console/conversations?tab=queued")

    assert 'data-testid="accept"' in page and 'data-testid="decline"' in page and "20 s" in page


def test_what_is_kept_for_another_is_not_to_be_taken(ana: Client, database: Database, story: tuple[str, str]) -> None:
    change(database, story[1], reserved_for="agt_sue", reserved_until=MONDAY_NOON + timedelta(seconds=20))

    page = page_of(ana, "/console/conversations?tab=queued")

    assert "Reservada para Sue" in page and 'data-testid="claim"' not in page


def test_her_draft_stands_before_the_last_words(ana: Client, database: Database, story: tuple[str, str]) -> None:
    with database.work() as work:
        work.connection.execute(insert(Draft.__table__).values(
            draft_id="drf_1", conversation_id=story[0], agent_id="agt_ana", mode="reply", text="Lo miro ahora",
            seq=0, updated_at=work.now))

    assert "<b>Borrador:</b> Lo miro ahora" in page_of(ana, "/console/conversations?tab=queued")


def test_a_language_she_has_not_is_marked(ana: Client, database: Database) -> None:
    with database.work() as work:
        desks.a_story(work, "Rita", language="pt")

    assert "Habla portugués" in page_of(ana, "/console/conversations?tab=queued")


@pytest.mark.parametrize(("number", "shown"), [(3, ">3<"), (12, ">9+<")])
def test_unread_messages_are_counted_up_to_nine(
    ana: Client, database: Database, story: tuple[str, str], number: int, shown: str
) -> None:
    with database.work() as work:
        work.connection.execute(update(Conversation.__table__).values(unread=number))

    assert f'aria-hidden="true"{shown}/span>' in page_of(ana, "/console/conversations?tab=queued")


def test_many_at_once_are_done_one_by_one_and_told_honestly(ana: Client, database: Database) -> None:
    with database.work() as work:
        mine, _ = desks.held(work, "agt_ana")
        queued, _ = desks.a_story(work, "Rita")
        hidden, _ = desks.a_story(work, "Bo's", "returns")

    answer = desks.post(ana, "/console/conversations/bulk", conversations=[mine, queued, hidden], action="resolve:solved")
    page = page_of(ana, answer.location)

    assert "1 hecha, 2 no: Rita (" in page and "Bo&#39;s" not in page


def test_many_at_once_as_json(ana: Client, story: tuple[str, str]) -> None:
    answer = desks.post(ana, "/console/conversations/bulk", JSON, conversations=[story[0], "cnv_none"], action="tag", text="prisa")

    assert (answer.json["done"], [one["conversation"] for one in answer.json["failed"]]) == ([story[0]], ["cnv_none"])


@pytest.mark.parametrize("fields", [{"action": "claim"}, {"action": "x", "conversations": "cnv_1"},
                                    {"action": "snooze:0", "conversations": "cnv_1"}])
def test_a_form_that_says_too_little_leads_back(ana: Client, fields: dict[str, str]) -> None:
    answer = desks.post(ana, "/console/conversations/bulk", **fields, **{"from": "https://evil.example/"})

    assert (answer.status_code, answer.location) == (303, "/console/conversations")


def test_what_is_marked_unread_shows_so(ana: Client, database: Database) -> None:
    with database.work() as work:
        conversation_id, _ = desks.held(work, "agt_ana")
    ana.get(f"/console/conversations/{conversation_id}")
    desks.post(ana, f"/console/conversations/{conversation_id}/unread")

    assert "row--unread" in page_of(ana, "/console/conversations")


def test_a_result_opens_at_the_message(ana: Client, database: Database, story: tuple[str, str]) -> None:
    indexed(database)

    (result,) = ana.get("/console/api/search?q=ya está bien").json["results"]

    assert result["conversation"] == story[0] and "#msg_" in result["places"][0]["url"]


def test_the_words_found_stand_out(ana: Client, database: Database, story: tuple[str, str]) -> None:
    indexed(database)

    assert '<b class="found__word">camino</b>' in page_of(ana, "/console/search?q=camin")


def test_a_colleague_of_another_queue_finds_nothing(bo: Client, database: Database, story: tuple[str, str]) -> None:
    indexed(database)

    assert "No se ha encontrado nada" in page_of(bo, "/console/search?q=pedido")


def test_a_customers_page_has_what_was_said_on_both_channels(ana: Client, database: Database) -> None:
    with database.work() as work:
        first, second = desks.a_story(work)[0], desks.a_story(work, "Marta R.")[0]
        tagging.add(work, second, "agt_ana", "regalo")
    one, other = contact_of(database, first), contact_of(database, second)
    desks.post(ana, f"/console/contacts/{one}/joining", other=other)

    shown = ana.get(f"/console/contacts/{one}", headers=JSON).json

    assert ({talk["id"] for talk in shown["talks"]}, [who["id"] for who in shown["people"]], shown["tags"]) == (
        {first, second}, [other], ["regalo"])


def test_a_customer_whom_she_may_not_see_is_not_there(bo: Client, database: Database, story: tuple[str, str]) -> None:
    assert bo.get(f"/console/contacts/{contact_of(database, story[0])}").status_code == 404


def test_of_a_joined_customer_only_what_she_may_see_is_shown(
    ana: Client, sue: Client, database: Database, story: tuple[str, str]
) -> None:
    with database.work() as work:
        hidden, _ = desks.a_story(work, "Rita", "returns")
    desks.post(sue, f"/console/contacts/{contact_of(database, story[0])}/joining", other=contact_of(database, hidden))

    shown = ana.get(f"/console/contacts/{contact_of(database, story[0])}", headers=JSON).json

    assert (shown["people"], [talk["id"] for talk in shown["talks"]]) == ([], [story[0]])


def test_the_line_of_a_merge_does_not_name_who_is_out_of_sight(
    ana: Client, sue: Client, database: Database, story: tuple[str, str]
) -> None:
    with database.work() as work:
        hidden, _ = desks.a_story(work, "Rita", "returns")
    desks.post(sue, f"/console/contacts/{contact_of(database, story[0])}/joining", other=contact_of(database, hidden))
    page = ana.get(f"/console/conversations/{story[0]}").get_data(as_text=True)

    assert ("es la misma persona" in page, "Rita" in page) == (True, False)
    assert "Rita" not in ana.get("/console/api/events?after=0", headers=JSON).get_data(as_text=True)


@pytest.fixture
def writer(app: Flask, database: Database) -> Client:
    """Ana, in a house with an SMS and a WhatsApp number."""
    return desks.enter(desks.an_app(database, channels=(SMS, WHATSAPP)), "Ana")


def test_a_number_shows_the_channels_that_reach_it(writer: Client) -> None:
    ways = writer.get("/console/conversations/new?to=%2B34 600 11 22 33", headers=JSON).json["ways"]

    assert [(way["kind"], way["open"], bool(way["templates"])) for way in ways] == [
        ("twilio-sms", True, False), ("twilio-whatsapp", False, True)]


def test_an_order_leads_to_its_customer(writer: Client, database: Database, story: tuple[str, str]) -> None:
    indexed(database)

    found = writer.get("/console/conversations/new?q=AB-54321", headers=JSON).json

    assert (found["order"]["reference"], [one["name"] for one in found["people"]]) == ("AB-54321", ["Marta Ríos"])


def test_first_words_make_it_hers(writer: Client) -> None:
    answer = desks.post(writer, "/console/conversations/new", kind=SMS.kind, account=SMS.account,
                        address="0034 600 11 22 33", name="Marta", text="Hola, Marta")

    assert "La llevas" in page_of(writer, answer.location)


def test_a_closed_window_takes_a_template(writer: Client) -> None:
    given = {"kind": WHATSAPP.kind, "account": WHATSAPP.account, "address": "+34600112233", "name": "Marta"}
    free = desks.post(writer, "/console/conversations/new", JSON, **given, text="Hola")
    filled = desks.post(writer, "/console/conversations/new", JSON, **given, template="order_news", value_1="Marta", value_2="AB-1")

    assert (free.json["error"]["code"], filled.json["ok"]) == ("window_closed", True)


@pytest.mark.parametrize(("fields", "status"), [
    ({"kind": "twilio-sms", "account": "+1"}, 422), ({"kind": SMS.kind, "account": SMS.account, "address": "Marta"}, 422)])
def test_what_reaches_nobody_is_refused_with_what_to_do(writer: Client, fields: dict[str, str], status: int) -> None:
    assert desks.post(writer, "/console/conversations/new", JSON, **fields, text="Hola").status_code == status


def test_a_colleague_who_has_her_is_named(writer: Client, database: Database) -> None:
    given = {"kind": SMS.kind, "account": SMS.account, "address": "+34600112233", "name": "Marta", "text": "Hola"}
    with database.work() as work:
        who = Sender(SMS.kind, SMS.account, "phone", "phone:+34600112233", "+34600112233", wrote=False)
        starting.start(work, "agt_sue", Start(who, Reply("Hola", 0, 0)))

    answer = desks.post(writer, "/console/conversations/new", JSON, **given)

    assert (answer.status_code, answer.json["error"]["winner"]) == (409, "Sue")
