"""The web process: Granian with the WSGI app of `app.py`. `python -m pipeline.web` reads HOST, PORT, WEB_THREADS …

Granian keeps one process for the port and one for each worker. A worker that dies takes this process with it, and
whoever started it (./run, a container's restart policy) starts it again: one place decides about restarts.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import sys
from collections.abc import Callable
from typing import Any, cast

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

import config
import logs
from pipeline import schema
from pipeline.children import tie_to_parent

BACKLOG = 1024
CONNECTIONS = 4_096  # Granian counts open ones, and a browser keeps several: threads are what limits the work
STOP_SECONDS = 3
GC_ALLOCATIONS = 20_000


def server(settings: config.Settings) -> Any:
    """The server as these settings want it."""
    return Granian(
        "app:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        blocking_threads_idle_timeout=600,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
        log_access=False,
        respawn_failed_workers=False,
        workers_kill_timeout=STOP_SECONDS,
    )


def main() -> int:
    """Serve until told to stop."""
    try:
        settings = config.load()
    except config.BadSettings as error:
        print(f"relevo: {error}", file=sys.stderr)
        return 2
    server(settings).serve(target_loader=_load)
    return 0


def _load(_target: str) -> Callable[..., Any]:
    """The app, in a worker: tied to Granian's own process, so that no worker outlives it and keeps the port."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        tie_to_parent(parent.pid)
    gc.disable()  # what is made at the start stays: to look through it again and again is a quarter of the start
    try:
        app = importlib.import_module("app").app  # here: the process that only holds the port needs none of it
    except Exception as error:  # the top of a process: what is wrong with settings or flows is told, not thrown
        if not logs.is_ours(error):
            raise
        print(f"relevo: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    schema.guard(app.extensions["relevo"].database.engine)
    settle_memory()
    return cast(Callable[..., Any], app)


def settle_memory() -> None:
    """Everything made so far stays for good: the collector need not look at it again, and may look less often.

    Measured at 200 messages a second: with Python's defaults the collector takes 8 % of the process's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_ALLOCATIONS, 20, 50)
    gc.enable()


if __name__ == "__main__":
    raise SystemExit(main())
