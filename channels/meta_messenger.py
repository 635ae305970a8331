"""Messenger at Meta: up to 13 quick replies, media without captions, a person's words for seven days.

Limits: Meta, "Send API" (text 2000), "Quick replies" (13, title 20) and "Messenger Platform policy" (24 hours; seven
days with the tag HUMAN_AGENT, for a person's own words only), read 2026-11-21. `metadata` carries our part's id and
comes back in the echo.
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
    text=2000,
    caption=2000,
    replies=13,
    media_types=frozenset(("image", "audio", "video", "document")),
    keeps_marks=False,
)




def _path(_endpoint: Endpoint) -> str:
    return "me/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    """`part["human_agent"]` (see windows.Window) sends it as a person's late answer."""
    late = bool(part.get("human_agent"))
    return {
        "recipient": {"id": address},
        "messaging_type": "MESSAGE_TAG" if late else "RESPONSE",
        **({"tag": "HUMAN_AGENT"} if late else {}),
        "message": {**_content(part), "metadata": part_id},
    }


def _attend(_provider_id: str, address: str) -> dict[str, Any]:
    """Typing for 20 seconds; it also marks what she wrote as read (Meta, "Sender actions", read 2026-11-22)."""
    return {"recipient": {"id": address}, "sender_action": "typing_on"}


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


ADAPTER = MetaKind(
    name="meta-messenger",
    channel="messenger",
    listed_as="pages",
    address_form=re.compile(r"\d{1,25}"),
    address_example="108000000000001 (the id of the page, digits only)",
    limits=LIMITS,
    window=DAY_OR_HUMAN_WEEK,
    object_name="page",
    read=partial(meta_messaging.read, "meta-messenger"),
    path=_path,
    body=_body,
    attend=_attend,
)
