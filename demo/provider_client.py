"""The phone's line to the stand-in provider: what was said between one number and us, and what she says next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import urllib3

TIMEOUT_SECONDS = 3.0
PHOTOS = ("lamp", "box")  # views of the stand-in (demo/inbound_files.py)
MAX_TEXT = 1600  # characters that Twilio takes at once


class ProviderSilent(Exception):
    """The stand-in provider does not answer; it is started beside the web process."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message as the phone shows it. `status` is Twilio's; `is_mine` was said by the person with the phone."""

    seq: int
    text: str
    is_mine: bool
    status: str
    at: float
    photos: int = 0
    sid: str = ""


class ProviderClient:
    """Asks the stand-in at `url`, always for the number `ours` (with its `whatsapp:` prefix)."""

    def __init__(self, url: str, ours: str) -> None:
        self._url = url
        self._ours = ours
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=TIMEOUT_SECONDS)

    def talk(self, number: str) -> list[Said]:
        """Everything said between this number and us, oldest first. Raises ProviderSilent."""
        found = self._ask("GET", "/_talk", fields={"us": self._ours, "contact": f"whatsapp:{number}"})
        return [_said(message) for message in found["messages"]]

    def say(self, number: str, name: str, text: str) -> None:
        """She writes: the stand-in posts a signed webhook to us. Raises ProviderSilent."""
        words = {"from": f"whatsapp:{number}", "to": self._ours, "body": text[:MAX_TEXT], "profile_name": name}
        self._ask("POST", "/_say", json=words)

    def send_photos(self, number: str, name: str) -> None:
        """She sends two photos of the broken lamp, one after the other as a messenger does. Raises ProviderSilent."""
        for view in PHOTOS:
            sent = {"from": f"whatsapp:{number}", "to": self._ours, "profile_name": name, "media_types": f"image/jpeg;{view}"}
            self._ask("POST", "/_say", json=sent | {"wait": "1"})

    def forget(self) -> None:
        """Everything that was ever said, by anybody, is forgotten. Raises ProviderSilent."""
        self._ask("DELETE", "/_talk")

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = self._pool.request(method, self._url + path, **more)
        except urllib3.exceptions.HTTPError as error:
            raise ProviderSilent(
                f"The stand-in provider at {self._url} does not answer: {type(error).__name__}."
            ) from error
        if answer.status != 200:
            raise ProviderSilent(f"The stand-in provider at {self._url} answered {answer.status} to {path}.")
        return answer.json()


def _said(message: dict[str, Any]) -> Said:
    return Said(
        message["seq"], message["body"], message["direction"] == "inbound", message["status"], message["created_at"],
        message["num_media"], message["sid"],
    )
