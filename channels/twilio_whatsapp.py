"""WhatsApp over Twilio. Choices are numbered menus: buttons need approved content there (docs/channels.md).

Limits: Twilio, "Messages resource" (Body 1600) and "WhatsApp media messages" (images, audio, video, PDF), read
2026-11-21. A document carries no caption, so its text goes in a message of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels import twilio_rest
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.render import Limits, render

LIMITS = Limits(
    text=1600,
    caption=1024,
    media_types=frozenset(("image", "audio", "video", "document")),
    captioned=frozenset(("image", "video")),
)
_PREFIX = "whatsapp:"


@dataclass(frozen=True, slots=True)
class TwilioWhatsApp:
    name: str = "twilio-whatsapp"
    provider: str = "twilio"
    channel: str = "whatsapp"
    window_hours: float | None = 24.0

    def render(self, message: Outgoing) -> Rendered:
        return render(message, LIMITS)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        return twilio_rest.request(part, address, _PREFIX, part_id, endpoint)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return twilio_rest.answer(status, headers, body)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.listing(address, _PREFIX, since_iso, endpoint)

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.page(url, endpoint)

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return twilio_rest.listed(body)


ADAPTER = TwilioWhatsApp()
