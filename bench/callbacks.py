"""The provider's reports of how each message fares, posted on connections of their own.

Off by default: `--callbacks` switches them on. They are work for the product, but no messages; figures with and
without them are not to be compared.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import urlsplit

from bench.http_client import Pool
from bench.talk import signed_post
from demo.twilio_callbacks import DELAYS, reachable, status_fields
from demo.twilio_messages import Message

STATUSES = ("queued", "sent", "delivered")


class Reports:
    """Posts what Twilio would post to each message's callback address, to loopback only."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.counts: Counter[str] = Counter()
        self._account_sid, self._auth_token = account_sid, auth_token
        self._pools: dict[int, Pool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._due = 0

    def follow(self, message: Message) -> None:
        """Report this message's way."""
        if not message.callback_url or reachable(message.callback_url, {}) is None:
            self.counts["refused"] += 1
            return
        for status in STATUSES:
            self._due += 1
            asyncio.get_running_loop().call_later(DELAYS[status], self._fire, message, status)

    def _fire(self, message: Message, status: str) -> None:
        self._due -= 1
        task = asyncio.ensure_future(self._post(message, status))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, message: Message, status: str) -> None:
        fields = status_fields(message, status, self._account_sid)
        request = signed_post(message.callback_url, self._auth_token, fields)
        port = urlsplit(message.callback_url).port or 80
        pool = self._pools.setdefault(port, Pool("127.0.0.1", port))
        try:
            answer, _ = await pool.send(request)
            self.counts["acked" if answer // 100 == 2 else f"http {answer}"] += 1
        except (OSError, TimeoutError) as error:
            self.counts[type(error).__name__] += 1

    async def settle(self) -> None:
        """Wait until every report is out and answered."""
        while self._due or self._tasks:
            await asyncio.sleep(0.05)
