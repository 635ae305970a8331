"""The addresses providers post to: check, read, hand over, answer. The hot path: nothing else happens here.

Answers: 403 wrong or missing signature, 415 not what the provider sends, 413 too big, 204 (Twilio) and 200 (Meta)
when everything is kept, 503 when it could not be kept (the provider then sends it again). Signed but not ours: 403
to Twilio, 200 to Meta with a counter, because Meta would repeat a refused post for a week. Never a 500.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import faults
import metrics
from channels import meta, twilio, twilio_form, twilio_signature
from channels.accounts import Accounts
from channels.base import Event, Parsed
from channels.errors import BadWebhookSettings, NotStored

if TYPE_CHECKING:
    from flask import Blueprint, Response

logger = logging.getLogger(__name__)
TWILIO_BODY_BYTES = 1024 * 1024
META_BODY_BYTES = 4 * 1024 * 1024  # Meta posts up to 3 MB
REFUSED = frozenset(("account", "fields", "own sender"))
_CHUNK_BYTES = 64 * 1024
_FORM_TYPE = "application/x-www-form-urlencoded"
Submit = Callable[[Sequence[Event]], None]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """`public_base_urls`: the addresses Twilio was given, without the path (`https://bot.example.com`), each valid."""

    public_base_urls: tuple[str, ...]
    twilio_body_bytes: int = TWILIO_BODY_BYTES
    meta_body_bytes: int = META_BODY_BYTES

    def __post_init__(self) -> None:
        for base in self.public_base_urls or ("",):
            parts = urlsplit(base)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
                raise BadWebhookSettings(
                    f"PUBLIC_BASE_URL “{base}” is no web address: write what Twilio posts to, like https://bot.shop"
                )


@dataclass(frozen=True, slots=True)
class _Gate:
    """What every request needs, put together once."""

    accounts: Callable[[], Accounts]
    settings: WebhookSettings
    prefixes: tuple[bytes, ...]
    submit: Submit


def blueprint(accounts: Callable[[], Accounts], settings: WebhookSettings, submit: Submit) -> Blueprint:
    """The routes `/webhooks/twilio`, `/webhooks/twilio/status` and `/webhooks/meta`.

    `submit` returns once the events are kept for good, or raises NotStored.
    """
    # Here and not above: the sender collects the adapters of this folder and must not load Flask with them.
    from flask import Blueprint, Response, request

    gate = _Gate(accounts, settings, twilio_signature.url_prefixes(settings.public_base_urls), submit)
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    @routes.post("/twilio")
    @routes.post("/twilio/status")
    def from_twilio() -> Response:
        return Response(status=_answered("twilio", _twilio, gate, request.environ))

    @routes.post("/meta")
    def from_meta() -> Response:
        return Response(status=_answered("meta", _meta, gate, request.environ))

    @routes.get("/meta")
    def verification() -> Response:
        wanted = meta.challenge(dict(request.args), accounts())
        return Response(wanted or "", 200 if wanted is not None else 403, content_type="text/plain; charset=utf-8")

    return routes


def short_cut(inner: Wsgi, accounts: Callable[[], Accounts], settings: WebhookSettings, submit: Submit) -> Wsgi:
    """The same answers to the posts of providers, given before Flask is asked; everything else goes on to `inner`.

    On the path of every message Flask's dispatch would be a third of the request's own cost (docs/decisions).
    """
    gate = _Gate(accounts, settings, twilio_signature.url_prefixes(settings.public_base_urls), submit)
    handlers = {"/webhooks/twilio": ("twilio", _twilio), "/webhooks/twilio/status": ("twilio", _twilio),
                "/webhooks/meta": ("meta", _meta)}

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        handler = handlers.get(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "POST" else None
        if handler is None:
            return inner(environ, start_response)
        status = _answered(handler[0], handler[1], gate, environ)
        start_response(f"{status} {HTTPStatus(status).phrase}", [("Content-Length", "0")] if status != 204 else [])
        return ()

    return answer


@dataclass(frozen=True, slots=True)
class Kept:
    """A webhook that was kept somewhere: whose it was, its method, its target with the query, its raw body."""

    provider: str
    method: str
    path: str
    body: bytes


def read(kept: Kept, accounts: Accounts) -> Parsed:
    """What Relevo makes of a stored webhook. The signature is not looked at."""
    if kept.method.upper() != "POST":
        return Parsed(ignored=({"provider": kept.provider, "reason": "method"},))
    if kept.provider == "twilio":
        form = twilio_form.read_form(kept.body)
        account = twilio.account_of(form, accounts) if form else None
        if form is None or account is None:
            return Parsed(ignored=({"provider": kept.provider, "reason": "account" if form else "fields"},))
        return twilio.parse(form, account, part_id_of(kept.path))
    readings = [meta.parse(kept.body, app) for app in accounts.meta]
    with_events = [parsed for parsed in readings if parsed.events]
    return (with_events or readings or [Parsed(ignored=({"provider": kept.provider, "reason": "account"},))])[0]


def _answered(provider: str, handle: Callable[[_Gate, Mapping[str, Any]], int], gate: _Gate, environ: Any) -> int:
    """The status of one request; whatever goes wrong inside becomes 503, so that it comes again."""
    try:
        status = handle(gate, environ)
    except NotStored as error:
        logger.warning("webhook not stored", extra={"provider": provider, "error": str(error)})
        status = 503
    except Exception:  # the edge towards strangers: never a stack trace to them, never a lost message
        logger.exception("webhook failed", extra={"provider": provider})
        status = 503
    _count_webhook(provider, status)
    return status


def _twilio(gate: _Gate, environ: Mapping[str, Any]) -> int:
    if not _is_form(environ):
        return 415
    body = _body(environ, gate.settings.twilio_body_bytes)
    form = twilio_form.read_form(body) if body is not None else None
    if form is None:
        return 413
    account = twilio.account_of(form, gate.accounts())
    if account is None:
        return 403
    target = _target(environ)
    signature = environ.get("HTTP_X_TWILIO_SIGNATURE", "")
    if not twilio_signature.is_signed(form, signature, target, gate.prefixes, account.auth_tokens):
        return 403
    faults.point("webhook verified")
    parsed = twilio.parse(form, account, part_id_of(target))
    _keep(gate, parsed)
    return 403 if any(one["reason"] in REFUSED for one in parsed.ignored) else 204


def _meta(gate: _Gate, environ: Mapping[str, Any]) -> int:
    if not _is_plain(environ):
        return 415
    body = _body(environ, gate.settings.meta_body_bytes)
    if body is None:
        return 413
    app = meta.signer(body, environ.get("HTTP_X_HUB_SIGNATURE_256", ""), gate.accounts())
    if app is None:
        return 403
    faults.point("webhook verified")
    _keep(gate, meta.parse(body, app))
    return 200


def _keep(gate: _Gate, parsed: Parsed) -> None:
    for one in parsed.ignored:
        _count_ignored(one["provider"], one["reason"])
    if parsed.events:
        gate.submit(parsed.events)
    for event in parsed.events:
        _count_event(event["provider"], event["channel"], event["kind"])


def _is_form(environ: Mapping[str, Any]) -> bool:
    kind = str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()
    return kind == _FORM_TYPE and _is_plain(environ)


def _is_plain(environ: Mapping[str, Any]) -> bool:
    return bool(environ.get("HTTP_CONTENT_ENCODING", "identity") == "identity")


def _body(environ: Mapping[str, Any], limit: int) -> bytes | None:
    """The raw body; None when it is longer than `limit`. Also for chunked requests, which tell no length."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        wanted = int(length) if length.isdigit() else limit + 1
        return None if wanted > limit else _read(environ["wsgi.input"], wanted)
    if not environ.get("wsgi.input_terminated"):
        return b""
    body = _read(environ["wsgi.input"], limit + 1)
    return None if len(body) > limit else body


