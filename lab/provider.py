"""The lab's line to the stand-in provider: what contacts write, what reached them, and how it misbehaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import urllib3

TIMEOUT_SECONDS = 20.0


class ProviderSilent(Exception):
    """The stand-in does not answer, or says why it will not."""


class LabProvider:
    """The stand-in at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=TIMEOUT_SECONDS)

    def say(self, values: Mapping[str, str]) -> int:
        """Somebody writes to us; the status our webhook was answered with, once it was. Raises ProviderSilent."""
        return int(self._ask("POST", "/_say", {**values, "wait": "1"})["webhook_status"])

    def wire(self) -> list[dict[str, Any]]:
        """Every message that the provider took from us, in order. Raises ProviderSilent."""
        return list(self._ask("GET", "/_log")["accepted"])

    def mode(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """How the provider behaves from now on. Raises ProviderSilent with what was wrong."""
        return dict(self._ask("POST", "/_mode", values))

    def pending(self) -> int:
        """Webhooks and reports under way."""
        return int(self._ask("GET", "/_health")["pending"])

    def forget(self) -> None:
        """Nothing was ever said or sent."""
        self._ask("DELETE", "/_talk")
        self._ask("DELETE", "/_log")

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            answer = self._pool.request(method, self._url + path, **({"json": dict(body)} if body is not None else {}))
        except urllib3.exceptions.HTTPError as error:
            raise ProviderSilent(f"The stand-in at {self._url} does not answer: {type(error).__name__}.") from error
        if answer.status != 200:
            raise ProviderSilent(f"The stand-in answered {answer.status}: {answer.json().get('error', '')}")
        return answer.json()
