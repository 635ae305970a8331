"""Dead letters: what was given up is kept with its reason, and can be run again or dismissed, once."""

from __future__ import annotations

from typing import Any

import pytest

from channels.base import Answer
from conversation.errors import UnknownDeadLetter
from conversation.tables import DeadLetter, OutboxPart
from pipeline import burial, claims, dead_letters
from pipeline.claims import Outcome, Patience
from pipeline.tables import Timer
from tests.builders import a_queue
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


def test_a_turn_run_again_is_still_poison_and_stays_open(house: House) -> None:
    house.writer.submit([{**house.event("hola"), **POISON}])
    with pytest.raises((ValueError, OverflowError, OSError)):
        rerun(house)

    assert letter(house)["state"] == "open"


def test_a_turn_whose_cause_is_mended_is_answered(house: House) -> None:
    house.writer.submit([{**house.event("¿dónde está mi pedido AB-12345?"), **POISON}])
    with house.database.work() as work:
        table = DeadLetter.__table__
        mended = {**letter(house)["payload"], "event": {**letter(house)["payload"]["event"], "at_ms": 0}}
        work.connection.execute(table.update().values(payload=mended))
    rerun(house)

    assert letter(house)["state"] == "rerun"


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
