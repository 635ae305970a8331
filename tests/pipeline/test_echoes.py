"""Echoes: ours confirm a send, a person's silence the bot, and nobody passes for us."""

from __future__ import annotations

from typing import Any

import pytest

from channels.base import Event
from conversation.tables import Contact, Message, OutboxPart, TimelineEntry
from handoff import closing
from handoff.tables import Ticket
from pipeline.tables import FoundEvent
from tests.builders import a_queue, an_agent
from tests.pipeline.house import House

PAGE, RITA = "108000000000001", "7481234567890123"


@pytest.fixture(autouse=True)
def desk(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
        an_agent(work, "Ana", ["general"], role="supervisor")


def from_rita(house: House, text: str = "hola", **more: Any) -> Event:
    return house.event(text, RITA, provider="meta", channel="messenger", account=PAGE) | more  # type: ignore[return-value]


def an_echo(house: House, text: str = "Soy Ana, ahora te ayudo.", **more: Any) -> Event:
    event = from_rita(house, text, kind="echo", recipient=RITA) | more
    del event["sender"], event["profile_name"]
    return event


def hears(house: House, *events: Event) -> None:
    house.writer.submit(events)


def on_the_wire(house: House, state: str = "sending", **more: Any) -> dict[str, Any]:
    """Our answer to Rita, of which the provider's id is not written down yet."""
    hears(house, from_rita(house))
    with house.database.work() as work:
        table = OutboxPart.__table__
        work.connection.execute(table.update().values(state=state, sending_at=work.now, **more))
    return house.rows(OutboxPart)[0]


def take_held(house: House, seconds: float = 2) -> None:
    house.clock.forward(seconds=seconds)
    with house.database.work() as work:
        house.intake.take_due(work, 64)


def elsewhere(house: House) -> list[str]:
    return [row["text"] for row in house.rows(Message) if row["content"].get("elsewhere")]


def states(house: House) -> set[str]:
    return {row["state"] for row in house.rows(OutboxPart)}


def test_a_persons_answer_elsewhere_stands_in_the_conversation(house: House) -> None:
    hears(house, from_rita(house), an_echo(house))

    message = house.rows(Message)[-1]
    assert (message["text"], message["direction"], message["author"]) == ("Soy Ana, ahora te ayudo.", "outbound", "agent")
    assert (message["agent_id"], message["content"]) == (None, {"elsewhere": True})
    assert all(part["message_id"] != message["message_id"] for part in house.rows(OutboxPart))


def test_it_silences_the_bot_and_what_it_had_not_sent(house: House) -> None:
    hears(house, from_rita(house))
    hears(house, an_echo(house))

    assert (house.conversation()["owner"], house.conversation()["epoch"]) == ("queue", 1)
    assert states(house) == {"suppressed"}


def test_the_desk_gets_a_quiet_ticket(house: House) -> None:
    hears(house, from_rita(house))
    before = house.said()
    hears(house, an_echo(house))

    (ticket,) = house.rows(Ticket)
    assert (ticket["reason"], ticket["priority"], ticket["queue_id"]) == ("external", "low", "general")
    assert (ticket["due_at"], house.said()) == (None, [*before, "Soy Ana, ahora te ayudo."])


def test_she_does_not_wait_who_was_answered(house: House) -> None:
    hears(house, from_rita(house), an_echo(house))

    assert (house.conversation()["waiting_since"], house.conversation()["unread"]) == (None, 0)


def test_her_next_message_is_for_people(house: House) -> None:
    hears(house, from_rita(house), an_echo(house))
    before = house.said()
    hears(house, from_rita(house, "¿y mi pedido AB-12345?"))

    assert house.said() == before
    assert house.conversation()["unread"] == 1


def test_after_the_ticket_the_bot_answers_again(house: House) -> None:
    hears(house, from_rita(house), an_echo(house))
    with house.database.work() as work:
        closing.return_to_bot(work, house.rows(Ticket)[0]["ticket_id"], "agt_ana")
    before = len(house.said())
    hears(house, from_rita(house, "¿dónde está mi pedido AB-12345?"))

    assert len(house.said()) > before


def test_while_people_have_it_an_answer_elsewhere_is_noted_as_one(house: House) -> None:
    hears(house, from_rita(house, "quiero hablar con una persona"))
    hears(house, an_echo(house), an_echo(house, "¿Sigues ahí?"))

    (ticket,) = house.rows(Ticket)
    assert (ticket["reason"], ticket["due_at"], ticket["first_reply_at"]) == ("human_request", None, house.clock.now())
    assert elsewhere(house) == ["Soy Ana, ahora te ayudo.", "¿Sigues ahí?"]
    assert house.conversation()["waiting_since"] is None


def test_a_person_may_write_first(house: House) -> None:
    hears(house, an_echo(house))

    assert house.conversation()["address"] == RITA
    assert house.conversation()["last_inbound_at"] is None


def test_a_repeated_echo_is_one(house: House) -> None:
    echo = an_echo(house)
    hears(house, echo, echo)
    hears(house, echo)

    assert len(elsewhere(house)) == 1


def test_an_echo_in_the_other_form_of_a_number_is_of_the_same_person(house: House) -> None:
    wa = {"provider": "meta", "channel": "whatsapp", "account": "106540352242922"}
    hears(house, house.event("hola", "+5215512345678") | wa)  # type: ignore[arg-type]
    hears(house, an_echo(house, recipient="+525512345678", **wa))

    assert len(house.rows(Contact)) == 1
    assert house.conversation()["address"] == "+5215512345678"


def test_our_own_echo_confirms_the_part_it_names(house: House) -> None:
    part = on_the_wire(house)
    hears(house, an_echo(house, "x", from_us=True, callback_data=part["part_id"], provider_id="m_1"))

    assert (house.rows(OutboxPart)[0]["state"], house.rows(OutboxPart)[0]["provider_id"]) == ("sent", "m_1")
    assert house.conversation()["owner"] == "bot"


def test_an_echo_with_an_id_we_know_is_ours(house: House) -> None:
    on_the_wire(house, "sent", provider_id="m_1")
    hears(house, an_echo(house, provider_id="m_1"))

    assert (elsewhere(house), house.conversation()["owner"]) == ([], "bot")


def test_what_our_app_sent_without_us_is_no_person(house: House) -> None:
    hears(house, an_echo(house, from_us=True))

    assert house.rows(Message) == []


def test_an_echo_before_our_own_answer_waits_for_it(house: House) -> None:
    part = on_the_wire(house)
    hears(house, an_echo(house, part["request"]["text"], provider_id="m_1"))
    assert (elsewhere(house), len(house.rows(FoundEvent))) == ([], 1)

    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(state="sent", provider_id="m_1"))
    take_held(house)

    assert (elsewhere(house), house.conversation()["owner"]) == ([], "bot")


