"""The product under the bench: `./run` as anybody starts it, on a fresh folder, a free port and the bench's own flows."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.contract import write_csv
from bench.http_client import Pool, get_bytes
from bench.provider import SHOP_TOKEN
from bench.talk import OURS
from demo.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 12.0
ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "a-token-for-the-bench"
CALLER = ("PATH", "HOME", "LANG", "TZ", "VIRTUAL_ENV")

CSV_CONNECTOR = """connector: csv_file
settings:
  path: orders.csv
"""
REST_CONNECTOR = """connector: rest
settings:
  url: {url}/orders/{{reference}}
  keep: {{fresh: 0, stale: 0}}  # each question goes to the shop
  auth:
    bearer: "${{SHOP_TOKEN}}"
  fields:
    reference: reference
    email: email
    status: status
    eta: eta
"""


class ProductFailed(Exception):
    """The product did not start, or a part of it is off; the message says which and where to look."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the product is started with."""

    command: Sequence[str] = (str(ROOT / "run"),)
    connector: str = "csv_file"
    database_url: str = ""
    flows: Path = ROOT / "bench" / "flows"
    more: Mapping[str, str] = field(default_factory=dict)
    orders: str = ""  # what _orders.yaml says, instead of what goes with the connector


class Product:
    """One start of the product in `folder`."""

    def __init__(self, setting: Setting, folder: Path, provider_url: str) -> None:
        self.setting = setting
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = self._environment(provider_url)
        self.log = folder / "product.log"

    def _environment(self, provider_url: str) -> dict[str, str]:
        data = self.folder / "data"
        orders = self.folder / "_orders.yaml"
        write_csv(self.folder / "orders.csv")
        usual = CSV_CONNECTOR if self.setting.connector == "csv_file" else REST_CONNECTOR.format(url=provider_url)
        orders.write_text(self.setting.orders or usual, encoding="utf-8")
        caller = {name: os.environ[name] for name in CALLER if name in os.environ}
        return caller | {
            "MODE": "lab", "HOST": "127.0.0.1", "PORT": str(self.port), "DATA_DIR": str(data), "PUBLIC_BASE_URL": self.url,
            "DATABASE_URL": self.setting.database_url, "SECRET_KEY": secrets.token_urlsafe(32), "FLOWS_DIR": str(self.setting.flows),
            "ORDERS_CONFIG": str(orders), "SHOP_TOKEN": SHOP_TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_API_BASE": provider_url,
            "TWILIO_WHATSAPP": OURS.removeprefix("whatsapp:"), "PYTHONDONTWRITEBYTECODE": "1", **self.setting.more,
        }

    @property
    def settings_shown(self) -> dict[str, str]:
        """What a reader of the figures must know; nothing secret."""
        names = ("MODE", "PORT", "DATABASE_URL", "FLOWS_DIR", *self.setting.more)
        return {name: self.environment[name] for name in names if self.environment[name]} | {
            "CONNECTOR": self.setting.connector}

    async def start(self) -> dict[str, Any]:
        """Start it and wait for /healthz; gives back what /healthz says. Raises ProductFailed."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: ASYNC220 (before the clock runs, nothing else waits)
                self.setting.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        end = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < end:
            if self.process.poll() is not None:
                raise ProductFailed(f"The product ended with {self.process.returncode} while starting:\n{self.tail()}")
            health = await self.health()
            if health and health.get("status") == "ok":
                return health
            await asyncio.sleep(0.1)
        raise ProductFailed(f"The product did not say it is well at {self.url}/healthz in {START_SECONDS:g} s:\n{self.tail()}")

    async def health(self) -> dict[str, Any] | None:
        """What /healthz says now; None when there is no answer that can be read."""
        pool = Pool("127.0.0.1", self.port)
        try:
            _, body = await pool.send(get_bytes("/healthz", f"127.0.0.1:{self.port}"), 5.0)
            found = json.loads(body)
            return found if isinstance(found, dict) else None
        except (OSError, TimeoutError, ValueError):
            return None
        finally:
            pool.close()

    def tail(self, count: int = 25) -> str:
        """The last lines that the product wrote."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-count:])

    def stop(self) -> None:
        """Ask it to stop, and end its session if it does not."""
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """Only the session that we started; its first process is its leader."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass
