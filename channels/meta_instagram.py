"""Instagram at Meta: up to 13 quick replies, media without captions, a person's words for seven days.

Limits: Meta, "Instagram messaging, send messages" (text 1000 bytes of UTF-8) and "Quick replies" (13, title 20), read
2026-11-22. The account is the id of the professional account, its token that of the page it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from channels import meta_messaging
from channels.base import Endpoint
from channels.meta_kind import MetaKind
from channels.render import Limits
from channels.windows import DAY_OR_HUMAN_WEEK

LIMITS = Limits(
    text=250,
    caption=250,
    replies=13,
    media_types=frozenset(("image", "audio", "video", "document")),
    keeps_marks=False,
)


def _path(_endpoint: Endpoint) -> str:
    return "me/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    late = bool(part.get("human_agent"))
    return {
        "recipient": {"id": address},
        **({"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"} if late else {"messaging_type": "RESPONSE"}),
        "message": _content(part),
    }


def _attend(_provider_id: str, address: str) -> dict[str, Any]:
    return {"recipient": {"id": address}, "sender_action": "typing_on"}


def _content(part: Mapping[str, Any]) -> dict[str, Any]:
    if "media_url" in part:
        kind = "file" if part["media_type"] == "document" else part["media_type"]
        return {"attachment": {"type": kind, "payload": {"url": part["media_url"]}}}
    replies = [{"content_type": "text", "title": one["label"], "payload": one["id"]} for one in part.get("replies", ())]
    return {"text": part["text"], **({"quick_replies": replies} if replies else {})}


ADAPTER = MetaKind(
    name="meta-instagram",
    channel="instagram",
    listed_as="instagram",
    address_form=re.compile(r"\d{1,25}"),
    address_example="17841400000000000 (the id of the Instagram account, digits only)",
    limits=LIMITS,
    window=DAY_OR_HUMAN_WEEK,
    object_name="instagram",
    read=partial(meta_messaging.read, "meta-instagram"),
    path=_path,
    body=_body,
    attend=_attend,
)