def _read(stream: Any, size: int) -> bytes:
    body = stream.read(size) if size else b""
    if len(body) >= size or not body:
        return bytes(body)
    chunks, have = [body], len(body)
    while have < size:
        chunk = stream.read(min(size - have, _CHUNK_BYTES))
        if not chunk:
            break
        chunks.append(chunk)
        have += len(chunk)
    return b"".join(chunks)


def _target(environ: Mapping[str, Any]) -> str:
    """The request target as it came, escapes unchanged: that is what was signed."""
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if raw.startswith("/"):
        return str(raw)
    query = environ.get("QUERY_STRING")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return f"{path}?{query}" if query else str(path)


def part_id_of(target: str) -> str:
    """The id our own status address carries in its query."""
    query = target.partition("?")[2]
    return dict(parse_qsl(query)).get("part", "") if query else ""


# `labels()` takes a lock and a dictionary each time; the children are few and stay.
@cache
def _webhook_counter(provider: str, status: int) -> Any:
    return metrics.webhooks.labels(provider, str(status))


@cache
def _event_counter(provider: str, channel: str, kind: str) -> Any:
    return metrics.events.labels(f"{provider}-{channel}", kind)


def _count_webhook(provider: str, status: int) -> None:
    _webhook_counter(provider, status).inc()


def _count_event(provider: str, channel: str, kind: str) -> None:
    _event_counter(provider, channel, kind).inc()


def _count_ignored(provider: str, reason: str) -> None:
    metrics.ignored.labels(provider, reason).inc()
