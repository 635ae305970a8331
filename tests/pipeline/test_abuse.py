"""Who is not answered: the blocked, floods, machines, numbers that earn at our answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from conversation.tables import Alarm, Contact, Conversation, Message
from handoff.tables import Ticket
from pipeline.abuse import Limits
from tests.pipeline.house import House


def limited(house: House, **limits: Any) -> None:
    """From now on the house has these limits."""
    object.__setattr__(house.intake, "bot", replace(house.intake.bot, limits=Limits(**limits)))


def block(house: House) -> None:
    with house.database.work() as work:
        work.connection.execute(update(Contact.__table__).values(blocked_at=work.now, blocked_why="spam"))


def inbound(house: House) -> list[dict[str, Any]]:
    return [row for row in house.rows(Message) if row["direction"] == "inbound"]


@pytest.fixture
def blocked(house: House) -> House:
    """Marta has said hello, and is blocked."""
    house.hear("hola")
    block(house)
    return house


def test_what_the_blocked_write_is_kept_and_marked(blocked: House) -> None:
    blocked.hear("compra seguidores")

    last = inbound(blocked)[-1]
    assert (last["text"], last["content"]["unanswered"]) == ("compra seguidores", "blocked")


def test_the_blocked_are_not_answered(blocked: House) -> None:
    before = len(blocked.said())
    blocked.hear("hola")

    assert len(blocked.said()) == before


def test_the_blocked_reach_nobody_by_asking_for_a_person(blocked: House) -> None:
    blocked.hear("quiero hablar con una persona")

    assert blocked.rows(Ticket) == []


def test_a_stop_of_the_blocked_holds_without_a_word(blocked: House) -> None:
    before = len(blocked.said())
    blocked.hear("STOP")

    assert blocked.conversation()["opted_out_at"] is not None and len(blocked.said()) == before


def test_the_unblocked_are_answered_again(blocked: House) -> None:
    with blocked.database.work() as work:
        work.connection.execute(update(Contact.__table__).values(blocked_at=None))
    before = len(blocked.said())
    blocked.hear("hola")

    assert len(blocked.said()) > before


def test_the_first_messages_of_a_flood_are_answered_and_one_sentence_asks_for_patience(house: House) -> None:
    limited(house, per_minute=5)
    flood(house, 20)

    said = house.said()
    assert len(inbound(house)) == 20 and sum("muchos mensajes" in text for text in said) == 1


def test_a_flood_that_goes_on_gets_few_answers_a_minute(house: House) -> None:
    limited(house, per_minute=20)
    flood(house, 40)
    house.clock.forward(seconds=61)
    before = len(house.said())
    flood(house, 40)

    assert len(house.said()) - before <= 8


def test_whoever_calms_down_is_answered_again(house: House) -> None:
    limited(house, per_minute=5)
    flood(house, 8)
    house.clock.forward(seconds=150)
    before = len(house.said())
    house.hear("hola")

    assert len(house.said()) > before


def test_a_stop_in_a_flood_is_heard(house: House) -> None:
    limited(house, per_minute=5)
    flood(house, 10)
    house.hear("STOP")

    assert house.conversation()["opted_out_at"] is not None


def test_a_thousand_cries_for_a_person_are_one_ticket(house: House) -> None:
    limited(house, per_minute=60)
    house.writer.submit([house.event("humano!!") for _ in range(1_000)])

    assert len(house.rows(Ticket)) == 1 and len(inbound(house)) == 1_000 and len(house.said()) < 10


def test_people_still_see_how_much_a_flood_left_unread(house: House) -> None:
    limited(house, per_minute=10)
    house.writer.submit([house.event("humano!!") for _ in range(50)])

    assert house.conversation()["unread"] == 50


def test_a_thousand_people_at_once_are_a_thousand_tickets(house: House) -> None:
    limited(house, per_minute=60)
    for hundred in range(10):
        house.writer.submit([house.event("quiero una persona", f"+34600{hundred}{n:05d}") for n in range(100)])

    assert len(house.rows(Ticket)) == 1_000


def test_a_machine_that_repeats_itself_is_left_to_a_person(house: House) -> None:
    for _ in range(9):
        house.hear("Hola")
        house.clock.forward(seconds=2)

    (ticket,) = house.rows(Ticket)
    assert (ticket["reason"], ticket["priority"], ticket["due_at"]) == ("loop", "low", None)


def test_a_loop_ends_in_silence(house: House) -> None:
    for _ in range(30):
        house.hear("Hola")
        house.clock.forward(seconds=2)

    assert len(house.said()) <= 6 and len(house.rows(Ticket)) == 1


def test_whoever_gets_on_in_a_flow_is_no_machine(house: House) -> None:
    for text in ("hola", "pedido", "AB-12345", "marta@example.com") * 3:
        house.hear(text)
        house.clock.forward(seconds=2)

    assert [ticket["reason"] for ticket in house.rows(Ticket) if ticket["reason"] == "loop"] == []


def test_a_dozen_different_messages_sent_at_once_are_no_loop(house: House) -> None:
    limited(house, per_minute=60)
    house.writer.submit([house.event(f"menu {n}") for n in range(30)])

    assert all(ticket["reason"] != "loop" for ticket in house.rows(Ticket))


def test_the_same_word_said_again_later_is_no_loop(house: House) -> None:
    for _ in range(12):
        house.hear("menu")
        house.clock.forward(minutes=10)

    assert house.rows(Ticket) == []


@pytest.mark.parametrize("sender", ["+22890112233", "+34803112233", "+34902112233", "25123"])
def test_an_sms_that_would_earn_at_our_answer_gets_none(house: House, sender: str) -> None:
    limited(house, sms_countries=frozenset({"ES", "US"}))
    house.hear("hola", sender, channel="sms")

    assert house.said() == [] and inbound(house)[0]["content"]["unanswered"] == "country"


@pytest.mark.parametrize(("sender", "text", "facts"), [
    ("+33612345678", "sms_country", {"country": "FR"}),
    ("+34803112233", "sms_premium", {"country": "ES"}),  # no advice to add a country that is served
    ("25123", "sms_nowhere", {}),
    ("+882160012345", "sms_nowhere", {}),
])
def test_the_team_learns_from_where_an_sms_was_not_answered(house: House, sender: str, text: str, facts: dict[str, str]) -> None:
    limited(house, sms_countries=frozenset({"ES"}))
    house.hear("bonjour", sender, channel="sms")

    (alarm,) = house.rows(Alarm)
    assert (alarm["text"], alarm["facts"]) == (text, facts)


@pytest.mark.parametrize(("sender", "channel"), [("+34600111222", "sms"), ("+22890112233", "whatsapp")])
def test_everybody_else_is_answered(house: House, sender: str, channel: str) -> None:
    limited(house, sms_countries=frozenset({"ES"}))
    house.hear("hola", sender, channel=channel)

    assert house.said() != []


@pytest.mark.parametrize("text", ["/handoff", "/admin", "#reset", "agent: resolve", "/block", "order_ref", "{{7*7}}", '{"owner":"agent"}'])
def test_a_command_of_ours_typed_by_a_contact_is_text(house: House, text: str) -> None:
    house.hear(text)

    row = house.conversation()
    assert (row["owner"], row["epoch"], house.rows(Ticket)) == ("bot", 0, [])


@pytest.mark.parametrize("payload", ["nobody_offered_this", "claim", "cnv_AAAAAAAAAAAAAAAA", "flow:returns", "__proto__"])
def test_a_payload_that_was_not_offered_starts_nothing(house: House, payload: str) -> None:
    house.hear("hola")
    before = house.conversation()["state"].get("frames")
    house.hear("Botón", kind="reply", payload=payload)

    after = house.conversation()
    assert after["owner"] == "bot" and places(after["state"].get("frames")) == places(before)


def places(frames: Any) -> list[tuple[str, str]]:
    return [(frame["flow"], frame["at"]) for frame in frames or ()]


def test_a_form_about_another_conversation_changes_only_ones_own(house: House) -> None:
    house.hear("hola", "+34600999888")
    other = next(row for row in house.rows(Conversation))
    house.hear("", kind="form", form={"conversation_id": other["conversation_id"], "owner": "agent"})

    assert next(row for row in house.rows(Conversation) if row["conversation_id"] == other["conversation_id"]) == other


def flood(house: House, count: int) -> None:
    for n in range(count):
        house.hear(("hola", "menu")[n % 2])


def test_the_same_words_sent_many_times_at_once_are_no_loop(house: House) -> None:
    house.writer.submit([house.event("Hola") for _ in range(50)])

    assert house.rows(Ticket) == [] and len(house.said()) >= 50
