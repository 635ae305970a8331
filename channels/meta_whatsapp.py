"""WhatsApp Cloud at Meta: up to 3 buttons or 10 list rows, forms, places, templates, files with captions.

Limits: Meta, "Text messages" (4096), "Interactive reply buttons messages" (3, title 20, id 256, body 1024, header and
footer 60), "Interactive list messages" (10 rows in 10 sections, title 24, description 72, id 200, button 20), "Interactive
call-to-action URL button messages" (label 20), "Flow messages" (button 20 without emoji), "Location request messages"
(body 1024), "Media" (formats; captions 1024) and "Contextual replies", read 2026-11-22. A list's body may be 4096 by
Meta's page; 1024 is kept for all, as the buttons have it. `biz_opaque_callback_data` carries our part's id and comes
back in every status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from channels import meta_whatsapp_events, meta_whatsapp_messages
from channels.base import Endpoint
from channels.limits import Limits
from channels.meta_kind import MetaKind
from channels.windows import DAY_OR_TEMPLATE

_OFFICE = "application/vnd.openxmlformats-officedocument."
LIMITS = Limits(
    text=4096,
    body=1024,
    caption=1024,
    buttons=3,
    rows=10,
    link_button=True,
    section_label=24,
    header=60,
    footer=60,
    files={
        "image": frozenset(("image/jpeg", "image/png")),
        "audio": frozenset(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
        "video": frozenset(("video/mp4", "video/3gpp")),
        "sticker": frozenset(("image/webp",)),
        "document": frozenset((
            "application/pdf", "text/plain", "application/msword", "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint", f"{_OFFICE}wordprocessingml.document", f"{_OFFICE}spreadsheetml.sheet",
            f"{_OFFICE}presentationml.presentation",
        )),
    },
    file_bytes={
        "image": 5_000_000, "audio": 16_000_000, "video": 16_000_000, "document": 100_000_000, "sticker": 100_000,
    },
    captioned=frozenset(("image", "video", "document")),
    named=frozenset(("document",)),
    locations=True,
    location_requests=True,
    forms=True,
    template_name=r"[a-z0-9_]{1,512}",
    quotes=True,
)


def _path(endpoint: Endpoint) -> str:
    return f"{endpoint.account}/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(address),
        **meta_whatsapp_messages.content(part, part_id),
        "biz_opaque_callback_data": part_id,
    }


def _attend(provider_id: str, address: str) -> dict[str, Any]:
    """Read, and typing for 25 seconds or until our answer (Meta, "Typing indicators", read 2026-11-22)."""
    return {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": provider_id,
        "typing_indicator": {"type": "text"},
    }


def _recipient(address: str) -> dict[str, str]:
    """A number goes as Meta gave it, without +; a business-scoped id has a field of its own."""
    number = address.removeprefix("+")
    return {"to": number} if number.isdigit() else {"recipient": address}


ADAPTER = MetaKind(
    name="meta-whatsapp",
    channel="whatsapp",
    listed_as="whatsapp",
    address_form=re.compile(r"\d{1,25}"),
    address_example="106540352242922 (Meta's id of the number, digits only)",
    limits=LIMITS,
    window=DAY_OR_TEMPLATE,
    object_name="whatsapp_business_account",
    read=meta_whatsapp_events.read,
    path=_path,
    body=_body,
    attend=_attend,
)
