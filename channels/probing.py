"""Asking a provider how a channel of ours stands: what a question is, and what every provider's answers share. Pure.

A look is a generator: it yields requests, is sent what came back, and returns what it found. `channels/asking.py` does
the I/O; a test answers by hand. What no documentation shows how to ask is found `unknown`, never guessed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from channels.base import Endpoint, HttpRequest
from channels.plain import json_of, object_of

NAMES_SHOWN = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; status 0: nothing did."""

    status: int
    body: bytes = b""

    @property
    def tree(self) -> Mapping[str, Any]:
        """The JSON object of the body, or an empty one."""
        return object_of(json_of(self.body))


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `text` names its sentence in conversation/troubles.yaml, `values` fill it in."""

    check: str
    state: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        return {"check": self.check, "state": self.state, "text": self.text, "values": dict(self.values)}


@dataclass(frozen=True, slots=True)
class Place:
    """A channel of ours, and what is needed to ask about it.

    `public_bases` are the addresses we told providers to call, `services` the Messaging Services of the same account at
    Twilio, `app_secret` lets us ask Meta about our own app.
    """

    endpoint: Endpoint
    provider: str
    channel: str
    public_bases: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    app_secret: str = ""

    @property
    def kind(self) -> str:
        return self.endpoint.kind

    @property
    def account(self) -> str:
        return self.endpoint.account

    def fact(self, name: str) -> str:
        """What the accounts say of this channel (`number`, `waba_id`, `page_id`, `app_id`), '' when nothing."""
        return str(self.endpoint.facts.get(name) or "")


Look = Generator[HttpRequest, Reply, Iterable[Found]]


def unanswered(check: str, reply: Reply) -> Found:
    """What is known when the provider did not say: nothing. It neither raises an alarm nor ends one."""
    if not reply.status:
        return Found(check, "unknown", "no_answer")
    return Found(check, "unknown", "not_told", {"status": reply.status})


def undocumented(check: str, text: str = "undocumented") -> Found:
    """No documentation shows how to ask."""
    return Found(check, "unknown", text)


def judge_callback(given: str, method: str, path: str, place: Place) -> Found:
    """Whether the provider calls us: `given` is the address it has, `path` where ours are.

    Compared without query and fragment: Twilio's `#rc=…` is an order to Twilio, and a query is part of what it signs.
    """
    ours = [base + path for base in place.public_bases]
    if not ours:
        return Found("callback", "unknown", "callback_no_base")
    if not given:
        return Found("callback", "bad", "callback_missing", {"ours": ours[0]})
    values = {"theirs": shown_url(given), "ours": ours[0]}
    if shown_url(given) not in {shown_url(one) for one in ours}:
        return Found("callback", "bad", "callback_wrong", values)
    if method and method.upper() != "POST":
        return Found("callback", "bad", "callback_method", {"method": method.upper()[:8]})
    return Found("callback", "ok", "callback_ok", values)


def shown_url(url: str) -> str:
    """An address without what may be secret in it (user, password, query), host and port in their usual form."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return "?"
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    tail = f":{port}" if port and port != _DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{parts.scheme.lower()}://{shown}{tail}{parts.path}"[:200]


def template_counts(statuses: Sequence[tuple[str, str]], good: frozenset[str], broken: frozenset[str]) -> Found:
    """What became of the message templates, of (name, status); names of the broken ones, five at most."""
    if not statuses:
        return Found("templates", "ok", "templates_none")
    lost = [f"{name} ({status.lower()})"[:80] for name, status in statuses if status.lower() in broken]
    ready = sum(1 for _, status in statuses if status.lower() in good)
    values = {"ready": ready, "total": len(statuses), "names": lost[:NAMES_SHOWN], "lost": len(lost)}
    return Found("templates", "warning" if lost else "ok", "templates_lost" if lost else "templates_ok", values)


def days_until(seconds_since_1970: float, now: datetime) -> int:
    """Whole days from now until then; negative when it is past."""
    return int((seconds_since_1970 - now.timestamp()) // 86_400)

