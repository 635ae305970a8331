"""WhatsApp over Twilio: buttons and lists where content for them was made at Twilio, else numbered menus.

Limits: Twilio, "Messages resource" (Body 1600), "twilio/quick-reply" (3 in a session without approval, body 1024),
"twilio/list-picker" (10 items, name 24, description 72, id 200) and "WhatsApp media messages" (images, audio, video,
PDF), read 2026-11-22. A document carries neither its name nor a caption, so they go in a message of their own.
"twilio/location" takes no variables and "twilio/call-to-action" needs approval: places and addresses stand in the text.
"""

from __future__ import annotations

import re

from channels.limits import Limits
from channels.twilio_kind import TwilioKind
from channels.windows import DAY_OR_TEMPLATE

LIMITS = Limits(
    text=1600,
    body=1024,
    caption=1024,
    content_buttons=3,
    content_rows=10,
    files={
        "image": frozenset(("image/jpeg", "image/png", "image/webp")),
        "audio": frozenset(("audio/ogg", "audio/amr", "audio/3gpp", "audio/aac", "audio/mpeg")),
        "video": frozenset(("video/mp4",)),
        "document": frozenset(("application/pdf",)),
    },
    file_bytes={"image": 5_000_000, "audio": 16_000_000, "video": 16_000_000, "document": 16_000_000},
    captioned=frozenset(("image", "video")),
    template_name=r"HX[0-9A-Za-z]+",
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
    types_for="whatsapp",
)
