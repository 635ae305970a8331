"""Past conversations as the bot had them, read back from what the house wrote while they happened."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.escalation import Policy
from bot.understanding.read import read
from bot.understanding.reading import Reading
from console import past_talks, policy_trial, replay
from console.errors import TooFast
from console.policy_trial import Means
from console.replay import PastTalk, Stretch
from conversation.work import Database
from handoff import verdicts
from handoff.verdicts import Judged
from tests.builders import Bell, HandClock, a_conversation, a_message, a_queue
from tests.console import desks
from tests.pipeline.house import FLOWS, House, open_house

REQUEST = "quiero hablar con una persona"
POLICIES = (Policy(), Policy())


@pytest.fixture
def house(database: Database, hand_clock: HandClock, bell: Bell) -> House:
    with database.work() as work:
        for queue_id in ("general", "orders", "returns", "sales", "payments", "shipping", "presales"):
            a_queue(work, queue_id, is_default=queue_id == "general")
    return open_house(database, hand_clock, bell, folder=Path(FLOWS))


def read_back(database: Database, clock: HandClock, days: int = 7) -> list[PastTalk]:
    found = past_talks.past(database, clock.now() - timedelta(days=days), clock.now() + timedelta(minutes=1))
    return [talk for page in past_talks.pages(database, found, lambda: False) for talk in page]


def hear(house: House, *texts: str) -> None:
    for text in texts:
        house.clock.forward(minutes=1)
        house.hear(text)
    house.clock.forward(minutes=1)


def the_stretch(house: House) -> Stretch:
    ((stretch,),) = [talk.stretches for talk in read_back(house.database, house.clock)]
    return stretch


def plainly(text: str, talk: PastTalk) -> Reading:
    return read(text, language=talk.language)


def test_a_talk_is_read_back_with_what_the_bot_did_before_each_text(house: House) -> None:
    hear(house, "hola", "¿dónde está mi pedido?", "blablabla")
    texts = the_stretch(house).texts

    assert [text.text for text in texts] == ["hola", "¿dónde está mi pedido?", "blablabla"]
    assert texts[0].last_outcome == "" and texts[2].last_outcome == "ask"
    assert texts[2].last_answer and texts[2].last_slot.startswith("order_status.")


def test_what_decided_a_text_is_known(house: House) -> None:
    hear(house, "¿dónde está mi pedido?", REQUEST)

    assert the_stretch(house).texts[-1].row == "people"
    assert the_stretch(house).texts[-1].outcome == "handoff"


def test_weighed_by_the_same_policy_a_talk_is_handed_over_where_it_was(house: House) -> None:
    hear(house, "hola", "¿dónde está mi pedido?", REQUEST)
    stretch = the_stretch(house)
    (talk,) = read_back(house.database, house.clock)
    (played,) = replay.play(talk, house.intake.bot.library().policy, plainly)

    assert stretch.ticket is not None and stretch.ticket.reason == "human_request"
    assert played.passed is not None and played.passed.text == stretch.texts[-1]


def test_what_is_said_to_people_is_not_the_bots(house: House) -> None:
    hear(house, "hola", REQUEST, "esto es para la persona")

    assert [text.text for text in the_stretch(house).texts] == ["hola", REQUEST]


def test_a_long_pause_begins_another_stretch(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        conversation_id = a_conversation(work)
        a_message(work, conversation_id, "uno")
    hand_clock.forward(hours=13)
    with database.work() as work:
        a_message(work, conversation_id, "dos")
    (talk,) = read_back(database, hand_clock)

    assert [[text.text for text in stretch.texts] for stretch in talk.stretches] == [["uno"], ["dos"]]


def test_a_reason_that_an_agent_disputed_is_known(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        desks.people(work)
        _, ticket_id = desks.held(work, "agt_ana")
        verdicts.judge(work, ticket_id, "agt_ana", Judged())
    (talk,) = read_back(database, hand_clock)

    assert talk.stretches[0].ticket is not None and talk.stretches[0].ticket.is_disputed


def test_older_conversations_are_left_out(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        a_message(work, a_conversation(work), "hace mucho")
    hand_clock.forward(days=8)

    assert read_back(database, hand_clock) == []


def test_time_that_is_up_ends_the_reading(database: Database, hand_clock: HandClock) -> None:
    with database.work() as work:
        a_message(work, a_conversation(work), "hola")
    found = policy_trial.run(database, POLICIES, 7, Means(), seconds=-1)

    assert (found.found.talks, found.total, found.cut) == (0, 1, policy_trial.BY_TIME)


def test_two_trials_do_not_run_at_once(database: Database) -> None:
    with policy_trial.alone(), pytest.raises(TooFast):
        policy_trial.run(database, POLICIES, 7, Means())
