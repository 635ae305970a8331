"""The processes that do slow work: `python -m pipeline.worker slow` and, while there is some, `… bulk`.

Each is an RQ worker on one queue, whose jobs are only rings, and beside it a look at the rows every second: with Redis
gone, or a ring lost, the work is done a second later. What belongs to `bulk` and is taken by nobody for some seconds
(its worker runs only after a ring) is done by the slow worker, in a thread of its own.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

import structlog
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

import carriers.configuration
import clock
import config
import logs
import orders.configuration
from carriers.parcels import Parcels
from channels import accounts
from channels.web_push import Pusher
from conversation import signed_calls
from conversation.events import Rendered
from conversation.files import Folder
from conversation.work import Database, Wiring
from incidents.rule_book import Rules
from orders.deeds import kept
from orders.on_request import Counter
from orders.service import find_for_desk
from pipeline import bulk, case_watch, channel_watch, lanes, letters, mail, notices, order_moves, outreach, schema, slow
from pipeline.attention import Attention
from pipeline.hooks import Hooks
from pipeline.housekeeping import Housekeeping
from pipeline.late_parcels import LateParcels
from pipeline.live_project import LiveProject
from pipeline.media import open_media
from pipeline.order_actions import Errands
from pipeline.services import Services
from pipeline.slow import Slow

RECONNECT_SECONDS = 1.0

logger = structlog.get_logger(__name__)


def open_slow(given: config.Settings) -> Slow:
    """Everything slow work needs, from the settings."""
    doorbell = lanes.Doorbell(given.redis_url)
    wiring = Wiring(ring=doorbell.ring, render=lambda kind, outgoing: Rendered(()), text=lambda key, language, **values: "")
    connector = kept(orders.configuration.load(given.orders_path, config.environment(), clock.now), given.data_dir)
    parcels = Parcels(carriers.configuration.load(given.flows_dir, config.environment()))
    services = Services(connector, given.secret_key, lambda: clock.now().date(), Rules(given.claims_path),
                        parcels=parcels)
    client = lanes.connect(given.redis_url) if given.redis_url else None
    ours = accounts.read(given.accounts())
    attention = Attention(ours.endpoints(given.twilio_api_base, given.meta_graph_base, ""))
    database = Database(given.database_url, wiring)
    order_moves.watch(connector, database)
    return Slow(database, services, given.lease_seconds,
                lambda: client and client.delete(lanes.RUNG), attention)


def open_errands(work: Slow) -> Errands:
    """What agents have the shop do, done beside the look-ups."""
    return Errands(work.database, Counter(work.services.connector, work.services.today, work.services.parcels.told))


def install_bulk(given: config.Settings, database: Database) -> None:
    """Everything of the lane `bulk` that this process may do."""
    fetching = open_media(given, database)
    fetching.inherit()
    bulk.install("media", fetching.drain)


def tell_agents(given: config.Settings, database: Database) -> Mapping[str, Callable[[], object]]:
    """What brings letters and notices to agents, each in a thread of its own."""
    base = given.public_bases[0] if given.public_bases else ""
    post, key = mail.letters_post(given), notices.house_key(given.secret_key)
    push = Pusher(key, base if base.startswith("https:") else f"mailto:{post.sender if post else 'relevo@localhost'}") if key else None
    return {"letters": lambda: letters.drain(database, post, base, records=given.mode == "lab"),
            "notices": lambda: notices.drain(database, push, base)}


def sweep(drain: Callable[[], object], every_seconds: float) -> None:
    """Drain what waits, again and again, whether anybody rang or not."""
    while True:
        time.sleep(every_seconds)
        try:
            drain()
        except Exception as error:  # without it nothing is done where Redis is absent; it comes again in a second
            logger.warning("a sweep failed", error=type(error).__name__)


def listen(url: str, lane: str) -> None:
    """Work off rings; come back whenever Redis does."""
    while True:
        try:
            client = lanes.connect(url, timeout_seconds=None)
            queue = Queue(lane, connection=client, serializer=JSONSerializer)
            worker = SimpleWorker([queue], connection=client, serializer=JSONSerializer)
            worker.log_result_lifespan = False
            if worker.work(logging_level="WARNING", with_scheduler=False) is not None and worker._stop_requested:
                return
        except (RedisError, OSError) as error:
            logger.debug("redis does not answer", error=type(error).__name__)
        time.sleep(RECONNECT_SECONDS)


def main() -> None:
    """The process `worker` (its one argument is the lane `slow`) or `bulk`."""
    lane = sys.argv[1] if len(sys.argv) == 2 else ""
    if lane not in (lanes.SLOW_QUEUE, lanes.BULK_QUEUE):
        sys.exit("Usage: python -m pipeline.worker slow|bulk")
    os.environ.setdefault("RELEVO_PROCESS", "worker" if lane == lanes.SLOW_QUEUE else lane)
    given = config.load()
    if given.mode == "lab":
        clock.follow(given.lab_clock)
    logs.configure(given.log_level, given.secret_values, given.secret_key)
    for name, drain in _sweeps(given, lane).items():
        threading.Thread(target=sweep, args=(drain, given.sweep_seconds), name=name, daemon=True).start()
    if given.redis_url:
        listen(given.redis_url, lane)
    else:
        threading.Event().wait()


def _sweeps(given: config.Settings, lane: str) -> Mapping[str, Callable[[], object]]:
    """What this process looks for by itself, each in a thread of its own: one that hangs holds up no other."""
    work = open_slow(given)
    schema.guard(work.database.engine)
    install_bulk(given, work.database)
    if lane == lanes.BULK_QUEUE:
        return {"bulk": bulk.drain}
    slow.install(work)
    work.inherit()
    keeping = Housekeeping(work.database, given.media_path, given.media_keep_days)
    programs = Hooks(work.database, signed_calls.Caller(is_near=given.calls_near))
    watch, post = channel_watch.watch_of(given, work.database), mail.post_of(given)
    news = outreach.outreach_of(given, work.database, work.services.connector, LiveProject(work.database, given.flows_dir))
    late = LateParcels(news, work.services.parcels)
    sweeps = {"slow": work.drain, "bulk": lambda: bulk.drain(bulk.UNTOUCHED), "housekeeping": keeping.tick,
              "channels": watch.look, "hooks": programs.tick, "errands": open_errands(work).drain,
              "news": news.tick, "news feed": news.read_feed, "late parcels": late.look,
              "case orders": partial(case_watch.ask_again, work.database, Rules(given.claims_path),
                                     lambda number: find_for_desk(work.services.connector, number, work.services.today())),
              "case photos": case_watch.Photos(work.database, Folder(given.media_path), Rules(given.claims_path)).look}
    sweeps |= tell_agents(given, work.database)
    return sweeps | ({"mail": lambda: mail.mail_due(work.database, post)} if post else {})


if __name__ == "__main__":
    main()
