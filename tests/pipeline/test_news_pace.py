"""How fast news are decided: by what waits to be sent, and by how long the last round took."""

from __future__ import annotations

import pytest

from conversation import outbox
from conversation.events import Outgoing
from conversation.work import Database
from pipeline.news_pace import LEAST_AT_ONCE, LEAST_UNSENT, MOST_TURNS, MOST_UNSENT, Bounds, Pace, slowest
from tests.builders import a_conversation


def senders_of(database: Database) -> tuple[tuple[str, str], ...]:
    with database.reading() as session:
        row = session.connection().exec_driver_sql("SELECT kind, account FROM channel").one()
    return ((row[0], row[1]),)


def room(database: Database, bounds: Bounds) -> int:
    with database.work() as work:
        return bounds.room(work.connection, work.now)


@pytest.mark.parametrize(("rate", "most"), [(0.0, MOST_UNSENT), (80.0, MOST_UNSENT), (10.0, 40), (0.2, LEAST_UNSENT)])
def test_no_more_is_decided_than_the_channel_sends_in_seconds(rate: float, most: int) -> None:
    assert Bounds(rate=rate).most_unsent == most


def test_what_is_not_sent_yet_takes_the_room_of_news(database: Database) -> None:
    with database.work() as work:
        conversation = a_conversation(work)
        for _ in range(LEAST_UNSENT - 1):
            outbox.queue(work, conversation, Outgoing("hola"))

    assert room(database, Bounds(senders_of(database), rate=1.0)) == 1


def test_what_another_channel_has_not_sent_takes_none(database: Database) -> None:
    with database.work() as work:
        outbox.queue(work, a_conversation(work), Outgoing("hola"))

    assert room(database, Bounds((("meta-whatsapp", "another"),), rate=1.0)) == LEAST_UNSENT


def test_without_anything_on_its_way_the_writer_is_the_bound(database: Database) -> None:
    assert room(database, Bounds()) == MOST_TURNS


def test_a_long_round_is_followed_by_a_small_one_and_a_pause() -> None:
    times = iter([0.0, 0.08])
    pace = Pace(24, lambda: next(times))
    pace.begin()

    assert (pace.end(24), pace.size) == (0.08, 6)


def test_rounds_grow_again_and_never_beyond_their_bound() -> None:
    times = iter([0.0, 9.0, 9.0, 9.001])
    pace = Pace(24, lambda: next(times))
    sizes = []
    for _ in range(2):
        pace.begin()
        pace.end(pace.size)
        sizes.append(pace.size)

    assert sizes == [LEAST_AT_ONCE, 24]


def test_the_slowest_rate_that_is_set_counts() -> None:
    assert (slowest([0.0, 80.0, 5.0]), slowest([0.0])) == (5.0, 0.0)
