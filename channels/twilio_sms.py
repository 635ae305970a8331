"""SMS over Twilio. Choices are numbered menus, media is a link, and typographic signs are folded to GSM-7.

Limits: Twilio, "Messages resource" (Body 1600, error 21617 above), read 2026-11-21. MMS exists in two countries only,
so a picture is a link everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels import twilio_rest
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.gsm import fold
from channels.render import Limits, render

LIMITS = Limits(text=1600, caption=1600, keeps_marks=False, fold=fold)


@dataclass(frozen=True, slots=True)
class TwilioSms:
    name: str = "twilio-sms"
    provider: str = "twilio"
    channel: str = "sms"
    window_hours: float | None = None

    def render(self, message: Outgoing) -> Rendered:
        return render(message, LIMITS)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        return twilio_rest.request(part, address, "", part_id, endpoint)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return twilio_rest.answer(status, headers, body)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.listing(address, "", since_iso, endpoint)

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return twilio_rest.page(url, endpoint)

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return twilio_rest.listed(body)


ADAPTER = TwilioSms()
