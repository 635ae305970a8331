"""Notices while no page is open: a push at once, one letter for two minutes, nothing that is not hers to know."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from channels.web_push import Browser, Ring
from conversation.tables import Alarm
from conversation.work import Database
from handoff import desk, notices, notify, subscriptions
from handoff.desk import Opening
from handoff.house_tables import Letter, PushSubscription
from handoff.tables import Agent
from pipeline import notices as telling
from tests.builders import HandClock, a_conversation, a_message, a_queue, an_agent

BASE = "https://chat.example.com"
KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
BROWSER = {"endpoint": "https://push.example.com/a", "p256dh": KEY, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}


class Service:
    """A push service as the drain sees it: notes what it is told, and answers what it was set to."""

    def __init__(self) -> None:
        self.outcome = "sent"
        self.told: list[Mapping[str, str]] = []

    def __call__(self, browser: Browser, ring: Ring, now: datetime) -> str:
        self.told.append(ring.told)
        return self.outcome


class World:
    """Ana, whose pages are closed for an hour, and Marta, who wrote to her queue."""

    def __init__(self, database: Database, clock: HandClock) -> None:
        self.database, self.clock, self.push = database, clock, Service()
        with database.work() as work:
            a_queue(work, "orders")
            an_agent(work, "Ana", ["orders"])
            an_agent(work, "Bo")
            self.conversation_id = a_conversation(work, "Marta Ríos")
            a_message(work, self.conversation_id, "La tarjeta es 4417 1234 5678")
            desk.open(work, self.conversation_id, Opening("orders", "human_request"))
            subscriptions.keep(work, "agt_ana", BROWSER)
            work.connection.execute(notices.Notice.__table__.delete())
        clock.forward(hours=1)

    def happens(self, kind: str = "assigned", agent: str = "agt_ana") -> None:
        with self.database.work() as work:
            notices.add(work, kind, [agent], self.conversation_id)

    def tell(self, **later: float) -> int:
        self.clock.forward(**later)
        return telling.drain(self.database, self.push, BASE)

    def letters(self) -> list[Any]:
        with self.database.reading() as reader:
            return list(reader.execute(select(Letter.__table__)).mappings())

    def sets(self, **values: Any) -> None:
        with self.database.work() as work:
            work.connection.execute(update(Agent.__table__).where(Agent.__table__.c.agent_id == "agt_ana").values(**values))


@pytest.fixture
def world(database: Database, hand_clock: HandClock) -> World:
    return World(database, hand_clock)


def test_a_push_goes_out_at_once_with_a_first_name_and_a_link(world: World) -> None:
    world.happens()
    world.tell()

    place = f"/console/conversations/{world.conversation_id}"
    assert [(one["title"], one["url"]) for one in world.push.told] == [("Marta: la conversación es tuya", place)]


def test_a_push_goes_out_once(world: World) -> None:
    world.happens()
    for _ in range(3):
        world.tell(seconds=60)

    assert len(world.push.told) == 1


def test_one_letter_tells_of_two_minutes(world: World) -> None:
    world.happens("assigned")
    world.tell(seconds=60)
    world.happens("mentioned")
    world.tell(seconds=59)
    assert world.letters() == []

    world.tell(seconds=1)
    (letter,) = world.letters()
    assert letter["subject"] == "Relevo: 2 avisos mientras no estabas"
    assert "Te nombran en la conversación con Marta" in letter["text"]


def test_no_word_of_the_customer_leaves_the_house(world: World) -> None:
    world.happens()
    world.tell()
    world.tell(minutes=2)

    sent = str(world.push.told) + world.letters()[0]["text"]
    assert "4417" not in sent and "Ríos" not in sent


def test_a_page_that_is_open_rings_and_nobody_else_does(world: World) -> None:
    world.happens()
    world.clock.forward(seconds=20)
    world.sets(last_seen_at=world.clock.now())
    world.tell(minutes=5)

    assert (world.push.told, world.letters()) == ([], [])


def test_a_page_that_was_just_closed_is_waited_for(world: World) -> None:
    world.sets(last_seen_at=world.clock.now())
    world.clock.forward(seconds=10)
    world.happens()
    world.tell(seconds=60)
    assert world.push.told == []

    world.tell(seconds=20)
    assert len(world.push.told) == 1


def test_she_chooses_how_she_is_told(world: World) -> None:
    with world.database.work() as work:
        notify.choose(work, "agt_ana", {"assigned": ["email"], "mentioned": []})
    world.happens("assigned")
    world.happens("mentioned")
    world.tell(minutes=2)

    assert world.push.told == []
    assert "Te nombran" not in world.letters()[0]["text"]


@pytest.mark.parametrize(("kind", "pushes"), [("assigned", 1), ("whispered", 1), ("replied", 0), ("breached", 0)])
def test_who_is_away_is_told_of_what_is_hers_by_name(world: World, kind: str, pushes: int) -> None:
    world.sets(presence="away")
    world.happens(kind)
    world.tell()

    assert len(world.push.told) == pushes


def test_a_browser_that_is_gone_is_forgotten(world: World) -> None:
    world.push.outcome = "gone"
    world.happens()
    world.tell()

    with world.database.reading() as reader:
        assert reader.execute(select(PushSubscription.__table__)).first() is None


def test_a_push_service_that_is_busy_is_asked_again_five_times(world: World) -> None:
    world.push.outcome = "later"
    world.happens("replied")
    for _ in range(8):
        world.tell(seconds=30)

    assert len(world.push.told) == 6


def failing(world: World) -> tuple[int, list[str]]:
    """Browsers that are known to take nothing, and what is open as an alarm."""
    with world.database.reading() as reader:
        browsers = reader.execute(select(PushSubscription.__table__.c.failed_at)).scalars()
        open_ones = Alarm.__table__.c.cleared_at.is_(None)
        return len([at for at in browsers if at]), list(reader.execute(select(Alarm.__table__.c.text).where(open_ones)).scalars())


def test_a_push_service_that_takes_nothing_is_an_alarm_until_it_does(world: World) -> None:
    world.push.outcome = "later"
    world.happens("replied")
    for _ in range(8):
        world.tell(seconds=30)
    before = failing(world)
    world.push.outcome = "sent"
    world.happens("replied")
    world.tell()

    assert (before, failing(world)) == ((1, ["pushes_failing"]), (0, []))


def test_who_may_not_see_a_conversation_is_not_told_of_it(world: World) -> None:
    with world.database.work() as work:
        subscriptions.keep(work, "agt_bo", BROWSER | {"endpoint": "https://push.example.com/b"})
    world.happens("assigned", "agt_bo")
    world.tell(minutes=2)

    assert (world.push.told, world.letters()) == ([], [])


def test_who_left_the_house_is_told_nothing(world: World) -> None:
    world.happens()
    world.sets(deactivated_at=world.clock.now())
    world.tell(minutes=2)

    assert (world.push.told, world.letters()) == ([], [])


def test_old_news_is_no_news(world: World) -> None:
    world.happens()
    world.tell(hours=13)

    assert (world.push.told, world.letters()) == ([], [])


def test_every_kind_has_a_default_and_a_sentence_in_each_language() -> None:
    from handoff.letters import words

    assert set(notify.DEFAULTS) == set(notices.KINDS)
    assert all(set(words(language)["told"]) == set(notices.KINDS) for language in ("es", "en", "pt"))
