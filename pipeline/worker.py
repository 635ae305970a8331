"""The process that does slow work: `python -m pipeline.worker slow`.

An RQ worker on one queue, whose jobs are only rings, and beside it a look at the rows every second: with Redis gone, or
a ring lost, the work is done a second later.
"""

from __future__ import annotations

import os
import sys
import threading
import time

import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

import clock
import config
import logs
import orders.configuration
from conversation.events import Rendered
from conversation.work import Database, Wiring
from pipeline import lanes, schema, slow
from pipeline.services import Services
from pipeline.slow import Slow

RECONNECT_SECONDS = 1.0

logger = structlog.get_logger(__name__)


def open_slow(given: config.Settings) -> Slow:
    """Everything slow work needs, from the settings."""
    doorbell = lanes.Doorbell(given.redis_url)
    wiring = Wiring(ring=doorbell.ring, render=lambda kind, outgoing: Rendered(()), text=lambda key, language, **values: "")
    connector = orders.configuration.load(given.orders_path, config.environment())
    services = Services(connector, given.secret_key, lambda: clock.now().date())
    client = lanes.connect(given.redis_url) if given.redis_url else None
    return Slow(Database(given.database_url, wiring), services, given.lease_seconds,
                lambda: client and client.delete(lanes.RUNG))


def sweep(work: Slow, every_seconds: float) -> None:
    """Drain what waits, again and again, whether anybody rang or not."""
    while True:
        time.sleep(every_seconds)
        try:
            work.drain()
        except Exception as error:  # without it nothing is asked where Redis is absent; it comes again in a second
            logger.warning("a sweep of slow work failed", error=type(error).__name__)


def listen(url: str) -> None:
    """Work off rings; come back whenever Redis does."""
    while True:
        try:
            client = lanes.connect(url, timeout_seconds=None)
            queue = Queue(lanes.SLOW_QUEUE, connection=client, serializer=JSONSerializer)
            worker = SimpleWorker([queue], connection=client, serializer=JSONSerializer)
            worker.log_result_lifespan = False
            if worker.work(logging_level="WARNING", with_scheduler=False) is not None and worker._stop_requested:
                return
        except (RedisError, OSError) as error:
            logger.debug("redis does not answer", error=type(error).__name__)
        time.sleep(RECONNECT_SECONDS)


def main() -> None:
    """The process `worker`; its one argument is the lane, `slow`."""
    if sys.argv[1:] != ["slow"]:
        sys.exit("Usage: python -m pipeline.worker slow")
    os.environ.setdefault("RELEVO_PROCESS", "worker")
    given = config.load()
    logs.configure(given.log_level, given.secret_values, given.secret_key)
    work = open_slow(given)
    schema.guard(work.database.engine)
    slow.install(work)
    threading.Thread(target=sweep, args=(work, given.sweep_seconds), name="sweep", daemon=True).start()
    if given.redis_url:
        listen(given.redis_url)
    else:
        threading.Event().wait()


if __name__ == "__main__":
    main()
