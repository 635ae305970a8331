"""Many at once: the same webhook, one conversation's messages, claims, and a bot that speaks while a person takes over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import clock
from conversation.tables import Conversation, Message, OutboxPart
from conversation.work import Database
from handoff import claims, desk
from handoff.desk import Opening
from handoff.errors import AlreadyClaimed
from tests.breaking.doors import Door, said
from tests.builders import HandClock, a_queue, an_agent
from tests.pipeline.conftest import say, send_until
from tests.providers.twilio import TwilioStandIn

ECHOES = 200


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    with Door(database_url, tmp_path) as door:
        yield door


def rows(door: Door, table: Any) -> list[dict[str, Any]]:
    order = table.__table__.c.seq if table is Message else table.__table__.c.conversation_id
    with door.relevo.database.reading() as session:
        return [dict(row) for row in session.execute(select(table.__table__).order_by(order)).mappings()]


def texts(door: Door, author: str) -> list[str]:
    return [row["text"] for row in rows(door, Message) if row["author"] == author]


def test_the_same_webhook_twenty_times_at_once_has_one_effect(door: Door) -> None:
    answers = door.post([said("hola")] * 20)

    assert answers == [204] * 20
    assert (texts(door, "contact"), texts(door, "bot")) == (["hola"], ["hola"])


def test_two_web_processes_that_get_the_same_webhooks_have_one_effect(
    door: Door, database_url: str, tmp_path: Path
) -> None:
    forms = [said(f"eco {n}", f"+3460011{n % 3:04d}") for n in range(30)]
    with Door(database_url, tmp_path) as other, ThreadPoolExecutor(2) as pool:
        answers = [*pool.map(lambda one: one.post(forms), (door, other))]

    assert answers == [[204] * 30, [204] * 30]
    assert Counter(texts(door, "bot")) == Counter(f"eco {n}" for n in range(30))


def test_first_messages_at_once_make_one_conversation(door: Door) -> None:
    door.post([said(f"eco {n}") for n in range(20)])

    assert len(rows(door, Conversation)) == 1


def test_two_hundred_messages_of_one_conversation_at_once_take_effect_in_order(door: Door) -> None:
    answers = door.post([said(f"eco {n}") for n in range(ECHOES)])

    heard = texts(door, "contact")
    assert answers == [204] * ECHOES
    assert sorted(heard) == sorted(f"eco {n}" for n in range(ECHOES))
    assert texts(door, "bot") == heard


def test_answers_leave_in_the_order_of_what_they_answer(
    door: Door, database: Database, twilio: TwilioStandIn
) -> None:
    door.post([said(f"eco {n}") for n in range(40)])
    object.__setattr__(database.wiring, "now", clock.now)

    send_until(database, twilio, lambda: len(twilio.accepted()) >= 40)

    assert [message.body for message in twilio.accepted()] == texts(door, "contact")


@pytest.fixture
def desked(database: Database, marta: str) -> str:
    """Marta's conversation, and fifty agents and a supervisor who could take it."""
    with database.work() as work:
        a_queue(work, "shipping", is_default=True)
        for n in range(50):
            an_agent(work, f"Ana{n}", ["shipping"])
        an_agent(work, "Sue", role="supervisor")
    return marta


def a_ticket(database: Database, conversation_id: str) -> str:
    with database.work() as work:
        return desk.open(work, conversation_id, Opening("shipping", "human_request"))


def claim(database: Database, ticket_id: str, name: str) -> str:
    try:
        with database.work() as work:
            claims.claim(work, ticket_id, f"agt_{name.lower()}", 1)
    except AlreadyClaimed as error:
        return error.holder_name
    return "won"


def test_of_fifty_claims_at_once_one_wins_and_the_others_learn_who(database: Database, desked: str) -> None:
    ticket_id, names = a_ticket(database, desked), [f"Ana{n}" for n in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = dict(zip(names, pool.map(lambda name: claim(database, ticket_id, name), names)))

    (winner,) = (name for name, answer in answers.items() if answer == "won")
    assert Counter(answers.values()) == {"won": 1, winner: 49}


def take_over(database: Database, conversation_id: str) -> claims.ClaimResult:
    with database.work() as work:
        return claims.take_over(work, conversation_id, "agt_sue", 0)


def bots_states(database: Database) -> list[tuple[str, str | None]]:
    part = OutboxPart.__table__
    with database.reading() as session:
        query = select(part.c.state, part.c.error_code).where(part.c.author == "bot").order_by(part.c.position)
        return [tuple(row) for row in session.execute(query)]


def test_a_reply_in_flight_when_a_person_claims_is_never_sent_and_is_shown_as_suppressed(
    database: Database, desked: str, twilio: TwilioStandIn, hand_clock: HandClock
) -> None:
    object.__setattr__(database.wiring, "now", clock.now)
    twilio.mode(429, retry_after=0.2, count=1)
    say(database, desked, "del bot", "también del bot")
    send_until(database, twilio, lambda: len(twilio.requests()) == 1 and bots_states(database)[0][0] == "queued")

    take_over(database, desked)
    send_until(database, twilio, lambda: len(twilio.accepted()) == 1)

    assert ["taken" in message.body for message in twilio.accepted()] == [True]
    assert bots_states(database) == [("suppressed", "taken_over")] * 2


def test_who_claims_is_told_what_the_bot_has_on_the_wire(
    database: Database, desked: str, twilio: TwilioStandIn
) -> None:
    object.__setattr__(database.wiring, "now", clock.now)
    twilio.mode("slow", ms=300, count=1)
    say(database, desked, "en camino", "ya no")
    results: list[claims.ClaimResult] = []

    def claimed_while_it_is_sent() -> bool:
        if not results and twilio.requests():
            results.append(take_over(database, desked))
        return len(twilio.accepted()) == 2

    send_until(database, twilio, claimed_while_it_is_sent)

    assert [part["text"] for part in results[0].on_the_wire] == ["en camino"]
    assert twilio.accepted()[0].body == "en camino"
    assert bots_states(database)[1] == ("suppressed", "taken_over")


@pytest.mark.parametrize(
    ("form", "token", "status"),
    [(said("hola"), "stolen", 403), (said("x" * 1_100_000), "a-token-for-tests", 413),
     (said("hola", to="+14155550000"), "a-token-for-tests", 403)],
    ids=["forged signature", "oversized body", "unknown number"],
)
def test_what_is_not_ours_is_refused_and_leaves_no_trace(door: Door, form: dict[str, str], token: str, status: int) -> None:
    answer = door.post_one(form, token)

    assert answer == status
    assert rows(door, Message) == []
