"""WhatsApp Cloud at Meta: up to 3 buttons, up to 10 list rows, media with captions.

Limits: Meta, "Interactive reply buttons messages", "Interactive list messages", "Text messages" and "Media", read
2026-11-21. `biz_opaque_callback_data` carries our part's id and comes back in every status.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from channels import meta_whatsapp_events
from channels.base import Endpoint
from channels.meta_kind import MetaKind
from channels.render import Limits
from channels.windows import DAY_OR_TEMPLATE

LIST_BUTTON = "☰"  # opens the list; a sign and no word, so that it needs no language
LIMITS = Limits(
    text=4096,
    caption=1024,
    buttons=3,
    rows=10,
    media_types=frozenset(("image", "audio", "video", "document")),
    captioned=frozenset(("image", "video", "document")),
)




def _path(endpoint: Endpoint) -> str:
    return f"{endpoint.account}/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(address),
        **_content(part),
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


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    text = part.get("text", "")
    if "media_url" in part:
        return _media(part["media_type"], part["media_url"], text)
    if "buttons" in part:
        buttons = [{"type": "reply", "reply": {"id": one["id"], "title": one["label"]}} for one in part["buttons"]]
        return _interactive("button", text, {"buttons": buttons})
    if "rows" in part:
        rows = [
            {"id": row["id"], "title": row["label"], **({"description": d} if (d := row.get("description")) else {})}
            for row in part["rows"]
        ]
        return _interactive("list", text, {"button": LIST_BUTTON, "sections": [{"rows": rows}]})
    return {"type": "text", "text": {"body": text, "preview_url": "https://" in text}}


def _interactive(kind: str, text: str, action: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}}


def _media(kind: str, url: str, caption: str) -> dict[str, Any]:
    media = {"link": url, **({"caption": caption} if caption else {})}
    if kind == "document":
        media["filename"] = unquote(urlsplit(url).path.rpartition("/")[2]) or "document"
    return {"type": kind, kind: media}


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
