"""Meta for tests: the messages endpoint of WhatsApp Cloud and Messenger on loopback, with signed status webhooks.

Written from Meta's "Cloud API: Messages", "Webhooks" and "Messenger Platform: Send API" (read 2026-11-21). There is no
list of what was sent, as with Meta; only the webhooks tell, and they echo `biz_opaque_callback_data`.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

import clock
from demo.loopback import LoopbackServer
from demo.provider_modes import OK, Behaviour, Mode, read_mode
from demo.twilio_callbacks import reachable
from tests.providers import meta_admin
from tests.providers.watching import Watcher

ACCESS_TOKEN = "EAAtokenfortests"
APP_SECRET = "app-secret-for-tests"
APP_ID = "670843887433847"
PHONE_NUMBER_ID = "106540352242922"
PAGE_ID = "108000000000001"
BUSINESS_ID = "102290129340398"
QUICK_REPORTS = {"sent": 0.0, "delivered": 0.01}
HANG_SECONDS = 3600.0


@dataclass(slots=True)
class MetaSent:
    """One accepted send; `text` is the body shown, `payload` all that was posted."""

    n: int
    at: float
    to: str
    text: str
    mid: str
    product: str
    callback_data: str
    payload: dict[str, Any] = field(default_factory=dict)


def sign(app_secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.digest(app_secret.encode(), body, "sha256").hex()


class MetaStandIn:
    """`with MetaStandIn(webhook_url) as meta:` — `meta.url` is the base of the Graph API."""

    def __init__(self, webhook_url: str = "", delays: Mapping[str, float] | None = None) -> None:
        self.access_token = ACCESS_TOKEN
        self.app_secret = APP_SECRET
        self.held = meta_admin.Administration(APP_ID, APP_SECRET, ACCESS_TOKEN)
        self.webhook_url = webhook_url
        self.acknowledged: list[tuple[int, dict[str, Any]]] = []
        self._delays = QUICK_REPORTS if delays is None else delays
        self._behaviour = Behaviour()
        self._accepted: list[MetaSent] = []
        self._requests: list[dict[str, Any]] = []
        self._watcher = Watcher()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = LoopbackServer(self._application)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._thread.stop()

    @property
    def url(self) -> str:
        """The base of the Graph API (what META_GRAPH_BASE is set to)."""
        return f"http://127.0.0.1:{self._thread.port}"

    def mode(self, name: str | int, **settings: Any) -> None:
        """Misbehave from now on, as demo/provider_modes.py says."""
        self._behaviour.set(read_mode(str(name), settings))

    def behave(self) -> None:
        """Answer as Meta does again."""
        self._behaviour.set(OK)

    def forget(self) -> None:
        """Nothing was ever sent."""
        self._accepted.clear()

    def accepted(self, to: str = "") -> list[MetaSent]:
        """Every send that was accepted, in order."""
        return [sent for sent in list(self._accepted) if not to or sent.to == to]

    def wait_for_requests(self, count: int, timeout_seconds: float = 10.0) -> Sequence[dict[str, Any]]:
        """Wait until `count` requests came in, refused ones too."""
        return self._watcher.wait_for(self.requests, count, timeout_seconds)

    def requests(self) -> list[dict[str, Any]]:
        """Every request, refused ones too."""
        return list(self._requests)

    def wait_for(self, count: int, timeout_seconds: float = 10.0, to: str = "") -> Sequence[MetaSent]:
        """Wait until `count` sends were accepted; the test fails after the time is over."""
        return self._watcher.wait_for(lambda: self.accepted(to), count, timeout_seconds)

    def wait_for_reports(self, count: int, timeout_seconds: float = 10.0) -> Sequence[tuple[int, dict[str, Any]]]:
        """Wait until `count` webhooks were answered: (status, what was posted)."""
        return self._watcher.wait_for(lambda: list(self.acknowledged), count, timeout_seconds)

    def _application(self) -> web.Application:
        application = web.Application()
        meta_admin.mount(application, self.held)
        application.router.add_post("/{version:v[0-9]+\\.[0-9]+}/{node}/messages", self._send)
        application.on_cleanup.append(self._close)
        return application

    async def _send(self, request: web.Request) -> web.StreamResponse:
        payload = await request.json()
        mode = self._behaviour.next("send", str(payload.get("to", "")))
        answer = self._answer(request, payload, mode)
        self._requests.append({"at": clock.now().timestamp(), "path": request.path, "status": answer.status, "mode": mode.name})
        self._watcher.tell()
        if mode.ms:
            await asyncio.sleep(mode.ms / 1000)
        if mode.name in ("hang", "accept_then_hang"):
            await asyncio.sleep(HANG_SECONDS)
        if mode.name in ("reset", "accept_then_reset") and request.transport:
            request.transport.abort()
        return answer

    def _answer(self, request: web.Request, payload: dict[str, Any], mode: Mode) -> web.Response:
        if request.headers.get("Authorization", "") != f"Bearer {self.access_token}":
            return _error(401, 190, "Invalid OAuth access token.", {})
        node = request.match_info["node"]
        if node not in (PHONE_NUMBER_ID, PAGE_ID, "me"):
            return _error(400, 100, f"Unsupported post request. Object with ID '{node}' does not exist.", {})
        if not mode.accepts:
            headers = {} if mode.retry_after is None else {"Retry-After": f"{mode.retry_after:g}"}
            if not mode.error_object:
                return web.Response(status=mode.status, text="upstream error", headers=headers)
            return _error(mode.status, mode.code or (4 if mode.status == 429 else 2), "Told to fail by its mode", headers)
        answer = self._whatsapp(payload, mode) if node == PHONE_NUMBER_ID else self._messenger(payload)
        return web.Response(text="<html>ok</html>") if mode.name == "html" else answer

    def _whatsapp(self, payload: dict[str, Any], mode: Mode) -> web.Response:
        if payload.get("status") == "read":
            return web.json_response({"success": True})
        to = str(payload.get("to") or payload.get("recipient") or "")  # a number, or a business-scoped id
        if payload.get("messaging_product") != "whatsapp" or not to:
            return _error(400, 100, "(#100) The parameter messaging_product is required.", {})
        sent = self._accept("wamid." + secrets.token_hex(14), to, "whatsapp", payload)
        self._spawn(self._report_whatsapp(sent, mode.code if mode.name == "fail_later" else None))
        contact = {"input": sent.to, "wa_id": sent.to.lstrip("+")}
        return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": sent.mid}]})

    def _messenger(self, payload: dict[str, Any]) -> web.Response:
        to = str(payload.get("recipient", {}).get("id", ""))
        if "message" not in payload:
            return web.json_response({"recipient_id": to})
        sent = self._accept("m_" + secrets.token_hex(14), to, "messenger", payload)
        self._spawn(self._report_messenger(sent))
        return web.json_response({"recipient_id": to, "message_id": sent.mid})

    def _accept(self, mid: str, to: str, product: str, payload: dict[str, Any]) -> MetaSent:
        message = payload.get("message", {})
        data = payload.get("biz_opaque_callback_data") or message.get("metadata", "")
        sent = MetaSent(len(self._accepted) + 1, clock.now().timestamp(), to, _text(payload), mid, product, data, payload)
        self._accepted.append(sent)
        return sent

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _report_whatsapp(self, sent: MetaSent, fails_with: int | None) -> None:
        statuses = [("failed", 0.0)] if fails_with is not None else sorted(self._delays.items(), key=lambda item: item[1])
        waited = 0.0
        for status, delay in statuses:
            await asyncio.sleep(delay - waited)
            waited = delay
            await self.post(whatsapp_status(sent, status, fails_with))

    async def _report_messenger(self, sent: MetaSent) -> None:
        now_ms = int(sent.at * 1000)
        for status, delay in sorted(self._delays.items(), key=lambda item: item[1]):
            if status == "delivered":
                await asyncio.sleep(delay)
                await self.post(messenger_event(sent.to, now_ms, {"delivery": {"mids": [sent.mid], "watermark": now_ms}}))

    async def post(self, payload: dict[str, Any]) -> None:
        """Post a signed webhook to loopback, again until it is taken (8 times at most)."""
        target = reachable(self.webhook_url, {})
        if target is None:
            return
        body = json.dumps(payload, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(self.app_secret, body)}
        status = 0
        for attempt in range(8):
            status = await _post_once(target, body, headers)
            if status // 100 == 2:
                break
            await asyncio.sleep(0.2 * 2**attempt)
        self.acknowledged.append((status, payload))
        self._watcher.tell()

    async def _close(self, application: web.Application) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _post_once(target: str, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        async with aiohttp.ClientSession() as session, session.post(target, data=body, headers=headers) as answer:
            return answer.status
    except (aiohttp.ClientError, OSError):
        return 0


def whatsapp_status(sent: MetaSent, status: str, code: int | None = None) -> dict[str, Any]:
    """A status webhook of WhatsApp Cloud."""
    entry: dict[str, Any] = {"id": sent.mid, "status": status, "timestamp": str(int(sent.at)), "recipient_id": sent.to.lstrip("+")}
    if sent.callback_data:
        entry["biz_opaque_callback_data"] = sent.callback_data
    if code is not None:
        entry["errors"] = [{"code": code, "title": "Told to fail by its mode", "message": "Told to fail by its mode"}]
    return whatsapp_change({"statuses": [entry]})


def whatsapp_change(value: dict[str, Any]) -> dict[str, Any]:
    """A webhook of WhatsApp Cloud around `value` (messages, statuses, contacts)."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": PHONE_NUMBER_ID}
    change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
    return {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS_ID, "changes": [change]}]}


