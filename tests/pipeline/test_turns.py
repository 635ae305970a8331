"""Whole turns, from an event of the wire to the outbox, with the shipped flows and the demo shop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from conversation.events import Outgoing
from conversation.tables import Contact, Conversation, DeadLetter, Message, OutboxPart, StepLog
from handoff import claims, closing
from handoff.tables import Ticket
from pipeline import answer, burial
from pipeline.tables import ProofAttempt, Timer
from tests.builders import a_queue, an_agent
from tests.pipeline.house import House


@pytest.fixture(autouse=True)
def queues(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True, titles={"es": "General"})
        a_queue(work, "shipping", titles={"es": "Envíos"})
        an_agent(work, "Ana", ["shipping", "general"])


def ticket(house: House) -> dict[str, Any]:
    (row,) = house.rows(Ticket)
    return row


def claim(house: House) -> None:
    with house.database.work() as work:
        claims.claim(work, ticket(house)["ticket_id"], "agt_ana", house.conversation()["epoch"])


def give_back(house: House) -> None:
    with house.database.work() as work:
        closing.return_to_bot(work, ticket(house)["ticket_id"], "agt_ana")


def resolve(house: House) -> None:
    with house.database.work() as work:
        closing.resolve(work, ticket(house)["ticket_id"], "agt_ana")


def test_an_order_question_is_answered_at_once(house: House) -> None:
    house.hear("Hola, ¿dónde está mi pedido AB-12345?")

    assert any("AB-12345" in text for text in house.said())
    assert house.rows(Ticket) == []


def test_the_first_answer_says_that_it_is_an_assistant(house: House) -> None:
    house.hear("hola")
    house.hear("hola otra vez")

    assert sum("asistente" in text for text in house.said()) == 1


def test_the_button_that_messenger_shows_first_opens_the_menu(house: House) -> None:
    house.hear("Empezar", kind="reply", payload="GET_STARTED")

    assert "¡Hola! ¿En qué te ayudo?" in house.said()[0]


def test_a_repeat_of_a_webhook_has_no_effect(house: House) -> None:
    event = house.event("hola")
    house.writer.submit([event])
    before = house.said()
    house.writer.submit([event])

    assert house.said() == before


def test_twenty_parallel_deliveries_are_one_message(house: House) -> None:
    event = house.event("hola")
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: house.writer.submit([event]), range(20)))

    assert [row["text"] for row in house.rows(Message) if row["direction"] == "inbound"] == ["hola"]


def test_parallel_messages_of_one_contact_are_numbered_without_gaps(house: House) -> None:
    events = [house.event(f"hola {n}") for n in range(40)]
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda event: house.writer.submit([event]), events))

    seqs = [row["seq"] for row in house.rows(Message)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert len(house.rows(Contact)) == 1


def test_anger_opens_a_ticket_with_the_quote_as_evidence(house: House) -> None:
    house.hear("esto es una vergüenza, llevo una semana esperando")

    opened = ticket(house)
    assert (opened["state"], opened["reason"]) == ("queued", "frustration")
    assert any("vergüenza" in reason["quote"] for reason in opened["evidence"])


def test_asking_for_a_person_opens_a_ticket_and_says_so(house: House) -> None:
    house.hear("quiero hablar con una persona")

    assert ticket(house)["reason"] == "human_request"
    assert "Te paso con una persona" in house.last()


def test_the_bot_is_silent_while_people_have_it(house: House) -> None:
    house.hear("quiero hablar con una persona")
    claim(house)
    before = len(house.said())
    house.hear("¿y mi pedido AB-12345?")

    assert len(house.said()) == before
    assert house.conversation()["unread"] > 0


def test_after_the_return_the_bot_answers_again(house: House) -> None:
    house.hear("quiero hablar con una persona")
    claim(house)
    give_back(house)
    house.hear("¿dónde está mi pedido AB-12345?")

    assert any("AB-12345" in text for text in house.said()[-3:])


def test_old_anger_does_not_count_after_the_return(house: House) -> None:
    house.hear("esto es una vergüenza, llevo una semana esperando")
    claim(house)
    give_back(house)
    house.hear("vale, gracias. ¿dónde está mi pedido AB-12345?")

    assert len(house.rows(Ticket)) == 1


def test_thanks_after_a_resolved_ticket_is_left_alone(house: House) -> None:
    house.hear("quiero hablar con una persona")
    claim(house)
    resolve(house)
    before = len(house.said())
    house.hear("muchas gracias")

    assert (len(house.said()), len(house.rows(Ticket))) == (before, 1)


def test_the_same_matter_within_two_days_goes_back_to_the_same_queue(house: House) -> None:
    house.hear("quiero hablar con una persona")
    claim(house)
    resolve(house)
    house.hear("sigue sin llegar el paquete")

    assert sorted(row["state"] for row in house.rows(Ticket)) == ["queued", "resolved"]


def test_parting_words_leave_under_the_epoch_of_the_queue(house: House) -> None:
    house.hear("hola")
    with house.database.work() as work:
        talk = burial.inbox.load(work, house.conversation()["conversation_id"])
        assert talk is not None
        talk.say(work, Outgoing("Te paso con alguien."))
        answer.effects.hand_off(work, talk, answer.asked.HandOff("shipping", "asked"))
        burial.inbox.write(work, [talk])

    parts = {row["request"]["text"]: (row["state"], row["epoch"]) for row in house.rows(OutboxPart)}
    assert parts["Te paso con alguien."] == ("queued", 1)


def test_stop_is_obeyed_and_confirmed_once(house: House) -> None:
    house.hear("hola")
    house.hear("STOP")
    house.hear("BAJA")

    confirmations = [part for part in house.rows(OutboxPart) if part["request"].get("consent")]
    assert house.conversation()["opted_out_at"] is not None
    assert len(confirmations) == 1


def test_cancelling_an_order_is_not_opting_out(house: House) -> None:
    house.hear("quiero cancelar mi pedido")

    assert house.conversation()["opted_out_at"] is None


def test_writing_again_after_stop_is_answered_outside_sms(house: House) -> None:
    house.hear("STOP")
    before = len(house.said())
    house.hear("hola")

    assert len(house.said()) > before


def test_an_unknown_kind_is_answered_with_one_sentence(house: House) -> None:
    house.writer.submit([{**house.event(""), "kind": "unsupported"}])

    assert house.said()


def test_a_reaction_is_kept_and_wakes_nobody(house: House) -> None:
    house.writer.submit([{**house.event("👍"), "kind": "reaction"}])

    assert (len(house.rows(Message)), house.said()) == (1, [])


def test_failed_proofs_are_limited_in_the_database(house: House) -> None:
    for number in range(7):
        house.hear("¿dónde está el pedido AB-12345?", sender=f"+3469900011{number}")

    assert len(house.rows(ProofAttempt)) == 5


def test_beyond_the_limit_the_right_proof_fails_like_a_wrong_one(house: House) -> None:
    for number in range(6):
        house.hear("¿dónde está el pedido AB-12345?", sender=f"+3469900011{number}")
    house.hear("¿dónde está el pedido AB-12345?", sender="+34600111222")

    assert not any("Correos" in text or "camino" in text for text in house.said())


def test_every_turn_is_logged_with_its_steps(house: House) -> None:
    house.hear("¿dónde está mi pedido AB-12345?")

    assert any(row["steps"] for row in house.rows(StepLog))


def test_a_reminder_that_is_stale_says_nothing(house: House) -> None:
    house.hear("¿dónde está mi pedido?")
    house.hear("AB-12345")
    before = len(house.said())
    house.clock.forward(hours=2)
    with house.database.work() as work:
        house.intake.take_due(work, 64)

    fired = [row for row in house.rows(Timer) if row["fired_at"] is not None]
    assert fired and len(house.said()) <= before + 1


def test_a_poisoned_event_is_buried_and_its_neighbours_are_answered(house: House) -> None:
    poisoned = {**house.event("uno", sender="+34611111111"), "at_ms": 10**30}
    house.writer.submit([poisoned, house.event("hola")])

    (letter,) = house.rows(DeadLetter)
    assert (letter["kind"], letter["state"]) == ("turn", "open")
    assert len(house.rows(Conversation)) == 2


def test_whoever_wrote_a_poisoned_event_gets_an_apology_and_a_person(house: House) -> None:
    house.writer.submit([{**house.event("uno"), "at_ms": 10**30}])

    assert ticket(house)["reason"] == "bot_error"
    assert house.said()


def test_two_thousand_and_one_messages_a_day_open_one_ticket(house: House) -> None:
    house.hear("hola")
    with house.database.work() as work:
        table = Conversation.__table__
        work.connection.execute(table.update().values(day_count=answer.MESSAGES_PER_DAY))
    for _ in range(3):
        house.hear("hola")

    assert [row["reason"] for row in house.rows(Ticket)] == ["too_many"]


def test_what_is_due_is_heard_in_the_order_in_which_conversations_are_locked(house: House) -> None:
    for n in range(3):
        house.hear("hola", sender=f"+3460011122{n}")
    talks = sorted(row["conversation_id"] for row in house.rows(Conversation))
    with house.database.work() as work:
        work.connection.execute(Timer.__table__.insert(), [
            {"timer_id": f"tmr_{n}", "conversation_id": talk, "kind": "reminder", "payload": {}, "created_at": work.now,
             "due_at": work.now - timedelta(seconds=n)} for n, talk in enumerate(talks)])
        found = [due.row["conversation_id"] for due in house.intake.due(work, 64)]

    assert found == talks


def due_timers(house: House, *payloads: dict[str, Any]) -> None:
    """Timers that are due, one in a conversation."""
    for n in range(len(payloads)):
        house.hear("hola", sender=f"+3460011122{n}")
    talks = sorted(row["conversation_id"] for row in house.rows(Conversation))
    with house.database.work() as work:
        work.connection.execute(Timer.__table__.insert(), [
            {"timer_id": f"tmr_{n}", "conversation_id": talk, "kind": "external", "payload": payload, "created_at": work.now,
             "due_at": work.now} for n, (talk, payload) in enumerate(zip(talks, payloads, strict=True))])


def hear_some(house: House, is_time_up: bool) -> int:
    with house.database.work() as work:
        return house.intake.hear_some(work, house.intake.due(work, 64), lambda: is_time_up)


def test_news_that_nobody_asked_for_wait_until_the_rest_is_heard(house: House) -> None:
    due_timers(house, {"name": "order_news", "key": "A-1"}, {"name": "paid", "key": "A-2"}, {"name": "order_news", "key": "A-3"})

    assert [hear_some(house, is_time_up=False) for _ in range(3)] == [1, 2, 0]


def test_when_its_time_is_up_a_bite_ends_after_one(house: House) -> None:
    due_timers(house, {"name": "paid", "key": "A-1"}, {"name": "paid", "key": "A-2"})

    assert hear_some(house, is_time_up=True) == 1
