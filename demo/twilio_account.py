"""One account at the stand-in for Twilio: what it answers to each request, without knowing how bytes travel.

The demo's server, the tests and the bench put different wires around the same account. Answers and error objects are
those of Twilio's REST API ("Messages resource", "Error and warning dictionary", read 2026-11-21).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from demo.provider_modes import OK, Behaviour, Mode
from demo.twilio_messages import API_VERSION, BadQuery, Message, Messages, as_json, media_json, media_of

MAX_BODY = 1600  # characters, error 21617
MAX_MEDIA = 10  # error 21623
KEPT_REQUESTS = 100_000
ADDRESS = re.compile(r"(?:whatsapp:\+[0-9]{5,15}|messenger:[0-9A-Za-z_-]+|\+[0-9]{5,15}|[0-9]{3,8})\Z")
SENDER = re.compile(r"(?:whatsapp:\+[0-9]{5,15}|messenger:[0-9A-Za-z_-]+|\+[0-9]{5,15}|[0-9A-Za-z ]{2,11})\Z")
PATH = re.compile(r"/2010-04-01/Accounts/([^/]+)/Messages(?:/([^/]+)(?:/Media)?)?\.json\Z")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; `headers` have lower-case names."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: `cut` says how the answer is spoilt (hang, reset, truncated), `accepted` what was taken in."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0
    cut: str = ""
    accepted: Message | None = None
    fails_with: int | None = None
    content_type: str = "application/json"


@dataclass(slots=True)
class Sent:
    """One send that the stand-in accepted, as a test reads it."""

    n: int
    at: float
    to: str
    sender: str
    body: str
    sid: str
    callback_url: str
    media_url: str = ""
    answered_at: float | None = None


class Refused(Exception):
    """The request is answered with Twilio's error object."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class TwilioAccount:
    """The account `account_sid`: its messages, its log and the way it misbehaves now."""

    def __init__(self, account_sid: str, auth_token: str, messages: Messages | None = None) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.messages = messages or Messages()
        self.behaviour = Behaviour()
        self.accepted: list[Sent] = []
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self.on_request: Callable[[], None] = _nobody_listens
        self._known = ""

    def answer(self, request: Request) -> Reply:
        """What Twilio would answer, spoilt as the mode says. Never raises on what a stranger sends."""
        mode = OK
        try:
            self._authenticate(request)
            sid = self._message_sid(request)
            if request.method == "POST" and sid is None:
                fields = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
                mode = self.behaviour.next("send", dict(fields).get("To", ""))
                reply = self._send(fields, mode, request.at)
            elif request.method == "GET":
                mode = self.behaviour.next("list")
                reply = _failure(mode) or self._read(request, sid)
            else:
                raise Refused(405, 20004, "Method not allowed")
        except Refused as refused:
            reply = _error(refused.status, refused.code, str(refused))
        self._log(request, reply, mode)
        self.on_request()
        return reply

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if given and given == self._known:
            return
        scheme, _, encoded = given.partition(" ")
        try:
            pair = base64.b64decode(encoded, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            pair = b""
        if not hmac.compare_digest(pair, f"{self.account_sid}:{self.auth_token}".encode()):
            raise Refused(401, 20003, "Authenticate")
        self._known = given

    def _message_sid(self, request: Request) -> str | None:
        found = PATH.match(request.path)
        if not found or found[1] != self.account_sid:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        return found[2]

    def _send(self, fields: list[tuple[str, str]], mode: Mode, at: float) -> Reply:
        failed = _failure(mode)
        if failed:
            return failed
        _check(fields)
        message = self._accept(fields, at)
        reply = Reply(201, _json(as_json(message, self.account_sid)), accepted=message)
        return _spoilt(reply, mode)

    def _accept(self, fields: list[tuple[str, str]], at: float) -> Message:
        form = dict(fields)
        media = [value for name, value in fields if name == "MediaUrl"]
        message = Message(
            sid="SM" + secrets.token_hex(16),
            to=form["To"],
            sender=form.get("From", ""),
            body=form.get("Body", ""),
            direction="outbound-api",
            created_at=at,
            status="queued",
            updated_at=at,
            num_media=len(media),
            media_url=media[0] if media else "",
            callback_url=form.get("StatusCallback", ""),
            service_sid=form.get("MessagingServiceSid", ""),
        )
        self.messages.add(message)
        self.accepted.append(
            Sent(
                len(self.accepted) + 1,
                at,
                message.to,
                message.sender,
                message.body,
                message.sid,
                message.callback_url,
                message.media_url,
            )
        )
        return message

    def _read(self, request: Request, sid: str | None) -> Reply:
        if sid is None:
            try:
                return Reply(200, _json(self.messages.listing(request.query, self.account_sid, request.path)))
            except BadQuery as error:
                raise Refused(400, 20001, str(error)) from None
        message = self.messages.get(sid)
        if message is None:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        shape = media_json if request.path.endswith("/Media.json") else as_json
        return Reply(200, _json(shape(message, self.account_sid)))

    def _log(self, request: Request, reply: Reply, mode: Mode) -> None:
        self.requests.append(
            {
                "at": request.at,
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "status": reply.status,
                "mode": mode.name,
            }
        )

    def receive(self, fields: Mapping[str, str], at: float) -> Message:
        """A contact writes to one of our numbers: keep what she said."""
        message = Message(
            sid="SM" + secrets.token_hex(16),
            to=fields["to"],
            sender=fields["from"],
            body=fields.get("body", ""),
            direction="inbound",
            created_at=at,
            status="receiving",
            updated_at=at,
            sent_at=at,
            profile_name=fields.get("profile_name", ""),
            media_types=fields.get("media_types", ""),
        )
        message.num_media = len(media_of(message))
        self.messages.add(message)
        return message

    def log(self, to: str = "") -> dict[str, Any]:
        """Every accepted send in order, and every request."""
        sends = [sent for sent in self.accepted if not to or sent.to == to]
        return {"accepted": [_plain(sent) for sent in sends], "requests": list(self.requests)}

    def clear(self) -> None:
        """Forget the log (the messages stay in the list)."""
        self.accepted.clear()
        self.requests.clear()


def _nobody_listens() -> None:
    """Until a test wants to know of each request."""


def _check(fields: list[tuple[str, str]]) -> None:
    form = dict(fields)
    _check_addresses(form)
    media = sum(name == "MediaUrl" for name, _ in fields)
    if not form.get("Body") and not media and not form.get("ContentSid"):
        raise Refused(400, 21602, "Message body is required.")
    if len(form.get("Body", "")) > MAX_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if media > MAX_MEDIA:
        raise Refused(400, 21623, "Number of media files exceeds allowed limit.")
    callback = form.get("StatusCallback", "")
    if callback and urlsplit(callback).scheme not in ("http", "https"):
        raise Refused(400, 21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")


def _check_addresses(form: Mapping[str, str]) -> None:
    to, sender = form.get("To", ""), form.get("From", "")
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if not sender and not form.get("MessagingServiceSid"):
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if not ADDRESS.match(to):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if sender and not SENDER.match(sender):
        raise Refused(400, 21212, f"Invalid From Number (caller ID): {sender}")
    if sender and to.partition(":")[1] != sender.partition(":")[1]:
        raise Refused(400, 21910, "Invalid From and To pair. From and To should be of the same channel")


def _failure(mode: Mode) -> Reply | None:
    """The answer of a mode in which nothing is accepted."""
    if mode.accepts:
        return None
    if mode.name in ("hang", "reset"):
        return Reply(0, cut=mode.name)
    headers = {} if mode.retry_after is None else {"Retry-After": f"{mode.retry_after:g}"}
    if not mode.error_object:
        return Reply(mode.status, b"<html><body>upstream error</body></html>", headers, content_type="text/html")
    code = mode.code or (20429 if mode.status == 429 else 20500 if mode.status >= 500 else 20001)
    reply = _error(mode.status, code, "Too Many Requests" if mode.status == 429 else "Told to fail by its mode")
    return Reply(reply.status, reply.body, headers, delay_seconds=mode.ms / 1000)


def _spoilt(reply: Reply, mode: Mode) -> Reply:
    """The answer to an accepted message, as the mode lets it out."""
    cuts = {"accept_then_reset": "reset", "accept_then_hang": "hang", "truncated": "truncated"}
    bodies = {"empty": b"", "html": b"<html><body>ok</body></html>"}
    return Reply(
        reply.status,
        bodies.get(mode.name, reply.body),
        reply.headers,
        mode.ms / 1000,
        cuts.get(mode.name, ""),
        reply.accepted,
        mode.code if mode.name == "fail_later" else None,
        "text/html" if mode.name == "html" else reply.content_type,
    )


def _error(status: int, code: int, message: str) -> Reply:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Reply(status, _json({"code": code, "message": message, "more_info": more, "status": status}))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _plain(sent: Sent) -> dict[str, Any]:
    return {
        "n": sent.n,
        "at": sent.at,
        "to": sent.to,
        "from": sent.sender,
        "body": sent.body,
        "sid": sent.sid,
        "callback_url": sent.callback_url,
        "media_url": sent.media_url,
        "answered_at": sent.answered_at,
    }


def messages_path(account_sid: str) -> str:
    """Where messages are posted and listed."""
    return f"/{API_VERSION}/Accounts/{account_sid}/Messages.json"
