"""What every kind of channel over Twilio has in common; a kind is this with its own facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels import twilio_rest
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.limits import Limits
from channels.render import render
from channels.windows import Window


@dataclass(frozen=True, slots=True)
class TwilioKind:
    """A channel over Twilio. `prefix` stands before its addresses (`whatsapp:`); '' is SMS.

    `types_for`: what Twilio calls this channel where it shows “typing…”; '' where it does not.
    """

    name: str
    channel: str
    prefix: str
    listed_as: str
    address_form: re.Pattern[str]
    address_example: str
    limits: Limits
    window: Window
    provider: str = "twilio"
    types_for: str = ""

    def render(self, message: Outgoing) -> Rendered:
        return render(message, self.limits)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        return twilio_rest.request(part, address, self.prefix, part_id, endpoint)

    def attention(self, provider_id: str, address: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.typing(provider_id, self.types_for, endpoint) if self.types_for else None

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return twilio_rest.answer(status, headers, body)

    def error_class(self, code: str) -> str:
        return twilio_rest.error_class(code)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.listing(address, self.prefix, since_iso, endpoint)

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.page(url, endpoint)

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return twilio_rest.listed(body)