def whatsapp_text(sender: str, text: str, mid: str, at: int) -> dict[str, Any]:
    """A contact's text on WhatsApp Cloud; `sender` without plus."""
    message = {"from": sender, "id": mid, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return whatsapp_change({"contacts": [{"profile": {"name": "Marta"}, "wa_id": sender}], "messages": [message]})


def messenger_event(contact: str, at_ms: int, event: dict[str, Any]) -> dict[str, Any]:
    """A webhook of Messenger around one event (message, delivery, read, postback)."""
    messaging = {"sender": {"id": contact}, "recipient": {"id": PAGE_ID}, "timestamp": at_ms, **event}
    return {"object": "page", "entry": [{"id": PAGE_ID, "time": at_ms, "messaging": [messaging]}]}


def _text(payload: Mapping[str, Any]) -> str:
    """The words that are shown, whatever shape the message has."""
    message = payload.get("message", {})
    places = (message.get("text"), message.get("attachment", {}).get("payload", {}).get("text"),
              payload.get("interactive", {}).get("body", {}).get("text"), payload.get("text", {}).get("body"),
              payload.get("image", {}).get("caption"))
    return next((str(words) for words in places if words), "")


def _error(status: int, code: int, message: str, headers: Mapping[str, str]) -> web.Response:
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Astandin"}
    return web.json_response({"error": error}, status=status, headers=dict(headers))
