"""WhatsApp over Twilio. Choices are numbered menus: buttons need content made at Twilio (docs/channels.md).

Limits: Twilio, "Messages resource" (Body 1600) and "WhatsApp media messages" (images, audio, video, PDF), read
2026-11-21. A document carries no caption, so its text goes in a message of its own.
"""

from __future__ import annotations

import re

from channels.render import Limits
from channels.twilio_kind import TwilioKind
from channels.windows import DAY_OR_TEMPLATE

LIMITS = Limits(
    text=1600,
    caption=1024,
    media_types=frozenset(("image", "audio", "video", "document")),
    captioned=frozenset(("image", "video")),
)
ADAPTER = TwilioKind(
    name="twilio-whatsapp",
    channel="whatsapp",
    prefix="whatsapp:",
    listed_as="whatsapp",
    address_form=re.compile(r"\+[1-9]\d{5,14}"),
    address_example="+34600111222",
    limits=LIMITS,
    window=DAY_OR_TEMPLATE,
)
