"""Messenger at Meta: up to 13 quick replies, media without captions, a person's words for seven days.

Limits: Meta, "Send API" (text 2000), "Quick replies" (13, title 20) and "Messenger Platform policy" (24 hours; seven
days with the tag HUMAN_AGENT, for a person's own words only), read 2026-11-21. `metadata` carries our part's id and
comes back in the echo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels import meta_graph
from channels.base import Answer, Endpoint, HttpRequest, Outgoing, Rendered
from channels.render import Limits, render

LIMITS = Limits(
    text=2000,
    caption=2000,
    replies=13,
    media_types=frozenset(("image", "audio", "video", "document")),
    keeps_marks=False,
)


@dataclass(frozen=True, slots=True)
class MetaMessenger:
    name: str = "meta-messenger"
    provider: str = "meta"
    channel: str = "messenger"
    window_hours: float | None = 24.0

    def render(self, message: Outgoing) -> Rendered:
        return render(message, LIMITS)

    def request(self, part: Mapping[str, Any], address: str, part_id: str, endpoint: Endpoint) -> HttpRequest:
        """`part["human_agent"]` (see windows.needs_human_tag) sends it as a person's late answer."""
        late = bool(part.get("human_agent"))
        body = {
            "recipient": {"id": address},
            "messaging_type": "MESSAGE_TAG" if late else "RESPONSE",
            **({"tag": "HUMAN_AGENT"} if late else {}),
            "message": {**_content(part), "metadata": part_id},
        }
        return meta_graph.request("me/messages", body, endpoint)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        return meta_graph.answer(status, headers, body)

    def listing(self, address: str, since_iso: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def page(self, url: str, endpoint: Endpoint) -> HttpRequest | None:
        return None

    def listed(self, body: bytes) -> tuple[Sequence[Mapping[str, Any]], str | None]:
        return (), None


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    if "media_url" in part:
        kind = "file" if part["media_type"] == "document" else part["media_type"]
        return {"attachment": {"type": kind, "payload": {"url": part["media_url"]}}}
    content: dict[str, Any] = {"text": part["text"]}
    if "replies" in part:
        content["quick_replies"] = [
            {"content_type": "text", "title": one["label"], "payload": one["id"]} for one in part["replies"]
        ]
    return content


ADAPTER = MetaMessenger()
