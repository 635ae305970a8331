"""Messenger at Meta: up to 13 quick replies or 3 buttons, media without captions, a person's words for seven days.

Limits: Meta, "Send API" (text 2000), "Quick replies" (13, title 20, payload 1000), "Button template" (3 buttons that may
open an address, below a text of 640) and "Messenger Platform policy" (24 hours; seven days with the tag HUMAN_AGENT, for
a person's own words only), read 2026-11-22. `metadata` carries our part's id and comes back in the echo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from channels import meta_messaging, meta_messenger_messages
from channels.base import Endpoint
from channels.limits import Limits
from channels.meta_kind import MetaKind
from channels.windows import DAY_OR_HUMAN_WEEK

LIMITS = Limits(
    text=2000,
    body=2000,
    replies=13,
    taps=3,
    taps_body=640,
    files={kind: frozenset() for kind in ("image", "audio", "video", "document")},  # any format
    file_bytes={kind: 25_000_000 for kind in ("image", "audio", "video", "document")},
    keeps_marks=False,
)


def _path(_endpoint: Endpoint) -> str:
    return "me/messages"


def _body(part: Mapping[str, Any], address: str, part_id: str) -> dict[str, Any]:
    message = {**meta_messenger_messages.content(part), "metadata": part_id}
    return {**meta_messenger_messages.envelope(part, address), "message": message}


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
    attend=meta_messenger_messages.typing,
)
