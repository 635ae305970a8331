"""Twilio for tests: the demo's stand-in in a thread, with what a test wants to ask and to break."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from demo.loopback import LoopbackServer
from demo.provider_modes import OK, read_mode
from demo.twilio_account import Sent
from demo.twilio_admin import Administration
from demo.twilio_callbacks import CallbackPlan, Posted, inbound_fields
from demo.twilio_messages import Message
from demo.twilio_standin import StandInSettings, TwilioServer
from tests.providers.watching import Watcher

ACCOUNT_SID = "AC" + "0" * 31 + "7"
AUTH_TOKEN = "a-token-for-tests"
QUICK_REPORTS = {"queued": 0.0, "sent": 0.01, "delivered": 0.02}


class TwilioStandIn:
    """`with TwilioStandIn() as twilio:` — `twilio.url` is the base of its REST API."""

    def __init__(self, webhook_url: str = "", delays: Mapping[str, float] | None = None, **plan: Any) -> None:
        self.account_sid = ACCOUNT_SID
        self.auth_token = AUTH_TOKEN
        reports = CallbackPlan(delays=QUICK_REPORTS if delays is None else delays, **plan)
        self._server = TwilioServer(StandInSettings(ACCOUNT_SID, AUTH_TOKEN, webhook_url, plan=reports))
        self._watcher = Watcher()
        self._server.account.on_request = self._watcher.tell
        self._server.postman.on_post = self._watcher.tell
        self._thread = LoopbackServer(self._server.application)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.stop()

    @property
    def url(self) -> str:
        """The base of the REST API (what TWILIO_API_BASE is set to)."""
        return f"http://127.0.0.1:{self._thread.port}"

    @property
    def held(self) -> Administration:
        """What the account has beside messages: numbers, senders, services, templates."""
        return self._server.held

    @property
    def messages_url(self) -> str:
        """Where messages are posted and listed."""
        return f"{self.url}/2010-04-01/Accounts/{self.account_sid}/Messages.json"

    def mode(self, name: str | int, **settings: Any) -> None:
        """Misbehave from now on: `mode(500, error_object=False)`, `mode("accept_then_reset", share=0.3, count=4)`."""
        self._server.account.behaviour.set(read_mode(str(name), settings))

    def behave(self) -> None:
        """Answer as Twilio does again."""
        self._server.account.behaviour.set(OK)

    def accepted(self, to: str = "") -> list[Sent]:
        """Every send that was accepted, in order (`to`: only those to this address)."""
        return [sent for sent in list(self._server.account.accepted) if not to or sent.to == to]

    def requests(self) -> list[dict[str, Any]]:
        """Every request, refused ones too."""
        return list(self._server.account.requests)

    def callbacks(self) -> dict[str, int]:
        """How many posts went out: posted, acked, failed, retried, refused."""
        return dict(self._server.postman.counts)

    def message(self, sid: str) -> Message | None:
        """A message as Twilio has it now."""
        return self._server.account.messages.get(sid)

    def wait_for(self, count: int, timeout_seconds: float = 10.0, to: str = "") -> Sequence[Sent]:
        """Wait until `count` sends were accepted; the test fails after the time is over."""
        return self._watcher.wait_for(lambda: self.accepted(to), count, timeout_seconds)

    def wait_for_requests(self, count: int, timeout_seconds: float = 10.0) -> Sequence[dict[str, Any]]:
        """Wait until `count` requests came in, refused ones too."""
        return self._watcher.wait_for(self.requests, count, timeout_seconds)

    def wait_for_reports(self, count: int, timeout_seconds: float = 10.0) -> Sequence[Posted]:
        """Wait until `count` posts to us have come to their end (acknowledged, failed or refused)."""
        return self._watcher.wait_for(self.posts, count, timeout_seconds)

    def posts(self) -> list[Posted]:
        """Every post to us that has come to its end."""
        return list(self._server.postman.posts)

    def fields(self, sender: str, to: str, body: str, profile_name: str = "Marta") -> dict[str, str]:
        """The form of a webhook for what a contact says, for a test that posts it itself (see demo.twilio_signature)."""
        words = {"from": sender, "to": to, "body": body, "profile_name": profile_name}
        message = self._server.account.receive(words, 0.0)
        return inbound_fields(message, self.account_sid)

    def receive(self, sender: str, to: str, body: str, at: float, media_types: str = "") -> dict[str, str] | None:
        """A contact writes at this time: the form of its webhook, or None where the mode drops it (`mode("drop")`)."""
        words = {"from": sender, "to": to, "body": body, "profile_name": "Marta", "media_types": media_types}
        message = self._server.account.receive(words, at)
        self._server.account.messages.change(message, "received", at)
        form = inbound_fields(message, self.account_sid, api_base=self.url)
        return None if self._server.postman.drops(form) else form

    def largest_page(self, size: int) -> None:
        """Give at most so many messages a page, whatever is asked for."""
        self._server.account.messages.largest_page = size

    def accept(self, to: str, sender: str, body: str, at: float) -> Message:
        """A message of ours that the account has since this time, whoever sent it."""
        message = Message("SM" + secrets.token_hex(16), to, sender, body, "outbound-api", at,
                          "queued", at, sent_at=at)
        self._server.account.messages.add(message)
        return message

    def comes_to(self, message: Message, status: str, at: float, code: int | None = None) -> None:
        """The message has come to this status, and nobody was told."""
        self._server.account.messages.change(message, status, at, code)

    def clear(self) -> None:
        """Forget the log and behave."""
        self._server.account.clear()
        self.behave()
