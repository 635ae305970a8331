"""`python -m bench`: start the product, check that every part is on, load it, say what it did and what it cost."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench import checks, processes
from bench.callbacks import Reports
from bench.figures import Cost, Figures, figures, lines
from bench.http_client import Pool
from bench.load import PATIENCE_SECONDS, Run, Target, closed_loop, open_loop
from bench.postgres import database
from bench.product import ACCOUNT_SID, AUTH_TOKEN, Product, ProductFailed, Setting
from bench.provider import Provider
from bench.talk import Journal
from demo.twilio_account import TwilioAccount

CLOSED_CONVERSATIONS, CLOSED_IN_FLIGHT = 500, 64


def main() -> int:
    """0: every figure is there and nothing was lost, doubled or mixed up; 1: something was; 2: it could not be measured."""
    options = arguments().parse_args()
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relevo-bench-")))
            url, server_pid = stack.enter_context(chosen_database(options.database, folder))
            setting = Setting(connector=options.connector, database_url=url, **_command(options))
            found = run_loop(measure(options, setting, folder, server_pid))
    except ProductFailed as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if found["figures"]["clean"] else 1


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast Relevo answers and what it costs.")
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second (open loop)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long")
    parser.add_argument("--closed", action="store_true", help="closed loop: 500 conversations of 4 turns, 64 in flight")
    parser.add_argument("--conversations", type=int, default=CLOSED_CONVERSATIONS, help="of the closed loop")
    parser.add_argument("--connector", choices=("csv_file", "rest"), default="csv_file")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (a server of its own) or a postgresql:// URL")
    parser.add_argument("--provider-ms", type=float, default=0.0, help="how long the provider takes to answer a send")
    parser.add_argument("--shop-ms", type=float, default=0.0, help="how long the shop of “rest” takes")
    parser.add_argument("--patience", type=float, default=PATIENCE_SECONDS,
                        help="seconds after which a process, and without any reply a message, counts as missing")
    parser.add_argument("--callbacks", action="store_true", help="the provider reports queued, sent and delivered")
    parser.add_argument("--json", help="write everything to this file too")
    parser.add_argument("--command", help="start this instead of ./run (words are split at spaces)")
    return parser


def _command(options: argparse.Namespace) -> dict[str, Any]:
    return {"command": tuple(options.command.split())} if options.command else {}


@contextmanager
def chosen_database(name: str, folder: Path) -> Iterator[tuple[str, int]]:
    """(URL, first process of its server or 0): nothing to set up for SQLite."""
    if name == "sqlite":
        yield "", 0
        return
    with database(name, folder) as chosen:
        yield chosen.url, chosen.server_pid


def run_loop(work: Any) -> Any:
    """On uvloop where it is installed: the generator should not be what is slow."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


async def measure(options: argparse.Namespace, setting: Setting, folder: Path, server_pid: int = 0) -> dict[str, Any]:
    """One whole run: start, checks, warm-up, load, stop. Raises ProductFailed."""
    bench = _Bench(options)
    await bench.provider.start()
    product = Product(setting, folder, bench.provider.url)
    try:
        health = await product.start()
        target = Target(Pool("127.0.0.1", product.port), f"{product.url}/webhooks/twilio", ACCOUNT_SID, AUTH_TOKEN,
                        options.patience)
        await bench.check(target, product, health)
        found = await bench.load(target, product.process.pid, server_pid)
        health = await product.health() or {}
        if faults := checks.health_faults(health):
            raise ProductFailed("\n".join(faults))
    except (OSError, TimeoutError) as error:
        raise ProductFailed(f"The product stopped answering ({error!r}):\n{product.tail()}") from error
    finally:
        if hasattr(product, "process"):
            product.stop()
        bench.provider.close()
    return bench.result(product, health, found)


class _Bench:
    """The provider's side, and whichever journal is being written."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.journal = Journal()
        self.provider = Provider(TwilioAccount(ACCOUNT_SID, AUTH_TOKEN), self._arrived)
        self.reports = Reports(ACCOUNT_SID, AUTH_TOKEN) if options.callbacks else None

    def _arrived(self, message: Any, at: float) -> None:
        self.journal.arrived(message, at)
        if self.reports:
            self.reports.follow(message)

    async def check(self, target: Target, product: Product, health: dict[str, Any]) -> None:
        """Refuse to measure when a part is off."""
        running = await checks.settled(product.process.pid, self.options.patience)
        print("processes       " + ", ".join(f"{one.name} ({one.pid}, {one.threads} threads)" for one in running))
        print("settings        " + "  ".join(f"{name}={value}" for name, value in product.settings_shown.items()))
        print("health          " + json.dumps(health, ensure_ascii=False), flush=True)
        faults = checks.health_faults(health) + checks.process_faults(running)
        faults += await checks.wire_faults(target, self.journal)
        if faults:
            raise ProductFailed("\n".join([*faults, "Nothing was measured. The product's last lines:", product.tail()]))
        await checks.warm_up(target, self.journal)

    async def load(self, target: Target, pid: int, server_pid: int) -> Figures:
        """The measured part, with a journal of its own."""
        self.journal = Journal()
        self.provider.overlapping = 0
        self.provider.delay_seconds = self.options.provider_ms / 1000
        self.provider.shop_delay_seconds = self.options.shop_ms / 1000
        before, own = _all(pid, server_pid), time.process_time()
        run = await self._drive(target)
        if self.reports:
            await self.reports.settle()
        after = _all(pid, server_pid)
        cost = Cost(processes.cpu_by_name(before, after), processes.memory_mb(after), time.process_time() - own)
        target.pool.close()
        return figures(run, self.provider.overlapping, cost)

    async def _drive(self, target: Target) -> Run:
        if self.options.closed:
            return await closed_loop(target, self.journal, self.options.conversations, CLOSED_IN_FLIGHT)
        return await open_loop(target, self.journal, self.options.rate, self.options.seconds)

    def result(self, product: Product, health: dict[str, Any], found: Figures) -> dict[str, Any]:
        """Print the figures and give back everything that belongs to them."""
        kind = "closed loop" if self.options.closed else f"open loop, {self.options.rate:g} a second"
        print(f"load            {kind}; provider answers in {self.options.provider_ms:g} ms; connector {self.options.connector}")
        print("\n".join(lines(found)))
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()}
        return {"load": kind, "options": vars(self.options), "settings": product.settings_shown, "health": health,
                "machine": machine, "callbacks": self.reports.counts if self.reports else {}, "figures": found.as_json()}


def _all(pid: int, server_pid: int) -> list[processes.Process]:
    found = processes.tree(pid)
    if server_pid:
        found += [processes.Process(one.pid, "postgresql", one.cpu_seconds, one.threads) for one in processes.tree(server_pid)]
    return found


if __name__ == "__main__":
    sys.exit(main())
