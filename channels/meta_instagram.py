"""Instagram at Meta: up to 13 quick replies, media without captions, a person's words for seven days.

Limits: Meta, "Send a message" (text 1000 bytes of UTF-8), "Quick replies" (13, title 20, plain text) and "Upload media
for Instagram messaging" (formats), read 2026-11-22. The account is the id of the professional account, its token that of
the page it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from channels import meta_messaging, meta_messenger_messages
from channels.base import Endpoint
from channels.limits import OCTETS, Limits
from channels.meta_kind import MetaKind
from channels.windows import DAY_OR_HUMAN_WEEK

LIMITS = Limits(
    text=1000,
    body=1000,
    measure=OCTETS,
    replies=13,
    files={
        "image": frozenset(("image/png", "image/jpeg", "image/gif")),
        "audio": frozenset(("audio/aac", "audio/mp4", "audio/wav")),
        "video": frozenset(("video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm")),
        "document": frozenset(("application/pdf",)),
    },
    file_bytes={"image": 8_000_000, "audio": 25_000_000, "video": 25_000_000, "document": 25_000_000},
    keeps_marks=False,
)


def _path(_endpoint: Endpoint) -> str:
    return "me/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    return {**meta_messenger_messages.envelope(part, address), "message": meta_messenger_messages.content(part)}


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
    attend=meta_messenger_messages.typing,
)
