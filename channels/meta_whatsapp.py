"""WhatsApp Cloud at Meta: up to 3 buttons, up to 10 list rows, media with captions.

Limits: Meta, "Interactive reply buttons messages", "Interactive list messages", "Text messages" and "Media", read
2026-11-21. `biz_opaque_callback_data` carries our part's id and comes back in every status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from channels import meta_graph
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.render import Limits, render

LIST_BUTTON = "☰"  # opens the list; a sign and no word, so that it needs no language
LIMITS = Limits(
    text=4096,
    caption=1024,
    buttons=3,
    rows=10,
    media_types=frozenset(("image", "audio", "video", "document")),
    captioned=frozenset(("image", "video", "document")),
)


@dataclass(frozen=True, slots=True)
class MetaWhatsApp:
    name: str = "meta-whatsapp"
    provider: str = "meta"
    channel: str = "whatsapp"
    window_hours: float | None = 24.0

    def render(self, message: Outgoing) -> Rendered:
        return render(message, LIMITS)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(address),
            **_content(part),
            "biz_opaque_callback_data": part_id,
        }
        return meta_graph.request(f"{endpoint.account}/messages", body, endpoint)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return meta_graph.answer(status, headers, body)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return (), None


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


ADAPTER = MetaWhatsApp()
