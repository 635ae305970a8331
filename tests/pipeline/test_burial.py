"""Dead letters: what was given up is kept with its reason, and can be run again or dismissed, once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from channels.base import Answer
from conversation import outbox
from conversation.errors import UnknownDeadLetter
from conversation.events import Outgoing, OutgoingTemplate
from conversation.tables import Alarm, DeadLetter, Message, OutboxPart
from handoff import claims as claims_of_agents
from handoff import closing
from handoff.tables import Ticket
from pipeline import burial, claims, dead_letters
from pipeline.claims import Outcome, Patience
from pipeline.tables import Timer
from tests.builders import a_queue, an_agent
from tests.pipeline.house import House

POISON = {"at_ms": 10**30}


@pytest.fixture(autouse=True)
def queues(house: House) -> None:
    with house.database.work() as work:
        a_queue(work, "general", is_default=True)
        a_queue(work, "shipping")


def letter(house: House) -> dict[str, Any]:
    (row,) = house.rows(DeadLetter)
    return row


def rerun(house: House, dead_letter_id: str = "") -> None:
    with house.database.work() as work:
        burial.rerun(work, house.intake, dead_letter_id or letter(house)["dead_letter_id"], "agt_ana")


def parts_of(work: Any, message_id: str) -> list[dict[str, Any]]:
    query = select(OutboxPart.__table__).where(OutboxPart.__table__.c.message_id == message_id)
    return [dict(row) for row in work.connection.execute(query.order_by(OutboxPart.__table__.c.position)).mappings()]


def open_alarms(house: House) -> list[str]:
    return [row["text"] for row in house.rows(Alarm) if row["cleared_at"] is None and row["text"] == "given_up"]


def refuse_everything(house: House) -> None:
    """Let the provider refuse what waits, for good."""
    with house.database.work() as work:
        conversations = [house.conversation()["conversation_id"]]
        claimed = claims.take(work, conversations, "a:1", Patience())
        no = Answer("refused", code="21211", text="no such number", error_class="DEAD")
        claims.record(work, [Outcome(one, no) for one in claimed], Patience())


def test_a_refused_message_is_kept_with_the_providers_reason(house: House) -> None:
    house.hear("hola")
    refuse_everything(house)

    assert (letter(house)["kind"], letter(house)["state"]) == ("send", "open")
    assert "21211" in letter(house)["reason"]


def test_a_message_run_again_is_a_new_part(house: House) -> None:
    house.hear("hola")
    refuse_everything(house)
    before = len(house.rows(OutboxPart))
    rerun(house)

    assert len(house.rows(OutboxPart)) == before + 1
    assert house.rows(OutboxPart)[-1]["state"] == "queued"
    assert letter(house)["state"] == "rerun"


def test_of_a_message_in_pieces_only_the_one_that_failed_goes_out_again(house: House) -> None:
    house.hear("hola")
    with house.database.work() as work:
        conversation_id = house.conversation()["conversation_id"]
        message = outbox.queue(work, conversation_id, Outgoing("\n\n".join(["a" * 1400, "b" * 1400, "c" * 1400])))
        pieces = parts_of(work, message)
        key = dead_letters.bury(work, "send", conversation_id, "It failed.", {"part": pieces[1]["part_id"]})
    rerun(house, key)

    again = [row for row in house.rows(OutboxPart) if row["part_id"] not in {one["part_id"] for one in pieces}][-1:]
    assert len(pieces) == 3
    assert [row["request"] for row in again] == [pieces[1]["request"]]
    assert len([row for row in house.rows(OutboxPart) if row["message_id"] == again[0]["message_id"]]) == 1


def test_given_up_work_is_an_alarm_until_all_of_it_is_settled(house: House) -> None:
    house.hear("hola")
    refuse_everything(house)
    assert open_alarms(house) == ["given_up"]

    rerun(house)

    assert open_alarms(house) == []


def test_a_template_run_again_is_the_template_it_was_and_advertises_as_before(house: House) -> None:
    news = OutgoingTemplate("HX" + "a" * 32, "es", ("Marta",), (), "Hola, Marta: hay novedades.")
    house.hear("hola")
    refuse_everything(house)
    with house.database.work() as work:
        outbox.queue(work, house.conversation()["conversation_id"], Outgoing("", template=news, purpose="marketing"))
    refuse_everything(house)
    rerun(house, house.rows(DeadLetter)[-1]["dead_letter_id"])

    first, again = house.rows(OutboxPart)[-2:]
    assert (again["request"], again["state"]) == (first["request"], "queued")


def test_a_turn_run_again_is_answered_from_what_was_kept_and_not_stored_twice(house: House) -> None:
    house.writer.submit([{**house.event("¿dónde está mi pedido AB-12345?"), **POISON}])
    with house.database.work() as work:
        an_agent(work, "Ana", ["general"])
        (ticket,) = house.rows(Ticket)
        claims_of_agents.claim(work, ticket["ticket_id"], "agt_ana", ticket["epoch"])
    with house.database.work() as work:
        closing.return_to_bot(work, ticket["ticket_id"], "agt_ana")
    rerun(house)

    inbound = [row for row in house.rows(Message) if row["direction"] == "inbound"]
    assert (len(inbound), letter(house)["state"]) == (1, "rerun")
    assert any("AB-12345" in text for text in house.said()[-3:])


def test_a_turn_run_again_while_people_have_it_stays_theirs(house: House) -> None:
    house.writer.submit([{**house.event("hola"), **POISON}])
    before = house.said()
    rerun(house)

    assert (house.said(), letter(house)["state"]) == (before, "rerun")


def test_nobody_runs_the_same_letter_twice(house: House) -> None:
    house.hear("hola")
    refuse_everything(house)
    first = letter(house)["dead_letter_id"]
    rerun(house, first)
    with pytest.raises(UnknownDeadLetter, match=first):
        rerun(house, first)


def test_a_dismissed_letter_stays_readable_and_closed(house: House) -> None:
    house.hear("hola")
    refuse_everything(house)
    with house.database.work() as work:
        dead_letters.dismiss(work, letter(house)["dead_letter_id"], "agt_ana")

    assert (letter(house)["state"], letter(house)["settled_by"]) == ("dismissed", "agt_ana")


def test_a_poisoned_timer_is_settled_and_its_contact_gets_a_person(house: House) -> None:
    house.hear("hola")
    with house.database.work() as work:
        work.connection.execute(Timer.__table__.insert().values(
            timer_id="tmr_1", conversation_id=house.conversation()["conversation_id"], kind="reminder",
            payload={"seq": "not a number"}, due_at=work.now, created_at=work.now))
    house.writer.wake()
    house.hear("otra cosa", sender="+34611111111")

    fired = [row for row in house.rows(Timer) if row["timer_id"] == "tmr_1"]
    assert fired[0]["fired_at"] is not None
    assert letter(house)["kind"] == "slow"