def test_where_our_answer_went_wrong_the_same_words_were_a_persons(house: House) -> None:
    part = on_the_wire(house)
    hears(house, an_echo(house, part["request"]["text"]))
    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(state="failed"))
    take_held(house)

    assert elsewhere(house) == [part["request"]["text"]]


def test_other_words_than_those_on_the_wire_need_no_waiting(house: House) -> None:
    on_the_wire(house)
    hears(house, an_echo(house))

    assert elsewhere(house) == ["Soy Ana, ahora te ayudo."]


def test_an_echo_of_its_words_settles_an_unknown_outcome(house: House) -> None:
    part = on_the_wire(house, "unknown")
    hears(house, an_echo(house, part["request"]["text"], provider_id="m_1"))

    assert (house.rows(OutboxPart)[0]["state"], house.rows(OutboxPart)[0]["provider_id"]) == ("sent", "m_1")
    assert elsewhere(house) == []


def test_the_words_of_long_ago_are_not_on_the_wire(house: House) -> None:
    part = on_the_wire(house, "unknown")
    house.clock.forward(hours=1)
    hears(house, an_echo(house, part["request"]["text"]))

    assert elsewhere(house) == [part["request"]["text"]]


@pytest.mark.parametrize("callback_data", ["prt_0000000000000000", "", "x" * 500])
def test_a_part_made_up_does_not_make_an_echo_ours(house: House, callback_data: str) -> None:
    on_the_wire(house)
    hears(house, an_echo(house, callback_data=callback_data))

    assert len(elsewhere(house)) == 1
    assert "sent" not in states(house)


