"""What the stand-in for Twilio posts to us: webhooks of what contacts say, and reports of how our messages fare.

Signed form posts, to loopback addresses only, with the retries that the address asks for in its fragment
(`#rc=5&rp=all`; documented defaults rc=1, rp=ct, 15 s in all). The fragment is neither sent nor signed.
Source: Twilio, "Webhooks: connection overrides" and "Track outbound message status", read 2026-11-21.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import aiohttp

import clock
from demo.twilio_account import TwilioAccount
from demo.twilio_messages import API_VERSION, Message, media_of
from demo.twilio_signature import sign

TOTAL_SECONDS = 15.0
FIRST_PAUSE_SECONDS = 0.5
KEPT_POSTS = 100_000
ALL_REASONS = frozenset({"4xx", "5xx", "ct", "rt"})
DELAYS = {"queued": 0.02, "sent": 0.15, "delivered": 0.6, "read": 2.0}  # seconds after acceptance


@dataclass(frozen=True, slots=True)
class CallbackPlan:
    """When reports go out, and how they are spoilt.

    `delays`: seconds after acceptance by status; a status left out never comes. `repeat`: how often each is posted.
    `reverse`: the latest status goes first. `reach`: which loopback base really serves a public base; the signature
    is always of the public address.
    """

    delays: Mapping[str, float] = field(default_factory=lambda: dict(DELAYS))
    repeat: int = 1
    reverse: bool = False
    reach: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retries:
    """What the fragment of an address asks for."""

    count: int = 1
    reasons: frozenset[str] = frozenset({"ct"})


@dataclass(frozen=True, slots=True)
class Posted:
    """One post that has come to its end; `status` is the last answer, 0 without one, None when it was not posted."""

    url: str
    fields: Mapping[str, str]
    status: int | None
    attempts: int


def read_retries(url: str) -> Retries:
    """The connection overrides of `url`; what is left out or unreadable has its documented default."""
    values = dict(parse_qsl(url.partition("#")[2]))
    count = values.get("rc", "1")
    reasons = frozenset(values.get("rp", "ct").split(","))
    return Retries(min(5, int(count)) if count.isdigit() else 1, ALL_REASONS if "all" in reasons else reasons)


def inbound_fields(
    message: Message, account_sid: str, button: str = "", api_base: str = "https://api.twilio.com"
) -> dict[str, str]:
    """The form of a webhook for what a contact said; `button` is the payload behind a tap."""
    fields = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": str(message.num_media),
        "NumSegments": "1",
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.to,
    }
    if message.sender.startswith("whatsapp:"):
        fields |= {
            "MessageType": "button" if button else "text",
            "ProfileName": message.profile_name,
            "ReferralNumMedia": "0",
            "WaId": message.sender.removeprefix("whatsapp:+"),
        }
    for n, (sid, mime) in enumerate(media_of(message)):
        path = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}/Media/{sid}"
        fields |= {f"MediaUrl{n}": api_base + path, f"MediaContentType{n}": mime}
    if button:
        fields |= {"ButtonText": message.body, "ButtonPayload": button}
    return fields


def status_fields(message: Message, status: str, account_sid: str, code: int | None = None) -> dict[str, str]:
    """The form of a report that the message has come to `status`."""
    fields = {
        "AccountSid": account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.service_sid:
        fields["MessagingServiceSid"] = message.service_sid
    if message.to.startswith("whatsapp:"):
        fields |= {
            "ChannelInstallSid": "XE" + "0" * 31 + "1",
            "ChannelPrefix": "whatsapp",
            "ChannelToAddress": message.to.removeprefix("whatsapp:"),
        }
    if code is not None:
        fields |= {"ErrorCode": str(code), "ChannelStatusMessage": "Told to fail by its mode"}
    return fields


def reachable(url: str, reach: Mapping[str, str]) -> str | None:
    """Where a post to `url` really goes: a loopback address, or None when it would leave this machine."""
    address = url.partition("#")[0]
    for public, local in reach.items():
        if address.startswith(public):
            address = local + address[len(public) :]
            break
    parts = urlsplit(address)
    if parts.scheme != "http" or "@" in parts.netloc or not parts.hostname:
        return None
    if parts.hostname == "localhost":
        return address
    try:
        return address if ipaddress.ip_address(parts.hostname).is_loopback else None
    except ValueError:
        return None


def _nobody_listens() -> None:
    """Until a test wants to know of each post."""


class Postman:
    """Posts to us what Twilio would post. Lives in one event loop."""

    def __init__(self, account: TwilioAccount, plan: CallbackPlan) -> None:
        self.account = account
        self.plan = plan
        self.counts: Counter[str] = Counter()
        self.posts: deque[Posted] = deque(maxlen=KEPT_POSTS)
        self.on_post: Callable[[], None] = _nobody_listens
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[int]] = set()
        self._timers: set[asyncio.TimerHandle] = set()

    def report(self, message: Message, fails_with: int | None) -> None:
        """Let an accepted message go its way, and report each status if it has a callback address."""
        delays = dict(self.plan.delays)
        if fails_with is not None:
            delays = {"queued": delays.get("queued", 0.0), "failed": delays.get("sent", 0.0)}
        if not message.to.startswith("whatsapp:"):
            delays.pop("read", None)
        times = sorted(delays.values())
        names = sorted(delays, key=delays.__getitem__, reverse=self.plan.reverse)
        for name, delay in zip(names, times, strict=True):
            self._later(delay, message, name, fails_with if name == "failed" else None)

    def _later(self, delay: float, message: Message, status: str, code: int | None) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            self.account.messages.change(message, status, clock.now().timestamp(), code)
            if message.callback_url:
                for _ in range(self.plan.repeat):
                    self._spawn(message, status, code)

        timer = asyncio.get_running_loop().call_later(delay, fire)
        self._timers.add(timer)

    def _spawn(self, message: Message, status: str, code: int | None) -> None:
        fields = status_fields(message, status, self.account.account_sid, code)
        task = asyncio.ensure_future(self.post(message.callback_url, fields, message.sid + status))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def post(self, url: str, fields: Mapping[str, str], token: str) -> int:
        """Post a signed form, again as often as the address allows; the last status, 0 without an answer."""
        if self.drops(fields):
            return self._done("dropped", Posted(url, fields, None, 0))
        target = reachable(url, self.plan.reach)
        if target is None:
            return self._done("refused", Posted(url, fields, None, 0))
        headers = {
            "I-Twilio-Idempotency-Token": hashlib.sha256(token.encode()).hexdigest()[:32],
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": sign(self.account.auth_token, url, fields.items()),
        }
        retries, ends_at = read_retries(url), asyncio.get_running_loop().time() + TOTAL_SECONDS
        for attempt in range(retries.count + 1):
            status, reason = await self._once(target, fields, headers)
            pause = FIRST_PAUSE_SECONDS * 2**attempt
            too_late = asyncio.get_running_loop().time() + pause > ends_at
            if status // 100 == 2 or reason not in retries.reasons or attempt == retries.count or too_late:
                break
            self.counts["retried"] += 1
            await asyncio.sleep(pause)
        return self._done("acked" if status // 100 == 2 else "failed", Posted(url, fields, status, attempt + 1))

    def drops(self, fields: Mapping[str, str]) -> bool:
        """Is this one of those that the mode lets get lost?"""
        what = "callback" if "MessageStatus" in fields else "webhook"
        return self.account.behaviour.next(what, fields["To"]).name == "drop"

    def _done(self, outcome: str, posted: Posted) -> int:
        self.counts[outcome] += 1
        self.posts.append(posted)
        self.on_post()
        return posted.status or 0

    async def _once(self, target: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, str]:
        session = self._session = self._session or aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=TOTAL_SECONDS), connector=aiohttp.TCPConnector(limit=64)
        )
        self.counts["posted"] += 1
        try:
            async with session.post(target, data=dict(fields), headers=headers) as answer:
                await answer.read()
                return answer.status, f"{answer.status // 100}xx"
        except aiohttp.ClientConnectorError:
            return 0, "ct"
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0, "rt"

    @property
    def pending(self) -> int:
        """How many reports have not come to their end."""
        return len(self._timers) + len(self._tasks)

    async def close(self) -> None:
        """Stop everything that is under way."""
        for timer in self._timers:
            timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
