"""`/webhooks/shop`: what a shop tells by itself. Checked, read, kept; then answered. Nothing is decided while it waits.

A connector that knows its shop's webhooks (`orders.news.Hears`) reads them. For all other shops, and for programs of
one's own, there is one signed form: a list of news as JSON, with `Relevo-Signature: t=<seconds>,v1=<hex>`, the HMAC-SHA256
of `<t>.<body>` with SHOP_WEBHOOK_SECRET, not older than five minutes (docs/outreach.md).

Answers: 403 forged, 413 too big, 422 what cannot be read, 204 when it is kept, 503 when it could not be. A post of a shop's
own that is signed and cannot be read is counted and answered with 204: shops give up on an address that refuses them.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from pydantic import TypeAdapter, ValidationError

import faults
import metrics
from conversation import signed_calls
from orders.base import Connector
from orders.errors import ConnectorError
from orders.news import Forged, Hears
from outreach.news import News
from pipeline import told_news
from pipeline.shop_posts import Crowded

BODY_BYTES = 2 * 1024 * 1024
PATIENCE_SECONDS = 300
SIGNATURE = "Relevo-Signature"

logger = structlog.get_logger(__name__)
_bodies = TypeAdapter(told_news.Post)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a post needs. `keep` stores news of a source and returns after the commit."""

    connector: Connector
    secret: str
    now: Callable[[], datetime]
    keep: Callable[[str, Sequence[News]], int]


class Unreadable(Exception):
    """A signed post that says nothing that can be understood; the words name the place and the mend."""


def blueprint(gate: Gate) -> Blueprint:
    """The route `/webhooks/shop`."""
    routes = Blueprint("shop_webhook", __name__, url_prefix="/webhooks")

    @routes.post("/shop")
    def from_shop() -> Response:
        return _answered(gate)

    return routes


def _answered(gate: Gate) -> Response:
    request.max_content_length = BODY_BYTES
    body = request.get_data(cache=False)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        source, news = heard(gate, headers, body)
        faults.point("shop post verified")
        kept = gate.keep(source, news) if news else 0
    except Forged:
        return _told(403, "The signature is missing or not the shop's: see docs/outreach.md, “A shop's webhooks”.")
    except Unreadable as error:
        return _told(422, str(error))
    except Crowded:
        return _told(503, "Too much comes at once; send it again.")
    except Exception:  # the edge towards strangers: they send it again
        logger.exception("a post of the shop was not kept")
        return _told(503, "It could not be kept; send it again.")
    logger.info("shop post", source=source, news=len(news), new=kept)
    return _told(204)


def heard(gate: Gate, headers: Mapping[str, str], body: bytes) -> tuple[str, list[News]]:
    """Whose post it is, and what it says. Raises Forged, Unreadable."""
    if SIGNATURE.lower() not in headers and isinstance(gate.connector, Hears):
        return gate.connector.name, _of_connector(gate, gate.connector, headers, body)
    if not is_signed(gate.secret, headers.get(SIGNATURE.lower(), ""), body, gate.now()):
        raise Forged("The signature is missing, too old, or not made with this secret.")
    return "webhook", read(gate.connector, body, gate.now())


def _of_connector(gate: Gate, shop: Hears, headers: Mapping[str, str], body: bytes) -> list[News]:
    try:
        told = shop.heard(headers, body)
    except Forged:
        raise
    except ConnectorError as error:
        metrics.ignored.labels(gate.connector.name, "unreadable").inc()
        logger.warning("a post of the shop cannot be read", error=error.code)
        return []
    return [told_news.news_of(one, gate.now().date()) for one in told]


def read(connector: Connector, body: bytes, now: datetime) -> list[News]:
    """News in our own form. Raises Unreadable."""
    try:
        post = _bodies.validate_json(body)
    except ValidationError as error:
        first = _of_its_form(error, body.lstrip()[:1] == b"[")
        place = ".".join(str(part) for part in first["loc"][1:])
        raise Unreadable(f"{place or 'The body'}: {first['msg']}; see docs/outreach.md, “News in our own form”.") from None
    told = post if isinstance(post, list) else post.news
    return [told_news.as_news(one, connector, now) for one in told]


def _of_its_form(error: ValidationError, is_list: bool) -> Any:
    """The first mistake of the form that was meant: a list, or a list under a name. Both are tried."""
    found = [one for one in error.errors() if (one["loc"][:1] != (told_news.Many.__name__,)) == is_list]
    return (found or error.errors())[0]


def is_signed(secret: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether this body was signed with our secret, at a time that is near."""
    at = signature.partition(",")[0].removeprefix("t=")
    if not secret or not at.isascii() or not at.isdigit() or len(at) > 12:
        return False
    fits = hmac.compare_digest(signed_calls.signature(secret, int(at), body).encode(), signature.encode("utf-8", "replace"))
    return fits and abs(now.timestamp() - int(at)) <= PATIENCE_SECONDS


def _told(status: int, words: str = "") -> Response:
    metrics.webhooks.labels("shop", str(status)).inc()
    answer = jsonify({"error": words}) if words else Response()
    answer.status_code = status
    return answer