def test_the_part_of_another_customer_does_not_make_an_echo_ours(house: House) -> None:
    part = on_the_wire(house)
    hears(house, an_echo(house, recipient="999", callback_data=part["part_id"]))

    assert len(elsewhere(house)) == 1
    assert house.rows(OutboxPart)[0]["state"] == "sending"


@pytest.mark.parametrize(("change", "shown"), [
    ({"text": "Mañana a las 10."}, ("Mañana a las 10.", ["edits", "elsewhere"])),
    ({"text": ""}, ("", ["deleted", "deleted_at", "elsewhere"])),
    ({"text": "👍"}, ("Mañana.", ["elsewhere", "reactions"])),
])
def test_what_a_person_changes_elsewhere_changes_here(
    house: House, change: dict[str, str], shown: tuple[str, list[str]]
) -> None:
    hears(house, an_echo(house, "Mañana.", provider_id="m_1"))
    hears(house, an_echo(house, target="m_1", **change))

    (message,) = house.rows(Message)
    assert (message["text"], sorted(message["content"])) == shown


def test_a_person_takes_back_elsewhere_what_the_bot_said(house: House) -> None:
    on_the_wire(house, "sent", provider_id="m_1")
    hears(house, an_echo(house, "", target="m_1"))

    assert [row["content"].get("deleted") for row in house.rows(Message) if row["direction"] == "outbound"] == [True]
    assert house.conversation()["owner"] == "bot"


def test_taking_back_what_we_never_had_is_no_answer(house: House) -> None:
    hears(house, from_rita(house), an_echo(house, "", target="m_0"))

    assert (elsewhere(house), house.conversation()["owner"]) == ([], "bot")


def test_an_app_that_has_the_thread_answers_without_a_ticket(house: House) -> None:
    hears(house, from_rita(house, standby=True), an_echo(house, standby=True))

    assert (len(elsewhere(house)), house.rows(Ticket), house.conversation()["owner"]) == (1, [], "bot")


def test_the_desk_is_told_in_the_timeline(house: House) -> None:
    hears(house, from_rita(house), an_echo(house))

    assert "answered_elsewhere" in [row["kind"] for row in house.rows(TimelineEntry)]


def test_a_report_before_our_own_answer_waits_for_it(house: House) -> None:
    on_the_wire(house)
    report = from_rita(house, kind="status", status="delivered", recipient=RITA, provider_id="m_1")
    hears(house, report)
    with house.database.work() as work:
        work.connection.execute(OutboxPart.__table__.update().values(state="sent", provider_id="m_1"))
    take_held(house)

    assert states(house) == {"delivered"}


def test_a_report_of_what_is_not_ours_is_not_kept(house: House) -> None:
    hears(house, from_rita(house, kind="status", status="delivered", recipient=RITA, provider_id="m_1"))

    assert house.rows(FoundEvent) == []


def test_what_stays_unclear_is_not_held_for_ever(house: House) -> None:
    part = on_the_wire(house)
    hears(house, an_echo(house, part["request"]["text"]))
    for _ in range(12):
        with house.database.work() as work:
            work.connection.execute(OutboxPart.__table__.update().values(sending_at=work.now))
        take_held(house, 31)

    assert elsewhere(house) == [part["request"]["text"]]
